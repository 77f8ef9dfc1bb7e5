"""Which accesses are found unusual; a finding is made once, says no name, and others review it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.errors import ContentRefused, NotPermitted, UnknownCode
from domain.institution import Institution
from domain.institution_events import UnusualAccessFound
from domain.institution_state import Login, Practitioner, RoleHeld
from domain.looks import Look
from domain.ports import Claim
from domain.requests import NewEntry
from domain.time import occurred
from domain.unusual import DETECTORS, TESTS, Known, Suspicion, unusual
from domain.unusual_errors import FindingNotOpen
from domain.unusual_people import People, family_name
from projections.record_view import RecordRender
from store.mapper import parts_of
from tests.builders import KEEPER, NURSE, OTHER_NURSE, TODAY, content, identity_number, login, request
from tests.county import County
from tests.memory_views import MemoryViews
from tests.whole_life import Life

AUDITOR, OPERATOR = request("auditor", "audit"), request("operator", "management")
CLINIC, WHO, WHOM = UUID(int=11), UUID(int=12), UUID(int=13)
MORNING = datetime(2026, 6, 3, 2, 0, tzinfo=UTC)  # ten o'clock of a Wednesday in China
LONG_AFTER = MORNING + timedelta(days=100)
SINCE = occurred("2026-01-01")
HELD = Practitioner("王护士", None, Login(issuer="i", subject="s"), (RoleHeld("practitioner", SINCE),))
ENDED = RoleHeld("practitioner", SINCE, "2026-06-03")
TREATED = Known(HELD, written=(MORNING,), is_keeper=True)


def look(position: int = 1, at: datetime = MORNING, **changes: object) -> Look:
    usual = Look(
        UUID(int=10),
        WHOM,
        position,
        at,
        "read",
        "record-view/5",
        CLINIC,
        WHO,
        "practitioner",
        "care",
        "custody",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # each test changes fields of a Look


def suspicions(looks: Sequence[Look], known: Known, now: datetime = LONG_AFTER) -> list[Suspicion]:
    return list(unusual(looks, lambda one: known, now))


def rules(looks: Sequence[Look], known: Known, now: datetime = LONG_AFTER) -> set[str]:
    return {one.detector.name for one in suspicions(looks, known, now)}


def test_a_look_at_a_resident_who_is_treated_is_not_unusual() -> None:
    assert rules([look()], TREATED) == set()


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        (replace(TREATED, kin="self"), "own-record"),
        (replace(TREATED, kin="family"), "same-household"),
        (replace(TREATED, written=(), family_names=(frozenset("王"), frozenset("王"))), "same-family-name"),
        (replace(TREATED, written=(), is_keeper=False), "no-care-relation"),
        (replace(TREATED, practitioner=replace(HELD, roles=())), "ended-designation"),
        (
            replace(
                TREATED,
                practitioner=replace(HELD, roles=(), ended=(replace(ENDED, until="2026-06-02"),)),
            ),
            "ended-designation",
        ),
        (
            replace(
                TREATED,
                practitioner=replace(HELD, licence={"kind": "n", "number": "1", "until": "2026-06-02"}),
            ),
            "ended-designation",
        ),
    ],
)
def test_each_rule_finds_what_it_is_for_and_nothing_else(known: Known, rule: str) -> None:
    assert rules([look()], known) == {rule}


@pytest.mark.parametrize(
    "known",
    [
        replace(TREATED, family_names=(frozenset("王"), frozenset("王"))),  # treated
        replace(TREATED, written=(), is_keeper=False, is_sent=True),
        replace(TREATED, is_keeper=False, written=(MORNING + timedelta(days=29),)),
        replace(
            TREATED,
            practitioner=replace(HELD, roles=(), ended=(RoleHeld("practitioner", SINCE, "2026-06-03"),)),
        ),
    ],
)
def test_what_has_a_reason_is_not_found(known: Known) -> None:
    assert rules([look()], known) == set()


def test_whether_care_followed_is_not_judged_before_the_days_are_over() -> None:
    stranger = Known(HELD)

    assert rules([look()], stranger, MORNING + timedelta(days=29)) == set()
    assert rules([look()], stranger, MORNING + timedelta(days=30)) == {"no-care-relation"}


@pytest.mark.parametrize(
    ("at", "is_closed"),
    [
        ("2026-06-03T21:59:59+08:00", False),
        ("2026-06-03T22:00:00+08:00", True),
        ("2026-06-04T05:59:59+08:00", True),
        ("2026-06-04T06:00:00+08:00", False),
        ("2026-06-06T10:00:00+08:00", True),  # a Saturday
        ("2026-10-01T10:00:00+08:00", True),  # 国庆节, a Thursday
    ],
)
def test_hours_are_chinas_and_days_off_those_of_the_official_calendar(at: str, is_closed: bool) -> None:
    then = datetime.fromisoformat(at).astimezone(UTC)
    keeper = replace(TREATED, written=())
    later = then + timedelta(days=90)

    assert (rules([look(at=then)], keeper, later) == {"closed-hours"}) is is_closed
    assert rules([look(at=then)], replace(keeper, written=(then,)), later) == set()
    assert rules([look(at=then, purpose="emergency")], keeper, later) == set()


def test_many_records_in_an_hour_are_a_burst_and_as_many_in_two_hours_are_none() -> None:
    most = DETECTORS["burst"].parameters["records"]

    def looks(minutes: int) -> list[Look]:
        step = timedelta(minutes=minutes) / most
        return [look(n + 1, MORNING + n * step, record=UUID(int=100 + n)) for n in range(most + 1)]

    (burst,) = suspicions(looks(60), TREATED)

    assert burst.record is None
    assert burst.positions == tuple(range(1, most + 2))
    assert rules(looks(120), TREATED) == set()
    assert rules([replace(one, record=WHOM) for one in looks(60)], TREATED) == set()


def test_refusals_and_hits_of_searches_showed_nothing_and_are_no_findings() -> None:
    stranger = replace(Known(HELD), kin="self")

    assert rules([look(kind="refused"), look(kind="listed")], stranger) == set()


def test_every_rule_has_a_function_or_is_that_of_bursts() -> None:
    assert DETECTORS.keys() == {*TESTS, "burst"}
    assert all(one.zh and one.en and one.ref["digest"] for one in DETECTORS.values())


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("王小明", {"王"}),
        ("欧阳小明", {"欧阳"}),
        ("阿依·古丽", set()),
        ("Zhenzhu Canaryson", {"canaryson"}),
        ("Zhenzhu", set()),
        ("", set()),
    ],
)
def test_family_names(name: str, family: set[str]) -> None:
    assert family_name(name) == family


@pytest.fixture
def county() -> County:
    """The nurse is a resident, too, whose record the same login opens."""
    return County(RecordRender())


def basic(life: Life, **changes: object) -> None:
    told = {**content("personal-basic-information", identity_number=None), "name": "单小红", **changes}
    told = {name: value for name, value in told.items() if value is not None} | {"sex": "female"}
    life.records.add_entry(NURSE, life.record, NewEntry("basic-information", told, TODAY))


def read(life: Life, *others: Life) -> None:
    for one in (life, *others):
        life.records.read_record(NURSE, one.record)


def run(county: County) -> list[UnusualAccessFound]:
    """The findings of one more run over everything."""
    before = len(county.log.events)
    now = county.clock() + timedelta(days=1)
    new = county.records.find_unusual(OPERATOR, MemoryViews(county.log).all_looks(), now)
    found = [one.event for one in county.log.events[before:]]
    assert [one.event_id for one in found if isinstance(one, UnusualAccessFound)] == new
    return [one for one in found if isinstance(one, UnusualAccessFound)]


def nurses_own(county: County) -> Life:
    """Opened by a colleague: nobody ties a record to their own login."""
    own = Life(county, county.open_record(identity_number("19491231", 4), resident=None))
    county.log.claims["login:resident", f"{login('nurse')['issuer']} nurse"] = own.record
    return own


def test_a_look_at_the_own_record_is_found_once_and_names_nobody(county: County) -> None:
    own = nurses_own(county)
    basic(own, name="王小明")
    read(own)

    (found,) = run(county)

    assert (found.detector["name"], found.record, found.practitioner) == (
        "own-record",
        own.record,
        county.nurse,
    )
    assert len(found.positions) == 1
    assert "王" not in parts_of(found)["body"].decode()
    assert run(county) == []
    read(own)
    (again,) = run(county)
    assert set(again.positions).isdisjoint(found.positions)


@pytest.mark.parametrize(
    "changes",
    [{"phone": "010-11110000"}, {"address": "示例村 1 号"}, {"contact_phone": "010-11110000"}],
)
def test_a_look_at_somebody_of_the_same_household_is_found(county: County, changes: dict[str, str]) -> None:
    apart = {"phone": None, "address": None, "contact_phone": None, "contact_name": None}
    own, other = nurses_own(county), Life(county, county.open_record())
    basic(own, **{**apart, "phone": "010-11110000", "address": "示例村1号"})
    basic(other, **{**apart, **changes})
    read(other)

    assert {one.detector["name"] for one in run(county)} == {"same-household"}


def test_a_look_at_a_relative_is_found(county: County) -> None:
    own, other = nurses_own(county), Life(county, county.open_record())
    told = {"relation": "spouse", "record": str(own.record)}
    other.records.add_entry(NURSE, other.record, NewEntry("relationships", told, TODAY))
    read(other)

    assert {one.detector["name"] for one in run(county)} == {"same-household"}


def test_what_is_known_of_an_access_is_care_there_and_what_was_sent_there(
    county: County,
) -> None:
    life = Life(county)
    life.add("referrals", to=str(county.other_clinic), until="2026-06-30")
    life.records.read_record(OTHER_NURSE, life.record)
    (seen,) = (one for one in MemoryViews(county.log).all_looks() if one.kind == "read")

    known = People(county.log).known(seen)

    assert (known.is_keeper, known.is_sent, list(known.written)) == (False, True, [])


def test_a_role_that_was_ended_is_remembered_with_its_day(county: County) -> None:
    county.records.end_role(request("county", "management"), county.clinic, county.doctor, "record-manager")
    found = county.log.load(Institution, county.clinic)

    assert found is not None
    (ended,) = found.state.practitioners[str(county.doctor)].ended
    assert (ended.role, ended.until) == ("record-manager", "2026-06-01")
    assert Institution.restore(county.clinic, found.state_to_json()).state == found.state


def open_finding(county: County) -> UUID:
    own = nurses_own(county)
    read(own)
    (found,) = run(county)
    return found.event_id


def test_a_finding_is_reviewed_once(county: County) -> None:
    finding = open_finding(county)
    review = county.records.review_unusual

    with pytest.raises(UnknownCode):
        review(AUDITOR, county.clinic, finding, "fine", None)
    with pytest.raises(ContentRefused):
        review(AUDITOR, county.clinic, finding, "breach", "")
    review(AUDITOR, county.clinic, finding, "breach", "she said so")

    with pytest.raises(FindingNotOpen):
        review(AUDITOR, county.clinic, finding, "explained", None)
    with pytest.raises(FindingNotOpen):
        review(AUDITOR, county.other_clinic, finding, "explained", None)
    assert county.topics(county.clinic)[-1] == "institution.unusual-access-reviewed.v1"


def test_neither_who_looked_nor_anybody_who_is_no_auditor_reviews(county: County) -> None:
    finding = open_finding(county)
    for who in (KEEPER, request("clerk", "audit"), request("county", "management")):
        with pytest.raises(NotPermitted):
            county.records.review_unusual(who, county.clinic, finding, "explained", None)
    state = county.log.load(Institution, county.bureau)
    assert state is not None
    auditor = state.state.by_login(login("auditor"))
    assert auditor is not None
    mine = Suspicion(DETECTORS["burst"], county.bureau, UUID(auditor), None, (1,))
    new = county.records._find(OPERATOR, mine)
    assert new is not None

    with pytest.raises(NotPermitted) as refused:
        county.records.review_unusual(AUDITOR, county.bureau, new, "explained", None)

    assert refused.value.facts["rules"] == ["own-look"]
    assert county.topics(county.bureau)[-1] == "institution.refused.v1"


def test_two_runs_at_once_find_each_access_once(county: County) -> None:
    own = nurses_own(county)
    read(own)
    county.records.find_unusual(OPERATOR, [], county.clock())  # the rules are adopted
    claims = county.log.claims
    (look_,) = (one for one in MemoryViews(county.log).all_looks() if one.kind == "read")
    claim = Claim("unusual-access", f"own-record {look_.position}")
    county.log.before_append.append(lambda: claims.update({(claim.namespace, claim.value): county.clinic}))

    assert run(county) == []

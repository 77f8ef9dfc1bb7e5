"""Replay: the bytes of that day, for whom it concerns; what differs is told, recorded and not shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from domain.access_rules import POLICY
from domain.access_stream import AccessRefused, RecordReplayed
from domain.acts import Event
from domain.adoption import adopt_policy
from domain.application import Records
from domain.errors import NotAvailable
from domain.histories import ACCESSES, UNUSUAL
from domain.identity import identity_document
from domain.policy import Policy
from domain.ports import Recorded
from domain.record_replays import shape_of
from domain.redeciding import Redecider
from domain.replay_errors import EditionUnknown, NothingToReplay, ReplayDiffers
from domain.requests import Misfiling, Request, SearchKey
from projections.editions import EDITIONS, Editions
from projections.record_view import EDITION, RecordRender
from tests.builders import AUDITOR, KEEPER, LI_ID, NURSE, OTHER_NURSE, WANG, WANG_ID, login, request
from tests.county import County, access_stream
from tests.whole_life import Life

LAWYER = request("doctor", "legal")
STRICTER = Policy(
    "access", "2099.1", tuple(rule for rule in POLICY.rules if rule.id != "staff-in-custody-read")
)


@pytest.fixture
def county() -> County:
    founded = County(render=RecordRender())
    adopt_policy(founded.records.gate)
    return founded


@pytest.fixture
def life(county: County) -> Life:
    begun = Life(county)
    begun.add("problems")
    begun.add("encounters")
    return begun


def newest(life: Life) -> Recorded:
    """The last event of the access stream."""
    return life.county.log.read(access_stream(life.county, life.record), limit=1, newest_first=True)[0]


def seen(life: Life, who: Request = NURSE) -> tuple[UUID, bytes]:
    """What somebody sees of the record now, and the access."""
    body = life.records.read_record(who, life.record).body
    return newest(life).stored.event, body


def with_render(county: County, editions: Editions, policy: Policy = POLICY) -> Records:
    """A later release on the same log."""
    return Records(county.log, RecordRender(editions), county.clock, uuid4, policy=policy)


@pytest.mark.parametrize("who", [WANG, KEEPER])
def test_what_was_shown_is_shown_again_after_more_was_written(life: Life, who: Request) -> None:
    access, body = seen(life)
    life.add("allergies")
    life.county.clock.move(days=400)

    replayed = life.records.replay(who, life.record, access)

    assert replayed.body == body and not replayed.is_shape
    assert (replayed.matched, replayed.decision, replayed.edition) == (True, "same", EDITION)


def test_an_old_access_is_shown_in_the_edition_of_its_day(life: Life) -> None:
    access, body = seen(life)
    later = EDITIONS.then("record", "record-view/99", lambda *asked: {"view": "record-view/99"})
    records = with_render(life.county, later)

    assert records.read_record(NURSE, life.record).edition == "record-view/99"
    assert records.replay(WANG, life.record, access).body == body


def test_an_edition_that_is_not_kept_is_named_and_the_attempt_recorded(life: Life) -> None:
    access, _ = seen(life)
    views = {name: kept for name, kept in EDITIONS.views.items() if name != "record"}

    with pytest.raises(EditionUnknown) as unknown:
        with_render(life.county, Editions(views)).replay(WANG, life.record, access)

    assert unknown.value.facts == {"edition": EDITION}
    refused = newest(life).event
    assert isinstance(refused, AccessRefused) and refused.rules == ["edition-unknown"]


def test_what_differs_is_evidence_and_is_not_shown(life: Life) -> None:
    access, _ = seen(life)
    changed = EDITIONS.then("record", EDITION, lambda *asked: {"view": EDITION})

    with pytest.raises(ReplayDiffers) as differs:
        with_render(life.county, changed).replay(WANG, life.record, access)

    told = newest(life)
    assert isinstance(told.event, RecordReplayed)
    assert told.event.matched is False and told.event.access == access
    assert differs.value.facts["recorded_as"] == str(told.stored.event)
    assert differs.value.facts["made_sha256"] == told.event.made_sha256 != told.event.body_sha256


def test_a_hit_and_a_refusal_showed_nothing_that_could_be_shown_again(life: Life) -> None:
    life.records.search(NURSE, SearchKey("identity-card", WANG_ID))
    listed = newest(life).stored.event
    with pytest.raises(NotAvailable):
        life.records.read_record(OTHER_NURSE, life.record)
    refused = newest(life).stored.event

    for access, kind in ((listed, "listed"), (refused, "refused")):
        with pytest.raises(NothingToReplay) as nothing:
            life.records.replay(WANG, life.record, access)
        assert nothing.value.facts["access"] == kind


def test_nobody_else_replays_and_it_is_recorded_that_they_tried(life: Life) -> None:
    access, _ = seen(life)

    for who in (NURSE, OTHER_NURSE, request("county", "management")):
        with pytest.raises(NotAvailable):
            life.records.replay(who, life.record, access)
        refused = newest(life).event
        assert isinstance(refused, AccessRefused) and refused.action == "replay"


def test_an_auditor_is_shown_the_shape(life: Life) -> None:
    access, body = seen(life)

    replayed = life.records.replay(AUDITOR, life.record, access)

    assert replayed.is_shape and replayed.matched
    assert json.loads(replayed.body) == shape_of(json.loads(body))


def test_another_residents_entry_is_shown_again_to_who_keeps_the_record_only(life: Life) -> None:
    access, body = seen(life)
    other = life.county.open_record(LI_ID, "li")
    misfiling = Misfiling(life.entries["problems"], "another resident's", other)
    life.records.misfile_entry(KEEPER, life.record, life.version, misfiling)

    assert life.records.replay(KEEPER, life.record, access).body == body
    assert life.records.replay(WANG, life.record, access).is_shape


def test_another_persons_document_is_not_shown_again_to_the_resident_it_was_linked_to(life: Life) -> None:
    passport = identity_document("passport", "E12345678", issuer="CHN")
    link = life.records.link_identity(NURSE, life.record, passport).stored[0].event
    access, body = seen(life)
    life.records.unlink_identity(KEEPER, life.record, life.version, link, "a namesake's")

    assert b"E12345678" in body
    assert life.records.replay(KEEPER, life.record, access).body == body
    assert life.records.replay(WANG, life.record, access).is_shape


def test_the_resident_keeps_from_staff_what_they_saw_before(life: Life) -> None:
    access, body = seen(life)
    life.add("restrictions", WANG, sections=["problems"])

    assert life.records.replay(KEEPER, life.record, access).is_shape
    assert life.records.replay(WANG, life.record, access).body == body


def test_a_shape_tells_of_no_entry_that_it_is_there(life: Life) -> None:
    without, _ = seen(life)
    life.add("statutory-disclosures", LAWYER)
    life.add("examinations")
    with_one, body = seen(life)

    before, after = (life.records.replay(AUDITOR, life.record, one).body for one in (without, with_one))
    told = life.records.replay(WANG, life.record, with_one)

    assert told.is_shape and told.body == before == after
    assert json.loads(told.body).keys() == json.loads(body).keys()


def test_the_replay_of_a_look_of_which_the_resident_is_not_told_is_not_told_either(life: Life) -> None:
    life.add("statutory-disclosures", LAWYER)
    access, _ = seen(life, LAWYER)
    life.records.replay(KEEPER, life.record, access)

    assert str(access) not in life.records.read_accesses(WANG, life.record).body.decode()
    assert "access.replayed.v1" not in life.records.read_trail(WANG, life.record).body.decode()

    life.county.clock.now = datetime(2026, 10, 2, tzinfo=UTC)
    assert str(access) in life.records.read_accesses(WANG, life.record).body.decode()


def test_who_speaks_for_the_resident_replays_too(life: Life) -> None:
    access, body = seen(life)
    life.add("representatives", capacity="representative", basis="authorisation", login=login("daughter"))

    assert life.records.replay(request("daughter", "self"), life.record, access).body == body


def test_a_look_of_which_the_resident_is_not_told_yet_is_not_there_for_them(life: Life) -> None:
    life.add("statutory-disclosures", LAWYER)
    access, _ = seen(life, LAWYER)

    with pytest.raises(NotAvailable):
        life.records.replay(WANG, life.record, access)

    life.county.clock.now = datetime(2026, 10, 2, tzinfo=UTC)
    assert life.records.replay(WANG, life.record, access).matched


def test_a_decision_is_made_again_under_the_policy_of_its_day(life: Life) -> None:
    seen(life)
    read = newest(life)
    later = with_render(life.county, EDITIONS, STRICTER)
    adopt_policy(later.gate)
    with pytest.raises(NotAvailable):
        later.read_record(NURSE, life.record)

    decider = Redecider(life.county.log)

    assert decider.again(read, life.record).holds == "same"
    assert decider.again(newest(life), life.record).holds == "same"
    moved = replace(newest(life), event=_changed(newest(life), rule=vars(read.event)["rule"]))
    assert decider.again(moved, life.record).holds == "differs"


def test_a_decision_under_a_policy_that_was_never_adopted_is_not_made_again() -> None:
    county = County(render=RecordRender())
    begun = Life(county)
    seen(begun)

    again = Redecider(county.log).again(newest(begun), begun.record)

    assert (again.holds, again.why) == ("unknown", "policy-not-adopted")


@pytest.mark.parametrize("history", [ACCESSES, UNUSUAL])
def test_the_history_of_an_institution_is_not_decided_on_again_with_the_residents_on_it(
    life: Life, history: str
) -> None:
    life.records.search(NURSE, SearchKey("identity-card", WANG_ID))
    shown = replace(newest(life), event=_changed(newest(life), key_kind=history))

    again = Redecider(life.county.log).again(shown, life.record)

    assert (again.holds, again.why) == ("unknown", "of-an-institution")


def test_who_left_since_is_decided_on_as_they_were(life: Life) -> None:
    seen(life)
    read = newest(life)
    life.records.practitioner_leaves(request("county", "management"), life.county.clinic, life.county.nurse)

    assert Redecider(life.county.log).again(read, life.record).holds == "same"


def test_every_decision_of_a_whole_life_is_made_again_alike(county: County) -> None:
    whole = Life(county).everything()
    decider, log = Redecider(county.log), county.log

    told = [decider.again(one, whole.record) for one in log.read(whole.record)]
    told += [decider.again(one, whole.record) for one in log.read(access_stream(county, whole.record))]

    assert {one.holds for one in told} == {"same", "unknown"}
    assert sum(one.holds == "same" for one in told) > 0.9 * len(told)
    whys = {one.why for one in told if one.holds == "unknown"}
    assert whys == {"not-by-policy", "operator"}  # the program told of itself that an erasure is finished


def _changed(one: Recorded, **changes: object) -> Event:
    """The event, as if it had said something else."""
    event: Event = object.__new__(type(one.event))  # type: ignore[assignment]  # every event here is one of ours
    object.__setattr__(event, "__dict__", {**vars(one.event), **changes})
    return event

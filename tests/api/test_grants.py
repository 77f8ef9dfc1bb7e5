"""Access as its people meet it: applied for, decided by two, used, ended; by law; in an emergency."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID, uuid4

import httpx
import pytest

from domain.access_stream import AccessRefused, RecordRead
from domain.ports import Recorded
from domain.record import Record
from domain.sequels import SEQUELS
from domain.time import CHINA
from tests.api.listed import fold
from tests.api.served import Json, Served, enrol, login
from tests.builders import content

APPLICATIONS = "access-applications"
DECIDED = (("approval", "manager", "management"), ("agreement", "", "self"))
Who = tuple[str, str]
APPLICANT: Who = ("other-nurse", "research")


def now() -> datetime:
    return datetime.now(CHINA) - timedelta(seconds=1)


def day(days: int) -> str:
    return (now() + timedelta(days=days)).date().isoformat()


def sent(form: str, **changes: object) -> Json:
    """A body made of the form's example, of this moment."""
    return {"occurred_at": now().isoformat(timespec="seconds"), "content": content(form, **changes)}


def apply(county: Served, record: str, who: Who = APPLICANT, **changes: object) -> httpx.Response:
    term: dict[str, object] = {"since": day(0), "until": day(30)}
    asked = sent("access-application", **{"to": str(county.other_clinic), **term, **changes})
    return county.post(f"/v1/records/{record}/{APPLICATIONS}", asked, *who)


def decide(
    county: Served, record: str, entry: str, name: str, who: Who, of: str = APPLICATIONS, **changes: object
) -> httpx.Response:
    asked = sent(SEQUELS[of][name].form, **changes)
    return county.post(f"/v1/records/{record}/{of}/{entry}/{name}", asked, *who)


def reads(county: Served, record: str, who: Who = APPLICANT) -> httpx.Response:
    return county.get(f"/v1/records/{record}", *who)


def accesses(county: Served, record: str) -> Iterator[Recorded]:
    log = county.service.records.gate.log
    opened = log.load(Record, UUID(record))
    assert opened is not None
    yield from log.read(opened.access_stream)


@pytest.fixture
def record(served: Served) -> str:
    """A resident's record with a login of their own, and problems and medications in it."""
    opened = served.open_record(login=login(f"resident-{uuid4()}"))
    for kind, form in (("problems", "problem"), ("medications", "medication")):
        assert served.post(f"/v1/records/{opened}/{kind}", sent(form)).status_code == 201
    return opened


def resident(county: Served, record: str) -> Who:
    opened = county.service.records.gate.log.load(Record, UUID(record))
    assert opened is not None
    return opened.state.logins[0].split()[-1], "self"


def granted(county: Served, record: str, **changes: object) -> str:
    """An application with both decisions."""
    entry = str(apply(county, record, APPLICANT, **changes).json()["entry"])
    assert decide(county, record, entry, "approval", ("manager", "management")).status_code == 201
    agreed = decide(county, record, entry, "agreement", resident(county, record), by="resident", paper=None)
    assert agreed.status_code == 201, agreed.text
    return entry


def test_it_is_applied_for_decided_by_two_read_revoked_and_refused(served: Served, record: str) -> None:
    assert reads(served, record).status_code == 404
    entry = str(apply(served, record, sections=["problems"]).json()["entry"])
    assert reads(served, record).status_code == 404
    decide(served, record, entry, "approval", ("manager", "management"))
    assert reads(served, record).status_code == 404

    decide(served, record, entry, "agreement", resident(served, record), by="resident", paper=None)
    shown = reads(served, record)
    assert shown.status_code == 200
    assert list(shown.json()["sections"]) == ["problems"]
    assert reads(served, record, ("other-nurse", "care")).status_code == 404  # another purpose

    (*_, read, _) = [one.event for one in accesses(served, record)]
    assert isinstance(read, RecordRead)
    assert (read.basis, str(read.cites), read.purpose) == ("grant", entry, "research")
    ended = decide(served, record, entry, "revocation", resident(served, record), by="resident", paper=None)
    assert ended.status_code == 201
    assert reads(served, record).status_code == 404


def test_who_applied_decides_nothing_and_is_told_so(served: Served, record: str) -> None:
    entry = str(apply(served, record).json()["entry"])

    for name, who, status in (
        ("approval", ("other-nurse", "management"), 404),
        ("approval", ("nurse", "management"), 404),
        ("approval", ("manager", "management"), 201),
        ("agreement", ("manager", "care"), 403),
        ("agreement", ("nurse", "care"), 201),
    ):
        answer = decide(
            served, record, entry, name, who, **({"by": "resident"} if name == "agreement" else {})
        )
        assert answer.status_code == status, answer.text
        if status == 403:
            assert answer.json()["type"] == "/problems/another-person-decides"
            assert answer.json()["part"] == "approval"


@pytest.mark.parametrize("purpose", ["commercial", "marketing"])
def test_a_commercial_purpose_is_refused_by_rule_and_told_to_the_resident(
    served: Served, record: str, purpose: str
) -> None:
    answer = apply(served, record, purpose=purpose)

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/purpose-refused")
    (*_, refused) = [one.event for one in accesses(served, record)]
    assert isinstance(refused, AccessRefused)
    assert (refused.action, refused.rules) == ("apply", ["purpose-commercial"])


def test_both_sides_have_it_on_their_lists(served: Served, record: str) -> None:
    entry = str(apply(served, record).json()["entry"])

    def listed() -> set[tuple[str, str]]:
        fold(served)
        sides = ((served.clinic, ("manager", "management")), (served.other_clinic, ("other-nurse", "care")))
        found = set()
        for institution, who in sides:
            page = served.get(f"/v1/institutions/{institution}/tasks", *who, {"limit": "200"})
            assert page.status_code == 200, page.text
            found |= {(who[0], one["kind"]) for one in page.json()["rows"] if one["entry"] == entry}
        return found

    assert listed() == {("manager", "application-to-decide"), ("other-nurse", "application-open")}
    decide(served, record, entry, "approval", ("manager", "management"))
    assert listed() == {("manager", "application-to-answer"), ("other-nurse", "application-open")}
    decide(served, record, entry, "agreement", resident(served, record), by="resident", paper=None)
    assert listed() == {("other-nurse", "grant-held")}
    decide(served, record, entry, "withdrawal", APPLICANT)
    assert listed() == set()


def test_an_emergency_is_open_at_once_and_reviewed_by_somebody_else(served: Served, record: str) -> None:
    at_night = ("other-nurse", "emergency")
    assert reads(served, record, at_night).status_code == 404
    opened = served.post(
        f"/v1/records/{record}/emergency-accesses", sent("emergency-access", hours=1), *at_night
    )
    assert opened.status_code == 201, opened.text
    entry = str(opened.json()["entry"])

    assert reads(served, record, at_night).status_code == 200
    fold(served)
    due = served.get(
        f"/v1/institutions/{served.clinic}/tasks", "manager", "management", {"kind": "emergency-review"}
    )
    assert entry not in {one["entry"] for one in due.json()["rows"] if one["due_by"] <= day(0)}
    review = decide(served, record, entry, "review", ("manager", "management"), "emergency-accesses")
    assert review.status_code == 201, review.text
    assert reads(served, record, at_night).status_code == 404


def test_a_disclosure_by_law_is_read_for_its_purpose_and_within_its_sections(
    served: Served, record: str
) -> None:
    lawyer = ("manager", "legal")
    assert reads(served, record, lawyer).status_code == 404
    asked = sent("statutory-disclosure", sections=["problems"], until=day(10), notice_deferred_until=day(5))
    opened = served.post(f"/v1/records/{record}/statutory-disclosures", asked, *lawyer)
    assert opened.status_code == 201, opened.text

    assert list(reads(served, record, lawyer).json()["sections"]) == ["problems"]
    own = reads(served, record, resident(served, record)).json()["sections"]
    assert own["problems"] and own["statutory_disclosures"] == []  # notice of it is deferred


def test_a_read_that_races_a_revocation_is_recorded_before_it_or_refused(served: Served, record: str) -> None:
    entry, is_over = granted(served, record), Event()
    readers = [f"reader-{number}-{record}" for number in range(4)]
    for one in readers:
        enrol(served, served.other_clinic, one, "practitioner")

    def keep_reading(who: str) -> list[int]:
        told: list[int] = []
        while not (is_over.is_set() and 404 in told[-1:]):
            told.append(reads(served, record, (who, "research")).status_code)
        return told

    with ThreadPoolExecutor(len(readers)) as pool:
        reading = [pool.submit(keep_reading, who) for who in readers]
        while sum(isinstance(one.event, RecordRead) for one in accesses(served, record)) < 8:
            is_over.wait(0.01)
        ended = decide(served, record, entry, "revocation", ("manager", "management"), by="institution")
        is_over.set()
        told = [one.result() for one in reading]

    assert ended.status_code == 201, ended.text
    assert all(answers == sorted(answers) and {200, 404} == set(answers) for answers in told)
    found = [one for one in accesses(served, record) if isinstance(one.event, RecordRead)]
    assert len(found) == sum(answers.count(200) for answers in told)
    assert max(one.stored.position for one in found) < int(ended.json()["position"])

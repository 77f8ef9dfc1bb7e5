"""What somebody saw is shown again byte for byte to whom it concerns, and its shape to who audits."""

import hashlib
from uuid import UUID

import httpx
import pytest

from domain.record import Record
from tests.api.served import Json, Served, enrol, login, new_entry, new_number

PATHS = (
    "",
    "?version=3",
    "?documents=true",
    "/events?limit=2",
    "/life-course",
    "/problem-list",
    "/measurements/systolic",
    "/reconciliation",
    "/due",
)
OWN = (
    "/accesses",
    "/accesses?limit=1",
    "/notices",
    "/notices?limit=1",
    "/audit-trail",
    "/audit-trail?limit=3",
)


@pytest.fixture
def record(served: Served) -> str:
    opened, basic = open_resident(served)
    for kind, entry in (
        ("basic-information", basic),
        ("problems", new_entry("problems")),
        ("documents", new_entry("documents")),
    ):
        assert served.post(f"/v1/records/{opened}/{kind}", entry).status_code == 201
    return opened


def open_resident(served: Served) -> tuple[str, Json]:
    """A record with a login, and the basic information that agrees with its identity number."""
    number = new_number()
    document = {"kind": "identity-card", "number": number}
    opened = served.open_record(login=login(f"resident {served.position}"), documents=[document])
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    sex = "male" if int(number[16]) % 2 else "female"
    return opened, new_entry("basic-information", identity_number=number, birth_date=born, sex=sex)


def resident(served: Served, record: str) -> str:
    found = served.service.records.gate.log.load(Record, UUID(record))
    assert found is not None
    return found.state.logins[0].partition(" ")[2]


def accesses(served: Served, record: str) -> list[UUID]:
    """The events of the record's access stream, newest first."""
    log = served.service.records.gate.log
    found = log.load(Record, UUID(record))
    assert found is not None
    return [one.stored.event for one in log.read(found.access_stream, newest_first=True)]


def replay(served: Served, record: str, access: UUID, who: str, purpose: str) -> httpx.Response:
    return served.get(f"/v1/records/{record}/accesses/{access}/replay", who, purpose)


@pytest.mark.parametrize("path", PATHS)
def test_the_resident_sees_the_bytes_that_the_nurse_saw(served: Served, record: str, path: str) -> None:
    seen = served.get(f"/v1/records/{record}{path}")
    assert seen.status_code == 200, seen.text
    access = accesses(served, record)[0]

    again = replay(served, record, access, resident(served, record), "self")

    assert again.status_code == 200, again.text
    assert again.content == seen.content
    assert again.headers["Replay-Sha256"] == hashlib.sha256(seen.content).hexdigest()
    assert again.headers["View-Edition"] == seen.headers["View-Edition"]
    told = {name: again.headers[f"Replay-{name}"] for name in ("Event", "Matched", "Shape", "Decision")}
    assert told == {"Event": str(access), "Matched": "true", "Shape": "false", "Decision": "same"}


@pytest.mark.parametrize("path", OWN)
def test_what_the_resident_read_of_their_own_accesses_is_shown_again(
    served: Served, record: str, path: str
) -> None:
    own = resident(served, record)
    served.get(f"/v1/records/{record}")
    seen = served.get(f"/v1/records/{record}{path}", own, "self")
    assert seen.status_code == 200, seen.text

    assert replay(served, record, accesses(served, record)[0], own, "self").content == seen.content


def test_the_bytes_of_a_document_are_shown_again(served: Served, record: str) -> None:
    shown = served.get(f"/v1/records/{record}").json()
    entry = shown["sections"]["documents"][0]["id"]
    seen = served.get(f"/v1/records/{record}/documents/{entry}/content")
    access = accesses(served, record)[0]

    again = replay(served, record, access, resident(served, record), "self")

    assert again.content == seen.content
    assert again.headers["Replay-Sha256"] == hashlib.sha256(seen.content).hexdigest()


def test_an_auditor_sees_the_shape_and_the_digest_not_the_content(served: Served, record: str) -> None:
    auditor = f"auditor {served.position}"
    enrol(served, served.bureau, auditor, "auditor")
    seen = served.get(f"/v1/records/{record}")
    access = accesses(served, record)[0]

    again = replay(served, record, access, auditor, "audit")

    assert again.status_code == 200, again.text
    assert again.headers["Replay-Shape"] == "true" and again.headers["Replay-Matched"] == "true"
    assert again.headers["Replay-Sha256"] == hashlib.sha256(seen.content).hexdigest()
    shape = again.json()
    assert shape.keys() == seen.json().keys()
    assert set(shape.values()) <= {"object", "list", "string", "integer", "boolean", "null"}


def test_who_keeps_the_record_sees_no_more_by_a_replay_than_they_may_see_now(
    served: Served, record: str
) -> None:
    own = resident(served, record)
    served.get(f"/v1/records/{record}")
    access = accesses(served, record)[0]
    before = replay(served, record, access, "manager", "management")
    restriction = new_entry("restrictions", sections=["problems"])
    assert served.post(f"/v1/records/{record}/restrictions", restriction, own, "self").status_code == 201

    after = replay(served, record, access, "manager", "management")

    assert before.headers["Replay-Shape"] == "false"
    assert after.headers["Replay-Shape"] == "true" and after.headers["Replay-Matched"] == "true"
    assert replay(served, record, access, own, "self").content == before.content


def test_the_replay_is_in_the_history_of_accesses_and_is_not_replayed_itself(
    served: Served, record: str
) -> None:
    own = resident(served, record)
    served.get(f"/v1/records/{record}")
    access = accesses(served, record)[0]
    replayed = replay(served, record, access, "manager", "management")

    history = served.get(f"/v1/records/{record}/accesses", own, "self").json()["accesses"]
    again = replay(served, record, UUID(replayed.headers["Replay-Recorded-As"]), own, "self")

    assert history[0]["topic"] == "access.replayed.v1"
    assert history[0]["access"]["access"] == str(access) and history[0]["access"]["matched"] is True
    assert (again.status_code, again.json()["type"]) == (409, "/problems/nothing-to-replay")
    assert again.json()["access"] == "replayed"


def test_a_stranger_and_an_access_of_another_record_are_answered_alike(served: Served, record: str) -> None:
    other = served.open_record()
    served.get(f"/v1/records/{other}")
    elsewhere = accesses(served, other)[0]
    served.get(f"/v1/records/{record}")
    own = resident(served, record)

    stranger = replay(served, record, accesses(served, record)[0], "other-nurse", "care")
    misplaced = replay(served, record, elsewhere, own, "self")

    assert stranger.status_code == misplaced.status_code == 404
    assert stranger.json()["type"] == misplaced.json()["type"]

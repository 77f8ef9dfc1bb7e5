"""An emergency summary is dated, signed, recorded before it leaves, and checked without us."""

import hashlib
from datetime import datetime
from uuid import UUID

import pytest

from domain.record import Record
from domain.time import CHINA
from evidence import canonical
from evidence.errors import ProofError
from evidence.summary_note import verify_summary
from tests.api.served import Served, new_entry
from tests.api.test_replays import open_resident


@pytest.fixture
def record(served: Served) -> str:
    opened, basic = open_resident(served)
    for entry in (
        ("basic-information", basic),
        ("allergies", new_entry("allergies")),
        ("problems", new_entry("problems", clinical_status="active", abated_on=None)),
        ("problems", new_entry("problems")),
        ("medications", new_entry("medications", stopped_on=None)),
        ("medications", new_entry("medications")),
    ):
        assert served.post(f"/v1/records/{opened}/{entry[0]}", entry[1]).status_code == 201
    return opened


def china_day(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(CHINA).date().isoformat()


def test_a_summary_tells_what_saves_a_life_and_nothing_that_is_over(served: Served, record: str) -> None:
    answer = served.get(f"/v1/records/{record}/emergency-summary", "nurse", "emergency")

    assert answer.status_code == 200, answer.text
    summary = answer.json()["summary"]
    assert summary["view"] == answer.headers["View-Edition"] == "emergency-summary/1"
    assert summary["blood_group"] == {"blood_type": "o", "rhesus": "positive"}
    assert [one["substance"]["code"] for one in summary["allergies"]] == ["764146007"]
    assert len(summary["medications"]) == len(summary["conditions"]) == 1
    assert summary["contacts"][0]["contact_phone"]
    assert summary["is_partial"] is False and summary["on"] == china_day(summary["valid_at"])


def test_its_note_is_checked_offline_and_is_over_these_bytes_only(served: Served, record: str) -> None:
    answer = served.get(f"/v1/records/{record}/emergency-summary", "nurse", "care").json()
    summary, note = canonical.encode(answer["summary"]), answer["note"].encode()
    verifier = served.service.opened.signer.verifier

    told = verify_summary(summary=summary, text=note, verifiers=[verifier])

    assert (told.record, told.version) == (record, answer["summary"]["version"])
    assert told.at == answer["summary"]["valid_at"]
    with pytest.raises(ProofError):
        verify_summary(summary=summary + b" ", text=note, verifiers=[verifier])


def test_it_is_an_access_with_its_digest_and_is_replayed(served: Served, record: str) -> None:
    answer = served.get(f"/v1/records/{record}/emergency-summary", "nurse", "care")
    log = served.service.records.gate.log
    found = log.load(Record, UUID(record))
    assert found is not None
    (one,) = log.read(found.access_stream, limit=1, newest_first=True)
    event = vars(one.event)

    again = served.get(
        f"/v1/records/{record}/accesses/{one.stored.event}/replay",
        found.state.logins[0].partition(" ")[2],
        "self",
    )

    summary = canonical.encode(answer.json()["summary"])
    assert event["sections"] == ["emergency-summary"] and event["rules"] == ["staff-issue-summary"]
    assert event["body_sha256"] == hashlib.sha256(summary).hexdigest()
    assert again.content == summary and again.headers["Replay-Decision"] == "same"


def test_what_the_resident_keeps_to_themselves_is_not_in_it_and_it_says_so(
    served: Served, record: str
) -> None:
    log = served.service.records.gate.log
    found = log.load(Record, UUID(record))
    assert found is not None
    own = found.state.logins[0].partition(" ")[2]
    restriction = new_entry("restrictions", sections=["problems"])
    assert served.post(f"/v1/records/{record}/restrictions", restriction, own, "self").status_code == 201

    summary = served.get(f"/v1/records/{record}/emergency-summary", "nurse", "care").json()["summary"]

    assert summary["conditions"] == [] and summary["allergies"]
    assert summary["is_partial"] is True and "problems" not in summary["sections"]


def test_only_the_clinic_in_custody_has_it(served: Served, record: str) -> None:
    answer = served.get(f"/v1/records/{record}/emergency-summary", "other-nurse", "care")

    assert answer.status_code == 404

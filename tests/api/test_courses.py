"""The courses of a record over HTTP: documented, shown as recorded, refused like the record."""

import hashlib
import json
from uuid import UUID

import pytest

from domain.measurements import MEASUREMENTS
from tests.api.served import WHEN, Served, new_entry

PATHS = ["life-course", "problem-list", "measurements/systolic", "reconciliation", "due"]


@pytest.fixture
def record(served: Served) -> str:
    """A record with an enrolment and one urgent follow-up."""
    opened = served.open_record()
    pressure = {"systolic": 190, "diastolic": 100}
    for kind, entry in (
        ("programmes", new_entry("programmes", programme="hypertension")),
        ("follow-ups", new_entry("follow-ups", "hypertension-follow-up", signs=pressure, referral=None)),
    ):
        answer = served.post(f"/v1/records/{opened}/{kind}", entry)
        assert answer.status_code == 201, answer.text
    return opened


@pytest.mark.parametrize("path", PATHS)
def test_a_course_is_shown_with_its_place_and_its_digest_kept(served: Served, record: str, path: str) -> None:
    answer = served.get(f"/v1/records/{record}/{path}")

    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    assert answer.headers["View-Edition"] == answer.json()["view"]
    log = served.service.records.gate.log
    access_stream = vars(log.read(UUID(record))[0].event)["access_stream"]
    (read,) = log.read(access_stream, limit=1, newest_first=True)
    assert vars(read.event)["body_sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert vars(read.event)["sections"] == [path]


@pytest.mark.parametrize("path", PATHS)
def test_a_course_is_not_there_for_another_institution(served: Served, record: str, path: str) -> None:
    there = served.get(f"/v1/records/{record}/{path}", "other-nurse")
    nowhere = served.get(f"/v1/records/00000000-0000-4000-8000-000000000000/{path}", "other-nurse")

    assert there.status_code == nowhere.status_code == 404
    assert there.json()["type"] == nowhere.json()["type"] == "/problems/not-available"


def test_what_is_due_is_told_for_the_day_asked_with_its_rule_and_source(served: Served, record: str) -> None:
    answer = served.get(f"/v1/records/{record}/due", params={"valid_at": "2026-06-20"}).json()

    look_back = next(one for one in answer["due"] if one["what"] == "look-back")
    assert (answer["on"], look_back["by"], look_back["overdue"]) == ("2026-06-20", "2026-06-15", True)
    assert (look_back["rule"], look_back["edition"]) == ("hypertension.urgent-blood-pressure", "2017")
    assert look_back["urgent"] and look_back["referral"] and look_back["source"]


def test_a_series_has_the_value_and_the_life_course_the_event(served: Served, record: str) -> None:
    series = served.get(f"/v1/records/{record}/measurements/systolic").json()
    life = json.dumps(served.get(f"/v1/records/{record}/life-course").json())

    (value,) = series["values"]
    assert (value["value"], value["unit"], value["occurred"]["at"]) == (190, "mmHg", WHEN)
    assert value["entry"] in life


def test_an_unknown_measurement_is_told_with_those_there_are(served: Served, record: str) -> None:
    answer = served.get(f"/v1/records/{record}/measurements/mood")

    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-measurement"
    assert answer.json()["accepted"] == list(MEASUREMENTS)


@pytest.mark.parametrize("past", [{"version": "0"}, {"as_of": "yesterday"}, {"valid_at": "2026-13"}])
@pytest.mark.parametrize("path", PATHS)
def test_a_past_that_is_none_is_refused(served: Served, record: str, path: str, past: dict[str, str]) -> None:
    answer = served.get(f"/v1/records/{record}/{path}", params=past)

    assert answer.status_code == 400, answer.text


def test_every_course_is_documented(served: Served) -> None:
    paths = served.client.get("/openapi.json").json()["paths"]

    for path in ("life-course", "problem-list", "measurements/{name}", "reconciliation", "due"):
        operation = paths[f"/v1/records/{{record_id}}/{path}"]["get"]
        assert operation["description"] and {"400", "401", "403", "404", "503"} <= set(operation["responses"])

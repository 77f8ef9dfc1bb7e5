"""Sections of a record: those asked for and no other, told to have been shown as they were."""

import hashlib
import json
from uuid import UUID

import pytest

from domain.access_stream import RecordRead
from domain.entries import KINDS
from domain.record import Record
from tests.api.served import Served, login, new_entry


@pytest.fixture(scope="module")
def record(served: Served) -> str:
    """A record with a problem and an encounter; the resident keeps their allergies to themselves."""
    opened = served.open_record(login=login("section-resident"))
    restriction = new_entry("restrictions", by="resident", sections=["allergies"], until=None)
    for kind, entry in (
        ("problems", new_entry("problems")),
        ("encounters", new_entry("encounters")),
        ("allergies", new_entry("allergies")),
        ("restrictions", restriction),
    ):
        assert served.post(f"/v1/records/{opened}/{kind}", entry).status_code == 201
    return opened


def last_read(served: Served, record: str) -> RecordRead:
    log = served.service.records.gate.log
    opened = log.load(Record, UUID(record))
    assert opened is not None
    (read,) = log.read(opened.access_stream, limit=1, newest_first=True)
    assert isinstance(read.event, RecordRead)
    return read.event


@pytest.mark.parametrize("asked", [["problems"], ["problems", "encounters"], ["programmes"]])
def test_the_sections_asked_for_are_shown_and_recorded_and_nothing_else(
    served: Served, record: str, asked: list[str]
) -> None:
    whole = served.get(f"/v1/records/{record}").json()

    answer = served.client.get(
        f"/v1/records/{record}", params={"section": asked}, headers=served.headers("nurse", "care")
    )

    told = answer.json()
    assert {**told, "sections": None} == {
        **whole,
        "identities": [],
        "consents": [],
        "misfiled": [],
        "mergings": [],
        "sections": None,
    }
    assert told["sections"] == {one: whole["sections"][one] for one in asked}
    read = last_read(served, record)
    assert read.sections == sorted(asked)
    assert read.body_sha256 == hashlib.sha256(answer.content).hexdigest()


def test_a_section_that_is_not_for_the_caller_is_shown_to_who_may_see_it_only(
    served: Served, record: str
) -> None:
    path = f"/v1/records/{record}"

    staff = served.get(path, params={"section": "allergies"})
    nothing = last_read(served, record).sections
    own = served.get(path, "section-resident", "self", {"section": "allergies"})

    assert (staff.status_code, staff.json()["sections"], nothing) == (200, {}, [])
    assert len(own.json()["sections"]["allergies"]) == 1
    assert last_read(served, record).sections == ["allergies"]


def test_a_section_is_read_of_the_past_too(served: Served, record: str) -> None:
    before = served.get(f"/v1/records/{record}", params={"section": "encounters", "version": "3"}).json()
    now = served.get(f"/v1/records/{record}", params={"section": "encounters"}).json()

    assert (before["version"], before["sections"]) == (3, {"encounters": []})
    assert [len(one) for one in now["sections"].values()] == [1]


def test_a_section_that_there_is_not_is_refused_with_those_there_are(served: Served, record: str) -> None:
    answer = served.get(f"/v1/records/{record}", params={"section": "diary"})

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unknown-code")
    assert answer.json()["accepted"] == list(KINDS)
    assert "diary" not in json.dumps(answer.json())


def test_a_parameter_that_means_one_thing_is_still_not_taken_twice(served: Served, record: str) -> None:
    twice = {"version": ["1", "2"]}

    answer = served.client.get(f"/v1/records/{record}", params=twice, headers=served.headers("nurse", "care"))

    assert answer.json()["type"] == "/problems/parameter-refused"

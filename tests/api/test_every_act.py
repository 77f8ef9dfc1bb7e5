"""Every act on a record is a call of the documentation, kept, and afterwards told by the record."""

from collections.abc import Iterator

import pytest

from domain.record_events import ENTRIES, SEQUEL_EVENTS, EntryFollowed, EntryRecorded, RecordEvent
from tests.api.served import Served
from tests.api.whole_life import MANAGER, Life

OURS = ("/v1/records", "/v1/contributions")
WRITES_NOTHING = {"/v1/records/{record_id}/uploads"}  # until an entry names the upload


@pytest.fixture(scope="module")
def life(served: Served) -> Life:
    return Life(served).everything()


def catalogue(of: type[RecordEvent] = RecordEvent) -> Iterator[type[RecordEvent]]:
    """The events of a record that are stored, by every class that names a topic."""
    for event in of.__subclasses__():
        if "TOPIC" in vars(event):
            yield event
        yield from catalogue(event)


def topic(event: type[RecordEvent]) -> str:
    return str(vars(event)["TOPIC"])


def events(life: Life, record: str) -> Iterator[dict[str, str]]:
    """The record's list of events, page by page."""
    cursor: str | None = ""
    while cursor is not None:
        page = life.county.get(f"/v1/records/{record}/events", *MANAGER, {"cursor": cursor} if cursor else {})
        assert page.status_code == 200, page.text
        yield from page.json()["events"]
        cursor = page.json()["next"]


def acts(life: Life) -> set[str]:
    """The routes by which something is done about records."""
    posts = {path for path, operations in life.paths.items() if "post" in operations}
    return {path for path in posts if path.startswith(OURS) or path.endswith("/registration-refusals")}


def test_every_documented_act_is_sent_with_each_of_its_examples_and_kept(life: Life) -> None:
    documented = {(path, name) for path in acts(life) for name in life.examples(path)}

    assert documented == life.sent
    assert acts(life) - {path for path, _ in life.sent} == WRITES_NOTHING


def test_every_event_of_the_catalogue_is_reached_by_an_act(life: Life) -> None:
    happened = {event["topic"] for record in (*life.records, life.erased) for event in events(life, record)}

    assert happened == {topic(event) for event in catalogue()}


def test_the_catalogue_is_the_entries_what_follows_them_and_the_record_as_a_whole() -> None:
    stored = set(catalogue())

    assert {event for event in stored if issubclass(event, EntryRecorded)} == set(ENTRIES.values())
    assert {event for event in stored if issubclass(event, EntryFollowed)} == set(SEQUEL_EVENTS.values())


def test_a_refused_registration_is_told_by_the_institution_and_names_nobody(life: Life) -> None:
    log = life.county.service.records.gate.log
    (refused,) = [
        one.event
        for one in log.read(life.county.clinic)
        if one.stored.topic == "institution.registration-refused.v1"
    ]

    assert vars(refused)["by"] == "resident"
    assert not {"name", "record", "number"} & set(vars(refused))


def told(life: Life, record: str) -> set[str]:
    """The events that the life course tells, under whichever stage and problem."""
    course = life.county.get(f"/v1/records/{record}/life-course", *MANAGER).json()
    activities = [
        one for stage in course["stages"] for problem in stage["problems"] for one in problem["activities"]
    ]
    assert len(activities) == len({one["event"] for one in activities})
    return {one["event"] for one in activities}


def test_every_event_appears_in_the_life_course_but_the_misfiled_and_what_followed_it(life: Life) -> None:
    shown = {event for record in life.records for event in told(life, record)}
    happened = [event for record in life.records for event in events(life, record)]

    untold = [event["topic"] for event in happened if event["event"] not in shown]
    assert untold == ["record.encounter-recorded.v1", "record.entry-filed.v1", "record.entry-attested.v1"]

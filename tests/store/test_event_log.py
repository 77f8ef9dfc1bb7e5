"""The domain on the real log: a record written, kept, cached and read back, as on the plain model of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

import tests.county
from domain.acts import Event
from domain.errors import KeyReused, PersonHasRecord, StaleVersion
from domain.institution import Institution
from domain.ports import Answer, Recorded
from domain.record import Record
from domain.requests import Request, SearchKey
from projections.record_view import RecordRender
from store import mapper
from store.database import Database
from store.event_log import SNAPSHOT_EVERY, StoredLog
from store.wiring import OpenLog
from tests.builders import (
    LI_ID,
    NURSE,
    OTHER_NURSE,
    TODAY,
    WANG,
    WANG_ID,
    card,
    new_entry,
    new_record,
    request,
)
from tests.county import County, access_stream
from tests.memory_log import MemoryLog
from tests.store.audit import audited
from tests.store.logs import new_log, opened, unused_log_no


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as log:
        yield log


@pytest.fixture
def county(log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> County:
    """The county of the domain's tests, on the real log."""
    monkeypatch.setattr(tests.county, "MemoryLog", lambda clock: StoredLog(log))
    return County(render=RecordRender())


def a_day_at_the_clinic(county: County) -> UUID:
    record = county.open_record()
    county.records.add_entry(NURSE, record, new_entry("examinations"))
    allergy = county.records.add_entry(NURSE, record, new_entry("allergies")).stored[0]
    county.records.retract_entry(NURSE, record, allergy.version, allergy.event, "another resident's")
    county.records.read_record(WANG, record)
    county.records.search(NURSE, SearchKey("identity-card", WANG_ID))
    return record


def test_the_real_log_holds_what_the_model_of_it_holds(county: County) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tests.county, "MemoryLog", MemoryLog)
        model = County(render=RecordRender())

    record, same = a_day_at_the_clinic(county), a_day_at_the_clinic(model)

    assert record == same  # both draw the same ids
    for stream in (record, county.clinic):  # what was shown differs: it tells when it was recorded
        assert _told(county.log.read(stream)) == _told(model.log.read(stream))
        for which in PIECES:
            assert _told(county.log.read(stream, **which)) == _told(model.log.read(stream, **which)), which


PIECES: tuple[dict[str, Any], ...] = (
    {"limit": 2},
    {"limit": 2, "after": 3},
    {"limit": 2, "newest_first": True},
    {"limit": 3, "newest_first": True, "upto_version": 4},
    {"after": 2, "upto_version": 4},
    {"newest_first": True, "after": 1000},
)


def _told(recorded: list[Recorded]) -> list[tuple[str, int, dict[str, bytes]]]:
    """What each event says: topic, version, and the parts that are sealed."""
    return [
        (one.stored.topic, one.stored.version, mapper.parts_of(cast(Event, one.event))) for one in recorded
    ]


def test_everything_a_day_at_the_clinic_stored_recomputes(county: County, log: OpenLog) -> None:
    a_day_at_the_clinic(county)

    topics = {row.topic for row in audited(log)}

    assert {"record.created.v1", "record.entry-retracted.v1", "access.read.v1", "access.listed.v1"} <= topics


def test_a_long_record_is_loaded_from_its_snapshot_and_is_the_same(county: County, log: OpenLog) -> None:
    record = county.open_record()
    entries = [new_entry("problems") for _ in range(SNAPSHOT_EVERY + 20)]
    county.records.add_entries(NURSE, record, entries)
    first = county.log.load(Record, record)
    assert first is not None

    assert log.snapshots.newest(record, Record.FOLD) is not None
    county.records.add_entry(NURSE, record, new_entry("problems"))
    cached = county.log.load(Record, record)
    log.snapshots.forget(record)
    folded = county.log.load(Record, record)

    assert cached is not None and folded is not None
    assert cached.state_to_json() == folded.state_to_json()
    assert cached.version == first.version + 1


def test_a_snapshot_of_another_edition_or_that_does_not_open_is_folded_again(
    county: County, log: OpenLog, database: Database
) -> None:
    record = county.open_record()
    loaded = county.log.load(Record, record)
    assert loaded is not None
    log.snapshots.put(record, "record/0", 1, b"{}")
    log.snapshots.put(record, Record.FOLD, loaded.version, b"{}")
    with psycopg.connect(database.admin) as connection:
        connection.execute(
            "UPDATE store.snapshot SET ciphertext = 'nonsense' WHERE log_no = %s AND fold = %s",
            [log.log_no, Record.FOLD],
        )

    again = county.log.load(Record, record)

    assert again is not None and again.state_to_json() == loaded.state_to_json()


def test_a_record_is_not_an_institution(county: County) -> None:
    record = county.open_record()

    assert county.log.load(Institution, record) is None
    assert county.log.load(Record, county.clinic) is None
    assert county.log.load(Record, UUID(int=1)) is None


def test_sixteen_attempts_at_once_give_the_person_one_record(county: County, log: OpenLog) -> None:
    def attempt(number: int) -> bool:
        try:
            county.records.create_record(OTHER_NURSE if number % 2 else NURSE, new_record(card(WANG_ID)))
        except PersonHasRecord:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(attempt, range(16))) == 1

    assert [row.topic for row in audited(log)].count("record.created.v1") == 1


def test_sixteen_entries_at_once_are_all_kept(county: County, log: OpenLog) -> None:
    record = county.open_record()

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: county.records.add_entry(NURSE, record, new_entry("problems")), range(16)))

    assert [row.topic for row in audited(log)].count("record.problem-recorded.v1") == 16


def test_a_request_sent_again_gets_its_first_answer_also_from_another_process(
    county: County, log: OpenLog
) -> None:
    record = county.open_record()
    keyed = request("nurse", key="visit-1", asked=b"x" * 32)

    first = county.records.add_entry(keyed, record, new_entry("problems"))
    county.records.add_entry(NURSE, record, new_entry("problems"))
    again = county.records.add_entry(keyed, record, new_entry("problems"))

    assert again.repeated and again.stored == first.stored
    with pytest.raises(KeyReused):
        county.records.add_entry(
            request("nurse", key="visit-1", asked=b"y" * 32), record, new_entry("problems")
        )


def test_equal_requests_sent_at_once_all_get_the_first_answer(county: County, log: OpenLog) -> None:
    """Also where the same act done twice is refused: an allergy, a closing, a second record."""
    record = county.open_record()
    allergy = new_entry("allergies")
    commands: dict[str, Callable[[Request, int], object]] = {
        "entry": lambda asked, seen: county.records.add_entry(asked, record, allergy),
        "closing": lambda asked, seen: county.records.close_record(
            asked, record, seen, reason="lost", since=TODAY
        ),
        "reopening": lambda asked, seen: county.records.reopen_record(asked, record, seen, reason="found"),
        "creation": lambda asked, seen: county.records.create_record(asked, new_record(card(LI_ID))).answer,
    }

    for name, command in commands.items():
        asked, seen = request("nurse", key=name), len(county.log.read(record))
        with ThreadPoolExecutor(4) as threads:
            answers = [threads.submit(command, asked, seen) for _ in range(4)]
        stored = [cast(Answer, one.result()).stored for one in answers]
        assert stored == [stored[0]] * 4, name

    topics = [row.topic for row in audited(log)]
    for topic in ("record.allergy-recorded.v1", "record.closed.v1", "record.reopened.v1"):
        assert topics.count(topic) == 1
    assert topics.count("record.created.v1") == 2


def test_a_read_is_conditional_on_the_version_it_was_decided_on(county: County) -> None:
    record = county.open_record()
    access = access_stream(county, record)
    event = cast(Event, county.log.read(record)[-1].event)
    read = county.records.read_record(WANG, record)

    with pytest.raises(StaleVersion):
        county.log.append([event], at_end=[access], conditions={record: read.version - 1})


def test_what_an_unknown_release_stored_is_named_and_not_guessed(log: OpenLog) -> None:
    stream = UUID(int=5)
    log.recorder.append([StoredEvent(stream, 1, "record.from-the-future.v1", b"{}")])

    with pytest.raises(mapper.UnknownTopic, match="from-the-future"):
        StoredLog(log).load(Record, stream)


def test_the_log_is_the_same_when_it_is_opened_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = unused_log_no()
    with opened(database, number, tmp_path) as log:
        monkeypatch.setattr(tests.county, "MemoryLog", lambda clock: StoredLog(log))
        county = County(render=RecordRender())
        record = a_day_at_the_clinic(county)
        before = _told(county.log.read(record))

    with opened(database, number, tmp_path) as log:
        assert _told(StoredLog(log).read(record)) == before

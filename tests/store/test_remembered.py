"""What a process remembers of what it folded: never older than the log, never changed by what failed."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

import tests.county
from domain.application import Records
from domain.errors import CallerUnknown, NotAvailable, NotEnrolled
from domain.institution import Institution
from domain.record import Record
from projections.record_view import RecordRender
from store.database import Database
from store.event_log import StoredLog
from store.remembered import OVERHEAD, Remembered, copy
from tests.builders import COUNTY, NURSE, act, add, new_entry, record
from tests.county import County
from tests.store.logs import opened, unused_log_no


@pytest.fixture
def two(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[County, Records]]:
    """A county as one process serves it, and the same log as another process has it open."""
    number = unused_log_no()
    with opened(database, number, tmp_path) as ours, opened(database, number, tmp_path) as theirs:
        monkeypatch.setattr(tests.county, "MemoryLog", lambda clock: StoredLog(ours))
        county = County(render=RecordRender())
        elsewhere = Records(StoredLog(theirs), RecordRender(), county.clock, pause=lambda attempt: None)
        yield county, elsewhere


def test_who_left_is_refused_on_the_next_call_in_every_process(two: tuple[County, Records]) -> None:
    county, elsewhere = two
    kept = county.open_record()
    for process in (county.records, elsewhere):
        process.add_entry(NURSE, kept, new_entry("encounters"))

    county.records.practitioner_leaves(COUNTY, county.clinic, county.nurse)

    for process in (elsewhere, county.records):
        with pytest.raises(CallerUnknown):
            process.add_entry(NURSE, kept, new_entry("encounters"))


def test_a_role_that_ended_is_refused_on_the_next_call_in_every_process(two: tuple[County, Records]) -> None:
    county, elsewhere = two
    kept = county.open_record()
    for process in (county.records, elsewhere):
        process.add_entry(NURSE, kept, new_entry("encounters"))

    elsewhere.end_role(COUNTY, county.clinic, county.nurse, "practitioner")

    for process in (county.records, elsewhere):
        with pytest.raises(NotAvailable):
            process.add_entry(NURSE, kept, new_entry("encounters"))


def test_what_another_process_stored_is_decided_on(two: tuple[County, Records]) -> None:
    county, elsewhere = two
    kept = county.open_record()
    with pytest.raises(NotEnrolled):
        county.records.add_entry(NURSE, kept, new_entry("follow-ups"))

    elsewhere.add_entry(NURSE, kept, new_entry("programmes"))

    assert county.records.add_entry(NURSE, kept, new_entry("follow-ups")).stored


def test_a_command_that_fails_leaves_nothing_behind(two: tuple[County, Records]) -> None:
    county, _ = two
    kept = county.open_record()
    before = loaded(county, kept)

    failed = loaded(county, kept)
    entry = add(failed, "allergies")
    add(failed, "programmes")
    failed.retract(act(), entry, reason="never stored")

    assert loaded(county, kept) == before


def loaded(county: County, kept: UUID) -> Record:
    found = county.log.load(Record, kept)
    assert found is not None
    return found


def test_a_stream_is_remembered_as_what_it_is(two: tuple[County, Records]) -> None:
    county, _ = two
    kept = loaded(county, county.open_record())

    assert county.log.load(Institution, kept.id) is None
    assert county.log.load(Record, county.clinic) is None


def test_what_was_not_used_for_longest_is_forgotten_first() -> None:
    first, second, third = record(), record(), record()
    remembered = Remembered(most=2 * (OVERHEAD + first.version))
    for one in (first, second):
        remembered.put(one)
    assert remembered.get(Record, first.id) is first

    remembered.put(third)

    assert [remembered.get(Record, one.id) for one in (first, second, third)] == [first, None, third]


def test_an_older_fold_does_not_replace_a_newer_one() -> None:
    older = record()
    newer = copy(older)
    add(newer, "encounters")
    remembered = Remembered()

    remembered.put(newer)
    remembered.put(older)

    assert remembered.get(Record, older.id) is newer

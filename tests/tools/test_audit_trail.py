"""The audit trail of an imported life is what a scan of the log finds about it: all of it, nothing else."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import pytest

from domain.application import Records
from domain.record import Record
from domain.requests import NewInstitution, NewPractitioner, PageAsked
from projections.audit_trail import TITLES
from projections.record_view import RecordRender
from store.clock import from_datetime, text
from store.database import Database
from store.event_log import StoredLog
from store.mapper import topics
from store.reader import StoredRow
from store.wiring import OpenLog
from tests.builders import AREA, COUNTY, COUNTY_CODE, login, request
from tests.store.logs import new_log
from tests.testdata import SYNTHEA
from tools.fhir.importer import import_folder
from tools.fhir.institution import importing_institution

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
MANAGER = request("keeper", "management")
LIVES = 2

needs_lives = pytest.mark.skipif(not SYNTHEA.is_dir(), reason="no synthetic lives beside the checkout")


@pytest.fixture(scope="module")
def imported(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[OpenLog, Records]]:
    """A few lives, imported into a real log, and a record manager where they are kept."""
    folder: Path = tmp_path_factory.mktemp("lives")
    for path in sorted(SYNTHEA.glob("*.json"), key=lambda one: one.stat().st_size)[:LIVES]:
        shutil.copy(path, folder)
    with new_log(database) as opened:
        records = Records(StoredLog(opened), RecordRender())
        bureau = NewInstitution("示例县卫生健康局", "county-bureau", COUNTY_CODE, "110101000000")
        administrator = NewPractitioner("县管理员", login("county"), roles=("county-administrator",))
        records.found(request("operator", "management"), bureau, administrator)
        connector = importing_institution(records, COUNTY, area=AREA)
        import_folder(records, connector, folder, jobs=1, progress=lambda done, total: None)
        institution = records.who_calls(connector).institution
        assert institution is not None
        keeper = NewPractitioner("档案管理员", login("keeper"), roles=("record-manager",))
        records.enrol_practitioner(COUNTY, institution, keeper)
        yield opened, records


def scanned(opened: OpenLog) -> list[StoredRow]:
    return opened.reader.log(first=1, limit=10**9)


def records_in(opened: OpenLog) -> list[UUID]:
    return [row.stream for row in scanned(opened) if row.topic == "record.created.v1"]


def names(row: StoredRow, record: UUID) -> bool:
    """Whether what was stored names the record, on whatever stream and in whatever field."""
    return any(str(record).encode() in part.value for part in row.parts.values())


def trail(records: Records, record: UUID, limit: int) -> list[Json]:
    """All the pages, newest first."""
    events, cursor = list[Json](), None
    while True:
        shown = records.read_trail(MANAGER, record, PageAsked(cursor, limit))
        page: Json = json.loads(shown.body)
        events += page["events"]
        assert page["next"] == shown.cursor
        if shown.cursor is None:
            return events
        cursor = int(shown.cursor)


@needs_lives
@pytest.mark.slow
def test_the_audit_trail_of_an_imported_life_equals_a_scan_of_the_log(
    imported: tuple[OpenLog, Records],
) -> None:
    opened, records = imported
    for record in records_in(opened):
        records.read_record(MANAGER, record)
        log = records.gate.log
        loaded = log.load(Record, record)
        assert loaded is not None
        streams = {record: "record", loaded.access_stream: "access"}
        about = [row for row in scanned(opened) if row.stream == record or names(row, record)]
        assert {row.stream for row in about} == streams.keys()  # a third one would have to be told, too

        told = trail(records, record, 37)

        assert [
            (one["event"], one["stream"], one["position"], one["version"], one["topic"], one["leaf_hash"])
            for one in told
        ] == [
            (str(row.event), streams[row.stream], row.position, row.version, row.topic, row.leaf_hash.hex())
            for row in reversed(about)
        ]
        assert [one["recorded_at"] for one in told] == [
            text(from_datetime(row.recorded_at)) for row in reversed(about)
        ]
        bodies = [json.loads(row.parts["body"].value) for row in reversed(about)]
        assert [one["occurred"] for one in told] == [body["occurred"] for body in bodies]
        assert all(one["title"] == TITLES[one["topic"]] for one in told)


@needs_lives
@pytest.mark.slow
def test_each_page_of_a_trail_is_an_access_that_the_next_reading_tells(
    imported: tuple[OpenLog, Records],
) -> None:
    opened, records = imported
    record = records_in(opened)[0]
    before = trail(records, record, 200)

    after = trail(records, record, 200)

    new = after[: len(after) - len(before)]
    assert {one["topic"] for one in new} == {"access.read.v1"}
    assert len(new) == -(-len(before) // 200)
    assert after[len(new) :] == before


def test_every_event_about_a_record_has_a_title_in_plain_words() -> None:
    about = {topic for topic in topics() if topic.startswith(("record.", "access."))}

    assert about <= set(TITLES)
    assert all(title["zh"] and title["en"] for title in TITLES.values())

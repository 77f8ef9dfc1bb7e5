"""All the synthetic lives in a real log: every resource accounted for, every year right, every byte kept."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.application import Records
from domain.ports import EventLog, RecordQuery
from domain.requests import NewInstitution, NewPractitioner, Request
from projections.record_view import RecordRender
from store.database import Database
from store.event_log import StoredLog
from tests.builders import AREA, COUNTY, COUNTY_CODE, login, request
from tests.conftest import temporary_data
from tests.store.logs import new_log
from tests.testdata import SYNTHEA
from tests.tools.fhir_imports import attached, nobody_watches, record_of
from tests.tools.fhir_lives import JsonMap
from tests.tools.processes import lifelong
from tools.fhir.bundle import read_file
from tools.fhir.importer import import_folder
from tools.fhir.institution import importing_institution
from tools.fhir.report import OUTCOMES, Report

needs_lives = pytest.mark.skipif(not SYNTHEA.is_dir(), reason="no synthetic lives beside the checkout")


@pytest.fixture(scope="module")
def lives(database: Database) -> Iterator[tuple[EventLog, Records, Request, Report]]:
    """All the synthetic lives, imported into a real log."""
    with new_log(database) as opened:
        log = StoredLog(opened)
        records = Records(log, RecordRender())
        bureau = NewInstitution("示例县卫生健康局", "county-bureau", COUNTY_CODE, "110101000000")
        administrator = NewPractitioner("县管理员", login("county"), roles=("county-administrator",))
        records.found(request("operator", "management"), bureau, administrator)
        connector = importing_institution(records, COUNTY, area=AREA)
        report = import_folder(records, connector, SYNTHEA, jobs=4, progress=nobody_watches)
        yield log, records, connector, report


def synthetic_lives() -> list[list[JsonMap]]:
    """The bundles as anybody else would read them."""
    texts = (path.read_text("utf-8") for path in sorted(SYNTHEA.glob("*.json")))
    return [[entry["resource"] for entry in json.loads(text)["entry"]] for text in texts]


@needs_lives
@pytest.mark.slow
def test_all_synthetic_lives_are_imported_and_every_resource_is_accounted_for(
    lives: tuple[EventLog, Records, Request, Report],
) -> None:
    report = lives[3]
    read_by_others = Counter(str(one["resourceType"]) for life in synthetic_lives() for one in life)

    counted = Counter[str]()
    for (kind, outcome), count in report.outcomes.items():
        assert outcome in OUTCOMES
        counted[kind] += count
    assert counted == read_by_others and report.resources == 10_504
    assert report.is_complete and not report.remarks
    assert report.added["records"] == 45 and report.added["closings"] == 13
    assert report.total("follow-up") > 0 and report.total("known") == 0


@needs_lives
@pytest.mark.slow
def test_importing_all_lives_again_adds_no_event(lives: tuple[EventLog, Records, Request, Report]) -> None:
    log, records, connector, _ = lives
    before = log.position()

    again = import_folder(records, connector, SYNTHEA, jobs=4, progress=nobody_watches)

    assert log.position() == before
    assert again.total("known") == again.resources == 10_504


@needs_lives
@pytest.mark.slow
def test_a_life_reads_correctly_at_any_year(lives: tuple[EventLog, Records, Request, Report]) -> None:
    log = lives[0]
    for life in synthetic_lives():
        (me,) = (one for one in life if one["resourceType"] == "Patient")
        events = log.read(_record(log, me))
        for year in range(int(str(me["birthDate"])[:4]), 2026, 7):
            instant = datetime(year, 7, 1, tzinfo=UTC)
            view = json.loads(RecordRender().record(events, RecordQuery(valid_at=instant)).body)

            death = _instant(me.get("deceasedDateTime"))
            assert view["status"] == ("closed" if death and death <= instant else "open")
            for section, kind, path in (
                ("encounters", "Encounter", ("period", "start")),
                ("problems", "Condition", ("onsetDateTime",)),
                ("immunizations", "Immunization", ("occurrenceDateTime",)),
                ("medications", "MedicationRequest", ("authoredOn",)),
            ):
                when = [_at(one, *path) for one in life if one["resourceType"] == kind]
                lived = [at for at in when if at <= instant and not (death and at > death)]
                assert len(view["sections"][section]) == len(lived), (section, year)


@needs_lives
@pytest.mark.slow
def test_every_byte_of_every_resource_can_be_had_back(
    lives: tuple[EventLog, Records, Request, Report],
) -> None:
    log = lives[0]
    for path in sorted(SYNTHEA.glob("*.json")):
        resources = read_file(path).resources
        (me,) = (one.value for one in resources if one.type == "Patient")

        kept = Counter(attached(log.read(_record(log, me))))

        assert kept == Counter(one.raw for one in resources)


@pytest.mark.slow
@needs_lives
def test_several_processes_import_what_one_does() -> None:
    with temporary_data() as data:
        first = lifelong("import", "fhir", str(SYNTHEA), "--jobs", "4", "--json", data=data)
        again = lifelong("import", "fhir", str(SYNTHEA), "--jobs", "1", "--json", data=data)

    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert (told["files"], told["resources"]) == (45, 10_504)
    assert sum(told["added"].values()) > 10_000 and sum(json.loads(again.stdout)["added"].values()) == 0


def _record(log: EventLog, me: JsonMap) -> UUID:
    identifiers = me["identifier"]
    assert isinstance(identifiers, list)
    return record_of(log, identifiers[0]["system"], f"Patient/{me['id']}")


def _at(told: JsonMap, *path: str) -> datetime:
    value: object = told
    for name in path:
        assert isinstance(value, dict)
        value = value[name]
    return datetime.fromisoformat(str(value))


def _instant(told: object) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else None

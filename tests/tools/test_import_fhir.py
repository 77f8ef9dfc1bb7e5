"""`lifelong import fhir`: whole lives through the same gate as everyone, nothing twice, nothing lost."""

import base64
import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.application import Records
from domain.errors import LogBusy, LogUnavailable
from domain.ports import EventLog, Recorded, RecordQuery
from domain.record import Record
from domain.record_events import DocumentAttached
from domain.requests import NewInstitution, NewPractitioner, Request, SourceId
from projections.record_view import RecordRender
from store.database import Database
from store.event_log import StoredLog
from tests.builders import AREA, COUNTY, COUNTY_CODE, NURSE, login, request
from tests.conftest import temporary_data
from tests.county import County
from tests.store.logs import new_log
from tests.testdata import SYNTHEA
from tests.tools.fhir_lives import (
    CANARY_NAME,
    CANARY_NUMBER,
    ME,
    SNOMED,
    SOURCE,
    JsonMap,
    bundle,
    concept,
    condition,
    encounter,
    patient,
    pressure,
    resource,
    somebody_else,
    whole_life,
    write,
)
from tests.tools.processes import lifelong
from tools.fhir import life_import
from tools.fhir.bundle import read, read_file
from tools.fhir.command import import_fhir
from tools.fhir.importer import import_folder
from tools.fhir.institution import importing_institution
from tools.fhir.life_import import CHANGED
from tools.fhir.plan import MISTIMED
from tools.fhir.report import OUTCOMES, Report


def nobody_watches(done: int, total: int) -> None:
    """A progress callback."""


def imported(county: County, folder: Path, jobs: int = 1) -> Report:
    connector = importing_institution(county.records, COUNTY, area=AREA)
    return import_folder(county.records, connector, folder, jobs=jobs, progress=nobody_watches)


def raws(folder: Path) -> set[bytes]:
    """The bytes of every resource in the folder."""
    return {one.raw for path in folder.glob("*.json") for one in read_file(path).resources}


def kept(county: County) -> set[bytes]:
    """The bytes of every resource in the documents of the log."""
    return set(_attached(county.log.events))


def record_of(log: EventLog, source: str, patient: str = "Patient/me") -> UUID:
    claim = SourceId(source, patient).claim
    found = log.find_claim(claim.namespace, claim.value)
    assert found is not None
    return found


@pytest.fixture
def county() -> County:
    return County(render=RecordRender())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two lives of the same shape. Their files are named after them, as such files are."""
    write(tmp_path, CANARY_NAME, *whole_life())
    write(tmp_path, "Zz Another", *somebody_else(whole_life(), "you"))
    return tmp_path


def test_every_resource_becomes_something_and_the_report_says_what(county: County, folder: Path) -> None:
    report = imported(county, folder)

    assert report.is_complete and report.files == 2
    assert report.resources == 2 * len(whole_life())
    assert report.to_json()["outcomes"] == {
        "AllergyIntolerance": {"allergy": 2},
        "Claim": {"document": 2},
        "Condition": {"problem": 2},
        "Encounter": {"encounter": 4, "document": 2},
        "Immunization": {"immunization": 2},
        "MedicationRequest": {"medication": 2},
        "Observation": {"examination": 4, "follow-up": 2, "document": 2},
        "Organization": {"document": 2},
        "Patient": {"record": 2},
    }


def test_again_adds_nothing_and_says_that_all_is_known(county: County, folder: Path) -> None:
    imported(county, folder)
    before = county.log.position()

    again = imported(county, folder)

    assert county.log.position() == before
    assert again.is_complete and again.total("known") == again.resources == 2 * len(whole_life())
    assert again.added == Counter()


def test_a_death_closes_the_record_as_its_last_step(county: County, folder: Path) -> None:
    imported(county, folder)

    record = county.log.load(Record, record_of(county.log, SOURCE))

    assert record is not None and record.is_closed
    assert record.state.closed_since == {
        "at": "2021-03-04T05:06:07+08:00",
        "precision": "second",
        "about": False,
    }
    assert county.topics(record.id)[-1] == "record.closed.v1"


def test_the_connector_is_registered_once_and_its_entries_name_their_source(
    county: County, folder: Path
) -> None:
    imported(county, folder)

    event = county.log.read(record_of(county.log, SOURCE))[-1].event
    assert isinstance(event, Record.Event)
    assert event.who["role"] == "connector" and event.who["late"]
    assert event.who["source"] == {"system": SOURCE, "device": None}
    assert event.cause == f"{SOURCE}|Patient/me#death"
    assert importing_institution(county.records, COUNTY, area=AREA).principal.subject == "import-fhir"


def test_the_operator_may_name_the_institution_that_keeps_the_records(county: County, folder: Path) -> None:
    connector = importing_institution(county.records, COUNTY, area=AREA, institution=county.clinic)
    import_folder(county.records, connector, folder, progress=nobody_watches)

    shown = county.records.read_record(NURSE, record_of(county.log, SOURCE))

    assert json.loads(shown.body)["custodian"] == str(county.clinic)


def test_a_registration_that_was_interrupted_is_taken_up_again(county: County) -> None:
    county.log.before_append += [lambda: None, lambda: _raise(LogUnavailable())]  # registered, not enrolled

    with pytest.raises(LogUnavailable):
        importing_institution(county.records, COUNTY, area=AREA)
    connector = importing_institution(county.records, COUNTY, area=AREA)

    assert county.records.who_calls(connector).institution is not None


def _raise(error: Exception) -> None:
    raise error


def test_a_run_killed_at_any_append_is_simply_run_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life_import, "ENTRIES_AT_ONCE", 3)
    whole = County()
    imported(whole, folder)
    expected = Counter(one.stored.topic for one in whole.log.events)

    killed_at = 0
    for killed_at in range(100):
        county = County()
        importing_institution(county.records, COUNTY, area=AREA)
        county.log.before_append += [lambda: None] * killed_at + [lambda: _raise(LogUnavailable())]
        try:
            imported(county, folder)
            break
        except LogUnavailable:
            report = imported(county, folder)
        assert report.is_complete and report.resources == 2 * len(whole_life())
        assert Counter(one.stored.topic for one in county.log.events) == expected
    assert killed_at > 10


def test_a_busy_log_is_waited_for(county: County, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.fhir.life_import.time.sleep", lambda seconds: None)
    importing_institution(county.records, COUNTY, area=AREA)
    county.log.before_append += [lambda: _raise(LogBusy())] * 3

    assert imported(county, folder).is_complete


def test_a_log_that_stays_busy_ends_the_import(
    county: County, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.fhir.life_import.time.sleep", lambda seconds: None)
    importing_institution(county.records, COUNTY, area=AREA)
    county.log.before_append += [lambda: _raise(LogBusy())] * 100

    with pytest.raises(LogBusy):
        imported(county, folder)


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "truncated": (bundle(*whole_life())[:-40], "not JSON"),
    "not a bundle": (json.dumps(patient()).encode(), "not a FHIR bundle"),
    "no patient": (bundle(encounter("lost", "2010-05-03")), "exactly one patient"),
    "not text": (b"\xff\xfe{}", "not UTF-8"),
}


@pytest.mark.parametrize(("data", "reason"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_reported_by_its_number_and_the_others_go_on(
    county: County, folder: Path, data: bytes, reason: str
) -> None:
    (folder / "Zy Bad.json").write_bytes(data)  # between the two

    report = imported(county, folder)

    assert list(report.files_refused) == [2] and reason in report.files_refused[2]
    assert report.total("record") == 2 and not report.is_complete


def test_the_resources_of_a_refused_bundle_are_counted_too(county: County, tmp_path: Path) -> None:
    write(tmp_path, "a", encounter("one", "2010-05-03"), resource("Claim", "two"))

    report = imported(county, tmp_path)

    assert report.total("refused") == report.resources == 2


def test_one_person_in_two_files_gets_one_record(county: County, tmp_path: Path) -> None:
    write(tmp_path, "a", *whole_life()[:5])
    write(tmp_path, "b", *whole_life())

    report = imported(county, tmp_path, jobs=2)

    assert report.is_complete and report.added["records"] == 1
    assert report.resources == 5 + len(whole_life())


def test_one_person_from_two_sources_is_refused_naming_nothing(county: County, tmp_path: Path) -> None:
    write(tmp_path, "a", *whole_life())
    write(tmp_path, "b", *somebody_else(whole_life(), "you"))
    text = (tmp_path / "b.json").read_text().replace(f"{CANARY_NUMBER}-you", CANARY_NUMBER)
    (tmp_path / "b.json").write_text(text)

    report = imported(county, tmp_path)

    assert report.files_refused == {2: "person-has-record"}


def test_an_entry_the_record_refuses_is_kept_as_a_document_and_says_why(
    county: County, tmp_path: Path
) -> None:
    nuts = whole_life()[10]
    write(tmp_path, "a", patient(), nuts, {**nuts, "id": "nuts-again"})

    report = imported(county, tmp_path)

    assert report.is_complete
    assert report.outcomes["AllergyIntolerance", "allergy"] == 1
    assert report.outcomes["AllergyIntolerance", "document"] == 1
    assert report.remarks == {("AllergyIntolerance", "allergy-already-recorded"): 1}


def test_two_contents_under_one_id_are_both_kept(county: County, tmp_path: Path) -> None:
    bill = resource("Claim", "bill", patient=ME, total={"value": 1})
    mild = condition("ill", "2012-01-01", severity=concept(SNOMED, "255604002"))
    severe = condition("ill", "2012-01-01", severity=concept(SNOMED, "24484000"))
    write(tmp_path, "a", patient(), bill, {**bill, "total": {"value": 2}}, bill, mild, severe)

    report = imported(county, tmp_path)

    assert report.is_complete and kept(county) == raws(tmp_path)
    assert report.to_json()["outcomes"] == {
        "Claim": {"document": 2, "known": 1},
        "Condition": {"problem": 1, "document": 1},
        "Patient": {"record": 1},
    }
    assert report.remarks == {("Condition", CHANGED): 1}


def test_what_a_later_export_changed_is_kept_beside_the_entry_and_said_so(
    county: County, folder: Path
) -> None:
    imported(county, folder)
    life = whole_life()
    life[0]["gender"] = "male"
    life[2]["severity"] = concept(SNOMED, "24484000")
    life[3] = pressure("bp1", "first", "2010-05-03", 155, 95)
    life[11]["total"] = {"value": 2}
    path = write(folder, CANARY_NAME, *life)

    changed, again = imported(county, folder), imported(county, folder)

    assert changed.is_complete and kept(county) >= {one.raw for one in read_file(path).resources}
    assert {key: count for key, count in changed.outcomes.items() if key[1] != "known"} == {
        ("Claim", "document"): 1,
        ("Condition", "document"): 1,
        ("Observation", "document"): 2,  # the one that changed, and the one told with it
        ("Patient", "document"): 1,
    }
    assert changed.remarks == {
        ("Condition", CHANGED): 1,
        ("Observation", CHANGED): 2,
        ("Patient", CHANGED): 1,
    }
    assert changed.added == Counter(documents=5)  # the fifth is the manifest
    assert again.total("known") == again.resources == changed.resources


def test_a_life_that_went_on_is_taken_up_where_it_was_left(county: County, tmp_path: Path) -> None:
    write(tmp_path, "a", patient(), encounter("first", "2010-05-03"), condition("high", "2010-05-03"))
    imported(county, tmp_path)
    more = encounter("second", "2011-06-01"), pressure("bp", "second", "2011-06-01")
    write(tmp_path, "a", patient(), encounter("first", "2010-05-03"), condition("high", "2010-05-03"), *more)

    report = imported(county, tmp_path)

    assert report.is_complete and not report.remarks
    assert report.outcomes == {
        ("Patient", "known"): 1,
        ("Encounter", "known"): 1,
        ("Condition", "known"): 1,
        ("Encounter", "encounter"): 1,
        ("Observation", "follow-up"): 1,
    }


def test_entries_that_hold_no_resource_are_refused_every_time_and_the_rest_goes_in(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(bundle(patient(), encounter("today", "2012-01-01")))
    told["entry"].append({"request": {"method": "DELETE", "url": "Encounter/yesterday"}})
    (tmp_path / "a.json").write_text(json.dumps(told))

    first, second = imported(county, tmp_path), imported(county, tmp_path)

    assert first.empty_entries == second.empty_entries == 1
    assert not first.is_complete and first.to_json()["entries_without_resource"] == 1
    assert first.resources == second.total("known") == 2
    first.write_table()
    assert "1 entries that hold no resource" in capsys.readouterr().out


def test_a_time_of_day_without_offset_is_kept_under_its_day_and_said_so(
    county: County, tmp_path: Path
) -> None:
    mistold = condition("ill", "2012-01-01", onsetDateTime="2012-01-01T10:00:00")
    write(tmp_path, "a", patient(deceasedDateTime="2021-03-04T05:06:07"), mistold)

    report = imported(county, tmp_path)

    assert report.is_complete and report.added["closings"] == 1
    assert report.outcomes == {("Patient", "record"): 1, ("Condition", "document"): 1}
    assert report.remarks == {("Patient", MISTIMED): 1, ("Condition", MISTIMED): 1}
    assert kept(county) == raws(tmp_path)
    assert imported(county, tmp_path).total("known") == 2


def test_what_lies_in_the_future_is_refused_every_time_and_the_rest_goes_in(
    county: County, tmp_path: Path
) -> None:
    write(tmp_path, "a", patient(), encounter("today", "2012-01-01"), condition("soon", "2199-01-01"))

    first, second = imported(county, tmp_path), imported(county, tmp_path)

    assert first.reasons == second.reasons == {("Condition", "occurred-refused"): 1}
    assert (first.total("refused"), second.total("known")) == (1, 2)


def test_progress_counts_every_resource_once(county: County, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    connector = importing_institution(county.records, COUNTY, area=AREA)
    import_folder(
        county.records, connector, folder, jobs=2, progress=lambda done, total: seen.append((done, total))
    )

    resources = 2 * len(whole_life())
    assert seen == sorted(seen)
    assert seen[-1] == (resources, resources)


def test_no_report_holds_a_name_a_number_or_a_file_name(county: County, folder: Path) -> None:
    for number, (data, _) in enumerate(BAD_FILES.values()):
        (folder / f"{CANARY_NAME} bad {number}.json").write_bytes(data)
    ill = {**condition("ill", "2199-01-01"), "note": [{"text": CANARY_NAME}]}
    write(folder, "zz", {**patient("c"), "identifier": [{"system": SOURCE, "value": "c"}]}, ill)

    report = imported(county, folder)

    table = io.StringIO()
    report.write_table(table)
    told = json.dumps(report.to_json()) + table.getvalue() + repr(report)
    assert report.files_refused and report.reasons
    for canary in ("Zhenzhu", "Canary", CANARY_NUMBER, str(folder), "Quiet Lane", "2199"):
        assert canary not in told


def run(county: County, folder: Path, *, as_json: bool = False, jobs: int = 2) -> int:
    """The command, on a county that is open already."""
    return import_fhir(
        folder,
        lambda: nullcontext(county.records),
        administrator=COUNTY,
        area=AREA,
        institution=None,
        jobs=jobs,
        json_output=as_json,
    )


def test_the_command_prints_the_report_and_ends_with_0_when_all_is_in(
    county: County, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(county, folder, as_json=True) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["files"], told["resources"]) == (2, 2 * len(whole_life()))
    assert run(county, folder) == 0
    assert "Immunization" in capsys.readouterr().out


def test_the_command_ends_with_1_when_something_was_refused(county: County, folder: Path) -> None:
    (folder / "bad.json").write_text("{")

    assert run(county, folder) == 1


def test_the_command_ends_with_2_without_anything_to_import(county: County, tmp_path: Path) -> None:
    assert run(county, tmp_path) == run(county, tmp_path / "nowhere") == 2


def test_the_command_ends_with_3_when_the_log_is_away(
    county: County, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    county.log.before_append += [lambda: None, lambda: None, lambda: _raise(LogUnavailable())]

    assert run(county, folder) == 3
    assert capsys.readouterr().err.strip().endswith("log-unavailable; what was stored stays, run it again")


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

        kept = Counter(_attached(log.read(_record(log, me))))

        assert kept == Counter(one.raw for one in resources)


def _record(log: EventLog, me: JsonMap) -> UUID:
    identifiers = me["identifier"]
    assert isinstance(identifiers, list)
    return record_of(log, identifiers[0]["system"], f"Patient/{me['id']}")


def _attached(recorded: list[Recorded]) -> Iterator[bytes]:
    """Every FHIR resource in the record's documents, taken out of collections."""
    for one in recorded:
        if isinstance(one.event, DocumentAttached) and one.event.content["kind"] == "fhir-resource":
            data = base64.b64decode(str(one.event.content["data"]))
            is_collection = data.startswith(b'{"resourceType":"Bundle"')
            yield from [part.raw for part in read(data).resources] if is_collection else [data]


def _at(told: JsonMap, *path: str) -> datetime:
    value: object = told
    for name in path:
        assert isinstance(value, dict)
        value = value[name]
    return datetime.fromisoformat(str(value))


def _instant(told: object) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else None


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

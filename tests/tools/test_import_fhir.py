"""`lifelong import fhir`: what becomes of whole lives; what report, progress and exit status tell."""

import io
import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from domain.errors import LogUnavailable
from domain.record import Record
from tests.builders import AREA, COUNTY, NURSE
from tests.county import County
from tests.tools.fhir_imports import BAD_FILES, fail, imported, nobody_watches, record_of
from tests.tools.fhir_lives import CANARY_NAME, CANARY_NUMBER, SOURCE, condition, patient, whole_life, write
from tools.fhir.command import import_fhir
from tools.fhir.importer import import_folder
from tools.fhir.institution import importing_institution


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
    county.log.before_append += [lambda: None, lambda: None, lambda: fail(LogUnavailable())]

    assert run(county, folder) == 3
    assert capsys.readouterr().err.strip().endswith("log-unavailable; what was stored stays, run it again")

"""What an import refuses, or keeps as a document only: told by number and reason, and the others go on."""

import json
from pathlib import Path

import pytest

from tests.county import County
from tests.tools.fhir_imports import BAD_FILES, imported, kept, raws
from tests.tools.fhir_lives import (
    CANARY_NUMBER,
    bundle,
    condition,
    encounter,
    patient,
    resource,
    somebody_else,
    whole_life,
    write,
)
from tools.fhir.plan import MISTIMED


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


def test_one_person_from_two_sources_is_refused_naming_nothing(county: County, tmp_path: Path) -> None:
    write(tmp_path, "a", *whole_life())
    write(tmp_path, "b", *somebody_else(whole_life(), "you"))
    text = (tmp_path / "b.json").read_text().replace(f"{CANARY_NUMBER}-you", CANARY_NUMBER)
    (tmp_path / "b.json").write_text(text)

    report = imported(county, tmp_path)

    assert report.files_refused == {2: "person-has-record"}


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


def test_what_lies_in_the_future_is_refused_every_time_and_the_rest_goes_in(
    county: County, tmp_path: Path
) -> None:
    write(tmp_path, "a", patient(), encounter("today", "2012-01-01"), condition("soon", "2199-01-01"))

    first, second = imported(county, tmp_path), imported(county, tmp_path)

    assert first.reasons == second.reasons == {("Condition", "occurred-refused"): 1}
    assert (first.total("refused"), second.total("known")) == (1, 2)


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

"""Importing again what changed, went on or was broken off: nothing twice, nothing lost."""

from collections import Counter
from pathlib import Path

import pytest

from domain.errors import LogBusy, LogUnavailable
from tests.builders import AREA, COUNTY
from tests.county import County
from tests.tools.fhir_imports import fail, imported, kept, raws
from tests.tools.fhir_lives import (
    CANARY_NAME,
    ME,
    SNOMED,
    concept,
    condition,
    encounter,
    patient,
    pressure,
    resource,
    whole_life,
    write,
)
from tools.fhir import life_import
from tools.fhir.bundle import read_file
from tools.fhir.institution import importing_institution
from tools.fhir.life_import import CHANGED


def test_again_adds_nothing_and_says_that_all_is_known(county: County, folder: Path) -> None:
    imported(county, folder)
    before = county.log.position()

    again = imported(county, folder)

    assert county.log.position() == before
    assert again.is_complete and again.total("known") == again.resources == 2 * len(whole_life())
    assert again.added == Counter()


def test_one_person_in_two_files_gets_one_record(county: County, tmp_path: Path) -> None:
    write(tmp_path, "a", *whole_life()[:5])
    write(tmp_path, "b", *whole_life())

    report = imported(county, tmp_path, jobs=2)

    assert report.is_complete and report.added["records"] == 1
    assert report.resources == 5 + len(whole_life())


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


def test_a_registration_that_was_interrupted_is_taken_up_again(county: County) -> None:
    county.log.before_append += [lambda: None, lambda: fail(LogUnavailable())]  # registered, not enrolled

    with pytest.raises(LogUnavailable):
        importing_institution(county.records, COUNTY, area=AREA)
    connector = importing_institution(county.records, COUNTY, area=AREA)

    assert county.records.who_calls(connector).institution is not None


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
        county.log.before_append += [lambda: None] * killed_at + [lambda: fail(LogUnavailable())]
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
    county.log.before_append += [lambda: fail(LogBusy())] * 3

    assert imported(county, folder).is_complete


def test_a_log_that_stays_busy_ends_the_import(
    county: County, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.fhir.life_import.time.sleep", lambda seconds: None)
    importing_institution(county.records, COUNTY, area=AREA)
    county.log.before_append += [lambda: fail(LogBusy())] * 100

    with pytest.raises(LogBusy):
        imported(county, folder)

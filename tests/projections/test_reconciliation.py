"""Reconciliation: what each source states of a drug or an allergy, and where they contradict."""

import json
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import pytest

from domain.ports import Course
from domain.requests import NewEntry, NewSequel, SearchKey
from domain.values import occurred
from projections.naming import Named, grouped, plain
from projections.record_view import RecordRender
from tests.builders import NURSE, OTHER_NURSE, WANG_ID, new_entry
from tests.county import County

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
AMLODIPINE = {"system": "http://www.whocc.no/atc", "code": "C08CA01", "display": "氨氯地平"}
METFORMIN = {"system": "http://www.whocc.no/atc", "code": "A10BA02", "display": "二甲双胍"}
PENICILLIN = {"system": "http://snomed.info/sct", "code": "764146007", "display": "Penicillin"}
DUST = {"system": "http://snomed.info/sct", "code": "260147004", "display": "尘螨"}


@pytest.fixture
def county() -> County:
    return County(RecordRender())


@pytest.fixture
def record(county: County) -> UUID:
    return county.open_record()


def reconciled(county: County, record: UUID, **past: Any) -> Json:
    body = county.records.read_course(NURSE, record, Course("reconciliation"), **past).body
    shown: Json = json.loads(body)
    return shown


def taken(county: County, record: UUID, drug: Json, when: str = "2020-01-01", **more: object) -> UUID:
    entry = NewEntry("medications", {"drug": drug, **more}, occurred(when))
    return county.records.add_entry(NURSE, record, entry).stored[0].event


def contributed(county: County, kind: str, content: Json, when: str) -> UUID:
    entry = NewEntry(kind, content, occurred(when))
    key = SearchKey("identity-card", WANG_ID)
    return county.records.contribute(OTHER_NURSE, key, entry).stored[0].event


def on_a_follow_up(when: str) -> NewEntry:
    drugs = {"drugs": [{"name": "氨氯地平片"}]}
    return NewEntry("follow-ups", drugs, occurred(when), form="hypertension-follow-up")


def stop(county: County, record: UUID, entry: UUID, when: str) -> None:
    content = {"reason": "completed"}
    sequel = NewSequel("medications", "stop", entry, content, occurred(when))
    county.records.follow_entry(NURSE, record, sequel)


def test_a_drug_that_one_institution_stopped_and_another_goes_on_with_is_contradictory(
    county: County, record: UUID
) -> None:
    ours = taken(county, record, AMLODIPINE)
    stop(county, record, ours, "2026-03-01")
    theirs = contributed(county, "medications", {"drug": AMLODIPINE, "dose": "5 mg"}, "2024-05-01")

    (group,) = reconciled(county, record)["medications"]

    assert group["standing"] == "contradictory"
    assert (group["codings"], group["names"]) == (["http://www.whocc.no/atc|C08CA01"], ["氨氯地平"])
    told = {one["entry"]: (one["institution"], one["standing"], one["until"]) for one in group["sources"]}
    assert told == {
        str(ours): (str(county.clinic), "stopped", "2026-03-01"),
        str(theirs): (str(county.other_clinic), "active", None),
    }
    assert [one["filing"] for one in group["statements"]] == ["own", "external"]


def test_on_a_day_before_it_was_stopped_a_drug_is_taken(county: County, record: UUID) -> None:
    entry = taken(county, record, AMLODIPINE)
    stop(county, record, entry, "2026-03-01")
    told = taken(county, record, METFORMIN, stopped_on="2026-04-01")

    def standing(on: datetime) -> list[str]:
        return [group["standing"] for group in reconciled(county, record, valid_at=on)["medications"]]

    assert told
    assert standing(datetime(2026, 2, 20, tzinfo=UTC)) == ["active", "active"]
    assert standing(datetime(2026, 3, 20, tzinfo=UTC)) == ["stopped", "active"]
    assert standing(datetime(2026, 4, 20, tzinfo=UTC)) == ["stopped", "stopped"]


def test_a_drug_of_a_follow_up_is_the_same_drug_and_taken_on_that_day_only(
    county: County, record: UUID
) -> None:
    county.records.add_entry(NURSE, record, new_entry("programmes", when="2020-01-01"))
    county.records.add_entry(NURSE, record, on_a_follow_up("2026-02-01"))
    entry = taken(county, record, AMLODIPINE)
    stop(county, record, entry, "2026-03-01")
    (before,) = reconciled(county, record)["medications"]

    county.records.add_entry(NURSE, record, on_a_follow_up("2026-05-01"))
    (after,) = reconciled(county, record)["medications"]

    assert (before["standing"], after["standing"]) == ("stopped", "contradictory")
    assert before["names"] == ["氨氯地平", "氨氯地平片"]


def test_an_allergy_stands_against_a_form_that_says_there_is_none(county: County, record: UUID) -> None:
    basic = new_entry("basic-information", when="2020-01-01", drug_allergies=["none"], drug_allergy_note=None)
    county.records.add_entry(NURSE, record, basic)
    for substance, category in ((PENICILLIN, "medication"), (DUST, "environment")):
        content = {"substance": substance, "category": category}
        county.records.add_entry(NURSE, record, NewEntry("allergies", content, occurred("2026-05-01")))

    shown = reconciled(county, record)

    standings = {group["names"][0]: group["standing"] for group in shown["allergies"]}
    assert standings == {"Penicillin": "contradictory", "尘螨": "active"}
    assert [one["standing"] for one in shown["no_drug_allergy_stated"]] == ["denied"]

    newer = new_entry("basic-information", drug_allergies=["penicillin"], drug_allergy_note=None)
    county.records.add_entry(NURSE, record, newer)
    again = reconciled(county, record)

    assert [group["standing"] for group in again["allergies"]] == ["active", "active"]
    assert again["allergies"][0]["names"] == ["Penicillin", "青霉素"]
    assert again["no_drug_allergy_stated"] == []


def test_an_entry_that_was_retracted_states_nothing(county: County, record: UUID) -> None:
    entry = taken(county, record, AMLODIPINE)

    county.records.retract_entry(NURSE, record, county.log.head(record), entry, "never taken")

    assert reconciled(county, record)["medications"] == []


def test_names_agree_by_their_letters_and_codings_by_system_and_code() -> None:
    names = [
        Named("Amlodipine Besylate", "atc|C08CA01"),
        Named("ＡＭＬＯＤＩＰＩＮＥ (besylate) tablets"),
        Named("络活喜", "atc|C08CA01"),
        Named("metformin"),
        Named("片"),
    ]

    assert plain("Vit. B-12") == "vitb12"
    assert grouped((name, place) for place, name in enumerate(names)) == [[0, 1, 2], [3], [4]]


def test_a_name_that_shares_with_two_groups_makes_them_one() -> None:
    names = [Named("a"), Named("b", "x|1"), Named("c"), Named("a", "x|1")]

    assert grouped((name, place) for place, name in enumerate(names)) == [[0, 1, 3], [2]]

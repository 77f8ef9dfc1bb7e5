"""The problem list: each problem as it stands, since when and until when, and what belongs to it."""

import json
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from hypothesis import given, settings

from domain.ports import Course, RecordQuery
from domain.record import Record
from domain.requests import Correction, Misfiling, NewEntry, NewSequel
from domain.values import occurred
from projections.life_course import life_course
from projections.problem_list import problem_list
from projections.record_view import RecordRender
from tests.builders import DOCTOR, NURSE, WANG, content, new_entry, request
from tests.county import County
from tests.projections.test_life_course import STEPS, activities, take

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
MANAGER = request("doctor", "management")
ANGINA = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "I20.9", "display": "心绞痛"}
HYPERTENSION = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10", "display": "高血压"}


@pytest.fixture
def county() -> County:
    return County(RecordRender())


@pytest.fixture
def record(county: County) -> UUID:
    return county.open_record()


def problems(county: County, record: UUID, who: Any = NURSE, **past: Any) -> list[Json]:
    body = county.records.read_course(who, record, Course("problem-list"), **past).body
    listed: list[Json] = json.loads(body)["problems"]
    return listed


def add(county: County, record: UUID, kind: str, when: str = "2026-05-01", **changes: object) -> UUID:
    answer = county.records.add_entry(NURSE, record, new_entry(kind, when=when, **changes))
    return answer.stored[0].event


def problem(county: County, record: UUID, coding: Json, when: str = "2020-01-01", **changes: object) -> UUID:
    told = {"clinical_status": "active", "onset_on": None, "abated_on": None, **changes}
    return add(county, record, "problems", when, problem=coding, **told)


def resolve(county: County, record: UUID, entry: UUID, when: str, **filled: object) -> None:
    over = NewSequel("problems", "resolution", entry, filled, occurred(when))
    county.records.follow_entry(NURSE, record, over)


def test_a_problem_tells_since_when_it_is_who_recorded_it_and_what_belongs_to_it(
    county: County, record: UUID
) -> None:
    entry = problem(county, record, HYPERTENSION, onset_on="2019-03")
    drug = add(county, record, "medications", reasons=[HYPERTENSION])
    enrolment = add(county, record, "programmes", diagnoses=None)
    follow_up = add(county, record, "follow-ups")
    add(county, record, "immunizations")

    (shown,) = problems(county, record)

    assert (shown["entry"], shown["problem"]) == (str(entry), HYPERTENSION)
    assert (shown["standing"], shown["onset_on"], shown["abated_on"]) == ("active", "2019-03", None)
    assert shown["who"]["actor"] == str(county.nurse)
    told = {one["entry"]: one["collection"] for one in shown["entries"]}
    assert told == {str(drug): "medications", str(enrolment): "programmes", str(follow_up): "follow-ups"}


def test_what_is_active_stands_first_then_what_is_over_and_what_was_retracted_last(
    county: County, record: UUID
) -> None:
    wrong = problem(county, record, ANGINA, when="2018-01-01")
    over = problem(county, record, ANGINA, when="2019-01-01")
    active = problem(county, record, HYPERTENSION, when="2021-01-01")
    resolve(county, record, over, "2020-02-03")
    county.records.retract_entry(NURSE, record, county.log.head(record), wrong, "an error")

    shown = [(one["entry"], one["standing"], one["abated_on"]) for one in problems(county, record)]

    assert shown == [
        (str(active), "active", None),
        (str(over), "over", "2020-02-03"),
        (str(wrong), "retracted", None),
    ]


def test_when_it_was_over_is_told_as_it_was_written(county: County, record: UUID) -> None:
    by_form = problem(county, record, ANGINA, clinical_status="remission", abated_on="2022-11")
    by_sequel = problem(county, record, HYPERTENSION)
    resolve(county, record, by_sequel, "2026-05-30", abated_on="2025")

    shown = {one["entry"]: (one["standing"], one["abated_on"]) for one in problems(county, record)}

    assert shown == {str(by_form): ("over", "2022-11"), str(by_sequel): ("over", "2025")}


def test_a_corrected_problem_says_what_it_should_and_keeps_what_it_said(county: County, record: UUID) -> None:
    entry = problem(county, record, ANGINA)
    right = content("problem", problem=HYPERTENSION, clinical_status="active", abated_on=None)
    wrong = Correction(entry, "misread", right, occurred("2026-06-01"))
    county.records.correct_entry(DOCTOR, record, county.log.head(record), wrong)

    (shown,) = problems(county, record)

    assert (shown["status"], shown["problem"]) == ("corrected", HYPERTENSION)
    before, correction = shown["history"]
    assert before["content"]["problem"] == ANGINA
    assert (correction["reason"], correction["who"]["actor"]) == ("misread", str(county.doctor))


def test_the_list_of_a_time_has_no_problem_and_no_end_that_came_later(county: County, record: UUID) -> None:
    entry = problem(county, record, ANGINA, when="2020-01-01")
    problem(county, record, HYPERTENSION, when="2024-01-01")
    add(county, record, "medications", when="2023-01-01", reasons=[ANGINA])
    resolve(county, record, entry, "2022-02-02")

    def at(year: int) -> list[tuple[str, str, int]]:
        shown = problems(county, record, valid_at=datetime(year, 6, 1, tzinfo=UTC))
        return [(one["entry"], one["standing"], len(one["entries"])) for one in shown]

    assert at(2019) == []
    assert at(2021) == [(str(entry), "active", 0)]
    assert at(2023) == [(str(entry), "over", 1)]
    assert len(problems(county, record, version=county.log.head(record) - 1)) == 2


def test_a_misfiled_problem_is_not_on_the_list_and_draws_nothing_to_itself(
    county: County, record: UUID
) -> None:
    wrong = problem(county, record, HYPERTENSION)
    drug = add(county, record, "medications", reasons=[HYPERTENSION])
    right = problem(county, record, HYPERTENSION)
    misfiling = Misfiling(wrong, "another resident's")
    county.records.misfile_entry(MANAGER, record, county.log.head(record), misfiling)

    (shown,) = problems(county, record)

    assert shown["entry"] == str(right)
    assert [one["entry"] for one in shown["entries"]] == [str(drug)]


@pytest.mark.parametrize(("kept", "listed"), [("problems", False), ("medications", True)])
def test_what_the_resident_keeps_to_themselves_is_on_no_list_of_others(
    county: County, record: UUID, kept: str, listed: bool
) -> None:
    problem(county, record, HYPERTENSION)
    drug = add(county, record, "medications", reasons=[HYPERTENSION])
    restriction = content("restriction", sections=[kept])
    county.records.add_entry(WANG, record, NewEntry("restrictions", restriction, occurred("2026-06-01")))

    assert bool(problems(county, record)) is listed
    assert str(drug) not in json.dumps(problems(county, record))
    assert str(drug) in json.dumps(problems(county, record, WANG))


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_entries_stand_under_the_problem_of_the_life_course(steps: list[tuple[str, int]]) -> None:
    county = County(RecordRender())
    record = county.open_record()
    for step, draw in steps:
        take(county, record, step, draw)
    opened = county.log.load(Record, record)
    assert opened is not None
    query = RecordQuery(masked=opened.state.masked)
    recorded = county.log.read(record)

    told: Json = problem_list(recorded, query)

    course: Json = life_course(recorded, query)
    placed = {
        (problem, one["entry"])
        for _, problem, one in activities(course)
        if problem
        and one["entry"] != problem
        and one["event"] == one["entry"]
        and one["status"] != "retracted"
    }
    listed = [(one["entry"], entry["entry"]) for one in told["problems"] for entry in one["entries"]]
    assert len(listed) == len(set(listed)) and set(listed) == placed

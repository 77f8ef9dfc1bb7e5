"""The course of a life: every event that may be shown stands there once, under its stage and its problem."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import record_events as events
from domain.errors import RecordError
from domain.ports import NOW, Course, RecordQuery
from domain.record import Record
from domain.record_events import RecordEvent
from domain.requests import Correction, Misfiling, NewEntry, NewSequel
from domain.values import Occurred, occurred
from projections.life_course import TITLES, life_course
from projections.life_stages import STAGES, stage_on
from projections.record_view import RecordRender
from tests.builders import NURSE, OTHER_NURSE, WANG, content, new_entry, request
from tests.county import County

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
MANAGER = request("doctor", "management")
ANGINA = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "I20.9", "display": "心绞痛"}
HYPERTENSION = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10", "display": "高血压"}


@pytest.fixture
def county() -> County:
    return County(RecordRender())


def course(county: County, record: UUID, who: Any = NURSE, **past: Any) -> Json:
    shown: Json = json.loads(county.records.read_course(who, record, Course("life-course"), **past).body)
    return shown


def add(county: County, record: UUID, kind: str, when: str = "2026-05-01", **changes: object) -> UUID:
    answer = county.records.add_entry(NURSE, record, new_entry(kind, when=when, **changes))
    return answer.stored[0].event


def activities(shown: Json) -> Iterator[tuple[str, str | None, Json]]:
    for stage in shown["stages"]:
        for problem in stage["problems"]:
            for activity in problem["activities"]:
                yield stage["stage"], problem["problem"], activity


def placed(shown: Json) -> dict[str, tuple[str, str | None]]:
    """The stage and the problem under which each event stands."""
    return {activity["event"]: (stage, problem) for stage, problem, activity in activities(shown)}


# Every event once.

KINDS = ("problems", "medications", "encounters", "examinations", "programmes", "documents", "immunizations")
ACTS = ("batch", "correct", "retract", "misfile", "file", "resolve", "close", "reopen")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [*KINDS, "batch", "correct", "retract", "misfile", "file", "resolve", "close", "reopen"]
        ),
        st.integers(0, 2**16),
    ),
    max_size=14,
)


def at(kind: str, when: Occurred) -> NewEntry:
    return replace(new_entry(kind), occurred=when)


def take(county: County, record: UUID, step: str, draw: int) -> None:
    """One step of a history, if it is one that can be taken now."""
    log, state = county.log, county.log.load(Record, record)
    assert state is not None
    standing = [UUID(one) for one, entry in state.state.entries.items() if entry.stands]
    when = occurred((date(1950, 1, 1) + timedelta(days=draw)).isoformat())
    with suppress(RecordError):
        if step in KINDS:
            county.records.add_entry(NURSE, record, at(step, when))
        elif step == "batch":
            several = [
                NewEntry(kind, content(new_entry(kind).form or ""), when) for kind in KINDS[draw % 5 :]
            ]
            county.records.add_entries(NURSE, record, several[:: -1 if draw % 2 else 1])
        elif step == "close":
            county.records.close_record(NURSE, record, log.head(record), reason="lost", since=when)
        elif step == "reopen":
            county.records.reopen_record(NURSE, record, log.head(record), reason="found")
        elif standing:
            about(county, record, step, standing[draw % len(standing)])


def about(county: County, record: UUID, step: str, entry: UUID) -> None:
    head, now = county.log.head(record), occurred("2026-06-01")
    if step == "correct":
        recorded = next(one.event for one in county.log.read(record) if one.stored.event == entry)
        same = Correction(entry, "misread", vars(recorded)["content"], now, entry_occurred=occurred("1999"))
        county.records.correct_entry(NURSE, record, head, same)
    elif step == "retract":
        county.records.retract_entry(NURSE, record, head, entry, "an error")
    elif step == "misfile":
        county.records.misfile_entry(MANAGER, record, head, Misfiling(entry, "another resident's"))
    elif step == "file":
        county.records.follow_entry(MANAGER, record, NewSequel("entries", "filing", entry, {}, now))
    elif step == "resolve":
        county.records.follow_entry(NURSE, record, NewSequel("problems", "resolution", entry, {}, now))


def may_be_shown(county: County, record: UUID) -> list[str]:
    """The plain rule: all but what was said of an entry that was misfiled."""
    log = [one.event for one in county.log.read(record)]
    misfiled = {one.entry for one in log if isinstance(one, events.EntryMisfiled)}
    return [
        str(vars(one)["event_id"])
        for one in log
        if isinstance(one, events.EntryMisfiled)
        or not {vars(one)["event_id"], vars(one).get("entry")} & misfiled
    ]


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_every_event_that_may_be_shown_stands_in_the_life_course_once(steps: list[tuple[str, int]]) -> None:
    county = County(RecordRender())
    record = county.open_record()
    for step, draw in steps:
        take(county, record, step, draw)

    shown = course(county, record)

    told = Counter(activity["event"] for _, _, activity in activities(shown))
    assert told == Counter(may_be_shown(county, record))


def catalogue(of: type[RecordEvent] = RecordEvent) -> Iterator[str]:
    for event in of.__subclasses__():
        if "TOPIC" in vars(event):
            yield vars(event)["TOPIC"]
        yield from catalogue(event)


def test_every_event_of_a_record_has_a_title_in_plain_words() -> None:
    assert set(TITLES) == set(catalogue())
    assert all(title["zh"] and title["en"] for title in TITLES.values())


def test_of_a_misfiled_entry_only_that_there_was_one_is_told(county: County) -> None:
    record = county.open_record()
    entry = add(county, record, "problems", problem=HYPERTENSION)
    cited = NewEntry("encounters", content("reception"), occurred("2026-05-02"), cause=str(entry))
    encounter = county.records.add_entry(NURSE, record, cited).stored[0].event
    head = county.log.head(record)
    misfiled = county.records.misfile_entry(MANAGER, record, head, Misfiling(entry, "another's")).stored[0]

    shown = course(county, record)

    assert str(entry) not in json.dumps(shown) and "高血压" not in json.dumps(shown, ensure_ascii=False)
    assert placed(shown)[str(encounter)] == ("elderly", None)
    assert placed(shown)[str(misfiled.event)] == ("elderly", None)


def test_what_the_resident_keeps_to_themselves_is_in_their_life_course_only(county: County) -> None:
    record = county.open_record()
    problem = add(county, record, "problems")
    restriction = content("restriction", sections=["problems"])
    county.records.add_entry(WANG, record, NewEntry("restrictions", restriction, occurred("2026-06-01")))

    theirs, staff = course(county, record, WANG), course(county, record, NURSE)

    assert str(problem) in placed(theirs) and str(problem) not in json.dumps(staff)
    assert "problems" not in staff["sections"] and theirs["sections"] is None


# Stages.


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        ("1999-12-31", "before-birth"),
        ("2000-01-01", "newborn"),
        ("2000-01-28", "newborn"),
        ("2000-01-29", "infant"),
        ("2000-12-31", "infant"),
        ("2001-01-01", "toddler"),
        ("2003-01-01", "preschool"),
        ("2006-12-31", "preschool"),
        ("2007-01-01", "school-age"),
        ("2012-01-01", "adolescent"),
        ("2017-12-31", "adolescent"),
        ("2018-01-01", "adult"),
        ("2064-12-31", "adult"),
        ("2065-01-01", "elderly"),
        ("2080-05-05", "elderly"),
        ("2080-05-06", "after-death"),
    ],
)
def test_a_day_lies_in_the_stage_of_its_age(on: str, stage: str) -> None:
    born, died = date(2000, 1, 1), date(2080, 5, 5)

    assert stage_on(date.fromisoformat(on), born, died, is_unborn=False) == stage


def test_without_a_birth_date_a_day_lies_before_birth_or_at_no_known_age() -> None:
    assert stage_on(date(2026, 1, 1), None, None, is_unborn=True) == "before-birth"
    assert stage_on(date(2026, 1, 1), None, None, is_unborn=False) == "age-unknown"
    assert STAGES[0].name == "before-birth"


def test_an_entry_lies_where_it_happened_and_its_correction_where_that_did(county: County) -> None:
    record = county.open_record()  # born 1949-12-31
    entry = add(county, record, "problems", when="1962-02-02")
    correction = Correction(
        entry, "misread", content("problem"), occurred("2026-06-01"), entry_occurred=occurred("1972")
    )
    head = county.log.head(record)
    corrected = county.records.correct_entry(NURSE, record, head, correction).stored[0].event

    stages = {event: stage for event, (stage, _) in placed(course(county, record)).items()}

    assert (stages[str(entry)], stages[str(corrected)]) == ("adult", "elderly")
    before = course(county, record, version=head)
    assert placed(before)[str(entry)][0] == "adolescent"


def test_what_comes_after_death_stands_after_it(county: County) -> None:
    record = county.open_record()
    county.clock.move(days=10)
    since = occurred("2026-06-05")
    county.records.close_record(NURSE, record, county.log.head(record), reason="death", since=since)
    result = add(county, record, "documents", when="2026-06-08")

    stages = {event: stage for event, (stage, _) in placed(course(county, record)).items()}

    assert stages[str(result)] == "after-death"
    assert course(county, record)["status"] == "closed"


# Problems.


def test_what_cites_a_problem_or_is_for_it_stands_under_it(county: County) -> None:
    record = county.open_record()
    angina = add(county, record, "problems", problem=ANGINA)
    pressure = add(county, record, "problems", problem=HYPERTENSION)
    drug = add(county, record, "medications", reasons=[{**HYPERTENSION, "version": "2016"}])
    enrolment = add(county, record, "programmes", diagnoses=None)
    follow_up = add(county, record, "follow-ups")
    other = add(county, record, "immunizations")
    cited = NewEntry("documents", content("document"), occurred("2026-05-02"), cause=str(angina))
    document = county.records.add_entry(NURSE, record, cited).stored[0].event
    statement = add(county, record, "quality-findings", about=str(drug))
    resolution = NewSequel("problems", "resolution", angina, {}, occurred("2026-05-30"))
    resolved = county.records.follow_entry(NURSE, record, resolution).stored[0].event

    under = {event: problem for event, (_, problem) in placed(course(county, record)).items()}

    assert [under[str(one)] for one in (angina, document, resolved)] == [str(angina)] * 3
    assert [under[str(one)] for one in (pressure, drug, enrolment, follow_up, statement)] == [
        str(pressure)
    ] * 5
    assert under[str(other)] is None


def test_a_problem_that_was_retracted_draws_nothing_to_itself(county: County) -> None:
    record = county.open_record()
    wrong = add(county, record, "problems", problem=HYPERTENSION)
    right = add(county, record, "problems", problem=HYPERTENSION)
    drug = add(county, record, "medications", reasons=[HYPERTENSION])
    assert placed(course(county, record))[str(drug)][1] == str(wrong)

    retracted = county.records.retract_entry(
        NURSE, record, county.log.head(record), wrong, "an error"
    ).stored[0]

    under = placed(course(county, record))
    assert under[str(drug)][1] == str(right)
    assert under[str(wrong)][1] == under[str(retracted.event)][1] == str(wrong)


def test_the_life_course_of_a_time_has_nothing_of_later(county: County) -> None:
    record = county.open_record()
    add(county, record, "problems", when="1990-01-01")
    late = add(county, record, "problems", when="2026-05-01")
    then = datetime(2000, 1, 1, tzinfo=UTC)

    assert str(late) not in placed(course(county, record, valid_at=then))
    recorded = county.log.read(record)
    assert life_course(recorded, NOW) == life_course(
        recorded, RecordQuery(version=recorded[-1].stored.version)
    )


def test_a_life_course_is_not_for_other_institutions(county: County) -> None:
    record = county.open_record()

    with pytest.raises(Exception, match="available"):
        course(county, record, OTHER_NURSE)

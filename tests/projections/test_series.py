"""A series: every value of one measurement as it should be, with its entry, oldest first."""

import json
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import record_events as events
from domain.acts import Event
from domain.errors import RecordError
from domain.measurements import MEASUREMENTS
from domain.ports import Course, Recorded
from domain.record_errors import UnknownMeasurement
from domain.requests import Correction, Misfiling, NewEntry
from domain.values import earliest, occurred
from projections.record_view import RecordRender
from tests.builders import DOCTOR, NURSE, content, new_entry, request
from tests.county import County

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
MANAGER = request("doctor", "management")


@pytest.fixture
def county() -> County:
    return County(RecordRender())


def series(county: County, record: UUID, name: str, **past: Any) -> list[Json]:
    body = county.records.read_course(NURSE, record, Course("measurements", name), **past).body
    values: list[Json] = json.loads(body)["values"]
    return values


def weighed(county: County, record: UUID, weight: str, when: str) -> UUID:
    entry = NewEntry("examinations", {"general": {"weight": weight}}, occurred(when))
    return county.records.add_entry(NURSE, record, entry).stored[0].event


def told(values: list[Json]) -> list[tuple[str, Any]]:
    return [(one["occurred"]["at"], one["value"]) for one in values]


def test_values_come_from_every_form_that_tells_them_oldest_first(county: County) -> None:
    record = county.open_record()
    county.records.add_entry(NURSE, record, new_entry("programmes", when="2026-01-01"))
    pressure = content("hypertension-follow-up", signs={"systolic": 152, "diastolic": 90})
    county.records.add_entry(
        NURSE, record, NewEntry("follow-ups", pressure, occurred("2026-05-03"), form="hypertension-follow-up")
    )
    both = {"blood_pressure_left": {"systolic": 140, "diastolic": 80}}
    arms = {"general": {**both, "blood_pressure_right": {"systolic": 144, "diastolic": 82}}}
    county.records.add_entry(NURSE, record, NewEntry("examinations", arms, occurred("2024")))

    values = series(county, record, "systolic")

    assert told(values) == [("2024", 140), ("2024", 144), ("2026-05-03", 152)]
    assert [one["form"] for one in values] == ["health-examination"] * 2 + ["hypertension-follow-up"]
    assert values[0]["pointer"] == "/general/blood_pressure_left/systolic"
    assert {one["unit"] for one in values} == {"mmHg"}


def test_a_value_in_another_unit_keeps_it(county: County) -> None:
    record = county.open_record()
    tests = {"tests": {"fasting_glucose_mg_dl": "126.0"}}
    county.records.add_entry(NURSE, record, NewEntry("examinations", tests, occurred("2024")))

    (value,) = series(county, record, "fasting-glucose")

    assert (value["value"], value["unit"]) == ("126.0", "mg/dL")


def test_a_corrected_value_stands_in_place_of_the_wrong_one_with_who_corrected_it(county: County) -> None:
    record = county.open_record()
    entry = weighed(county, record, "160", "2026-05-01")
    wrong, head = series(county, record, "weight"), county.log.head(record)
    right: Json = {"general": {"weight": "60.0"}}
    county.clock.move(days=1)
    now = occurred("2026-06-02")
    county.records.correct_entry(DOCTOR, record, head, Correction(entry, "a slip", right, now))

    (value,) = series(county, record, "weight")

    assert told(wrong) == [("2026-05-01", "160")]
    assert (value["value"], value["status"], value["entry"]) == ("60.0", "corrected", str(entry))
    assert value["actor"] == str(county.doctor)
    assert series(county, record, "weight", version=head) == wrong
    assert series(county, record, "weight", as_of=datetime(2026, 6, 1, 12, tzinfo=UTC)) == wrong


def test_a_measurement_nobody_has_is_refused_with_those_there_are(county: County) -> None:
    record = county.open_record()

    with pytest.raises(UnknownMeasurement) as refused:
        series(county, record, "mood")

    assert refused.value.facts["accepted"] == list(MEASUREMENTS)


def plain(recorded: list[Recorded]) -> list[tuple[str, str]]:
    """The definition, written plainly: what the examinations say of weight in the end, in order of time."""
    entries: dict[UUID, tuple[datetime, int, str, str]] = {}
    for one in recorded:
        event, number = one.event, one.stored.version
        if isinstance(event, events.EntryRecorded):
            weight: Any = event.content
            at = event.occurred
            entries[event.event_id] = (earliest(at), number, at["at"], weight["general"]["weight"])
        elif isinstance(event, events.EntryCorrected):
            was, now = entries[event.entry], event.entry_occurred
            changed: Any = event.content
            start, at_text = (earliest(now), now["at"]) if now else (was[0], was[2])
            entries[event.entry] = (start, was[1], at_text, changed["general"]["weight"])
        elif isinstance(event, events.EntryRetracted | events.EntryMisfiled):
            entries.pop(event.entry, None)  # an entry may be retracted, and then found to be another's
    return [(at_text, value) for _, _, at_text, value in sorted(entries.values())]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "correct", "move", "retract", "misfile"]),
        st.integers(30, 200),
        st.sampled_from(["1987", "1987-05", "2001-02-03", "2026-05-01", "2026-05-01T10:00:00+08:00"]),
        st.integers(0, 9),
    ),
    max_size=15,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_series_is_what_a_plain_reading_of_the_events_gives(steps: list[tuple[str, int, str, int]]) -> None:
    county = County(RecordRender())
    record = county.open_record()
    entries: list[UUID] = []
    for step, weight, when, which in steps:
        if step == "add" or not entries:
            entries.append(weighed(county, record, str(weight), when))
        else:
            change(county, record, step, entries[which % len(entries)], weight, when)

    recorded = county.log.read(record)

    assert told(series(county, record, "weight")) == plain(
        [one for one in recorded if is_an_entry(one.event)]
    )


def change(county: County, record: UUID, step: str, entry: UUID, weight: int, when: str) -> None:
    """Correct, move in time, retract or take out an entry, if it still stands."""
    head, now = county.log.head(record), occurred("2026-06-01")
    right: Json = {"general": {"weight": str(weight)}}
    try:
        if step == "retract":
            county.records.retract_entry(NURSE, record, head, entry, "an error")
        elif step == "misfile":
            county.records.misfile_entry(MANAGER, record, head, Misfiling(entry, "another's"))
        else:
            moved = occurred(when) if step == "move" else None
            correction = Correction(entry, "a slip", right, now, entry_occurred=moved)
            county.records.correct_entry(NURSE, record, head, correction)
    except RecordError:
        pass


def is_an_entry(event: object) -> bool:
    of_entries = events.EntryRecorded | events.EntryCorrected | events.EntryRetracted | events.EntryMisfiled
    return isinstance(event, Event) and isinstance(event, of_entries)

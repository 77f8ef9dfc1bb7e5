"""Each fold against a plain re-computation of the same life; every past of it against a fold stopped then."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.entries import CARD_NEEDS
from domain.ports import RecordQuery
from projections.catalogue import PROJECTIONS
from projections.due_list import due_list
from projections.name_tokens import initials
from projections.naming import plain
from projections.projection import Projection
from projections.record_view import render
from projections.views import population, search, tasks
from tests.builders import NURSE
from tests.projections.lives import NAMES, STEPS, Lived, Unkeyed, day, fold, held, later, stopped

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
CLINIC_TASKS = {"card-to-issue", "incomplete-record"}


def shown(lived: Lived) -> Json:
    """The record as anybody reads it: the oracle's only source."""
    query = RecordQuery(masked=lived.state.state.masked)
    parsed: Json = json.loads(render(lived.recorded, query))
    return parsed


def token(kind: str, text: str) -> bytes:
    return search.token(Unkeyed(), kind, text)


def standing(view: Json, section: str) -> list[Json]:
    """The entries of a section that count, oldest first by when they occurred."""
    entries = [one for one in view["sections"][section] if one["status"] != "retracted"]
    return sorted(entries, key=lambda one: (one["occurred"]["at"], one["version"]))


@given(STEPS)
def test_a_resident_is_found_by_what_the_newest_form_says_and_by_the_names_before(
    steps: list[tuple[str, int, int]],
) -> None:
    lived = Lived().live(steps)

    rows = fold(search.PROJECTION, lived.record, lived.recorded)["search"]

    told = standing(shown(lived), "basic_information")
    names = [one["content"]["name"] for one in told]
    present = {row[2] for row in rows if not row[3]}
    former = {row[2] for row in rows if row[3]}
    assert token("name", plain("王大明")) not in present | former
    assert {name for name in NAMES if token("name", plain(name)) in present | former} == set(names)
    if names:
        assert token("name", plain(names[-1])) in present
        assert token("name-prefix", plain(names[-1])[:1]) in present
        assert all(token("initials", one) in present for one in initials(names[-1]))
    assert present.isdisjoint(former)


@given(STEPS)
def test_tasks_are_what_the_record_shows_to_be_open(steps: list[tuple[str, int, int]]) -> None:
    lived = Lived().live(steps)
    view = shown(lived)

    rows = fold(tasks.PROJECTION, lived.record, lived.recorded)["tasks"]

    now = {(row[1], row[2], row[3] and str(row[3]), row[4]) for row in rows if row[-1] is None}
    by_entry = {one for one in now if one[1] != "follow-up-due" and one[1] not in CLINIC_TASKS}
    assert {(str(where), kind, entry, what) for where, kind, entry, what in by_entry} == set(
        _open(lived, view)
    )
    lacking = {(kind, what) for _, kind, _, what in now if kind in CLINIC_TASKS}
    assert lacking == set(_lacking(view))


def _open(lived: Lived, view: Json) -> Iterator[tuple[str, str, str | None, str]]:
    here, there = str(lived.county.clinic), str(lived.county.other_clinic)
    for section, entries in view["sections"].items():
        for one in (one for one in entries if one["status"] != "retracted"):
            if one["filing"]["standing"] in ("draft", "external"):
                yield here, "unfiled-entry", one["id"], section.replace("_", "-")
            match section, one["state"]:
                case "referrals", "issued" | "accepted":
                    yield here, "open-referral-out", one["id"], one["state"]
                    yield there, "open-referral-in", one["id"], one["state"]
                case "consultations", "requested":
                    yield here, "open-consultation-out", one["id"], "requested"
                    yield there, "open-consultation-in", one["id"], "requested"
                case "quality_findings", "open":
                    yield here, "open-quality-finding", one["id"], "open"
                case "identity_disputes", "open":
                    yield here, "identity-dispute", one["id"], "open"
                case "correction_requests", "open":
                    yield here, "open-correction-request", one["id"], "open"
                case "access_applications", "applied":
                    yield here, "application-to-decide", one["id"], "applied"
                    yield there, "application-open", one["id"], "applied"
                case "access_applications", "approved":
                    yield here, "application-to-answer", one["id"], "approved"
                    yield there, "application-open", one["id"], "approved"
                case "access_applications", "active":
                    yield there, "grant-held", one["id"], "active"
                case "emergency_accesses", "open":
                    yield here, "emergency-review", one["id"], "open"


def test_what_is_due_of_access_lapses_by_the_calendar_and_reviews_pass_over_holidays() -> None:
    steps = [("apply", 0, 113), ("approve", 0, 0), ("agree", 0, 0), ("emergency", 0, 8)]
    lived = Lived().live(steps)  # applied for on 22 September, opened on the last day before 国庆节

    rows = fold(tasks.PROJECTION, lived.record, lived.recorded)["tasks"]

    told = {str(row[2]): row[6:9] for row in rows if row[-1] is None}
    assert told["grant-held"] == (date(2026, 9, 22), None, date(2027, 7, 20))
    assert told["emergency-review"] == (None, date(2026, 10, 13), None)


def _lacking(view: Json) -> Iterator[tuple[str, str]]:
    if view["status"] != "open":
        return
    told = standing(view, "basic_information")
    if not told:
        yield "incomplete-record", "basic-information"
        return
    yield from (
        ("incomplete-record", name) for name in ("phone", "past_history") if name not in told[-1]["content"]
    )
    filled = {name for one in told for name in one["content"]}
    has_card = any(one["state"] == "active" for one in standing(view, "cards"))
    is_disputed = any(one["state"] == "open" for one in standing(view, "identity_disputes"))
    if filled.issuperset(CARD_NEEDS) and not has_card and not is_disputed:
        yield "card-to-issue", "card"


@settings(max_examples=60)
@given(STEPS, st.sampled_from((0, 1, 30, 100, 400, 4000)))
def test_what_is_due_on_any_later_day_is_in_the_plan(steps: list[tuple[str, int, int]], days: int) -> None:
    """The tasks of the calendar: asked on a day, as the list of what is due is for one record."""
    lived = Lived().live(steps)
    instant = later(lived, days)
    on: date = day(instant)

    rows = fold(tasks.PROJECTION, lived.record, lived.recorded)["tasks"]

    planned = {
        (row[5], row[4], str(row[7]))
        for row in rows
        if row[2] == "follow-up-due"
        and row[-1] is None
        and (row[6] is None or row[6] <= on)  # type: ignore[operator]  # days
        and (row[8] is None or row[8] > on)  # type: ignore[operator]  # days
    }
    query = RecordQuery(valid_at=instant, masked=lived.state.state.masked)
    told: Json = due_list(lived.recorded, query)
    open_ = [one for one in told["due"] if one["opens"] is None or one["opens"] <= on.isoformat()]
    assert planned == {(one["programme"], one["what"], one["by"]) for one in open_}


@given(STEPS)
def test_a_resident_counts_as_what_the_record_shows(steps: list[tuple[str, int, int]]) -> None:
    lived = Lived().live(steps)
    view = shown(lived)

    tables = fold(population.PROJECTION, lived.record, lived.recorded)

    ((_, area, status, sex, month, opened),) = [row[:-2] for row in tables["population"] if row[-1] is None]
    assert area == view["number"][:12]
    assert status == view["status"]
    is_told = standing(view, "basic_information") or any("number" in one for one in view["identities"])
    assert (sex, month) == (("female", "1949-12") if is_told else (None, None))
    assert opened == "2026-06"
    enrolled = {
        one["content"]["programme"] for one in standing(view, "programmes") if one["state"] == "active"
    }
    basic = standing(view, "basic_information")
    disabled = {"disability"} if basic and basic[-1]["content"].get("disabilities") != ["none"] else set()
    assert {row[1] for row in tables["population_group"] if row[-1] is None} == enrolled | disabled


# The views in whose tables facts about a record end instead of being changed.
WITH_A_PAST = [
    pytest.param(one, id=one.name)
    for one in PROJECTIONS.values()
    if all({"record_id", "to_position"} <= table.columns.keys() for table in one.tables)
]


@pytest.mark.parametrize("projection", WITH_A_PAST)
@settings(max_examples=40)
@given(STEPS, st.data())
def test_every_past_of_a_view_equals_a_fold_stopped_there(
    projection: Projection, steps: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    lived = Lived().live(steps)
    recorded = lived.recorded
    position = data.draw(st.sampled_from([one.stored.position for one in recorded]))

    past = held(fold(projection, lived.record, recorded), position)

    assert past == held(fold(projection, lived.record, stopped(recorded, position)), position)


@given(STEPS)
def test_a_misfiled_entry_is_in_no_view_of_any_time(steps: list[tuple[str, int, int]]) -> None:
    lived = Lived().live(
        [("encounter", 0, 0), *steps, ("reopen", 0, 0), ("misfile", 0, 1), ("misfile", 1, 1)]
    )
    masked = lived.state.state.masked

    rows = fold(tasks.PROJECTION, lived.record, lived.recorded)["tasks"]

    assert masked
    assert not {row[3] for row in rows} & masked


def test_no_row_holds_what_somebody_could_read_about_a_person() -> None:
    lived = Lived()
    lived.do("complete", 3)
    lived.county.clock.move(days=1)

    lived.county.records.read_record(NURSE, lived.record)
    streams = (lived.record, lived.state.access_stream, lived.county.clinic)

    rows = [
        row
        for one in PROJECTIONS.values()
        for stream in streams
        for found in fold(one, stream, lived.county.log.read(stream)).values()
        for row in found
    ]

    texts = [value for row in rows for value in row if isinstance(value, str)]
    secret = {str(value) for value in lived._basic(3).values() if isinstance(value, str)} - {"female"}
    assert texts
    assert not secret & set(texts)
    days = [value for row in rows for value in row if isinstance(value, date)]  # instants, too
    assert not any(day.isoformat() < "2024-01-01" for day in days)

"""A correction is judged as its entry was: by the edition of the day on which that occurred."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import errors, forms
from domain.record import Record
from domain.record_events import EntryCorrected
from domain.requests import Correction
from domain.values import Occurred, occurred
from projections.record_view import RecordRender
from tests.builders import NURSE, TODAY, content
from tests.county import County
from tests.whole_life import Life

FORM = "programme-enrolment"
CHANGED = forms.get(FORM, "2026.2").valid_from  # the day since which COPD is among the programmes
BEFORE, SINCE = occurred("2020-05-06"), occurred("2025-05-06")
DAYS = st.dates(CHANGED - timedelta(days=2), CHANGED + timedelta(days=2))


def life() -> Life:
    return Life(County(RecordRender()))


def correct(
    one: Life,
    entry: UUID,
    *,
    edition: str | None = None,
    entry_occurred: Occurred | None = None,
    **changes: object,
) -> EntryCorrected:
    held = one.county.log.load(Record, one.record)
    assert held is not None
    filled = content(held.standing(entry).form, **changes)
    asked = Correction(entry, "misread", filled, TODAY, edition, entry_occurred)
    one.records.correct_entry(NURSE, one.record, one.version, asked)
    stored = one.county.log.read(one.record)[-1].event
    assert isinstance(stored, EntryCorrected)
    return stored


def test_a_correction_is_judged_by_the_edition_of_the_day_of_its_entry() -> None:
    one = life()
    entry = one.add("programmes", when=BEFORE, programme="hypertension")

    corrected = correct(one, entry, programme="type-2-diabetes")

    assert corrected.form["edition"] == "2026"
    with pytest.raises(errors.ContentRefused):
        correct(one, entry, programme="copd")


def test_it_is_judged_by_the_day_to_which_the_entry_is_moved_now_or_was_moved_before() -> None:
    one = life()
    entry = one.add("programmes", when=BEFORE, programme="hypertension")

    moved = correct(one, entry, entry_occurred=SINCE, programme="copd")
    again = correct(one, entry, programme="copd")
    back = correct(one, entry, entry_occurred=BEFORE, programme="hypertension")

    assert [told.form["edition"] for told in (moved, again, back)] == ["2026.2", "2026.2", "2026"]


def test_an_edition_that_is_named_is_the_one() -> None:
    one = life()
    entry = one.add("programmes", when=BEFORE, programme="hypertension")

    assert correct(one, entry, edition="2026.2", programme="copd").form["edition"] == "2026.2"


def test_a_card_that_came_for_another_is_corrected_too() -> None:
    one = life()
    one.add("basic-information", identity_number=None)
    one.add("cards", number="FIRST-1")
    second = one.follow("cards", "replacement", number="SECOND-1")

    assert correct(one, second, number="SECOND-1").entry == second


@given(on=DAYS, moved=st.lists(DAYS, max_size=2))
def test_an_entry_and_its_corrections_are_of_the_edition_of_their_day(on: date, moved: list[date]) -> None:
    one = life()
    entry = one.add("programmes", when=occurred(on.isoformat()), programme="hypertension")

    for day in moved:
        told = correct(one, entry, entry_occurred=occurred(day.isoformat()), programme="hypertension")
        assert told.form == forms.current(FORM, day).ref
    last = correct(one, entry, programme="hypertension")

    assert last.form == forms.current(FORM, [on, *moved][-1]).ref

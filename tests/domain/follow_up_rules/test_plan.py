"""The plan holds what each later day will be told, as long as nothing more happens."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain import forms
from domain.follow_up_rules import Enrolment, Entry, Facts, due, national, plan
from domain.follow_up_rules.table import Programme
from domain.scalars import JsonObject

OPENED = date(2020, 1, 15)
PROGRAMMES = list(national())
BIRTHS = st.sampled_from(
    [date(2019, 12, 30), date(2018, 3, 1), date(2014, 2, 28), date(1990, 5, 5), date(1955, 6, 1), None]
)
DAYS = st.sampled_from((0, 1, 7, 20, 29, 60, 91, 180, 365, 400, 900, 2000))


@pytest.mark.parametrize("programme", PROGRAMMES, ids=[one.name for one in PROGRAMMES])
@given(
    born=BIRTHS,
    entries=st.lists(st.tuples(st.integers(0, 9), DAYS), max_size=5),
    first=DAYS,
    later=DAYS,
    is_enrolled=st.booleans(),
)
@example(born=date(2019, 12, 30), entries=[], first=0, later=2000, is_enrolled=True)
def test_what_is_due_on_a_later_day_was_planned(
    programme: Programme,
    born: date | None,
    entries: list[tuple[int, int]],
    first: int,
    later: int,
    is_enrolled: bool,
) -> None:
    on, day = OPENED + timedelta(days=first), OPENED + timedelta(days=first + later)
    facts = _facts(programme, born, entries, is_enrolled, on)

    planned = plan(programme, facts, on)

    standing = due(programme, facts, day)
    told = (
        {(one.what, one.by) for one in standing.due if one.opens is None or one.opens <= day}
        if standing
        else set()
    )
    assert told == {
        (one.due.what, one.due.by)
        for one in planned
        if (one.due.opens is None or one.due.opens <= day) and (one.lapses is None or one.lapses > day)
    }


def _facts(
    programme: Programme, born: date | None, entries: list[tuple[int, int]], is_enrolled: bool, on: date
) -> Facts:
    """Entries on the forms of the programme, all of them known by the day."""
    names = programme.table.forms or ("reception",)
    told = sorted(
        (
            Entry(UUID(int=number), name, min(on, OPENED + timedelta(days=after)), _example(name))
            for number, (which, after) in enumerate(entries)
            for name in [names[which % len(names)]]
        ),
        key=lambda one: one.on,
    )
    enrolments = [Enrolment(programme.name, OPENED)] if is_enrolled else []
    return Facts(told, born, "female", enrolments, OPENED)


def _example(name: str) -> JsonObject:
    return forms.current(name, OPENED).example

"""From which age one decides oneself, by the law of the day on which it is decided."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.age_bands import AGE_BANDS, CAPACITY, PERSONAL_DATA, AgeBand, age, band, is_below

BORN = date(2010, 6, 15)


@pytest.mark.parametrize("about, years", [(CAPACITY, 18), (PERSONAL_DATA, 14)])
def test_one_decides_from_the_birthday_on_and_not_on_the_day_before(about: str, years: int) -> None:
    birthday = BORN.replace(year=BORN.year + years)

    assert is_below(about, BORN, birthday - timedelta(days=1)) is not None
    assert is_below(about, BORN, birthday) is None


@pytest.mark.parametrize("one", AGE_BANDS, ids=lambda one: f"{one.about} {one.since}")
def test_each_band_holds_from_its_day_under_its_own_source(one: AgeBand) -> None:
    on_the_day, before = band(one.about, one.since), band(one.about, one.since - timedelta(days=1))

    assert on_the_day == one
    assert before is None or before.source != one.source


def test_before_the_law_on_personal_information_no_age_was_set_for_it() -> None:
    assert is_below(PERSONAL_DATA, BORN, date(2021, 10, 31)) is None
    assert is_below(PERSONAL_DATA, BORN, date(2021, 11, 1)) is not None


def test_who_was_born_on_a_leap_day_is_a_year_older_on_the_first_of_march() -> None:
    leap_day = date(2008, 2, 29)

    assert age(leap_day, date(2022, 2, 28)) == 13
    assert age(leap_day, date(2022, 3, 1)) == 14
    assert age(leap_day, date(2024, 2, 29)) == 16


@given(born=st.dates(date(1900, 1, 1), date(2020, 1, 1)), days=st.integers(0, 40_000))
def test_nobody_grows_younger(born: date, days: int) -> None:
    on = born + timedelta(days=days)

    assert age(born, born) == 0
    assert age(born, on + timedelta(days=1)) - age(born, on) in (0, 1)

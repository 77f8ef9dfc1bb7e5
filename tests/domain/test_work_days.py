"""Working days, against what the notices say in words."""

from datetime import date, timedelta

import pytest

from domain.work_days import YEARS, is_work_day, working_days_after

# 全年月平均工作时间和工资折算办法: without weekends and the 11 (since 2025 13) statutory days off.
IN_A_YEAR = {2024: 251, 2025: 248, 2026: 248}


@pytest.mark.parametrize("year", YEARS)
def test_what_is_moved_is_worked_elsewhere_so_that_a_year_has_its_number_of_working_days(year: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=one) for one in range(366))

    assert sum(is_work_day(day) for day in days if day.year == year) == IN_A_YEAR[year]


@pytest.mark.parametrize("year", YEARS)
def test_days_off_and_worked_weekends_are_of_their_year_and_never_both(year: int) -> None:
    told = YEARS[year]

    assert {day.year for day in told.off | told.work} == {year}
    assert not told.off & told.work
    assert all(day.weekday() >= 5 for day in told.work)
    assert str(year) in told.source


@pytest.mark.parametrize(
    "opened, due",
    [
        (date(2026, 6, 1), date(2026, 6, 8)),  # a week without holidays
        (date(2026, 6, 15), date(2026, 6, 23)),  # 端午节 on a Friday
        (date(2026, 9, 30), date(2026, 10, 13)),  # 国庆节, and a Saturday that is worked
        (date(2026, 2, 13), date(2026, 2, 27)),  # 春节, from the Friday before on
        (date(2027, 10, 1), date(2027, 10, 8)),  # not announced: weekends only
    ],
)
def test_a_term_of_five_working_days_passes_over_what_is_off(opened: date, due: date) -> None:
    assert working_days_after(opened, 5) == due

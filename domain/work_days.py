"""Working days, by the official calendar of each year; `data/work_days.toml` has the years announced.

Of a year that is not there, only weekends are known: then a term may end earlier than the holidays allow,
and never later than it should.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Year:
    """off: weekdays and weekends without work; work: weekend days with it. source: the notice."""

    source: str
    off: frozenset[date]
    work: frozenset[date]


def _read() -> Mapping[int, Year]:
    text = files("domain").joinpath("data", "work_days.toml").read_text(encoding="utf-8")
    return {int(year): _year(year, told) for year, told in tomllib.loads(text).items()}


def _year(year: str, told: Mapping[str, Any]) -> Year:  # Any: as TOML has it
    off = frozenset(day for span in told["off"] for day in _days(year, *span.split("/")))
    return Year(told["source"], off, frozenset(date.fromisoformat(f"{year}-{day}") for day in told["work"]))


def _days(year: str, first: str, last: str) -> Iterator[date]:
    day, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
    while day <= end:
        yield day
        day += DAY


YEARS = _read()


def is_work_day(day: date) -> bool:
    year = YEARS.get(day.year)
    if year is not None and day in year.off:
        return False
    return day.weekday() < SATURDAY or (year is not None and day in year.work)


def working_days_after(day: date, count: int) -> date:
    """The last day of a term of so many working days that begins on the day after."""
    while count:
        day += DAY
        count -= is_work_day(day)
    return day

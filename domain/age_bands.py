"""At which age the law lets somebody decide, as dated data: what held on the day, not what holds today."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class AgeBand:
    """From `since` on, below `until_age` (whole years) a guardian decides what `about` names."""

    about: str  # "capacity": any legal act; "personal-data": handling of personal information
    until_age: int
    since: date
    source: str


CAPACITY, PERSONAL_DATA = "capacity", "personal-data"

AGE_BANDS = (
    AgeBand(CAPACITY, 18, date(1987, 1, 1), "民法通则（1986）第十一条"),
    AgeBand(CAPACITY, 18, date(2017, 10, 1), "民法总则（2017）第十七条"),
    AgeBand(CAPACITY, 18, date(2021, 1, 1), "民法典（2020）第十七条"),
    AgeBand(PERSONAL_DATA, 14, date(2021, 11, 1), "个人信息保护法（2021）第三十一条"),
)


def band(about: str, on: date) -> AgeBand | None:
    """The band in force on a day; None before there was one."""
    held = [one for one in AGE_BANDS if one.about == about and one.since <= on]
    return max(held, key=lambda one: one.since, default=None)


def is_below(about: str, born: date, on: date) -> AgeBand | None:
    """The band that somebody born on a day has not outgrown on another, if there is one."""
    limit = band(about, on)
    return limit if limit and age(born, on) < limit.until_age else None


def age(born: date, on: date) -> int:
    """Whole years on a day; who was born on 29 February grows older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

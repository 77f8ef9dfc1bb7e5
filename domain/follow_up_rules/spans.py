"""Spans of time as a rules table writes them: ISO 8601 durations of years, months, weeks and days."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

WRITTEN = re.compile(
    r"P(?:(?P<years>[0-9]{1,3})Y)?(?:(?P<months>[0-9]{1,4})M)?"
    r"(?:(?P<weeks>[0-9]{1,4})W)?(?:(?P<days>[0-9]{1,5})D)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Span:
    """So many months and days; a year is 12 months, a week 7 days."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Raises ValueError unless it is a duration such as P3M, P2W or P1Y."""
        found = WRITTEN.fullmatch(text)
        if found is None or text == "P":
            raise ValueError(f"not a span: {text}")
        part = {name: int(number or 0) for name, number in found.groupdict().items()}
        return cls(part["years"] * 12 + part["months"], part["weeks"] * 7 + part["days"])

    def after(self, day: date) -> date:
        """The day so long after; the last day of the month where it has none of that number."""
        month = day.year * 12 + day.month - 1 + self.months
        year, month = month // 12, month % 12 + 1
        last = monthrange(year, month)[1]
        return date(year, month, min(day.day, last)) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """The day so many days before; months do not count back."""
        return day - timedelta(days=self.days)


def whole_months(since: date, on: date) -> int:
    """Completed months from one day to another; negative before it."""
    months = (on.year - since.year) * 12 + on.month - since.month
    return months if Span(months).after(since) <= on else months - 1

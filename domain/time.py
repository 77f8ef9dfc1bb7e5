"""When something happened, as it was told: "about 1987" stays about 1987.

An occurred time keeps its own precision and the offset it was told in. For comparison it has an earliest
and a latest instant in UTC; a year, month or day is that of China (+08:00, no summer time).
Grammar: FHIR R4 dateTime (https://hl7.org/fhir/R4/datatypes.html#dateTime), so a time of day has an offset:
without one, nobody could say decades later which instant was meant. Seconds may be left out.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal, NotRequired, TypedDict

from domain.errors import OccurredRefused
from domain.scalars import EARLIEST_YEAR, first_day

Precision = Literal["year", "month", "day", "minute", "second"]

CHINA = timezone(timedelta(hours=8), "+08:00")
SKEW_ALLOWED = timedelta(seconds=300)  # DESIGN.md 3: a device clock may run this far ahead
PARTIAL: dict[int, Precision] = {4: "year", 7: "month", 10: "day"}
INSTANT = re.compile(
    r"(?P<minute>[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9])"
    r"(?::(?P<second>[0-5][0-9])(?P<fraction>\.[0-9]{1,9})?)?"
    r"(?P<offset>Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))",
    re.ASCII,
)


class Occurred(TypedDict):
    """When it happened. `skew_s`: whole seconds by which the device clock ran ahead of ours."""

    at: str
    precision: Precision
    about: bool
    skew_s: NotRequired[int]


def occurred(at: str, *, about: bool = False) -> Occurred:
    """Read a time as told; `about` marks an estimate.

    Fractions of a second are accepted and kept in `at`; the precision is still "second".
    Raises OccurredRefused, without the text, if it is no date of this calendar since 1850.
    """
    return Occurred(at=at, precision=_precision(at), about=about)


def _precision(at: str) -> Precision:
    if len(at) in PARTIAL:
        if first_day(at) is None:
            raise OccurredRefused(f"must be an existing date since {EARLIEST_YEAR}")
        return PARTIAL[len(at)]
    match = INSTANT.fullmatch(at)
    if match is None or first_day(at[:10]) is None:
        raise OccurredRefused(
            f"must be a FHIR dateTime since {EARLIEST_YEAR}: a year, month, day, or a time of day with offset"
        )
    return "second" if match["second"] else "minute"


def occurred_at(instant: datetime) -> Occurred:
    """A clock reading (aware) as occurred time, to the second, in the offset it was read in."""
    return occurred(instant.isoformat(timespec="seconds"))


def earliest(when: Occurred) -> datetime:
    """First instant, in UTC, at which it may have happened. `about` does not widen it."""
    return _beginning(when["at"])


@lru_cache(maxsize=1024)
def _beginning(at: str) -> datetime:
    """Remembered, since deciding on one event asks for it several times."""
    if len(at) in PARTIAL:
        day = first_day(at)
        if day is None:
            raise OccurredRefused(f"must be an existing date since {EARLIEST_YEAR}")
        return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)
    match = INSTANT.fullmatch(at)
    if match is None:
        raise OccurredRefused("must be a FHIR dateTime")
    fraction = (match["fraction"] or "")[:7]  # microseconds: what datetime can hold
    text = f"{match['minute']}:{match['second'] or '00'}{fraction}{match['offset']}"
    return datetime.fromisoformat(text).astimezone(UTC)


def latest(when: Occurred) -> datetime:
    """Last instant, in UTC, at which it may have happened: the end of its year, month … second."""
    start = earliest(when)
    if when["precision"] in ("minute", "second"):
        length = timedelta(minutes=1) if when["precision"] == "minute" else timedelta(seconds=1)
        return start + length - timedelta(microseconds=1)
    following = _following(start.astimezone(CHINA).date(), when["precision"])
    return datetime(following.year, following.month, following.day, tzinfo=CHINA).astimezone(UTC) - timedelta(
        microseconds=1
    )


def _following(day: date, precision: Precision) -> date:
    """First day after the year, month or day that begins on `day`."""
    if precision == "year":
        return date(day.year + 1, 1, 1)
    if precision == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day + timedelta(days=1)


def accept_clock(when: Occurred, now: datetime) -> Occurred:
    """The occurred time, with `skew_s` if the device clock ran ahead of `now` (aware) by 300 s at most.

    A year, month or day is compared as civil date in China: today is never the future, tomorrow always is.
    Raises OccurredRefused beyond that.
    """
    start = earliest(when)
    if start <= now:
        return when
    ahead = start - now
    if when["precision"] not in ("minute", "second") or ahead > SKEW_ALLOWED:
        raise OccurredRefused("lies in the future, beyond the 300 s a device clock may run ahead")
    skew_s = -(-ahead // timedelta(seconds=1))  # rounded up, so that a recorded skew is never 0
    return Occurred(at=when["at"], precision=when["precision"], about=when["about"], skew_s=skew_s)

"""When an event is recorded: the server's clock, never going back, and stopped when it cannot be trusted.

Instants are integers here: microseconds since 1970-01-01T00:00:00Z.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.errors import ClockWrong

SECOND = 1_000_000
TOLERANCE = 5 * SECOND  # how far behind its own last reading, or apart from the database's, a clock may be

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> int:
    """This machine's clock."""
    return time.time_ns() // 1000


def to_datetime(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def from_datetime(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


class Clock:
    """Gives each append its instant.

    now: this process's clock. shift: what a test adds to the database's clock, so that a whole
    machine whose clock was set wrong can be played; 0 in service.
    """

    def __init__(self, now: Callable[[], int] = system_clock, shift: Callable[[], int] = lambda: 0) -> None:
        self.now = now
        self._shift = shift

    def read(self, *, asked: int, database: int, last: int, confirmed: Callable[[], int]) -> int:
        """The instant for the next event.

        asked: our clock before the database was asked for its own, `database`; however long the answer
        took, the two agree if the database's lies between `asked` and now. last: the instant of the log's
        last event, 0 if it has none. confirmed: asks, only when it matters, up to which instant an
        operator has confirmed that the log may run ahead of the clock.
        Raises ClockWrong when the clocks disagree, or ours is further behind the log than tolerated.
        """
        now = self.now()
        if not asked - TOLERANCE <= database + self._shift() <= now + TOLERANCE:
            raise ClockWrong(reason="the clocks of server and database are more than 5 s apart")
        if now > last:
            return now
        if last - now > TOLERANCE and last - confirmed() > TOLERANCE:
            raise ClockWrong(reason="the clock is more than 5 s behind the last event")
        return last + 1


_second_text: tuple[int, str] = (-1, "")


def text(microseconds: int) -> str:
    """RFC 3339 in UTC with six decimals, as the envelope carries it: 2026-11-22T02:35:01.123456Z."""
    global _second_text
    second, fraction = divmod(microseconds, SECOND)
    known, shown = _second_text
    if known != second:
        shown = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        _second_text = (second, shown)  # one tuple, so that another thread sees both or neither
    return f"{shown}.{fraction:06d}Z"

"""The events of the `log` stream: the log's own acts. One stream per log; there is no aggregate."""

from dataclasses import dataclass
from typing import ClassVar

from domain.acts import Event


@dataclass(frozen=True)
class ClockConfirmed(Event):
    """An operator confirmed that the log may run ahead of the clock, and appends went on.

    Until the clock has caught up, events are one microsecond apart: this one says what the clock really
    showed, so that an expert can tell by how much the instants after it run ahead.
    """

    TOPIC: ClassVar[str] = "log.clock-confirmed.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    clock: str  # what the server's clock showed, RFC 3339, UTC
    reason: str

"""Pages of an access stream, newest first, passing over what is not to be told.

A page is read until it is full, the stream's beginning is reached, or MOST accesses were looked at: so that
the first page of a long history costs no more than that of a short one, and no page more than so many.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.ports import EventLog, Recorded
from domain.requests import PageAsked

MOST: Final = 2000  # accesses looked at for one page
FURTHER: Final = 200  # read together, once the first were not enough


@dataclass(frozen=True)
class AccessPage:
    """What is told. upto: the version of the last access looked at; is_last: there is none before it."""

    recorded: list[Recorded]
    upto: int
    is_last: bool


def newest(log: EventLog, stream: UUID, asked: PageAsked, is_told: Callable[[Recorded], bool]) -> AccessPage:
    """The newest accesses that are told, before those of the page before."""
    before, told, looked_at, together = asked.cursor, list[Recorded](), 0, asked.limit
    while True:
        upto = before - 1 if before else None
        read = log.read(stream, upto_version=upto, limit=together, newest_first=True)
        for one in read:
            before = one.stored.version
            told += [one] if is_told(one) else []
            if len(told) == asked.limit:
                break
        looked_at, together = looked_at + len(read), FURTHER
        is_last = not read or before == 1
        if is_last or len(told) == asked.limit or looked_at >= MOST:
            return AccessPage(told, before or 0, is_last)

"""Ids and times by seed, where the application asks for random ones and for the clock.

One `Moment` goes from act to act. The ids it gives follow from (seed, act, how manieth), so that the same
life has the same ids in every run, also where it goes on after an interruption; and so can another life name
this one's record before it is made.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID


def stable_id(*path: object) -> UUID:
    """A version 4 UUID that is always the same for a path."""
    return UUID(bytes=hashlib.sha256("/".join(map(str, path)).encode()).digest()[:16], version=4)


def act_path(number: int, act: int) -> str:
    """The path of a resident's act; 0 is the opening."""
    return f"resident/{number}/{act}"


def record_id(seed: int, number: int) -> UUID:
    """The resident's record: the first id that opening one asks for."""
    return stable_id(seed, act_path(number, 0), 0)


def post_path(name: str) -> str:
    """The path of an institution's registration."""
    return f"post/{name}"


def post_id(seed: int, name: str) -> UUID:
    """The institution of a post: the second id that registering one asks for, after its event's."""
    return stable_id(seed, post_path(name), 1)


class Moment:
    """The clock and the ids of a simulated application. Used by one thread."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._path, self._given = "", 0
        self._times: tuple[datetime, ...] = (datetime(2009, 1, 1, tzinfo=UTC),)

    def at(self, path: str, times: Sequence[datetime]) -> None:
        """From here on: the ids of a path; the n-th is given at the n-th of the times, or else the last."""
        self._path, self._times, self._given = path, tuple(one.astimezone(UTC) for one in times), 0

    def clock(self) -> datetime:
        return self._times[min(self._given, len(self._times) - 1)]

    def new_id(self) -> UUID:
        given = self._given
        self._given += 1
        return stable_id(self._seed, self._path, given)

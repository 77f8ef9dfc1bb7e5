"""What must hold for a command to be stored, asked one by one, at most once a second."""

import time
from threading import Lock

import psycopg

from api.service import Service
from domain.errors import ClockWrong
from store.clock import Clock
from store.wiring import OpenLog

OK = "ok"
NO_DATABASE = {"database": "does not answer", "clock": "cannot be compared", "log": "not asked"}
FENCED = "is fenced: nothing is stored; `lifelong publish status` says why"
KEPT_S = 1.0  # everybody may ask, as often as they like: the database is asked once for all of them
PATIENCE_S = 3.0  # how long an answer is waited for that somebody else is asking for

Checks = dict[str, str]  # check → "ok", or what is wrong in words that name nobody


class Readiness:
    """The checks of one process. Safe for several threads."""

    def __init__(self, service: Service) -> None:
        self._log = service.opened
        self._lock = Lock()
        self._found: tuple[float, Checks] = (float("-inf"), {})  # when, and what; replaced whole

    def checks(self) -> Checks:
        """What was found a moment ago, or is found now."""
        if (found := self._fresh()) is not None:
            return found
        if not self._lock.acquire(timeout=PATIENCE_S):
            return {**NO_DATABASE, "keys": "not asked"}
        try:
            found = self._fresh()
            if found is None:
                found = {**_database_and_clock(self._log), "keys": _keys(self._log)}
                self._found = (time.monotonic(), found)
            return found
        finally:
            self._lock.release()

    def _fresh(self) -> Checks | None:
        at, found = self._found
        return found if time.monotonic() - at < KEPT_S else None


def _database_and_clock(log: OpenLog) -> Checks:
    clock = Clock()
    asked = clock.now()
    try:
        database, last, confirmed = log.reader.clocks()
        fence = {"log": FENCED if log.reader.is_fenced() else OK}
    except psycopg.Error:
        return NO_DATABASE
    try:
        clock.read(asked=asked, database=database, last=last, confirmed=lambda: confirmed)
    except ClockWrong:
        return {
            "database": OK,
            "clock": "appends have stopped: the clock is behind the log or beside the database's",
            **fence,
        }
    return {"database": OK, "clock": OK, **fence}


def _keys(log: OpenLog) -> str:
    """The key store is read; nothing is written to it, since everybody may ask."""
    try:
        return OK if log.has_its_keys() else "are another log's"
    except Exception:  # a key store that cannot be read, for whatever reason
        return "cannot be read"

"""Wakes subscribers after a commit, from a thread of its own.

NOTIFY inside an append would hold a lock of the whole cluster across its flush (measured: a sixth of
the rate). Here one statement stands for all that was stored in the last few milliseconds.
"""

import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg

GATHER_S = 0.005


def channel(log_no: int) -> str:
    return f"lifelong_log_{log_no}"


class Notifier:
    """`stored` is called after each commit and never blocks; it starts the thread at its first call."""

    def __init__(self, connect: Callable[[], psycopg.Connection[tuple[object, ...]]], log_no: int) -> None:
        self._connect = connect
        self._statement = psycopg.sql.SQL("NOTIFY {}").format(psycopg.sql.Identifier(channel(log_no)))
        self._pending = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def stored(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
            self._thread.start()
        if not self._pending.is_set():
            self._pending.set()

    def close(self) -> None:
        self._closed.set()
        self._pending.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        connection = None
        while self._pending.wait() and not self._closed.wait(GATHER_S):
            self._pending.clear()
            if self._closed.is_set():
                break  # set just before we cleared: nobody would wake us again
            with suppress(psycopg.OperationalError):  # subscribers poll: a lost wake-up delays, loses nothing
                if connection is None or connection.closed:
                    connection = self._connect()
                connection.execute(self._statement)
        if connection:
            connection.close()

"""Connections to the log's database, each for its use."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, LiteralString, TypeAlias, TypeVar

import psycopg
from psycopg.pq.abc import PGresult

from store import asking

# Timeouts end a stalled leader, so that the log's lock is never held by a process that has stopped.
# The append's statements have one good plan each; statistics of an empty table must not suggest another.
_WRITER = (
    "-c lock_timeout=5s -c statement_timeout=60s -c idle_in_transaction_session_timeout=10s "
    "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c timezone=UTC"
)
_READER = "-c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
# A link that goes silent is given up after about ten seconds; the system's own patience is two hours.
_SILENCE = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
CONNECT_TIMEOUT_S = 5
PATIENCE_S = 10.0  # how long a read waits for its turn

T = TypeVar("T")
Arguments: TypeAlias = Sequence[object] | Mapping[str, object]
Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]  # Any: a row, as the database has it


def writer(dsn: str) -> Connection:
    """The connection that appends."""
    return psycopg.connect(_with_options(dsn, _WRITER), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)


def plain(dsn: str) -> Connection:
    """A connection in autocommit, for notifications."""
    return psycopg.connect(_with_options(dsn, _READER), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)


class Reads:
    """A few connections for short statements: in autocommit, so that none holds a transaction open.

    Whether a connection still lives is not asked beforehand, which would cost each read a round trip: when
    a statement finds its connection lost, the idle ones are dropped and it is sent once more on a new
    one. So give it only what may be sent twice. When the database is away it says so at once, and when
    the database is back the next statement is answered.
    """

    def __init__(self, dsn: str, size: int) -> None:
        """size: the most connections at the same time."""
        self._dsn = dsn
        self._idle: list[Connection] = []
        self._closed = False
        self._turns = threading.BoundedSemaphore(size)

    def rows(self, statement: LiteralString, arguments: Arguments = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, read in binary."""
        return self._sent(lambda cursor: cursor.execute(statement, arguments, prepare=True).fetchall())

    def row(self, statement: LiteralString, arguments: Arguments = ()) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        return next(iter(self.rows(statement, arguments)), None)

    def ask(self, questions: Sequence[asking.Question]) -> list[PGresult]:
        """The result of each question, in PostgreSQL's bytes, for the price of one round trip."""
        return self._sent(lambda cursor: asking.ask(cursor.connection, questions))

    def change(self, statement: LiteralString, arguments: Arguments = ()) -> int:
        """How many rows a statement changed."""
        return self._sent(lambda cursor: cursor.execute(statement, arguments).rowcount)

    def close(self) -> None:
        """Close the idle connections now, and those in use as soon as they are not."""
        self._closed = True
        self._drop_idle()

    def _sent(self, send: Callable[[psycopg.Cursor[tuple[Any, ...]]], T]) -> T:
        if not self._turns.acquire(timeout=PATIENCE_S):
            raise psycopg.OperationalError("every connection is taken")
        try:
            return self._once(send)
        except psycopg.OperationalError as error:
            if not _is_lost(error):
                raise
            self._drop_idle()
            return self._once(send)
        finally:
            self._turns.release()

    def _once(self, send: Callable[[psycopg.Cursor[tuple[Any, ...]]], T]) -> T:
        connection = self._taken()
        try:
            with connection.cursor(binary=True) as cursor:
                return send(cursor)
        finally:
            if not connection.closed:
                self._idle.append(connection)
            if self._closed:
                self._drop_idle()

    def _drop_idle(self) -> None:
        """Several threads may do so at once: each connection is taken, and closed, by one of them."""
        while connection := self._idle_one():
            connection.close()

    def _taken(self) -> Connection:
        return self._idle_one() or plain(self._dsn)

    def _idle_one(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None


def _is_lost(error: psycopg.OperationalError) -> bool:
    """Whether the connection went, not merely the statement: no SQLSTATE, class 08, or shutdown (57P)."""
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


def _with_options(dsn: str, options: str) -> str:
    """Add start-up options to those the DSN carries (a role, say)."""
    given = psycopg.conninfo.conninfo_to_dict(dsn)
    together = f"{given.get('options') or ''} {options}".strip()
    return psycopg.conninfo.make_conninfo("", **{**_SILENCE, **given, "options": together})

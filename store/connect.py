"""Connections to the log's database, each for its use."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, LiteralString, TypeAlias, TypeVar

import psycopg
from psycopg_pool import ConnectionPool

# Timeouts end a stalled leader, so that the log's lock is never held by a process that has stopped.
# The append's statements have one good plan each; statistics of an empty table must not suggest another.
_WRITER = (
    "-c lock_timeout=5s -c statement_timeout=60s -c idle_in_transaction_session_timeout=10s "
    "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c timezone=UTC"
)
_READER = "-c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
CONNECT_TIMEOUT_S = 5
POOL_TIMEOUT_S = 10.0

T = TypeVar("T")
Arguments: TypeAlias = Sequence[object] | Mapping[str, object]


def writer(dsn: str) -> psycopg.Connection[tuple[object, ...]]:
    """The connection that appends."""
    return psycopg.connect(_with_options(dsn, _WRITER), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)


def plain(dsn: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection in autocommit, for notifications."""
    return psycopg.connect(_with_options(dsn, _READER), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)


class Reads:
    """Connections for short statements: in autocommit, so that none holds a transaction open.

    A connection that was lost meanwhile is not looked for beforehand, which would cost each read a round
    trip: the statement fails, the others are checked, and it is sent once more. So give it only what may
    be sent twice.
    """

    def __init__(self, dsn: str, size: int) -> None:
        self._pool = ConnectionPool(
            _with_options(dsn, _READER),
            min_size=1,
            max_size=size,
            open=True,
            timeout=POOL_TIMEOUT_S,
            kwargs={"autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S},
        )

    def rows(self, statement: LiteralString, arguments: Arguments = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, read in binary."""
        return self._sent(lambda cursor: cursor.execute(statement, arguments, prepare=True).fetchall())

    def row(self, statement: LiteralString, arguments: Arguments = ()) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        return next(iter(self.rows(statement, arguments)), None)

    def change(self, statement: LiteralString, arguments: Arguments = ()) -> int:
        """How many rows a statement changed."""
        return self._sent(lambda cursor: cursor.execute(statement, arguments).rowcount)

    def close(self) -> None:
        self._pool.close()

    def _sent(self, send: Callable[[psycopg.Cursor[tuple[Any, ...]]], T]) -> T:
        try:
            return self._once(send)
        except psycopg.OperationalError:
            self._pool.check()
            return self._once(send)

    def _once(self, send: Callable[[psycopg.Cursor[tuple[Any, ...]]], T]) -> T:
        with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
            return send(cursor)


def _with_options(dsn: str, options: str) -> str:
    """Add start-up options to those the DSN carries (a role, say)."""
    given = str(psycopg.conninfo.conninfo_to_dict(dsn).get("options") or "")
    return psycopg.conninfo.make_conninfo(dsn, options=f"{given} {options}".strip())

"""Reads views: rows of one projection and the position they were folded at, in one short snapshot.

Tables are named without a schema (`FROM roster`): the reader looks them up in the generations that are live
in its snapshot, so that a switch in mid-read changes nothing for it. Each transaction sees the rows that its
scope opens, and without one none (`projections.row_security`).
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from domain.view_scope import NOTHING, Scope
from domain.views import ViewNotReady as ViewNotReady
from projections import row_security
from projections.generations import schema_of
from projections.projection import Projection
from store import connect

READERS = 4
_LIVE: LiteralString = f"""
    WITH scope AS MATERIALIZED ({row_security.SETTINGS})
    SELECT projection, generation, version, position FROM views.generation, scope
    WHERE log_no = %s AND state = 'live' ORDER BY projection"""  # noqa: S608  # constants of ours
Asked = tuple[LiteralString, Sequence[object]]


@dataclass(frozen=True)
class Seen:
    """Rows, and the position of the log up to which their view was folded."""

    position: int
    rows: list[tuple[Any, ...]]  # Any: a row, as the database has it


class ViewReader:
    """A few connections as lifelong_reader, each in one short transaction at a time. Safe for threads."""

    def __init__(self, dsn: str, log_no: int, readers: int = READERS) -> None:
        self._dsn = dsn
        self._log_no = log_no
        self._idle: list[_Connection] = []
        self._turns = threading.BoundedSemaphore(readers)

    def read(
        self,
        projection: Projection,
        statement: LiteralString,
        arguments: Sequence[object] = (),
        scope: Scope = NOTHING,
    ) -> Seen:
        """The rows of one statement (`%s` for each argument) on the projection's tables, of those in scope.

        Raises ViewNotReady while there is no generation of this version, psycopg.OperationalError if the
        database is away.
        """
        return self.read_all(projection, [(statement, arguments)], scope)[0]

    def read_all(self, projection: Projection, asked: Sequence[Asked], scope: Scope = NOTHING) -> list[Seen]:
        """The rows of several statements in one snapshot, at one position."""
        if not self._turns.acquire(timeout=connect.PATIENCE_S):
            raise psycopg.OperationalError("every connection is taken")
        try:
            return self._once(projection, asked, scope)
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
            self.close()  # the connection went while it was idle, or the generation was dropped in between
            return self._once(projection, asked, scope)
        finally:
            self._turns.release()

    def close(self) -> None:
        """Close the idle connections."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _once(self, projection: Projection, asked: Sequence[Asked], scope: Scope) -> list[Seen]:
        connection = self._taken()
        try:
            return connection.read(projection, asked, scope)
        finally:
            if not connection.closed:
                self._idle.append(connection)

    def _taken(self) -> "_Connection":
        try:
            return self._idle.pop()
        except IndexError:
            return _Connection(self._dsn, self._log_no)


class _Connection:
    """One connection, and where it looks for tables."""

    def __init__(self, dsn: str, log_no: int) -> None:
        self._db = connect.plain(dsn)
        self._db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._db.read_only = True
        self._log_no = log_no
        self._path = ""

    @property
    def closed(self) -> bool:
        return self._db.closed

    def close(self) -> None:
        self._db.close()

    def read(self, projection: Projection, asked: Sequence[Asked], scope: Scope) -> list[Seen]:
        try:
            with self._db.transaction(), self._db.cursor(binary=True) as cursor:
                position = self._turn_to_live(cursor, projection, scope)
                return [
                    Seen(position, cursor.execute(one, arguments, prepare=True).fetchall())
                    for one, arguments in asked
                ]
        except BaseException:
            self._path = ""  # what was set in a transaction that failed is not set
            raise

    def _turn_to_live(
        self, cursor: psycopg.Cursor[tuple[Any, ...]], projection: Projection, scope: Scope
    ) -> int:
        """Look into the generations that are live in this snapshot; the position of this projection's."""
        arguments = [*row_security.arguments(scope), self._log_no]
        rows = cursor.execute(_LIVE, arguments, prepare=True).fetchall()
        path = ", ".join(schema_of(name, generation) for name, generation, _, _ in rows)
        for name, _, version, position in rows:
            if name == projection.name and version == projection.version:
                if path != self._path:
                    cursor.execute("SELECT set_config('search_path', %s, false)", [path])
                    self._path = path
                return int(position)
        raise ViewNotReady

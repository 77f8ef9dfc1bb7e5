"""Reads views: rows of one projection and the position they were folded at, in one short snapshot.

Tables are named without a schema (`FROM roster`): the reader looks where its log's live generations are.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from domain.errors import RecordError
from projections.projection import Projection
from store import connect

READERS = 4


class ViewNotReady(RecordError):
    """The view is being built, and cannot be asked yet."""

    code = "view-not-ready"
    title = "The view is being built."


@dataclass(frozen=True)
class Seen:
    """Rows, and the position of the log up to which their view was folded."""

    position: int
    rows: list[tuple[Any, ...]]  # Any: a row, as the database has it


def views_schema(log_no: int) -> str:
    """The schema that holds one log's stable names: a view for each table of the live generations."""
    return f"views_log_{log_no}"


class ViewReader:
    """A few connections as lifelong_reader, each in one short transaction at a time. Safe for threads."""

    def __init__(self, dsn: str, log_no: int, readers: int = READERS) -> None:
        options = psycopg.conninfo.conninfo_to_dict(dsn).get("options") or ""
        path = f"{options} -c search_path={views_schema(log_no)}".strip()
        self._dsn = psycopg.conninfo.make_conninfo(dsn, options=path)
        self._idle: list[connect.Connection] = []
        self._turns = threading.BoundedSemaphore(readers)

    def read(
        self, projection: Projection, statement: LiteralString, arguments: Sequence[object] = ()
    ) -> Seen:
        """The rows of one statement (`%s` for each argument) on the projection's tables.

        Raises ViewNotReady while there is no generation of this version, psycopg.OperationalError if the
        database is away.
        """
        return self.read_all(projection, [(statement, arguments)])[0]

    def read_all(
        self, projection: Projection, asked: Sequence[tuple[LiteralString, Sequence[object]]]
    ) -> list[Seen]:
        """The rows of several statements in one snapshot, at one position."""
        if not self._turns.acquire(timeout=connect.PATIENCE_S):
            raise psycopg.OperationalError("every connection is taken")
        try:
            return self._once(projection, asked)
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable) as error:
            if isinstance(error, psycopg.errors.UndefinedTable):
                raise ViewNotReady from None
            self.close()
            return self._once(projection, asked)  # the connection may have gone while it was idle
        finally:
            self._turns.release()

    def close(self) -> None:
        """Close the idle connections."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _once(
        self, projection: Projection, asked: Sequence[tuple[LiteralString, Sequence[object]]]
    ) -> list[Seen]:
        connection = self._taken()
        try:
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                position = _position(cursor, projection)
                return [
                    Seen(position, cursor.execute(one, arguments, prepare=True).fetchall())
                    for one, arguments in asked
                ]
        finally:
            if not connection.closed:
                self._idle.append(connection)

    def _taken(self) -> connect.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return connect.plain(self._dsn)


def _position(cursor: psycopg.Cursor[tuple[Any, ...]], projection: Projection) -> int:
    row = cursor.execute(
        "SELECT position, version FROM live WHERE projection = %s", [projection.name], prepare=True
    ).fetchone()
    if row is None or row[1] != projection.version:
        raise ViewNotReady
    return int(row[0])

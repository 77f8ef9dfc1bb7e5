"""A long query's rows by the chunk, while the server makes the next ones; short queries in one round trip.

psycopg's cursors prepare a statement or stream it, not both, and make objects of every value; a fold wants
the bytes. So this speaks to libpq through psycopg's own wrapper of it, as `store.pipeline` does.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg import generators
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from store.pipeline import Pipeline
from store.statements import Statement

ROWS = 100  # in a chunk

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]  # Any: a row, as the database has it

_prepared: WeakKeyDictionary[Connection, set[bytes]] = WeakKeyDictionary()


def read(
    connection: Connection,
    statement: Statement,
    arguments: Sequence[bytes],
    take: Callable[[Iterator[PGresult]], T],
) -> T:
    """What `take` makes of the chunks. A connection on which it fails half-way is closed."""
    try:
        _prepare(connection, statement)
        return take(_chunks(connection, statement, arguments))
    except BaseException:
        connection.close()
        raise


def together(
    connection: Connection, questions: Sequence[tuple[Statement, Sequence[bytes]]]
) -> list[PGresult]:
    """The results of several short queries, asked in one round trip."""
    pipeline = Pipeline(connection)
    try:
        for statement, _ in questions:
            _prepare(connection, statement)
        pipeline.enter()
        for statement, arguments in questions:
            pipeline.send(statement.name, arguments)
        pipeline.sync()
        results = pipeline.results()
        pipeline.leave()
    except BaseException:
        connection.close()
        raise
    return results


def _chunks(connection: Connection, statement: Statement, arguments: Sequence[bytes]) -> Iterator[PGresult]:
    libpq = connection.pgconn
    libpq.send_query_prepared(statement.name, arguments, [1] * len(arguments), result_format=1)
    libpq.set_chunked_rows_mode(ROWS)
    connection.wait(generators.send(libpq))
    while result := connection.wait(generators.fetch(libpq)):
        _raise_if_failed(result)
        yield result


def _prepare(connection: Connection, statement: Statement) -> None:
    prepared = _prepared.setdefault(connection, set())
    if statement.name not in prepared:
        connection.pgconn.send_prepare(statement.name, statement.text.encode(), list(statement.types))
        for result in connection.wait(generators.execute(connection.pgconn)):
            _raise_if_failed(result)
        prepared.add(statement.name)


def _raise_if_failed(result: PGresult) -> None:
    if result.status == ExecStatus.FATAL_ERROR:
        raise error_from_result(result)

"""COPY out at the price of libpq: psycopg's own way costs a row several times what taking it apart does."""

import select
from collections.abc import Generator, Mapping

import psycopg
from psycopg import generators, sql
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from store.connect import Connection


def blocks(connection: Connection, query: sql.SQL, arguments: Mapping[str, object]) -> Generator[memoryview]:
    """What the server sends for a COPY … TO STDOUT, each as it comes and only until the next is asked for.

    Close it if it is not taken to its end: the query is cancelled then, and the connection can be used again.
    Raises psycopg.Error.
    """
    libpq = connection.pgconn
    libpq.send_query(psycopg.ClientCursor(connection).mogrify(query, arguments).encode())
    connection.wait(generators.send(libpq))
    result = connection.wait(generators.fetch(libpq))
    if result is None or result.status != ExecStatus.COPY_OUT:
        _end(connection)
        raise error_from_result(result) if result else psycopg.OperationalError("no answer to a COPY")
    finished = False
    try:
        yield from _taken(libpq)
        finished = True
    finally:
        if not finished:
            connection.cancel_safe()
            for _ in _taken(libpq):
                pass
        _end(connection, is_cancelled=not finished)


def _taken(libpq: PGconn) -> Generator[memoryview]:
    """Each row, waiting for the socket where none is there yet."""
    take, poll = libpq.get_copy_data, select.poll()
    poll.register(libpq.socket, select.POLLIN)
    while True:
        size, data = take(1)
        if size > 0:
            yield data
        elif size < 0:
            return
        else:
            poll.poll()
            libpq.consume_input()


def _end(connection: Connection, *, is_cancelled: bool = False) -> None:
    """The results behind the last row, until there is none: an error of the server stands there."""
    while (result := connection.wait(generators.fetch(connection.pgconn))) is not None:
        if result.status == ExecStatus.FATAL_ERROR and not is_cancelled:
            _end(connection, is_cancelled=True)
            raise error_from_result(result)

"""Prepared statements sent many at a time: one round trip, few Python objects.

An append is a handful of statements whose arguments are arrays. psycopg's cursors cost about as much
Python as everything else an append does, so the hot path speaks to libpq through psycopg's own
wrapper of it, in pipeline mode, with arguments packed as PostgreSQL's binary arrays.
"""

import struct
from collections.abc import Iterable, Sequence
from uuid import UUID, SafeUUID

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

UUID_OID, BYTES_OID, INT8_OID, INT4_OID, TEXT_OID, INSTANT_OID = 2950, 17, 20, 23, 25, 1184
POSTGRES_EPOCH_US = 946_684_800_000_000  # 2000-01-01T00:00:00Z, where PostgreSQL counts from

_INT8, _INT4, _LENGTH = struct.Struct("!q"), struct.Struct("!i"), struct.Struct("!i")
_INT8_ITEM = struct.Struct("!iq")
_HEADER = struct.Struct("!iiIii")  # dimensions, has nulls, element type, length, lower bound


def int8(value: int) -> bytes:
    return _INT8.pack(value)


def int4(value: int) -> bytes:
    return _INT4.pack(value)


def read_int(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def instant(microseconds: int) -> int:
    """Microseconds since 1970 as PostgreSQL's timestamptz."""
    return microseconds - POSTGRES_EPOCH_US


def read_instant(value: bytes) -> int:
    """A timestamptz as microseconds since 1970."""
    return read_int(value) + POSTGRES_EPOCH_US


def read_uuid(value: bytes) -> UUID:
    """A uuid. Filled in as psycopg does it: the class's own way in costs three times as much."""
    read = object.__new__(UUID)
    object.__setattr__(read, "int", int.from_bytes(value, "big"))
    object.__setattr__(read, "is_safe", SafeUUID.unknown)
    return read


def int8_array(values: Sequence[int], oid: int = INT8_OID) -> bytes:
    pack = _INT8_ITEM.pack
    return _header(oid, len(values)) + b"".join([pack(8, value) for value in values])


def int4_array(values: Sequence[int]) -> bytes:
    return _bytes_array(INT4_OID, [_INT4.pack(value) for value in values])


def instant_array(microseconds: Sequence[int]) -> bytes:
    return int8_array([instant(value) for value in microseconds], INSTANT_OID)


def uuid_array(values: Sequence[UUID]) -> bytes:
    return _bytes_array(UUID_OID, [value.bytes for value in values])


def bytes_array(values: Sequence[bytes]) -> bytes:
    return _bytes_array(BYTES_OID, values)


def text_array(values: Sequence[str]) -> bytes:
    return _bytes_array(TEXT_OID, [value.encode() for value in values])


def _bytes_array(oid: int, values: Sequence[bytes]) -> bytes:
    pack = _LENGTH.pack
    items = [_header(oid, len(values))]
    for value in values:
        items.append(pack(len(value)))
        items.append(value)
    return b"".join(items)


def _header(oid: int, length: int) -> bytes:
    return _HEADER.pack(1, 0, oid, length, 1) if length else _HEADER.pack(0, 0, oid, 0, 0)[:12]


class Pipeline:
    """One connection in pipeline mode, used by one thread at a time.

    `send` queues a prepared statement, `sync` ends a round, `results` waits for the round's results.
    A failed statement makes `results` raise its psycopg error; the rest of the round was skipped.
    """

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._sent = 0

    def enter(self) -> None:
        self._pgconn.enter_pipeline_mode()

    def leave(self) -> None:
        """Once every round has its results: the connection is an ordinary one again."""
        self._pgconn.exit_pipeline_mode()

    def prepare(self, name: bytes, statement: str, types: Iterable[int] = ()) -> None:
        """Prepare a statement under a name, outside pipeline mode."""
        self._pgconn.send_prepare(name, statement.encode(), list(types))
        for result in self._connection.wait(generators.execute(self._pgconn)):
            _raise_if_failed(result)

    def send(self, name: bytes, arguments: Sequence[bytes] = ()) -> None:
        self._pgconn.send_query_prepared(name, arguments, [1] * len(arguments), result_format=1)
        self._sent += 1

    def sync(self) -> None:
        """End the round and push it out, so that the server works while we do something else."""
        self._pgconn.pipeline_sync()
        self._connection.wait(generators.send(self._pgconn))

    def results(self) -> list[PGresult]:
        """The results of the round, one for each statement sent."""
        sent, self._sent = self._sent, 0
        return self._connection.wait(self._fetch(sent))

    def _fetch(self, statements: int) -> PQGen[list[PGresult]]:
        results: list[PGresult] = []
        for _ in range(statements):
            if result := (yield from generators.fetch(self._pgconn)):
                results.append(result)
            yield from generators.fetch(self._pgconn)  # the None that ends one statement's results
        yield from generators.fetch(self._pgconn)  # the sync
        for result in results:
            _raise_if_failed(result)
        return results

    def close(self) -> None:
        self._connection.close()


def _raise_if_failed(result: PGresult) -> None:
    if result.status == ExecStatus.FATAL_ERROR:
        raise error_from_result(result)

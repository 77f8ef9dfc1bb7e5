"""Wrapped keys in an SQLite file: the key store of one machine. What is deleted there is overwritten."""

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from store.key_table import KekReplaced, WrappedByPlace, WrappedKey

AT_ONCE = 1_000  # streams asked for together
KEK = "kek"  # the row among the secrets that names the key-encryption key in force

_SCHEMA = """
CREATE TABLE IF NOT EXISTS content_key (
    stream BLOB NOT NULL, generation INTEGER NOT NULL, wrapped BLOB,  -- NULL: destroyed
    PRIMARY KEY (stream, generation)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS destroyed ON content_key (stream) WHERE wrapped IS NULL;
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
"""
_IN_FORCE = "(SELECT wrapped FROM secret WHERE name = 'kek') IS ?"


class SqliteKeys:
    """`store.key_table.KeyTable` in one file. Safe for several threads and several processes of a machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer, self._reader = _connect(path), _connect(path)
        self._write_lock, self._read_lock = threading.Lock(), threading.Lock()
        with self._write_lock:
            self._writer.executescript(_SCHEMA)

    def find(self, stream: UUID, generation: int) -> WrappedKey | None:
        row = self._one(
            "SELECT wrapped FROM content_key WHERE stream = ? AND generation = ?", stream.bytes, generation
        )
        return WrappedKey(stream, generation, row[0]) if row else None

    def newest(self, stream: UUID) -> int:
        return self._number("SELECT max(generation) FROM content_key WHERE stream = ?", stream.bytes)

    def erased_upto(self, stream: UUID) -> int:
        return self._number(
            "SELECT max(generation) FROM content_key WHERE stream = ? AND wrapped IS NULL", stream.bytes
        )

    def between(self, first: UUID, last: UUID) -> list[WrappedKey]:
        rows = self._all(
            "SELECT stream, generation, wrapped FROM content_key WHERE stream BETWEEN ? AND ?",
            first.bytes,
            last.bytes,
        )
        return [WrappedKey(UUID(bytes=stream), generation, wrapped) for stream, generation, wrapped in rows]

    def of(self, streams: Sequence[bytes]) -> WrappedByPlace:
        found = dict[tuple[bytes, int], bytes | None]()
        for first in range(0, len(streams), AT_ONCE):
            some = streams[first : first + AT_ONCE]
            rows = self._all(_find(len(some)), *some)
            found.update({(stream, generation): wrapped for stream, generation, wrapped in rows})
        return found

    def destroyed(self) -> set[UUID]:
        rows = self._all("SELECT DISTINCT stream FROM content_key WHERE wrapped IS NULL")
        return {UUID(bytes=stream) for (stream,) in rows}

    def insert(self, keys: Sequence[WrappedKey], kek: bytes) -> int:
        values = [value for key in keys for value in (key.stream.bytes, key.generation, key.wrapped)]
        with self._write_lock:
            inserted = self._writer.execute(_insert(len(keys)), [*values, kek]).rowcount
        if inserted < len(keys):
            self._demand(kek)
        return inserted

    def destroy(self, stream: UUID, upto: int | None) -> int:
        with self._write_lock:
            destroyed = self._writer.execute(
                """UPDATE content_key SET wrapped = NULL
                   WHERE stream = ?1 AND wrapped IS NOT NULL AND generation <= coalesce(?2, generation)""",
                (stream.bytes, upto),
            ).rowcount
            self._empty_log()
        return destroyed

    def remove(self, stream: UUID, upto: int) -> None:
        with self._write_lock:
            self._writer.execute(
                "DELETE FROM content_key WHERE stream = ? AND wrapped IS NOT NULL AND generation <= ?",
                (stream.bytes, upto),
            )
            self._empty_log()

    def secret(self, name: str) -> bytes | None:
        row = self._one("SELECT wrapped FROM secret WHERE name = ?", name)
        return row[0] if row else None

    def any_secret(self) -> tuple[str, bytes] | None:
        row = self._one("SELECT name, wrapped FROM secret WHERE name <> ? LIMIT 1", KEK)
        return (row[0], row[1]) if row else None

    def insert_secret(self, name: str, wrapped: bytes, kek: bytes) -> None:
        with self._write_lock:
            inserted = self._writer.execute(
                f"INSERT INTO secret SELECT ?, ? WHERE {_IN_FORCE} ON CONFLICT DO NOTHING",
                (name, wrapped, kek),
            ).rowcount
        if not inserted:
            self._demand(kek)

    def kek(self) -> bytes | None:
        return self.secret(KEK)

    def note_kek(self, kek: bytes) -> None:
        with self._write_lock:
            self._writer.execute("INSERT INTO secret VALUES (?, ?) ON CONFLICT DO NOTHING", (KEK, kek))

    def rewrap(
        self, again: Callable[[UUID, int, bytes], bytes], named: Callable[[str, bytes], bytes], kek: bytes
    ) -> int:
        with self._write_lock, closing(self._writer.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                changed = _rewrapped(cursor, again, named)
                cursor.execute("INSERT OR REPLACE INTO secret VALUES (?, ?)", (KEK, kek))
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
            self._empty_log()
        return changed

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    def _demand(self, kek: bytes) -> None:
        if self.kek() != kek:
            raise KekReplaced

    def _empty_log(self) -> None:
        """Bring what the log still holds into the file, whose pages are overwritten, and empty the log."""
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _number(self, statement: str, *arguments: object) -> int:
        row = self._one(statement, *arguments)
        return int(row[0] or 0) if row else 0

    def _one(
        self, statement: str, *arguments: object
    ) -> tuple[Any, ...] | None:  # Any: columns have no types
        return next(iter(self._all(statement, *arguments)), None)

    def _all(self, statement: str, *arguments: object) -> list[tuple[Any, ...]]:  # Any: as above
        with self._read_lock:
            return self._reader.execute(statement, arguments).fetchall()


def _rewrapped(
    cursor: sqlite3.Cursor,
    again: Callable[[UUID, int, bytes], bytes],
    named: Callable[[str, bytes], bytes],
) -> int:
    keys = cursor.execute(
        "SELECT stream, generation, wrapped FROM content_key WHERE wrapped IS NOT NULL"
    ).fetchall()
    secrets = cursor.execute("SELECT name, wrapped FROM secret WHERE name <> ?", (KEK,)).fetchall()
    cursor.executemany(
        "UPDATE content_key SET wrapped = ? WHERE stream = ? AND generation = ?",
        ((again(UUID(bytes=key), number, wrapped), key, number) for key, number, wrapped in keys),
    )
    cursor.executemany(
        "UPDATE secret SET wrapped = ? WHERE name = ?",
        ((named(name, wrapped), name) for name, wrapped in secrets),
    )
    return len(keys) + len(secrets)


@lru_cache
def _find(streams: int) -> str:
    marks = ", ".join("?" * streams)
    return f"SELECT stream, generation, wrapped FROM content_key WHERE stream IN ({marks})"  # noqa: S608  # as below


@lru_cache
def _insert(keys: int) -> str:
    """One statement for all: each gives up the interpreter's lock, and has to get it back."""
    marks = ", ".join(["(?, ?, ?)"] * keys)
    return f"INSERT INTO content_key SELECT * FROM (VALUES {marks}) WHERE {_IN_FORCE} ON CONFLICT DO NOTHING"  # noqa: S608  # question marks


def _connect(path: Path) -> sqlite3.Connection:
    """Only a file that is not there yet is opened by ourselves, for its mode.

    Whoever closes a file gives up every lock that the process has on it (POSIX), SQLite's among them: the
    next process to close the store would think itself the last, and remove the log to which this one goes on
    writing keys that nobody else would find, nor anybody after a crash.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a key is on the disk before the event that needs it
    connection.execute("PRAGMA secure_delete = ON")
    return connection

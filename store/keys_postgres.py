"""Wrapped keys in a PostgreSQL of their own: the key store of several API machines.

It must not be the log's database, nor be backed up with it: a key that is deleted here stays in this server's
write-ahead log, in its backups and replicas, and for a while in the table's own pages. Destroying one takes
it out of the table; VACUUM follows, after which its place is free to be overwritten, but nothing here
overwrites it. What makes older copies worthless is another key-encryption key: `lifelong keys rewrap`.

The schema is made and brought up to date here, apart from the log's migrations, by whoever may create it.
"""

from collections.abc import Callable, Sequence
from typing import LiteralString, TypeVar
from uuid import UUID

from store.connect import Connection, Reads, plain
from store.key_table import KekReplaced, WrappedByPlace, WrappedKey

KEK = "kek"  # the row among the secrets that names the key-encryption key in force
CONNECTIONS = 8

# Applied in order, each once. Never changed after a release; a change is another one.
_MIGRATIONS: tuple[LiteralString, ...] = (
    """
    CREATE TABLE lifelong_keys.content_key (
        stream     uuid NOT NULL,
        generation integer NOT NULL CHECK (generation > 0),
        wrapped    bytea,  -- NULL: destroyed
        PRIMARY KEY (stream, generation)
    );
    CREATE INDEX content_key_destroyed ON lifelong_keys.content_key (stream) WHERE wrapped IS NULL;
    CREATE TABLE lifelong_keys.secret (name text PRIMARY KEY, wrapped bytea NOT NULL);
    """,
)
_LOCK = 0x6B657973  # "keys" in ASCII: the advisory lock of who migrates

T = TypeVar("T")


class PostgresKeys:
    """`store.key_table.KeyTable` in a database. Safe for several threads, processes and machines."""

    def __init__(self, dsn: str) -> None:
        """Raises psycopg.OperationalError if the database is away."""
        self._dsn = dsn
        migrate(dsn)
        self._reads = Reads(dsn, CONNECTIONS)

    def find(self, stream: UUID, generation: int) -> WrappedKey | None:
        row = self._reads.row(
            "SELECT wrapped FROM lifelong_keys.content_key WHERE stream = %s AND generation = %s",
            [stream, generation],
        )
        return WrappedKey(stream, generation, row[0]) if row else None

    def newest(self, stream: UUID) -> int:
        return self._number(
            "SELECT coalesce(max(generation), 0) FROM lifelong_keys.content_key WHERE stream = %s", stream
        )

    def erased_upto(self, stream: UUID) -> int:
        return self._number(
            """SELECT coalesce(max(generation), 0) FROM lifelong_keys.content_key
               WHERE stream = %s AND wrapped IS NULL""",
            stream,
        )

    def between(self, first: UUID, last: UUID) -> list[WrappedKey]:
        rows = self._reads.rows(
            """SELECT stream, generation, wrapped FROM lifelong_keys.content_key
               WHERE stream BETWEEN %s AND %s ORDER BY stream, generation""",
            [first, last],
        )
        return [WrappedKey._make(row) for row in rows]

    def of(self, streams: Sequence[bytes]) -> WrappedByPlace:
        rows = self._reads.rows(
            """SELECT uuid_send(stream), generation, wrapped FROM lifelong_keys.content_key
               WHERE stream = ANY(%s)""",
            [[UUID(bytes=one) for one in streams]],
        )
        return {(stream, generation): wrapped for stream, generation, wrapped in rows}

    def destroyed(self) -> set[UUID]:
        rows = self._reads.rows("SELECT DISTINCT stream FROM lifelong_keys.content_key WHERE wrapped IS NULL")
        return {stream for (stream,) in rows}

    def insert(self, keys: Sequence[WrappedKey], kek: bytes) -> int:
        """Holds the name of the key-encryption key: it is replaced before or after this, never meanwhile."""

        def insert(db: Connection) -> int:
            _in_force(db, kek)
            streams, generations, wrapped = ([*column] for column in zip(*keys, strict=True))
            return db.execute(_INSERT, [streams, generations, wrapped]).rowcount

        return self._changed(insert) if keys else 0

    def destroy(self, stream: UUID, upto: int | None) -> int:
        """See above for what this leaves where."""
        return self._changed(lambda db: db.execute(_DESTROY, [stream, upto]).rowcount, is_deleting=True)

    def remove(self, stream: UUID, upto: int) -> None:
        self._changed(lambda db: db.execute(_REMOVE, [stream, upto]).rowcount, is_deleting=True)

    def secret(self, name: str) -> bytes | None:
        row = self._reads.row("SELECT wrapped FROM lifelong_keys.secret WHERE name = %s", [name])
        return row[0] if row else None

    def any_secret(self) -> tuple[str, bytes] | None:
        row = self._reads.row(
            "SELECT name, wrapped FROM lifelong_keys.secret WHERE name <> %s LIMIT 1", [KEK]
        )
        return (row[0], row[1]) if row else None

    def insert_secret(self, name: str, wrapped: bytes, kek: bytes) -> None:
        def insert(db: Connection) -> None:
            _in_force(db, kek)
            db.execute(_KEEP_NAMED, [name, wrapped])

        self._changed(insert)

    def kek(self) -> bytes | None:
        return self.secret(KEK)

    def note_kek(self, kek: bytes) -> None:
        self._changed(lambda db: db.execute(_KEEP_NAMED, [KEK, kek]))

    def rewrap(
        self, again: Callable[[UUID, int, bytes], bytes], named: Callable[[str, bytes], bytes], kek: bytes
    ) -> int:
        def rewrap(db: Connection) -> int:
            db.execute("LOCK TABLE lifelong_keys.secret, lifelong_keys.content_key IN EXCLUSIVE MODE")
            changed = _rewrapped(db, again, named)
            db.execute("UPDATE lifelong_keys.secret SET wrapped = %b WHERE name = %s", [kek, KEK])
            return changed

        return self._changed(rewrap, is_deleting=True)

    def close(self) -> None:
        self._reads.close()

    def _changed(self, change: Callable[[Connection], T], *, is_deleting: bool = False) -> T:
        """What a change answers, once it is on the disk. A lost connection is told: it may be in doubt."""
        db = plain(self._dsn)
        try:
            db.execute("SET statement_timeout = 0")
            with db.transaction():
                db.execute("SET LOCAL synchronous_commit = on")
                answer = change(db)
            if is_deleting:
                db.execute("VACUUM lifelong_keys.content_key")
                db.execute("VACUUM lifelong_keys.secret")
            return answer
        finally:
            db.close()

    def _number(self, statement: LiteralString, stream: UUID) -> int:
        row = self._reads.row(statement, [stream])
        return int(row[0]) if row else 0


def migrate(dsn: str) -> None:
    """Make the schema, or bring it up to this release. Raises psycopg.Error."""
    with plain(dsn) as db, db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        db.execute("CREATE SCHEMA IF NOT EXISTS lifelong_keys")
        db.execute("CREATE TABLE IF NOT EXISTS lifelong_keys.migration (number integer PRIMARY KEY)")
        row = db.execute("SELECT coalesce(max(number), 0) FROM lifelong_keys.migration").fetchone()
        done = int(row[0]) if row else 0
        for number, statements in enumerate(_MIGRATIONS[done:], start=done + 1):
            db.execute(statements)
            db.execute("INSERT INTO lifelong_keys.migration VALUES (%s)", [number])


def _in_force(db: Connection, kek: bytes) -> None:
    """Hold the name of the key-encryption key until the commit. Raises KekReplaced if it is another one."""
    row = db.execute("SELECT wrapped FROM lifelong_keys.secret WHERE name = %s FOR SHARE", [KEK]).fetchone()
    if row is None or row[0] != kek:
        raise KekReplaced


def _rewrapped(
    db: Connection,
    again: Callable[[UUID, int, bytes], bytes],
    named: Callable[[str, bytes], bytes],
) -> int:
    keys = db.execute(
        "SELECT stream, generation, wrapped FROM lifelong_keys.content_key WHERE wrapped IS NOT NULL"
    ).fetchall()
    secrets = db.execute("SELECT name, wrapped FROM lifelong_keys.secret WHERE name <> %s", [KEK]).fetchall()
    with db.cursor() as cursor:
        cursor.executemany(
            "UPDATE lifelong_keys.content_key SET wrapped = %b WHERE stream = %s AND generation = %s",
            [(again(stream, number, wrapped), stream, number) for stream, number, wrapped in keys],
        )
        cursor.executemany(
            "UPDATE lifelong_keys.secret SET wrapped = %b WHERE name = %s",
            [(named(name, wrapped), name) for name, wrapped in secrets],
        )
    return len(keys) + len(secrets)


_INSERT: LiteralString = """
    INSERT INTO lifelong_keys.content_key
    SELECT * FROM unnest(%s::uuid[], %s::integer[], %s::bytea[]) ON CONFLICT DO NOTHING"""
_KEEP_NAMED: LiteralString = """
    INSERT INTO lifelong_keys.secret VALUES (%s, %b) ON CONFLICT DO NOTHING"""
_DESTROY: LiteralString = """
    UPDATE lifelong_keys.content_key SET wrapped = NULL
    WHERE stream = %s AND wrapped IS NOT NULL AND generation <= coalesce(%s, generation)"""
_REMOVE: LiteralString = """
    DELETE FROM lifelong_keys.content_key
    WHERE stream = %s AND wrapped IS NOT NULL AND generation <= %s"""

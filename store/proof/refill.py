"""Refills a database that is behind what was published, from another copy of it that is not.

All in one transaction, behind the fence: what comes over is believed only if the tree over it is the one that
was published last, as it is kept in the second place. Then the fence is lifted with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.growth import Growth
from store.connect import Connection
from store.proof import fence, tiles
from store.proof.rows import over
from store.proof.second_place import SecondPlace

# In the order in which they refer to each other. Rows of events only come to be: those behind a position.
STREAMS: LiteralString = "store.stream"
EVENTS: tuple[LiteralString, ...] = ("store.event", "store.content")
ADDED: tuple[LiteralString, ...] = (
    "store.append_key",
    "proof.tile",
    "proof.checkpoint",
    "proof.cosignature",
    "proof.token",
    "proof.head_list",
    "proof.head_bucket",
)
CHANGED: Mapping[LiteralString, tuple[str, ...]] = {  # rows that are written again, by their keys
    "store.blob": ("log_no", "blob_id"),  # documents grow until an event names them
    "store.blob_chunk": ("log_no", "blob_id", "number"),
    "proof.head_leaves": ("log_no", "bucket"),
}
CLAIMS: LiteralString = "store.claim"  # these come and go


@dataclass(frozen=True)
class Refilled:
    """How far the database reached before, and reaches now."""

    before: int
    after: int


def refill(db: Connection, other: Connection, log_no: int, place: SecondPlace) -> Refilled:
    """Bring over what is missing and lift the fence. db: as who owns the tables; other: as whoever may read.

    Raises ProofError if the other copy is not the published log, or behind it too: then nothing is changed.
    """
    held = place.read()
    if held is None:
        raise ProofError("nothing was published of the log: there is nothing to measure a copy by")
    _same_log(db, other, log_no)
    with db.transaction(), other.transaction():
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        db.execute("SELECT FROM store.log WHERE log_no = %s FOR UPDATE", [log_no])
        before = fence.head(db, log_no)
        if fence.head(other, log_no) < held.size:
            raise ProofError("the other copy is behind what was published, too")
        _add(db, other, STREAMS, log_no)
        for table in EVENTS:
            _copy(db, other, table, log_no, after=before)
        for table in ADDED:
            _add(db, other, table, log_no)
        for table, key in CHANGED.items():
            _add(db, other, table, log_no, key)
        _take_claims(db, other, log_no)
        _check(db, log_no, before, held)
        fence.lift(db, log_no)
        return Refilled(before, fence.head(db, log_no))


def _same_log(db: Connection, other: Connection, log_no: int) -> None:
    told = [
        one.execute("SELECT origin, key_store FROM store.log WHERE log_no = %s", [log_no]).fetchone()
        for one in (db, other)
    ]
    if told[0] is None or told[0] != told[1]:
        raise ProofError("the other copy is of another log, or of other keys")


def _names(db: Connection, table: LiteralString) -> list[str]:
    with db.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(_named(table))) as found:
        return [one.name for one in found.description or ()]


def _columns(db: Connection, table: LiteralString) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, _names(db, table)))


def _named(table: LiteralString) -> sql.Identifier:
    return sql.Identifier(*table.split("."))


def _copy(
    db: Connection, other: Connection, table: LiteralString, log_no: int, *, after: int = -1, into: str = ""
) -> None:
    """The rows of one log, behind a position where the table has any."""
    columns = _columns(db, table)
    where = sql.SQL("log_no = {}").format(log_no)
    if after >= 0:
        where += sql.SQL(" AND position > {}").format(after)
    out = sql.SQL("COPY (SELECT {} FROM {} WHERE {}) TO STDOUT (FORMAT BINARY)")
    target = sql.Identifier(into) if into else _named(table)
    take = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(target, columns)
    with (
        other.cursor() as source,
        db.cursor() as sink,
        source.copy(out.format(columns, _named(table), where)) as leaving,
        sink.copy(take) as coming,
    ):
        for data in leaving:
            coming.write(data)


def _beside(db: Connection, other: Connection, table: LiteralString, log_no: int) -> sql.Identifier:
    """The other copy's rows in a table of this transaction."""
    make = sql.SQL("CREATE TEMPORARY TABLE coming ON COMMIT DROP AS SELECT * FROM {} LIMIT 0")
    db.execute("DROP TABLE IF EXISTS pg_temp.coming")
    db.execute(make.format(_named(table)))
    _copy(db, other, table, log_no, into="coming")
    return sql.Identifier("coming")


def _add(
    db: Connection, other: Connection, table: LiteralString, log_no: int, key: Sequence[str] = ()
) -> None:
    """Rows that are not here yet; those that are stay as they are, unless a key tells which to replace."""
    coming, columns = _beside(db, other, table, log_no), _columns(db, table)
    add = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT ").format(
        _named(table), columns, columns, coming
    )
    if not key:
        db.execute(add + sql.SQL("DO NOTHING"))
        return
    replace = sql.SQL("({}) DO UPDATE SET ({}) = ROW ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, key)), columns, _excluded(db, table)
    )
    db.execute(add + replace)


def _excluded(db: Connection, table: LiteralString) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier("excluded", name) for name in _names(db, table))


def _take_claims(db: Connection, other: Connection, log_no: int) -> None:
    """Claims as the other copy has them: what was released there since is free here, too."""
    coming = _beside(db, other, CLAIMS, log_no)
    gone = sql.SQL(
        """DELETE FROM store.claim WHERE log_no = {} AND NOT EXISTS (
               SELECT FROM {} AS c WHERE c.namespace = claim.namespace AND c.value_hash = claim.value_hash
               AND c.stream_id = claim.stream_id)"""
    )
    db.execute(gone.format(log_no, coming))
    db.execute(sql.SQL("INSERT INTO store.claim SELECT * FROM {} ON CONFLICT DO NOTHING").format(coming))


def _check(db: Connection, log_no: int, before: int, held: Checkpoint) -> None:
    """Raises ProofError unless every leaf is of its envelope and the tree is the published one."""
    wrong = db.execute(
        """SELECT FROM store.event WHERE log_no = %s AND position > %s
           AND leaf_hash <> sha256('\\x00'::bytea || envelope) LIMIT 1""",
        [log_no, before],
    ).rowcount
    growth = Growth()
    for leaves in tiles.leaves(over(db), log_no, 0, held.size):
        growth.add(leaves)
    if wrong or growth.root() != held.root:
        raise ProofError("the other copy is not the log that was published")


def connect_other(dsn: str) -> Connection:
    """The other copy. Raises psycopg.OperationalError."""
    return psycopg.connect(dsn, autocommit=True)

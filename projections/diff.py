"""Compares two generations of a projection: by digest, and where that differs, record by record.

A table's digest is the sum, modulo 2^256, of SHA-256 over each row as PostgreSQL writes it in binary: it does
not depend on the order of rows. It is kept apart for each first byte of the record's id, so that what
differs is found without holding either table in memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from psycopg import sql

from projections.generations import Db, Generation
from projections.projection import Table

MODULUS = 2**256
PARTS = 256
MOST_NAMED = 20  # records that differ, of each table
_HEADER = 19  # bytes before the first row of a binary COPY
_END = b"\xff\xff"
_ID = slice(
    6, 22
)  # of a row: after the number of columns and the length of the first, which is the record's id


@dataclass(frozen=True)
class TableDigest:
    """The rows of a table in one number per first byte of the record's id, and how many rows there are."""

    rows: int
    parts: tuple[int, ...]

    @property
    def hex(self) -> str:
        """The digest of the whole table."""
        return f"{sum(self.parts) % MODULUS:064x}"


@dataclass(frozen=True)
class Difference:
    """What differs between a table of one generation and of another. records: some of those that differ."""

    table: str
    rows_before: int
    rows_after: int
    records: tuple[UUID, ...]


def digest(db: Db, generation: Generation, table: Table) -> TableDigest:
    """The digest of a table. Every row is read."""
    parts, rows = [0] * PARTS, 0
    prefix = table.name.encode() + b"\x00"
    for row in _rows(db, generation, table):
        rows += 1
        parts[row[6]] += int.from_bytes(sha256(prefix + row).digest(), "big")
    return TableDigest(rows, tuple(part % MODULUS for part in parts))


def digests(db: Db, generation: Generation, tables: tuple[Table, ...]) -> dict[str, TableDigest]:
    """The digest of each table."""
    return {table.name: digest(db, generation, table) for table in tables}


def combined(told: Mapping[str, TableDigest]) -> str:
    """One digest of all the tables of a generation, in hex."""
    lines = (f"{name} {one.rows} {one.hex}\n" for name, one in sorted(told.items()))
    return sha256("".join(lines).encode()).hexdigest()


def difference(
    table: Table,
    before: tuple[Db, Generation, TableDigest],
    after: tuple[Db, Generation, TableDigest],
) -> Difference:
    """Which records a table tells otherwise in the one and the other generation."""
    (old_db, old, old_digest), (new_db, new, new_digest) = before, after
    differing = [part for part in range(PARTS) if old_digest.parts[part] != new_digest.parts[part]]
    found: list[UUID] = []
    for part in differing:
        one, other = _records(old_db, old, table, part), _records(new_db, new, table, part)
        found += sorted(
            record for record in one.keys() | other.keys() if one.get(record) != other.get(record)
        )
        if len(found) >= MOST_NAMED:
            break
    return Difference(table.name, old_digest.rows, new_digest.rows, tuple(found[:MOST_NAMED]))


def _records(db: Db, generation: Generation, table: Table, part: int) -> dict[UUID, int]:
    """The digest of each record whose id begins with this byte."""
    told: dict[UUID, int] = {}
    for row in _rows(db, generation, table, part):
        record = UUID(bytes=row[_ID])
        told[record] = told.get(record, 0) + int.from_bytes(sha256(row).digest(), "big")
    return told


def _rows(db: Db, generation: Generation, table: Table, part: int | None = None) -> Iterator[bytes]:
    """Each row as PostgreSQL writes it in binary: it sends one at a time, the first behind the header."""
    query = sql.SQL("COPY (SELECT {} FROM {} {}) TO STDOUT (FORMAT binary)").format(
        sql.SQL(", ").join(map(sql.Identifier, table.columns)), generation.table(table), _where(table, part)
    )
    skip = _HEADER
    with db.cursor() as cursor, cursor.copy(query) as copy:
        for block in copy:
            row = bytes(block)[skip:]
            skip = 0
            if row and row != _END:
                yield row


def _where(table: Table, part: int | None) -> sql.Composable:
    if part is None:
        return sql.SQL("")
    first, last = UUID(bytes=bytes([part]) + bytes(15)), UUID(bytes=bytes([part]) + b"\xff" * 15)
    return sql.SQL("WHERE {} BETWEEN {} AND {}").format(sql.Identifier(table.owner), first, last)

"""Events as they are stored, read in the order of the log: whatever a row holds, it is told."""

import struct
from collections.abc import Generator
from contextlib import closing
from typing import LiteralString, NamedTuple

from psycopg import sql

from store import copy_out
from store.connect import Connection
from store.pipeline import POSTGRES_EPOCH_US

# A row of a binary COPY: the number of columns, then each behind its length; those of a fixed one come first.
_FIXED = struct.Struct("!6x16s4xq4xq4xq4xii32si")  # ends with lengths: of the leaf hash, and of the envelope
_COLUMNS = 9
# Null, or a number that no row of ours has, becomes what no envelope tells: tables can lose their rules.
_PLACE: LiteralString = """
    COPY (SELECT coalesce(e.stream_id, '00000000-0000-0000-0000-000000000000'), e.position,
    greatest(e.version, -1), coalesce(e.recorded_at, '-infinity'), """
_EVENT: LiteralString = "coalesce(e.leaf_hash, ''), coalesce(e.envelope, ''), coalesce(e.topic, ''), "
_CONTENT: LiteralString = """coalesce(c.ciphertext, '')
    FROM store.event AS e LEFT JOIN (
        SELECT * FROM store.content
        WHERE log_no = %(log_no)s AND position > %(after)s AND position <= %(upto)s) AS c USING (position)"""
_NO_CONTENT: LiteralString = "''::bytea FROM store.event AS e"
_WHERE: LiteralString = """
    WHERE e.log_no = %(log_no)s AND e.position > %(after)s AND e.position <= %(upto)s
    ORDER BY e.position) TO STDOUT (FORMAT binary)"""
WHOLE = sql.SQL(_PLACE + "greatest(c.key_generation, 0), " + _EVENT + _CONTENT + _WHERE)
WITHOUT_CONTENT = sql.SQL(_PLACE + "0, " + _EVENT + _NO_CONTENT + _WHERE)
HEADER = 19  # bytes before the first row of a binary COPY
TRAILER = 2  # bytes that end it


class Row(NamedTuple):
    """One event as it is stored. at: microseconds since 1970. generation: 0 if it has no content."""

    stream: bytes
    position: int
    version: int
    at: int
    generation: int
    leaf: bytes
    envelope: bytes
    topic: bytes
    ciphertext: bytes


def read(db: Connection, log_no: int, after: int, upto: int, *, with_content: bool) -> Generator[Row]:
    """The events between two positions, the first left out."""
    query = WHOLE if with_content else WITHOUT_CONTENT
    arguments = {"log_no": log_no, "after": after, "upto": upto}
    unpack, size, made = _FIXED.unpack_from, _FIXED.size, tuple.__new__
    with closing(copy_out.blocks(db, query, arguments)) as blocks:
        skip = HEADER
        for one in blocks:
            block = bytes(one[skip:])
            skip = 0
            if len(block) < size:
                if len(block) <= TRAILER:
                    return
                yield _odd(block)
                continue
            stream, position, version, instant, generation, of_leaf, leaf, envelope = unpack(block)
            if of_leaf != len(leaf):
                yield _odd(block)
                continue
            topic_at = size + envelope
            content_at = topic_at + 4 + int.from_bytes(block[topic_at : topic_at + 4], "big")
            fields = (
                stream,
                position,
                version,
                instant + POSTGRES_EPOCH_US,
                generation,
                leaf,
                block[size:topic_at],
                block[topic_at + 4 : content_at],
                block[content_at + 4 :],
            )
            yield made(Row, fields)  # as Row(*fields), for a third of the price


def _odd(block: bytes) -> Row:
    """A row with a leaf hash that is none."""
    at, columns = 2, list[bytes]()
    for _ in range(_COLUMNS):
        (size,) = struct.unpack_from("!i", block, at)
        columns.append(block[at + 4 : at + 4 + size])
        at += 4 + size
    position, version, instant, generation = (int.from_bytes(one, "big", signed=True) for one in columns[1:5])
    leaf, envelope, topic, ciphertext = columns[5:]
    at = instant + POSTGRES_EPOCH_US
    return Row(columns[0], position, version, at, generation, leaf, envelope, topic, ciphertext)

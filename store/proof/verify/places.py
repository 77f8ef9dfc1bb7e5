"""Where events stand, by the thousand: rows of one length, taken apart all at once."""

import struct
from contextlib import closing
from typing import NamedTuple

from psycopg import sql

from store import copy_out
from store.connect import Connection

HEADER = 19  # bytes before the first row of a binary COPY
_ROW = struct.Struct("!2x 4x16s 4xq 4xq 4xq 4x32s")
_QUERY = sql.SQL("""
    COPY (SELECT stream_id, position, version, recorded_at, leaf_hash FROM store.event
          WHERE log_no = %(log_no)s AND position > %(after)s AND position <= %(upto)s
          ORDER BY position) TO STDOUT (FORMAT binary)""")


class Place(NamedTuple):
    """One event. at: microseconds, from whenever the database counts."""

    stream: bytes
    position: int
    version: int
    at: int
    leaf: bytes


def read_places(db: Connection, log_no: int, after: int, upto: int) -> list[Place]:
    """The places between two positions, the first left out. Raises ValueError for rows of another shape."""
    arguments = {"log_no": log_no, "after": after, "upto": upto}
    with closing(copy_out.blocks(db, _QUERY, arguments)) as blocks:
        data = b"".join(blocks)[HEADER:-2]
    if len(data) % _ROW.size:
        raise ValueError("a leaf hash of another length")
    return [Place._make(one) for one in _ROW.iter_unpack(data)]

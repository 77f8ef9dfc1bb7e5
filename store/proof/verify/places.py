"""Where events stand, by the thousand: put into one row by the server, taken apart all at once."""

import struct
from typing import LiteralString, NamedTuple

from store.proof.rows import Rows

_PLACE = struct.Struct("!16sqqq32s")
_QUERY: LiteralString = """
    SELECT string_agg(uuid_send(stream_id) || int8send(position) || int8send(version)
                      || timestamptz_send(recorded_at) || leaf_hash, '' ORDER BY position)
    FROM store.event WHERE log_no = %s AND position > %s AND position <= %s"""


class Place(NamedTuple):
    """One event. at: microseconds, from whenever the database counts."""

    stream: bytes
    position: int
    version: int
    at: int
    leaf: bytes


def read_places(rows: Rows, log_no: int, after: int, upto: int) -> list[Place]:
    """The places between two positions, the first left out. Raises ValueError for rows of another shape."""
    [(data,)] = rows(_QUERY, [log_no, after, upto])
    if len(data or b"") % _PLACE.size:
        raise ValueError("a leaf hash of another length")
    return [Place._make(one) for one in _PLACE.iter_unpack(data or b"")]

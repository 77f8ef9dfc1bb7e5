"""Where events stand, by the thousand: put together by the server column by column, taken apart in one go."""

import sys
from array import array
from collections.abc import Mapping
from typing import LiteralString, NamedTuple
from uuid import UUID

from store.proof.rows import Rows

_QUERY: LiteralString = """
    SELECT string_agg(int8send(position), ''),
           string_agg(timestamptz_send(coalesce(recorded_at, '-infinity')), ''),
           string_agg(uuid_send(coalesce(stream_id, '00000000-0000-0000-0000-000000000000')), ''),
           string_agg(int8send(greatest(version, -1)), ''),
           string_agg(CASE octet_length(leaf_hash) WHEN 32 THEN leaf_hash ELSE %s END, '')
    FROM (SELECT position, recorded_at, stream_id, version, leaf_hash FROM store.event
          WHERE log_no = %s AND position > %s AND position <= %s ORDER BY position) AS e"""
STREAM, LEAF = 16, 32  # bytes


class Places(NamedTuple):
    """Events in the order of their positions. instants: microseconds, from whenever the database counts.

    streams, versions and leaves: each event's beside the other's, 16, 8 and 32 bytes.
    """

    positions: "array[int]"
    instants: "array[int]"
    streams: bytes
    versions: bytes
    leaves: bytes

    def stream(self, number: int) -> UUID:
        """Of the event of that number, from 0."""
        return UUID(bytes=self.streams[number * STREAM :][:STREAM])

    def leaf(self, number: int) -> bytes:
        """Of the event of that number, from 0: 32 bytes."""
        return self.leaves[number * LEAF :][:LEAF]

    def heads(self) -> Mapping[bytes, tuple[int, bytes]]:
        """Version and leaf hash of the last event of each stream."""
        streams = (self.streams[at : at + STREAM] for at in range(0, len(self.streams), STREAM))
        leaves = (self.leaves[at : at + LEAF] for at in range(0, len(self.leaves), LEAF))
        return dict(zip(streams, zip(_numbers(self.versions), leaves, strict=True), strict=True))


def read_places(rows: Rows, log_no: int, after: int, upto: int) -> Places:
    """The places between two positions, the first left out; zeroes for a leaf hash of another length.

    What is null, in a table that lost its rules, stands as the nil UUID, minus infinity or -1.
    """
    [columns] = rows(_QUERY, [bytes(LEAF), log_no, after, upto])
    positions, instants, streams, versions, leaves = (bytes(one or b"") for one in columns)
    return Places(_numbers(positions), _numbers(instants), streams, versions, leaves)


def _numbers(data: bytes) -> "array[int]":
    """Eight bytes each, the most significant first."""
    numbers = array("q", data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers

"""Checks the rows beside the events, which no hash covers: each stream's category, and the claims.

All that they say follows from the events, so it is told from these again and held against them. Whoever edits
them changes no event, but what is refused, found or listed goes by them.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import LiteralString
from uuid import UUID

from store.connect import Connection
from store.keys import KeyStore
from store.proof import fence
from store.proof.rows import Rows, over
from store.proof.verify.claims import Streams, check_claims
from store.proof.verify.findings import Finding, Kind

EVENTS = 20_000  # of a range of streams, about
IDS = 2**128

_WRONG: LiteralString = """
    SELECT s.stream_id, first.topic IS NULL
    FROM store.stream AS s LEFT JOIN LATERAL (
        SELECT e.topic FROM store.event AS e WHERE e.log_no = s.log_no AND e.stream_id = s.stream_id
        ORDER BY e.version LIMIT 1) AS first ON true
    WHERE s.log_no = %s AND s.stream_id BETWEEN %s AND %s
          AND s.category IS DISTINCT FROM split_part(first.topic, '.', 1)
    ORDER BY s.stream_id"""
_WITHOUT: LiteralString = """
    SELECT DISTINCT e.stream_id FROM store.event AS e
    WHERE e.log_no = %s AND e.stream_id BETWEEN %s AND %s AND NOT EXISTS (
        SELECT FROM store.stream AS s WHERE s.log_no = e.log_no AND s.stream_id = e.stream_id)
    ORDER BY e.stream_id"""


def check_rows(db: Connection, log_no: int, origin: str, keys: KeyStore | None = None) -> Iterator[Finding]:
    """What is wrong with the rows beside the events of a log, range by range: see `check_range`."""
    for first, last in ranges(fence.head(db, log_no)):
        yield from check_range(db, log_no, origin, keys, first, last)


def ranges(events: int) -> list[tuple[UUID, UUID]]:
    """The streams of a log of so many events in ranges of ids, each to be checked by itself."""
    count = max(1, events // EVENTS)
    edges = [number * IDS // count for number in range(count + 1)]
    return [(UUID(int=first), UUID(int=after - 1)) for first, after in pairwise(edges)]


def check_range(
    db: Connection, log_no: int, origin: str, keys: KeyStore | None, first: UUID, last: UUID
) -> list[Finding]:
    """What is wrong with the rows of the streams from first to last; each finding names its stream.

    db: in autocommit, of a role that reads both tables. keys: to open events and hash claims; without them it
    is only checked how many claims stand at which events, of those that this tells for sure. All is read as
    it is at one instant, in one short transaction; in memory lie the range's claims, about 1 KB each. Of
    streams with source ids every event is opened once more, of others the few that make claims.
    Raises psycopg.OperationalError.
    """
    streams = Streams(log_no, origin, first, last)
    with db.transaction():
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return [*_check_streams(over(db), streams), *check_claims(db, streams, keys)]


def _check_streams(rows: Rows, streams: Streams) -> Iterator[Finding]:
    for stream, is_empty in rows(_WRONG, streams.arguments):
        kind: Kind = "stream-empty" if is_empty else "stream-category"
        yield Finding(kind, stream=stream)
    for (stream,) in rows(_WITHOUT, streams.arguments):
        yield Finding("stream-missing", stream=stream)

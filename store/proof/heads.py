"""Head lists in the database: made from the list before and what is new since, bucket by bucket.

Of every list the roots of the buckets in which a stream grew are stored, and stay: so what was said then can
be shown and checked for ever. The heads in them are kept for the newest list alone; those of an older one are
made again from the events, of which they are the last up to its size, and must lead to its roots.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import LiteralString
from uuid import UUID

from evidence.errors import ProofError
from evidence.heads import (
    BUCKETS,
    Bucket,
    Head,
    HeadProof,
    bucket,
    bucket_of,
    key_of,
    list_root,
    packed,
    prove,
    unpacked,
)
from evidence.second_leg import SecondLeg
from store.connect import Connection
from store.envelope import event_id
from store.proof.rows import Row, Rows, over

AT_ONCE = 20_000  # envelopes read together
UNKNOWN = 9  # events in a row whose list is not known by them: told twice, since telling was cut off


@dataclass(frozen=True)
class HeadList:
    """size: of the tree it is of; streams: how many it names. root_512: where the second leg was told too."""

    size: int
    streams: int
    root: bytes
    root_512: bytes | None = None
    event: UUID | None = None  # that tells it in the log; None until that is stored


def newest(rows: Rows, log_no: int) -> HeadList | None:
    """The newest list."""
    return _list(rows(_LISTS + "ORDER BY size DESC LIMIT 1", [log_no]))


@dataclass(frozen=True)
class Told:
    """A list that the log tells, and where the event stands that does."""

    made: HeadList
    stream: UUID
    version: int
    position: int


def told(rows: Rows, log_no: int, size: int) -> Told | None:
    """The newest list that a tree of a size shows: the event that tells it stands in that tree."""
    query: LiteralString = """SELECT stream_id, version, position, envelope FROM store.event
        WHERE log_no = %s AND stream_id =
              (SELECT stream_id FROM store.stream WHERE log_no = %s AND category = 'log' LIMIT 1)
          AND topic = 'log.heads-listed.v1' AND position <= %s ORDER BY version DESC LIMIT %s"""
    for stream, version, position, envelope in rows(query, [log_no, log_no, size, UNKNOWN + 1]):
        found = _list(rows(_LISTS + "AND size < %s AND event = %s", [log_no, position, event_id(envelope)]))
        if found is not None:
            return Told(found, stream, version, position)
    return None


def make(db: Connection, log_no: int, size: int, *, with_second_leg: bool = False) -> HeadList:
    """Make the list of a size and store it; the stored one if it is there already."""
    rows, before = over(db), newest(over(db), log_no)
    if before is not None and before.size >= size:
        return before
    changed = dict(_changed(rows, log_no, before.size if before else 0, size))
    buckets = _buckets(rows, log_no, size) | {number: made for number, (made, _) in changed.items()}
    streams = sum(one.streams for one in buckets.values())
    root = list_root(buckets)
    leg = second_leg(rows, log_no, size) if with_second_leg else None
    with db.transaction(), db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO proof.head_bucket (log_no, size, bucket, streams, root) VALUES (%s, %s, %s, %s, %s)",
            [(log_no, size, *made) for made, _ in changed.values()],
        )
        cursor.executemany(
            """INSERT INTO proof.head_leaves (log_no, size, bucket, leaves) VALUES (%s, %s, %s, %s)
               ON CONFLICT (log_no, bucket) DO UPDATE SET size = excluded.size, leaves = excluded.leaves""",
            [(log_no, size, number, packed(heads)) for number, (_, heads) in changed.items()],
        )
        cursor.execute(
            """INSERT INTO proof.head_list (log_no, size, streams, root, root_512, edge_512)
               VALUES (%s, %s, %s, %s, %s, %s)""",
            [log_no, size, streams, root, leg.root() if leg else None, leg.edge if leg else None],
        )
    return HeadList(size, streams, root, leg.root() if leg else None)


def tell(db: Connection, log_no: int, size: int, event: UUID) -> None:
    """Write down by which event the log tells the list."""
    db.execute(
        "UPDATE proof.head_list SET event = %s WHERE log_no = %s AND size = %s AND event IS NULL",
        [event, log_no, size],
    )


def is_leg_due(rows: Rows, log_no: int) -> bool:
    """Whether the second leg was not told for a day."""
    found = rows(
        """SELECT FROM proof.head_list WHERE log_no = %s AND root_512 IS NOT NULL
           AND made_at > now() - interval '1 day' LIMIT 1""",
        [log_no],
    )
    return not found


def proof(rows: Rows, log_no: int, size: int, stream: UUID) -> HeadProof:
    """What the list of a size says of a stream. Raises ProofError if the events are others by now."""
    number, buckets = bucket_of(key_of(stream)), _buckets(rows, log_no, size)
    heads = _heads(rows, log_no, number, size)
    if number in buckets and bucket(number, heads) != buckets[number]:
        raise ProofError("heads that are not those of the list")
    return prove(stream, heads, buckets)


def second_leg(rows: Rows, log_no: int, size: int) -> SecondLeg:
    """The tree under SHA-512 at a size, from the last one that was told."""
    found = rows(
        """SELECT size, edge_512 FROM proof.head_list
           WHERE log_no = %s AND size <= %s AND edge_512 IS NOT NULL ORDER BY size DESC LIMIT 1""",
        [log_no, size],
    )
    leg = SecondLeg(*found[0]) if found else SecondLeg()
    grow(rows, log_no, leg, size)
    return leg


def grow(rows: Rows, log_no: int, leg: SecondLeg, size: int) -> None:
    """Add the envelopes up to a size. Those that are missing are left out, and the root is another."""
    for first in range(leg.size, size, AT_ONCE):
        told = rows(
            """SELECT coalesce(envelope, '') FROM store.event
               WHERE log_no = %s AND position > %s AND position <= %s ORDER BY position""",
            [log_no, first, min(size, first + AT_ONCE)],
        )
        leg.add(envelope for (envelope,) in told)


def second_legs(rows: Rows, log_no: int, upto: int) -> list[tuple[int, bytes]]:
    """At which sizes the second leg was told, and its roots there."""
    return [
        (size, root)
        for size, root in rows(
            """SELECT size, root_512 FROM proof.head_list
               WHERE log_no = %s AND size <= %s AND root_512 IS NOT NULL ORDER BY size""",
            [log_no, upto],
        )
    ]


_LISTS: LiteralString = "SELECT size, streams, root, root_512, event FROM proof.head_list WHERE log_no = %s "


def _list(found: list[Row]) -> HeadList | None:
    return HeadList(*found[0]) if found else None


def _buckets(rows: Rows, log_no: int, size: int) -> dict[int, Bucket]:
    """The buckets that are not empty, as the newest list up to a size has them."""
    found = rows(
        """SELECT n, streams, root FROM generate_series(0, %s) AS n CROSS JOIN LATERAL (
               SELECT streams, root FROM proof.head_bucket WHERE log_no = %s AND bucket = n AND size <= %s
               ORDER BY size DESC LIMIT 1) AS newest""",  # of years of lists the newest alone are read
        [BUCKETS - 1, log_no, size],
    )
    return {number: Bucket(number, streams, root) for number, streams, root in found}


def _changed(
    rows: Rows, log_no: int, before: int, size: int
) -> Iterator[tuple[int, tuple[Bucket, list[Head]]]]:
    """The buckets in which a stream grew since a list, with their heads."""
    grown = rows(
        """SELECT DISTINCT ON (stream_id) stream_id, version, leaf_hash FROM store.event
           WHERE log_no = %s AND position > %s AND position <= %s ORDER BY stream_id, version DESC""",
        [log_no, before, size],
    )
    new = sorted(Head(key_of(stream), version, leaf) for stream, version, leaf in grown)
    for number, heads in groupby(new, key=lambda head: bucket_of(head.key)):
        held = _heads(rows, log_no, number, before) if before else []
        merged = sorted({one.key: one for one in (*held, *heads)}.values(), key=itemgetter(0))
        yield number, (bucket(number, merged), merged)


def _heads(rows: Rows, log_no: int, number: int, size: int) -> list[Head]:
    """The heads of a bucket, in order, as the newest list up to a size has them."""
    found = rows(
        """SELECT b.size, l.leaves FROM proof.head_bucket AS b
           LEFT JOIN proof.head_leaves AS l USING (log_no, bucket, size)
           WHERE log_no = %s AND bucket = %s AND b.size <= %s ORDER BY b.size DESC LIMIT 1""",
        [log_no, number, size],
    )
    if not found:
        return []
    [(since, leaves)] = found
    return unpacked(leaves) if leaves is not None else heads_of_events(rows, log_no, number, since)


def heads_of_events(rows: Rows, log_no: int, number: int, size: int) -> list[Head]:
    """The heads of a bucket at a size, in order: of each stream in it the last event up to there."""
    first = number << 4  # of the first two bytes of the keys in it
    found = rows(
        """SELECT s.stream_id, e.version, e.leaf_hash FROM store.stream AS s CROSS JOIN LATERAL (
               SELECT version, leaf_hash FROM store.event
               WHERE log_no = s.log_no AND stream_id = s.stream_id AND position <= %s
               ORDER BY version DESC LIMIT 1) AS e
           WHERE s.log_no = %s
             AND substr(sha256('\\x73747265616d2f76310a'::bytea || uuid_send(s.stream_id)), 1, 2)
                 BETWEEN %s AND %s""",
        [size, log_no, first.to_bytes(2, "big"), (first | 0xF).to_bytes(2, "big")],
    )
    return sorted(Head(key_of(stream), version, leaf) for stream, version, leaf in found)

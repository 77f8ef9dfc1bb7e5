"""Head lists: as the events make them, and what is stored of the newest, of which the next will be made."""

from collections.abc import Mapping
from typing import LiteralString
from uuid import UUID

from evidence.heads import BUCKETS, Bucket, Head, bucket, bucket_of, key_of, list_root, packed
from store.proof.rows import Rows
from store.proof.verify.places import Places

_NEWEST: LiteralString = """
    SELECT n, streams, root FROM generate_series(0, %s) AS n CROSS JOIN LATERAL (
        SELECT streams, root FROM proof.head_bucket WHERE log_no = %s AND bucket = n AND size <= %s
        ORDER BY size DESC LIMIT 1) AS newest"""
_LEAVES: LiteralString = """
    SELECT leaves FROM proof.head_leaves WHERE log_no = %s AND bucket = %s AND size <= %s"""


class HeadsSoFar:
    """The heads of all streams so far, by bucket; only buckets that changed are hashed again."""

    def __init__(self) -> None:
        self._heads: dict[int, dict[bytes, Head]] = {}
        self._keys: dict[bytes, bytes] = {}
        self._buckets: dict[int, Bucket] = {}
        self._changed: set[int] = set()

    def take(self, found: Places) -> None:
        for stream, (version, leaf) in found.heads().items():
            key = self._keys.get(stream)
            if key is None:
                key = self._keys[stream] = key_of(UUID(bytes=stream))
            number = bucket_of(key)
            self._heads.setdefault(number, {})[key] = Head(key, max(version, 0), leaf)  # -1: it was null
            self._changed.add(number)

    @property
    def streams(self) -> int:
        return len(self._keys)

    def root(self) -> bytes:
        """Of the list of them."""
        return list_root(self.buckets())

    def buckets(self) -> Mapping[int, Bucket]:
        """Those that are not empty."""
        for number in self._changed:
            self._buckets[number] = bucket(number, self.of(number))
        self._changed.clear()
        return self._buckets

    def of(self, number: int) -> list[Head]:
        """The heads in a bucket, in order."""
        return [self._heads[number][key] for key in sorted(self._heads[number])]


def is_stored(rows: Rows, log_no: int, size: int, ours: HeadsSoFar) -> bool:
    """Whether the newest list is made of what is stored for it; heads that are newer, or gone, do no harm."""
    buckets = ours.buckets()
    stored = rows(_NEWEST, [BUCKETS - 1, log_no, size])
    if {number: Bucket(number, streams, root) for number, streams, root in stored} != buckets:
        return False
    return all(
        leaves == packed(ours.of(number))
        for number in buckets
        for (leaves,) in rows(_LEAVES, [log_no, number, size])
    )

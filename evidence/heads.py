"""Head lists: of every stream of a log at a size, how many events it has and the hash of the last.

They make the log's word complete: "these are all events of this stream up to size N" is the last head with
its count, and "there is no such stream" is the gap where it would stand. A list is two trees high, both of
RFC 6962: 4096 buckets by the first 12 bits of a stream's key, each a tree of heads in the order of their
keys, and one tree over the buckets. The bytes are fixed for ever in docs/evidence-formats.md.
"""

import struct
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from evidence import merkle
from evidence.errors import ProofError

BUCKETS = 4096
HEAD = struct.Struct(">32sQ32s")  # key, events, leaf hash: as buckets are stored
_BUCKET = struct.Struct(">HQ32s")  # number, streams, root


class Head(NamedTuple):
    """events: how many the stream has; leaf: the leaf hash of the last of them, 32 bytes."""

    key: bytes
    events: int
    leaf: bytes

    @property
    def leaf_hash(self) -> bytes:
        """In the tree of its bucket. Raises ProofError for a key or a hash that has not 32 bytes."""
        key, events, leaf = self  # packing would cut a longer key, or fill a shorter one
        return merkle.leaf_hash(b"head/v1\n" + HEAD.pack(merkle.checked(key), events, merkle.checked(leaf)))


def key_of(stream: UUID) -> bytes:
    """Where a stream stands in the list: 32 bytes that say nothing of it to whoever does not know its id."""
    return sha256(b"stream/v1\n" + stream.bytes).digest()


def bucket_of(key: bytes) -> int:
    """The bucket of a key: its first 12 bits."""
    return int.from_bytes(key[:2], "big") >> 4


class Bucket(NamedTuple):
    """streams: how many heads it holds; root: of their tree, 32 bytes."""

    number: int
    streams: int
    root: bytes

    @property
    def leaf_hash(self) -> bytes:
        """In the tree of the list."""
        return merkle.leaf_hash(b"bucket/v1\n" + _BUCKET.pack(*self))


def bucket(number: int, heads: Sequence[Head]) -> Bucket:
    """The bucket of heads in the order of their keys."""
    return Bucket(number, len(heads), merkle.root_hash(leaf_hashes=[one.leaf_hash for one in heads]))


def list_root(buckets: Mapping[int, Bucket]) -> bytes:
    """The root of the list; a bucket that is left out is empty."""
    return merkle.root_hash(leaf_hashes=[one.leaf_hash for one in _all(buckets)])


def _all(buckets: Mapping[int, Bucket]) -> list[Bucket]:
    return [buckets.get(number) or Bucket(number, 0, merkle.EMPTY) for number in range(BUCKETS)]


@dataclass(frozen=True)
class Shown:
    """One head of a bucket, with its index there and the proof that it stands at it."""

    head: Head
    index: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class HeadProof:
    """What a list says of one stream: its head alone, or the heads on both sides of where it would stand."""

    bucket: Bucket
    bucket_proof: tuple[bytes, ...]
    shown: tuple[Shown, ...]

    def verify(self, stream: UUID, root: bytes) -> Head | None:
        """The stream's head in the list of that root; None if it has no such stream. Raises ProofError."""
        key = key_of(stream)
        if self.bucket.number != bucket_of(key):
            raise ProofError("a proof of another bucket than the stream's")
        merkle.verify_inclusion(
            leaf_hash=self.bucket.leaf_hash,
            index=self.bucket.number,
            tree_size=BUCKETS,
            proof=self.bucket_proof,
            root_hash=root,
        )
        for one in self.shown:
            merkle.verify_inclusion(
                leaf_hash=one.head.leaf_hash,
                index=one.index,
                tree_size=self.bucket.streams,
                proof=one.proof,
                root_hash=self.bucket.root,
            )
        found = [one.head for one in self.shown if one.head.key == key]
        if not found:
            self._check_gap(key)
        return found[0] if found else None

    def _check_gap(self, key: bytes) -> None:
        """Raises ProofError unless nothing can stand between what is shown."""
        below = [one.index for one in self.shown if one.head.key < key]
        above = [one.index for one in self.shown if one.head.key > key]
        if self.bucket.streams == 0 and self.bucket.root == merkle.EMPTY:
            return
        last_below, first_above = max(below, default=-1), min(above, default=self.bucket.streams)
        if first_above - last_below != 1:
            raise ProofError("a gap in which the stream may stand")


def prove(stream: UUID, heads: Sequence[Head], buckets: Mapping[int, Bucket]) -> HeadProof:
    """The proof about a stream. heads: those of its bucket, in order; buckets: all that are not empty."""
    key = key_of(stream)
    number = bucket_of(key)
    leaves = [one.leaf_hash for one in heads]
    at = bisect_left([one.key for one in heads], key)
    is_there = at < len(heads) and heads[at].key == key
    indexes = [at] if is_there else [one for one in (at - 1, at) if 0 <= one < len(heads)]
    every = _all(buckets)
    return HeadProof(
        every[number],
        tuple(_path([one.leaf_hash for one in every], number)),
        tuple(Shown(heads[one], one, tuple(_path(leaves, one))) for one in indexes),
    )


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    subtrees = merkle.inclusion(index, len(leaves))
    return [merkle.root_hash(leaf_hashes=leaves[begin:end]) for begin, end in subtrees]


def packed(heads: Sequence[Head]) -> bytes:
    """Heads as they are stored, 72 bytes each."""
    return b"".join(HEAD.pack(*one) for one in heads)


def unpacked(data: bytes) -> list[Head]:
    """The inverse. Raises ProofError."""
    if len(data) % HEAD.size:
        raise ProofError("heads of another length")
    return [Head(*one) for one in HEAD.iter_unpack(data)]

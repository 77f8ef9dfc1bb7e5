"""Tiles (C2SP tlog-tiles): the tree as files of 256 hashes, from which any root and any proof is made.

A tile of level l holds the roots of complete subtrees of 256^l leaves. Only complete subtrees are stored, so
that a tile, once full, never changes; the right edge is in partial tiles.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from evidence.errors import ProofError
from evidence.merkle import EMPTY, HASH_SIZE, Subtree, consistency, inclusion, node_hash, split

HEIGHT = 8
WIDTH = 1 << HEIGHT  # hashes of a full tile
FULL = WIDTH * HASH_SIZE  # bytes


class TileId(NamedTuple):
    """level from 0 (leaf hashes) upwards; number from 0 within it; width: how many hashes, 1 to 256."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """As tlog-tiles names it: tile/0/x001/x234/067, or …/067.p/5 for a partial tile."""
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{_threes(self.number)}{partial}"


def _threes(index: int) -> str:
    """An index in groups of three digits, all but the last marked with an x."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


Read = Callable[[TileId], bytes]
"""Reads a tile: width × 32 bytes. Raises ProofError where there is none."""


def tiles_of(size: int) -> Iterator[TileId]:
    """All the tiles of a tree of so many leaves, level by level, the partial one of each level last."""
    for level in range(_levels(size)):
        last = _last(level, size)
        yield from (TileId(level, index) for index in range(last.number))
        if last.width:
            yield last


def edge_of(size: int) -> Iterator[TileId]:
    """The partial tile of each level that has one."""
    return (one for one in (_last(level, size) for level in range(_levels(size))) if one.width)


def _levels(size: int) -> int:
    return -(-size.bit_length() // HEIGHT)


def _last(level: int, size: int) -> TileId:
    index, width = divmod(size >> (HEIGHT * level), WIDTH)
    return TileId(level, index, width)


@dataclass(frozen=True)
class Tree:
    """A tree of a size whose tiles can be read. Tiles wider than it has are asked for in its own width."""

    size: int
    read: Read

    def root(self) -> bytes:
        """The root hash, 32 bytes."""
        return self.hash((0, self.size)) if self.size else EMPTY

    def inclusion(self, index: int) -> list[bytes]:
        """The proof that the leaf stands at the index (from 0). Raises ProofError."""
        return [self.hash(one) for one in inclusion(index, self.size)]

    def consistency(self, size: int) -> list[bytes]:
        """The proof that this tree begins with the one of an earlier size. Raises ProofError."""
        return [self.hash(one) for one in consistency(size, self.size)]

    def hash(self, subtree: Subtree) -> bytes:
        """The hash of a subtree that RFC 6962 knows: complete ones are read, the others joined of two."""
        begin, end = subtree
        width = end - begin
        if width & (width - 1) == 0:
            return self._complete(begin, width)
        middle = begin + split(width)
        return node_hash(self.hash((begin, middle)), self.hash((middle, end)))

    def _complete(self, begin: int, width: int) -> bytes:
        level, rest = divmod(width.bit_length() - 1, HEIGHT)
        first = begin >> (HEIGHT * level)
        tile = self._tile(level, first // WIDTH)
        at = first % WIDTH * HASH_SIZE
        return joined(tile[at : at + (HASH_SIZE << rest)])

    def _tile(self, level: int, index: int) -> bytes:
        width = min(WIDTH, (self.size >> (HEIGHT * level)) - index * WIDTH)
        tile = self.read(TileId(level, index, width))
        if len(tile) != width * HASH_SIZE:
            raise ProofError("a tile of another width than was asked for")
        return tile


@lru_cache(128)  # a tile that became full is asked for twice: for its own sake, and for the level above
def joined(hashes: bytes) -> bytes:
    """The root of a complete subtree over a power of two of hashes, one after the other."""
    pair = 2 * HASH_SIZE
    while len(hashes) > HASH_SIZE:  # two that lie side by side: as merkle.node_hash, at half the price
        nodes = [sha256(b"\x01" + hashes[at : at + pair]).digest() for at in range(0, len(hashes), pair)]
        hashes = b"".join(nodes)
    return hashes

"""A tree that grows: what a publisher keeps of it between two checkpoints, which is its right edge."""

from collections import defaultdict
from collections.abc import Iterable

from evidence.merkle import HASH_SIZE
from evidence.tiles import FULL, HEIGHT, Read, TileId, Tree, edge_of, joined


class Growth:
    """A tree that grows at its right edge: the partial tiles, by level, and those that became full.

    Begun from nothing, or from the partial tiles of a size. Used by one thread.
    """

    def __init__(self, size: int = 0, read: Read | None = None) -> None:
        """read: reads the partial tiles of the size, if it is not 0."""
        self.size = size
        self._edge: dict[int, bytearray] = defaultdict(bytearray)  # by level
        if read is not None:
            for one in edge_of(size):
                self._edge[one.level] += read(one)

    def add(self, leaf_hashes: Iterable[bytes]) -> list[tuple[TileId, bytes]]:
        """The tiles that become full by these leaves, in the order in which they do."""
        full, hashes = list[tuple[TileId, bytes]](), b"".join(leaf_hashes)
        at = 0
        while put := hashes[at : at + FULL - len(self._edge[0])]:  # what the last tile has room for
            at += len(put)
            self.size += len(put) // HASH_SIZE
            self._put(0, put, full)
        return full

    def partial(self) -> list[tuple[TileId, bytes]]:
        """The partial tiles of the tree as it is."""
        return [(one, self._read(one)) for one in edge_of(self.size)]

    def root(self) -> bytes:
        """The root hash: of the right edge, for every complete subtree to the left stands on it higher up."""
        return Tree(self.size, self._read).root()

    def _put(self, level: int, hashes: bytes, full: list[tuple[TileId, bytes]]) -> None:
        tile = self._edge[level]
        tile += hashes
        if len(tile) == FULL:
            index = (self.size >> (HEIGHT * (level + 1))) - 1
            full.append((TileId(level, index), bytes(tile)))
            self._edge[level] = bytearray()
            self._put(level + 1, joined(full[-1][1]), full)

    def _read(self, tile: TileId) -> bytes:
        return bytes(self._edge[tile.level])

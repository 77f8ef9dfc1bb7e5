"""What is published of a log, for whoever asks: the newest checkpoint, tiles, and the proof of one event."""

from evidence.errors import ProofError
from evidence.tiles import TileId, Tree
from evidence.tlog_proof import TlogProof
from store.proof import checkpoints, tiles
from store.proof.checkpoints import Row
from store.proof.rows import Rows


class PublishedLog:
    """Reads what is public of one log. Safe for threads if `rows` is."""

    def __init__(self, rows: Rows, log_no: int) -> None:
        self._rows = rows
        self._log_no = log_no
        self._tile = tiles.reader(rows, log_no)

    def newest(self) -> Row | None:
        """The newest public checkpoint; None before the first."""
        return checkpoints.published(self._rows, self._log_no)

    def checkpoint(self) -> bytes | None:
        """Its note, with the cosignatures that came since."""
        newest = self.newest()
        return self.cosigned(newest) if newest else None

    def cosigned(self, row: Row) -> bytes:
        """The note of a checkpoint with every cosignature, oldest first."""
        lines = self._rows(
            "SELECT line FROM proof.cosignature WHERE log_no = %s AND size = %s ORDER BY at, key",
            [self._log_no, row.size],
        )
        return bytes(row.note) + b"".join(bytes(line) for (line,) in lines)

    def tile(self, tile: TileId) -> bytes | None:
        """A tile of the newest public tree; None for one that it does not have."""
        newest = self.newest()
        if newest is None or (newest.size >> (8 * tile.level)) < tile.number * 256 + tile.width:
            return None
        return self._tile(tile)

    def proof(self, position: int) -> TlogProof | None:
        """The proof that the event at a position is in the newest public tree; None if it is not yet."""
        newest = self.newest()
        if newest is None or newest.size < position:
            return None
        index = position - 1
        hashes = Tree(newest.size, self._tile).inclusion(index)
        return TlogProof(index, tuple(hashes), self.cosigned(newest))

    def root(self, size: int) -> bytes:
        """The root of the tree of a size. Raises ProofError for one that is larger than what is public."""
        newest = self.newest()
        if newest is None or newest.size < size:
            raise ProofError("a tree larger than what is published")
        return Tree(size, self._tile).root()

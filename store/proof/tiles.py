"""Tiles in the database: full ones as rows, partial ones made of what stands below them."""

from collections.abc import Iterable, Iterator

from evidence.errors import ProofError
from evidence.merkle import HASH_SIZE
from evidence.tiles import WIDTH, Read, TileId, joined
from store.connect import Connection
from store.proof.rows import Rows

AT_ONCE = 65_536  # leaf hashes read together


def reader(rows: Rows, log_no: int) -> Read:
    """Reads the tiles of a log. Raises ProofError for a tile that it cannot have yet."""

    def read(tile: TileId) -> bytes:
        found = _full(rows, log_no, tile) or _partial(rows, log_no, tile)
        if found is None:
            raise ProofError("a tile that the log does not have")
        return found

    return read


def keep(db: Connection, log_no: int, full: Iterable[tuple[TileId, bytes]]) -> None:
    """Store tiles that became full."""
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO proof.tile (log_no, level, number, root, data) VALUES (%s, %s, %s, %s, %s)",
            [(log_no, one.level, one.number, joined(data), data) for one, data in full],
        )


def leaf_hashes(rows: Rows, log_no: int, first: int, last: int) -> list[bytes]:
    """The leaf hashes from one index (from 0) up to, not including, another.

    Raises ProofError for one that is none, in a table that lost its rules.
    """
    found = rows(
        """SELECT coalesce(leaf_hash, '') FROM store.event
           WHERE log_no = %s AND position > %s AND position <= %s ORDER BY position""",
        [log_no, first, last],
    )
    if any(len(leaf) != HASH_SIZE for (leaf,) in found):
        raise ProofError("an event without its leaf hash")
    return [leaf for (leaf,) in found]


def leaves(rows: Rows, log_no: int, first: int, last: int) -> Iterator[list[bytes]]:
    """The same, so many at once that a log of any size fits. Raises ProofError if one is missing."""
    while first < last:
        upto = min(last, first + AT_ONCE)
        found = leaf_hashes(rows, log_no, first, upto)
        if len(found) != upto - first:
            raise ProofError("the log lacks an event between two others")
        yield found
        first = upto


def _full(rows: Rows, log_no: int, tile: TileId) -> bytes | None:
    """The tile as it is stored; of a narrower one that has become full since, its beginning."""
    found = rows(
        """SELECT coalesce(substring(data, 1, %s::int4), '') FROM proof.tile
           WHERE log_no = %s AND level = %s AND number = %s""",
        [tile.width * HASH_SIZE, log_no, tile.level, tile.number],
    )
    return bytes(found[0][0]) if found else None


def _partial(rows: Rows, log_no: int, tile: TileId) -> bytes | None:
    first = tile.number * WIDTH
    last = first + tile.width
    if tile.level == 0:
        hashes = leaf_hashes(rows, log_no, first, last)
    else:
        found = rows(
            """SELECT coalesce(root, '') FROM proof.tile
               WHERE log_no = %s AND level = %s AND number >= %s AND number < %s ORDER BY number""",
            [log_no, tile.level - 1, first, last],
        )
        hashes = [row[0] for row in found]
    data = b"".join(hashes)
    return data if len(data) == tile.width * HASH_SIZE else None

"""A log as static files (C2SP tlog-tiles layout), as whoever mirrors it keeps them: read, and checked alone.

checkpoint              the newest, with its cosignatures
checkpoints/<size>      every one that was published
tile/<level>/<number>   hash tiles
keys                    verifier keys of the log, one a line
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence import merkle, note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.growth import Growth
from evidence.merkle import HASH_SIZE
from evidence.note import Verifier
from evidence.tiles import WIDTH, TileId, Tree, tiles_of

_SIZE = re.compile(r"[1-9][0-9]*", re.ASCII)


@dataclass(frozen=True)
class StaticLog:
    """The files of one log in a folder."""

    folder: Path

    def verifiers(self) -> list[Verifier]:
        """The keys beside the files, for a reader who has none by a better way. Raises ProofError."""
        return [Verifier.parse(line) for line in (self.folder / "keys").read_text().splitlines()]

    def notes(self) -> dict[int, bytes]:
        """The signed checkpoints by size, as they are named."""
        found = (self.folder / "checkpoints").iterdir()
        return {int(one.name): one.read_bytes() for one in found if _SIZE.fullmatch(one.name)}

    def checkpoints(self) -> dict[int, Checkpoint]:
        """What they say, signatures not looked at. Raises ProofError."""
        return {size: Checkpoint.parse(note.parts(signed)[0]) for size, signed in self.notes().items()}

    def read(self, tile: TileId) -> bytes:
        """A tile, or the beginning of a wider one. Raises ProofError."""
        whole = self.folder / TileId(tile.level, tile.number).path
        for path in (whole, self.folder / tile.path, *sorted(whole.parent.glob(f"{whole.name}.p/*"))):
            if path.is_file() and len(data := path.read_bytes()) >= tile.width * HASH_SIZE:
                return data[: tile.width * HASH_SIZE]
        raise ProofError(f"the files lack {tile.path}")

    def leaves(self, size: int) -> dict[int, bytes]:
        """The tiles of leaf hashes of a tree, by their numbers; those that are there."""
        return dict(self._leaves(size))

    def _leaves(self, size: int) -> Iterator[tuple[int, bytes]]:
        for one in tiles_of(size):
            if one.level:
                return
            try:
                yield one.number, self.read(one)
            except ProofError:
                continue


@dataclass(frozen=True)
class Fault:
    """What is wrong with the files. size: of the checkpoint; tile: its path."""

    what: str
    size: int | None = None
    tile: str | None = None


def check(log: StaticLog, verifiers: Sequence[Verifier]) -> Iterator[Fault]:
    """Every fault of the files by themselves: signatures, the newest tree's tiles, the roots of all."""
    notes = log.notes()
    roots: dict[int, bytes] = {}
    newest = (log.folder / "checkpoint").read_bytes()
    for size, signed in [*sorted(notes.items()), (None, newest)]:
        try:
            told = Checkpoint.parse(note.open(text=signed, verifiers=verifiers).text)
        except ProofError as wrong:
            yield Fault(str(wrong), size=size)
            continue
        if size not in (told.size, None):
            yield Fault("a checkpoint under another size than it tells", size=size)
        if roots.setdefault(told.size, told.root) != told.root:
            yield Fault("the newest checkpoint is over another tree than the one of its size", size=told.size)
    if roots:
        yield from _check_tree(log, roots)


def _check_tree(log: StaticLog, roots: dict[int, bytes]) -> Iterator[Fault]:
    growth, newest = Growth(), max(roots)
    try:
        for size in sorted({*roots}):
            for tile, data in growth.add(_between(log, growth.size, size, newest)):
                if log.read(tile) != data:
                    yield Fault("a tile that does not follow from those below it", tile=tile.path)
            if growth.root() != roots[size]:
                yield Fault("a checkpoint over another tree than the tiles'", size=size)
        if Tree(newest, log.read).root() != roots[newest]:
            yield Fault("tiles that lead to another root", size=newest)
    except ProofError as wrong:
        yield Fault(str(wrong))


def _between(log: StaticLog, first: int, last: int, newest: int) -> Iterator[bytes]:
    """The leaf hashes from one index up to, not including, another."""
    for number in range(first // WIDTH, -(-last // WIDTH)):
        data = log.read(TileId(0, number, min(WIDTH, newest - number * WIDTH)))
        begin, end = max(first - number * WIDTH, 0), min(last - number * WIDTH, WIDTH)
        for at in range(begin, end):
            yield merkle.checked(data[at * HASH_SIZE : (at + 1) * HASH_SIZE])

"""Checks the log as a whole: positions without a gap, the tree over them, and everything published of it.

One walk in the log's order, over leaf hashes alone, which the walk by streams checks against the envelopes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.growth import Growth
from evidence.heads import Bucket, Head, bucket, bucket_of, key_of, list_root
from evidence.note import Verifier
from evidence.tiles import WIDTH, TileId
from store.proof.rows import Rows
from store.proof.verify.findings import Finding, Kind, Report
from store.proof.verify.places import Place, read_places

AT_ONCE = 16_384  # events read together: a multiple of a tile
BOTH = 2  # the log's two signatures


@dataclass(frozen=True)
class Held:
    """What somebody else kept of the log: checkpoints by size, and tiles of leaf hashes by number."""

    checkpoints: Mapping[int, Checkpoint] = field(default_factory=dict)
    tiles: Mapping[int, bytes] = field(default_factory=dict)


NOTHING_HELD = Held()


@dataclass
class TreeChecked:
    """What was looked at."""

    events: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    tiles: int = 0
    head_lists: int = 0
    unknown_cosignatures: int = 0


class TreeCheck:
    """One walk over a log up to a position."""

    def __init__(
        self,
        rows: Rows,
        log_no: int,
        origin: str,
        verifiers: Sequence[Verifier],
        report: Report,
        *,
        witnesses: Sequence[Verifier] = (),
        held: Held = NOTHING_HELD,
    ) -> None:
        self._rows = rows
        self._log_no = log_no
        self._origin = origin
        self._verifiers = verifiers
        self._witnesses = witnesses
        self._report = report
        self._held = held
        self._growth = Growth()
        self._at = -1  # when the last event was recorded
        self._heads = _Heads()
        self._lists = self._told_lists()
        self._good = 0  # the size of the last checkpoint that holds
        self._good_held = 0  # and of the last held elsewhere: ours may have been signed anew
        self._is_bad = self._is_bad_held = False  # one did not: those after it do not either
        self._is_apart = False  # from the tiles held elsewhere
        self.checked = TreeChecked()

    def run(self, upto: int) -> TreeChecked:
        """Walk up to a position; everything found is reported."""
        notes, lists = self._checkpoints(), self._lists
        stops = sorted({upto, *notes, *self._held.checkpoints, *lists})
        for stop in stops:
            self._walk(min(stop, upto))
            if stop > upto:
                self._beyond(stop)
                continue
            if stop in notes:
                self._check_note(stop, *notes[stop])
            if stop in self._held.checkpoints:
                self._check_held(self._held.checkpoints[stop])
            if stop in lists:
                self._check_list(stop, *lists[stop])
        self._check_partial()
        self.checked.events = self._growth.size
        return self.checked

    def _walk(self, upto: int) -> None:
        while (size := self._growth.size) < upto:
            end = min(upto, (size // AT_ONCE + 1) * AT_ONCE)
            found = read_places(self._rows, self._log_no, size, end)
            self._check_order(found)
            leaves = list(self._whole(found, size, end))
            if self._lists:
                self._heads.take(found)
            self._check_tiles(self._growth.add(leaves))
            self._compare_held(size, leaves)

    def _check_order(self, found: Sequence[Place]) -> None:
        before = self._at
        for one in found:
            if one.at <= before:
                self._report(Finding("order", position=one.position, stream=UUID(bytes=one.stream)))
            before = one.at
        self._at = before

    def _whole(self, found: Sequence[Place], size: int, end: int) -> Iterator[bytes]:
        """A leaf for every position; one that is missing is told, and stands as zeroes."""
        if len(found) == end - size:
            return (one.leaf for one in found)
        there = {one.position: one.leaf for one in found}
        for position in set(range(size + 1, end + 1)) - there.keys():
            self._report(Finding("position", position=position))
        return (there.get(position, bytes(32)) for position in range(size + 1, end + 1))

    def _check_tiles(self, full: Sequence[tuple[TileId, bytes]]) -> None:
        for tile, data in full:
            stored = self._rows(
                "SELECT data FROM proof.tile WHERE log_no = %s AND level = %s AND number = %s",
                [self._log_no, tile.level, tile.number],
            )
            self.checked.tiles += len(stored)
            if stored and stored[0][0] != data:
                self._report(_apart(tile, data, stored[0][0]))

    def _compare_held(self, size: int, leaves: Sequence[bytes]) -> None:
        """The first event that is another than the tiles held elsewhere have; what comes after it is, too."""
        first = size // WIDTH
        for number in range(first, (size + len(leaves) + WIDTH - 1) // WIDTH):
            held = self._held.tiles.get(number)
            if held is None or self._is_apart:
                continue
            begin = max(size, number * WIDTH)
            end = min(size + len(leaves), number * WIDTH + len(held) // 32)
            ours = b"".join(leaves[begin - size : end - size])
            theirs = held[(begin - number * WIDTH) * 32 : (end - number * WIDTH) * 32]
            if ours != theirs:
                self._is_apart = True
                wrong = next(
                    at for at in range(0, len(ours), 32) if ours[at : at + 32] != theirs[at : at + 32]
                )
                self._report(Finding("held-tile", position=begin + wrong // 32 + 1))

    def _check_partial(self) -> None:
        """Tiles held of events that are not there any more."""
        for number, held in sorted(self._held.tiles.items()):
            if not self._is_apart and number * WIDTH + len(held) // 32 > self._growth.size:
                self._is_apart = True
                self._report(Finding("held-tile", position=self._growth.size + 1))

    def _beyond(self, size: int) -> None:
        """A checkpoint over more events than there are."""
        kind: Kind = "held-checkpoint" if size in self._held.checkpoints else "checkpoint"
        self._report(Finding(kind, size=size, after=self._growth.size))

    def _check_note(self, size: int, root: bytes, signed: bytes) -> None:
        self.checked.checkpoints += 1
        if not signed:  # an old one, of which size and root are kept
            if root != self._growth.root():
                self._tell_bad(size)
            return
        told = Checkpoint(self._origin, size, self._growth.root())
        try:
            text, _ = note.parts(signed)
            opened = note.open(text=signed, verifiers=self._verifiers)
            if len(opened.signed_by) < BOTH:
                raise ProofError("one signature only")
        except ProofError:
            self._report(Finding("signature", size=size))
            return
        if text != told.text or root != told.root:
            self._tell_bad(size)
        else:
            self._good = size
        self._check_cosignatures(size, text)

    def _tell_bad(self, size: int) -> None:
        if not self._is_bad:
            self._is_bad = True
            self._report(Finding("checkpoint", size=size, after=self._good))

    def _check_cosignatures(self, size: int, text: bytes) -> None:
        known = {f"{one.name}+{one.key_id.hex()}" for one in self._witnesses}
        found = self._rows(
            "SELECT key, line FROM proof.cosignature WHERE log_no = %s AND size = %s", [self._log_no, size]
        )
        for key, line in found:
            if key not in known:
                self.checked.unknown_cosignatures += 1
                continue
            self.checked.cosignatures += 1
            try:
                note.open(text=text + b"\n" + line, verifiers=self._witnesses)
            except ProofError:
                self._report(Finding("cosignature", size=size))

    def _check_held(self, held: Checkpoint) -> None:
        if held.root == self._growth.root():
            self._good_held = held.size
        elif not self._is_bad_held:
            self._is_bad_held = True
            self._report(Finding("held-checkpoint", size=held.size, after=self._good_held))

    def _check_list(self, size: int, streams: int, root: bytes) -> None:
        self.checked.head_lists += 1
        if (self._heads.streams, self._heads.root()) != (streams, root):
            self._report(Finding("head-list", size=size))

    def _checkpoints(self) -> dict[int, tuple[bytes, bytes]]:
        found = self._rows(
            "SELECT size, root, note FROM proof.checkpoint WHERE log_no = %s ORDER BY size", [self._log_no]
        )
        return {size: (root, signed) for size, root, signed in found}

    def _told_lists(self) -> dict[int, tuple[int, bytes]]:
        found = self._rows(
            "SELECT size, streams, root FROM proof.head_list WHERE log_no = %s ORDER BY size", [self._log_no]
        )
        return {size: (streams, root) for size, streams, root in found}


class _Heads:
    """The heads of all streams so far, by bucket; only buckets that changed are hashed again."""

    def __init__(self) -> None:
        self._heads: dict[int, dict[bytes, Head]] = {}
        self._keys: dict[bytes, bytes] = {}
        self._buckets: dict[int, Bucket] = {}
        self._changed: set[int] = set()

    def take(self, found: Sequence[Place]) -> None:
        last = {one.stream: one for one in found}
        for stream, one in last.items():
            key = self._keys.get(stream)
            if key is None:
                key = self._keys[stream] = key_of(UUID(bytes=stream))
            number = bucket_of(key)
            self._heads.setdefault(number, {})[key] = Head(key, one.version, one.leaf)
            self._changed.add(number)

    @property
    def streams(self) -> int:
        return len(self._keys)

    def root(self) -> bytes:
        for number in self._changed:
            heads = [self._heads[number][key] for key in sorted(self._heads[number])]
            self._buckets[number] = bucket(number, heads)
        self._changed.clear()
        return list_root(self._buckets)


def _apart(tile: TileId, ours: bytes, stored: bytes) -> Finding:
    """At the first hash that is another; of a higher tile the first event below it."""
    index = (tile.number * WIDTH + _first_apart(ours, stored)) << (8 * tile.level)
    return Finding("tile", position=index + 1)


def _first_apart(ours: bytes, theirs: bytes) -> int:
    """The first of two rows of hashes that is another."""
    return next(at for at in range(len(ours) // 32) if ours[32 * at :][:32] != theirs[32 * at :][:32])

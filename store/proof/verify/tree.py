"""Checks the log as a whole: positions without a gap, the tree over them, and everything published of it.

One walk in the log's order, over leaf hashes alone, which the walk by streams checks against the envelopes.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import merge
from itertools import pairwise
from operator import itemgetter, lt
from typing import TypeAlias

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.growth import Growth
from evidence.note import Verifier
from evidence.tiles import WIDTH, TileId, joined
from store.proof.heads import HeadList
from store.proof.rows import Rows
from store.proof.verify.findings import Finding, Kind, Report
from store.proof.verify.lists import HeadsSoFar, is_stored
from store.proof.verify.places import LEAF, Places, read_places
from store.proof.verify.reach import reach

AT_ONCE = 16_384  # events read together: a multiple of a tile
NOTES_AT_ONCE = 1_000  # checkpoints read together: a log that publishes every second has millions
BOTH = 2  # the log's two signatures

_Check: TypeAlias = tuple[int, int, Callable[[], None]]  # of a size, in which order, what is checked there


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
        told: Sequence[HeadList] = (),
    ) -> None:
        """told: the head lists that the log tells, for whoever could read them there."""
        self._rows = rows
        self._log_no = log_no
        self._origin = origin
        self._verifiers = verifiers
        self._witnesses = witnesses
        self._report = report
        self._held = held
        self._growth = Growth()
        self._at = -1  # when the last event was recorded
        self._heads = HeadsSoFar()
        self._told = {one.size: one for one in told}
        self._lists = self._stored_lists()
        self._newest_list = 0
        self._last = self._newest()  # checkpoints that come while we walk are not looked at
        self._unsigned = 0  # the size of the last checkpoint whose note was dropped
        self._good = 0  # the size of the last checkpoint that holds
        self._good_held = 0  # and of the last held elsewhere: ours may have been signed anew
        self._is_bad = self._is_bad_held = False  # one did not: those after it do not either
        self._is_apart = False  # from the tiles held elsewhere
        self.checked = TreeChecked()

    def run(self, upto: int) -> TreeChecked:
        """Walk up to a position; everything found is reported."""
        self._newest_list = max((size for size in self._lists if size <= upto), default=0)
        for size, _, check in merge(
            self._notes(), self._held_ones(), self._all_lists(), key=itemgetter(0, 1)
        ):
            self._walk(min(size, upto))
            if size <= upto:
                check()
            elif size > self._head():
                self._beyond(size)
        self._walk(upto)
        if self._unsigned > self._good:  # nothing that is signed says so
            self._report(Finding("signature", size=self._unsigned))
        self._check_partial()
        self.checked.events = self._growth.size
        return self.checked

    def _notes(self) -> Iterator[_Check]:
        after = 0
        while found := self._rows(
            """SELECT size, root, note FROM proof.checkpoint
               WHERE log_no = %s AND size > %s AND size <= %s ORDER BY size LIMIT %s""",
            [self._log_no, after, self._last, NOTES_AT_ONCE],
        ):
            for size, root, signed in found:
                yield size, 0, partial(self._check_note, size, root, signed)
            after = found[-1][0]

    def _held_ones(self) -> Iterator[_Check]:
        for size, one in sorted(self._held.checkpoints.items()):
            yield size, 1, partial(self._check_held, one)

    def _all_lists(self) -> Iterator[_Check]:
        for size in sorted(self._lists.keys() | self._told.keys()):
            yield size, 2, partial(self._check_list, size)

    def _walk(self, upto: int) -> None:
        while (size := self._growth.size) < upto:
            end = min(upto, (size // AT_ONCE + 1) * AT_ONCE)
            found = read_places(self._rows, self._log_no, size, end)
            self._check_order(found)
            leaves = self._whole(found, size, end)
            if self._lists or self._told:
                self._heads.take(found)
            self._check_tiles(self._growth.add([leaves]))
            self._compare_held(size, leaves)

    def _check_order(self, found: Places) -> None:
        before = (self._at, *found.instants)
        self._at = before[-1]
        if all(map(lt, before, found.instants)):
            return
        for number, (earlier, later) in enumerate(pairwise(before)):
            if later <= earlier:
                position, stream = found.positions[number], found.stream(number)
                self._report(Finding("order", position=position, stream=stream))

    def _whole(self, found: Places, size: int, end: int) -> bytes:
        """A leaf for every position; those missing are told, by the first of a row, and stand as zeroes."""
        asked = range(size + 1, end + 1)
        if found.positions == array("q", asked):
            return found.leaves
        there = {position: found.leaf(number) for number, position in enumerate(found.positions)}
        lacking = set(asked) - there.keys()
        twice = [one for one, next_one in pairwise(found.positions) if one == next_one]
        for position in (*twice, *(one for one in lacking if one - 1 not in lacking)):
            self._report(Finding("position", position=position))
        return b"".join(there.get(position, bytes(LEAF)) for position in asked)

    def _check_tiles(self, full: Sequence[tuple[TileId, bytes]]) -> None:
        """Tiles that became full; of what is published none is missing."""
        for tile, data in full:
            stored = self._rows(
                """SELECT coalesce(data, ''), root FROM proof.tile
                   WHERE log_no = %s AND level = %s AND number = %s""",
                [self._log_no, tile.level, tile.number],
            )
            self.checked.tiles += len(stored)
            for hashes, root in stored:
                if hashes != data:
                    self._report(_apart(tile, data, hashes))
                elif root != joined(data):
                    self._report(Finding("tile", position=_first_below(tile)))
            if not stored and self._growth.size <= self._last:
                self._report(Finding("tile", position=_first_below(tile)))

    def _compare_held(self, size: int, leaves: bytes) -> None:
        """The first event that is another than the tiles held elsewhere have; what comes after it is, too."""
        end = size + len(leaves) // LEAF
        for number in range(size // WIDTH, (end + WIDTH - 1) // WIDTH):
            held = self._held.tiles.get(number)
            if held is None or self._is_apart:
                continue
            begin, beyond = max(size, number * WIDTH), min(end, number * WIDTH + len(held) // LEAF)
            if beyond <= begin:  # it was held when the log was smaller, and ends before
                continue
            ours = leaves[(begin - size) * LEAF : (beyond - size) * LEAF]
            theirs = held[(begin - number * WIDTH) * LEAF : (beyond - number * WIDTH) * LEAF]
            if ours != theirs:
                self._is_apart = True
                self._report(Finding("held-tile", position=begin + _first_apart(ours, theirs) + 1))

    def _check_partial(self) -> None:
        """Tiles held of events that are not there any more."""
        for number, held in sorted(self._held.tiles.items()):
            if not self._is_apart and number * WIDTH + len(held) // 32 > max(self._growth.size, self._head()):
                self._is_apart = True
                self._report(Finding("held-tile", position=self._growth.size + 1))

    def _head(self) -> int:
        """How far the log reaches by now: who held its newest checkpoint may be ahead of our walk."""
        return reach(self._rows, self._log_no)

    def _beyond(self, size: int) -> None:
        """A checkpoint over more events than there are."""
        kind: Kind = "held-checkpoint" if size in self._held.checkpoints else "checkpoint"
        self._report(Finding(kind, size=size, after=self._growth.size))

    def _check_note(self, size: int, root: bytes, signed: bytes) -> None:
        self.checked.checkpoints += 1
        told = Checkpoint(self._origin, size, self._growth.root())
        if not signed:  # an old one that nobody refers to, of which size and root are kept
            self._unsigned = size
            if root != told.root:
                self._tell_bad(size)
            self._check_cosignatures(size, told.text)
            return
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
            "SELECT key, coalesce(line, '') FROM proof.cosignature WHERE log_no = %s AND size = %s",
            [self._log_no, size],
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

    def _check_list(self, size: int) -> None:
        """As it is stored, and as the log tells it; one that is told is stored."""
        self.checked.head_lists += 1
        stored, told = self._lists.get(size), self._told.get(size)
        ours = (self._heads.streams, self._heads.root())
        is_ours = stored == ours and (told is None or (told.streams, told.root) == ours)
        if is_ours and size == self._newest_list:
            is_ours = is_stored(self._rows, self._log_no, size, self._heads)
        if not is_ours:
            self._report(Finding("head-list", size=size))

    def _newest(self) -> int:
        found = self._rows(
            "SELECT size FROM proof.checkpoint WHERE log_no = %s ORDER BY size DESC LIMIT 1", [self._log_no]
        )
        return int(found[0][0]) if found else 0

    def _stored_lists(self) -> dict[int, tuple[int, bytes]]:
        found = self._rows(
            "SELECT size, streams, root FROM proof.head_list WHERE log_no = %s ORDER BY size", [self._log_no]
        )
        return {size: (streams, root) for size, streams, root in found}


def _first_below(tile: TileId) -> int:
    """The position of the first event below a tile."""
    return ((tile.number * WIDTH) << (8 * tile.level)) + 1


def _apart(tile: TileId, ours: bytes, stored: bytes) -> Finding:
    """At the first hash that is another; of a higher tile the first event below it."""
    index = (tile.number * WIDTH + _first_apart(ours, stored)) << (8 * tile.level)
    return Finding("tile", position=index + 1)


def _first_apart(ours: bytes, theirs: bytes) -> int:
    """The first of two rows of hashes that is another."""
    apart = (at for at in range(len(ours) // 32) if ours[32 * at :][:32] != theirs[32 * at :][:32])
    return next(apart, 0)  # of one that is longer, all are ours

"""Brings one generation forward along the log, batch by batch: rows and position in one transaction.

A batch is folded record by record. The folds of records seen lately are kept, with the rows they said last,
so that only what changed is written; a record that is not among them is folded again from its first event,
and its rows are replaced whole. Of a journal nothing is kept: what an event makes is added, and stays.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

import psycopg

from projections import generations, tracking
from projections.folding import NO_ROWS, Folder, by_record
from projections.generations import Generation
from projections.projection import Fold, Projection, Row, Rows
from projections.source import Source, Unfoldable
from projections.tracking import Rate
from store.bulk import Raw

BATCH = 4000  # positions of the log in one transaction
KEPT = 10_000  # folds remembered
KEPT_ROWS = 150_000  # that they said, by which their size goes: long lives are fewer
TOGETHER = 500  # records folded again by one query


# What a row of wrong types or values raises when it is written; a lost connection is none of these.
UNWRITABLE = (psycopg.DataError, psycopg.ProgrammingError, psycopg.IntegrityError, TypeError, ValueError)


class NotOurs(Exception):
    """The generation is elsewhere than we left it: somebody else brings it forward, or it is gone."""


@dataclass(frozen=True)
class _Life:
    """A record's fold, and the rows it said."""

    fold: Fold
    rows: Rows

    @property
    def size(self) -> int:
        """How many rows it said."""
        return sum(len(rows) for rows in self.rows.values())


@dataclass(frozen=True)
class _Change:
    """What a batch makes of one record. before: the rows in the tables; None: replace whatever is there."""

    record: UUID
    before: Rows | None
    after: Rows
    fold: Fold | None  # None: its content was erased


class Follower:
    """Follows the log with one generation of a projection. Used by one thread, which leads."""

    def __init__(self, projection: Projection, generation: Generation, source: Source) -> None:
        self.generation = generation
        self.position = generation.position
        self._projection = projection
        self._source = source
        self._db = source.db
        skipped = tracking.skipped(source.db, projection, generation.log_no)
        self._folder = Folder(projection, source, skipped)
        self._rate = Rate(generation.position)
        self._lives: OrderedDict[UUID, _Life] = OrderedDict()
        self._erased: set[UUID] = set()

    def advance(self, upto: int) -> int:
        """Fold the next batch, up to a position at most; how many positions the generation went forward.

        Raises Unfoldable when the event at the next position cannot be folded: what comes before it is
        written. Raises NotOurs, or psycopg.OperationalError: then nothing of the batch is known to be.
        """
        before = self.position
        try:
            self._forget_erased()
            if before < upto:
                self._go(min(upto, before + BATCH))
        except BaseException:
            self._lives.clear()  # they took what may not have been written
            raise
        return self.position - before

    def _go(self, end: int) -> None:
        try:
            changes = list(self._changes(end))
        except Unfoldable as stuck:
            self._lives.clear()
            if stuck.position - 1 > self.position:
                self._go(stuck.position - 1)
            raise
        try:
            self._write(changes, end)
        except UNWRITABLE as error:
            if isinstance(error, psycopg.ProgrammingError) and error.sqlstate:
                raise  # the server refused the statement, whatever the rows: a right or a table is missing
            self._lives.clear()
            self._narrow_down(end, error)
        else:
            self._remember(changes)

    def _narrow_down(self, end: int, error: Exception) -> None:
        """Rows that the tables do not take: find the event that they come from, by halves."""
        if end - self.position == 1:
            raise Unfoldable(end, self._source.topic(end), error) from error
        self._go((self.position + end) // 2)
        self._go(end)

    def _changes(self, end: int) -> Iterator[_Change]:
        batch: dict[UUID, list[Raw]] = {}
        with closing(self._source.after(self._projection, self.position, end)) as raws:
            for raw in raws:
                batch.setdefault(UUID(bytes=raw.stream), []).append(raw)
        again = []
        for record, told in batch.items():
            if record in self._erased:
                continue
            known = self._lives.get(record)
            if known is None and told[0].version > 1 and not self._projection.journal:
                again.append(record)
                continue
            fold = known.fold if known else self._folder.begin(record)
            after = self._folder.take(fold, told)
            yield self._change(record, known.rows if known else NO_ROWS, fold, after)
        for start in range(0, len(again), TOGETHER):
            yield from self._from_the_beginning(again[start : start + TOGETHER], end)

    def _from_the_beginning(self, records: Sequence[UUID], end: int) -> Iterator[_Change]:
        with closing(self._source.lives(self._projection, records, end)) as lives:
            for record, raws in by_record(lives):
                fold = self._folder.begin(record)
                yield self._change(record, None, fold, self._folder.take(fold, raws))

    def _change(self, record: UUID, before: Rows | None, fold: Fold, after: Rows | None) -> _Change:
        if after is None:
            return _Change(record, None, NO_ROWS, None)
        return _Change(record, before, after, fold)

    def _write(self, changes: Sequence[_Change], end: int) -> None:
        with self._db.transaction():
            self._lock()
            replaced = [one.record for one in changes if one.before is None]
            if replaced:
                generations.remove_records(self._db, self._projection, self.generation, replaced)
            for table in self._projection.tables:
                old, new = _difference(changes, table.name)
                if old:
                    generations.remove(self._db, self.generation, table, old)
                if new:
                    generations.load(self._db, self.generation, table, new)
            self._db.execute(
                """UPDATE views.generation SET position = %s, rate = %s, folded_at = clock_timestamp()
                   WHERE generation = %s""",
                [end, self._rate.at(end), self.generation.generation],
            )
        self.position = end

    def _lock(self) -> None:
        """Hold the generation where we left it, until the transaction ends. Raises NotOurs."""
        found = self._db.execute(
            "SELECT position, state FROM views.generation WHERE generation = %s FOR UPDATE",
            [self.generation.generation],
        ).fetchone()
        if found != (self.position, self.generation.state):
            raise NotOurs

    def _remember(self, changes: Sequence[_Change]) -> None:
        for one in changes:
            self._lives.pop(one.record, None)
            if one.fold is not None and not self._projection.journal:
                self._lives[one.record] = _Life(one.fold, one.after)
        rows = sum(life.size for life in self._lives.values())
        while self._lives and (len(self._lives) > KEPT or rows > KEPT_ROWS):
            rows -= self._lives.popitem(last=False)[1].size

    def _forget_erased(self) -> None:
        """Remove the rows of records whose content was erased since we last looked, or while nobody did."""
        new = (erased := self._source.erased()) - self._erased
        if not new:
            return
        with self._db.transaction():
            self._lock()
            generations.remove_records(self._db, self._projection, self.generation, list(new))
        for record in new:
            self._lives.pop(record, None)
        self._erased = set(erased)


def _difference(changes: Sequence[_Change], table: str) -> tuple[list[Row], list[Row]]:
    """The rows of a table to be deleted, and those to be inserted."""
    old: list[Row] = []
    new: list[Row] = []
    for one in changes:
        before = one.before.get(table, frozenset()) if one.before else frozenset()
        after = one.after.get(table, frozenset())
        old += before - after
        new += after - before
    return old, new

"""Folds what was read of the log, record by record, and tells at which event a fold could not go on."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from projections.projection import Fold, Projection, Rows, rows_of
from projections.source import Source, Unfoldable
from store.bulk import Keys, Raw

NO_ROWS: Rows = {}


class Folder:
    """Feeds folds of one projection. skipped: positions that it leaves out."""

    def __init__(self, projection: Projection, source: Source, skipped: frozenset[int]) -> None:
        self.projection = projection
        self._source = source
        self._skipped = skipped
        self.taken = 0  # events

    def begin(self, record: UUID) -> Fold:
        """The fold of a record that has seen nothing yet."""
        return self.projection.begin(record, self._source.tokens)

    def take(self, fold: Fold, raws: Iterable[Raw], keys: Keys | None = None) -> Rows | None:
        """Feed the fold; its rows then, or None if the record's content was erased. Raises Unfoldable."""
        take, opened, skipped, last = fold.take, self._source.open, self._skipped, None
        for last in raws:
            self.taken += 1
            if last.position in skipped:
                continue
            one = opened(last, keys)
            if one is None:
                return None
            try:
                take(one)
            except Exception as error:
                raise Unfoldable(last.position, one.stored.topic, error) from error
        try:
            return rows_of(self.projection, fold)
        except Exception as error:
            if last is None:
                raise
            raise Unfoldable(last.position, last.topic.decode(), error) from error


def by_record(raws: Iterable[Raw]) -> Iterator[tuple[UUID, Iterator[Raw]]]:
    """What was read record by record; each must be taken, or dropped, before the next."""
    for stream, group in groupby(raws, key=attrgetter("stream")):
        yield UUID(bytes=stream), group

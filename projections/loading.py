"""The bulk of a rebuild: records in buckets by their ids, folded one by one, each bucket written at once.

Ids of records are random, so that equal ranges of them hold about as many. A bucket's rows and the mark that
it is done are one transaction: whatever is killed leaves buckets that are whole or not there.
"""

import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass
from uuid import UUID

from projections import generations, tracking
from projections.folding import Folder, by_record
from projections.generations import Generation
from projections.projection import Projection, Row
from projections.source import Place, Source, open_source
from store.ending import end_with_parent
from store.settling import settle

EVENTS = 20_000  # of a bucket, about: its rows are held in memory
MOST = 65_536
NICE = 10
IDS = 2**128


@dataclass(frozen=True)
class Loaded:
    """One bucket that is in the tables."""

    bucket: int
    events: int


def buckets_for(events: int, jobs: int) -> int:
    """In how many buckets so many events are loaded: each small, and enough to share out among the jobs."""
    return min(MOST, max(1, events // EVENTS, 4 * jobs if events > EVENTS // 4 else 1))


def span(bucket: int, buckets: int) -> tuple[UUID, UUID]:
    """The first and the last id that belong to a bucket."""
    return UUID(int=bucket * IDS // buckets), UUID(int=(bucket + 1) * IDS // buckets - 1)


def pending(source: Source, building: Generation) -> list[int]:
    """The buckets that are not loaded yet."""
    done = source.db.execute(
        "SELECT bucket FROM views.bucket WHERE generation = %s", [building.generation]
    ).fetchall()
    return sorted(set(range(building.buckets)) - {bucket for (bucket,) in done})


def load_here(
    projection: Projection, source: Source, building: Generation, buckets: Iterable[int], share: float
) -> Iterator[Loaded]:
    """Load buckets one after the other, resting so that `share` of the time is worked. Raises Unfoldable."""
    source.expect_bulk()
    folder = Folder(projection, source, tracking.skipped(source.db, projection, building.log_no))
    for bucket in buckets:
        began = time.monotonic()
        yield Loaded(bucket, _load(folder, source, building, bucket))
        time.sleep((time.monotonic() - began) * (1 - share) / share)


def load_in_processes(
    projection: Projection,
    place: Place,
    building: Generation,
    buckets: Iterable[int],
    share: float,
    jobs: int,
) -> Iterator[Loaded]:
    """Load buckets in processes of their own, as they come. Raises Unfoldable, BrokenProcessPool."""
    context = multiprocessing.get_context("forkserver")  # which loads our code once for all of them
    context.set_forkserver_preload([__name__])
    arguments = (projection, place, building, share)
    with ProcessPoolExecutor(jobs, context, _Worker.begin, arguments) as pool:
        try:
            futures = [pool.submit(_Worker.load, bucket) for bucket in buckets]
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """What a process of the pool works with: opened once, used for every bucket it is given."""

    stack = ExitStack()
    work: tuple[Projection, Source, Generation, float]

    @classmethod
    def begin(cls, projection: Projection, place: Place, building: Generation, share: float) -> None:
        end_with_parent()
        settle()
        if share < 1:
            os.nice(NICE)
        source = cls.stack.enter_context(open_source(place))
        cls.work = projection, source, building, share

    @classmethod
    def load(cls, bucket: int) -> Loaded:
        projection, source, building, share = cls.work
        return next(load_here(projection, source, building, [bucket], share))


def _load(folder: Folder, source: Source, building: Generation, bucket: int) -> int:
    """Fold a bucket and write it; how many events it had. A bucket that somebody loaded meanwhile is left."""
    first, last = span(bucket, building.buckets)
    keys, before = source.keys.between(first, last), folder.taken
    rows: dict[str, list[Row]] = {table.name: [] for table in folder.projection.tables}
    with closing(source.span(folder.projection, first, last, building.target)) as events:
        for record, raws in by_record(events):
            for name, said in (folder.take(folder.begin(record), raws, keys) or {}).items():
                rows[name] += said
    taken = folder.taken - before
    with source.db.transaction():
        marked = source.db.execute(
            """INSERT INTO views.bucket (generation, bucket, events) VALUES (%s, %s, %s)
               ON CONFLICT DO NOTHING""",
            [building.generation, bucket, taken],
        )
        if marked.rowcount:
            for table in folder.projection.tables:
                generations.load(source.db, building, table, rows[table.name])
            source.db.execute(
                "UPDATE views.generation SET folded_at = clock_timestamp() WHERE generation = %s",
                [building.generation],
            )
    return taken

"""Builds a new generation of a projection beside the live one, compares the two, and switches.

Load up to a fixed position in buckets, index, follow the log to its end, compare at one position, switch in
one short transaction. Everything done so far is in the database: a rebuild that was killed, however, goes on
when anybody asks for it again. Readers see the old generation until they see the new one.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from projections import diff, generations, leader, loading, tracking
from projections.diff import Difference, TableDigest
from projections.following import Follower, NotOurs
from projections.generations import Db, Generation
from projections.projection import Projection, Table
from projections.source import Place, Source, Unfoldable, check_topics, open_source
from store import connect

PATIENCE_S = 10.0  # for the live generation to come to the position of the new one
FAR = 100_000  # positions that the live one is not brought forward by us: that is a runner's work
NEAR = 200  # positions from the end of the log: near enough to switch, which takes in the rest

EQUAL, FIRST, BEHIND = "equal", "first", "not compared: the live one is behind"


class AlreadyBuilding(Exception):
    """Somebody else builds this projection at this moment."""


class Dropped(Exception):
    """The generation was dropped while it was built."""


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is. total: of events, as the buckets that are loaded let expect.

    behind: positions still to follow.
    """

    phase: str
    events: int
    total: int
    behind: int = 0


@dataclass(frozen=True)
class Options:
    """jobs: processes that fold. share: of the time that they work, so that others keep their latency.

    switch: False only compares, and drops what was built.
    """

    jobs: int = 1
    share: float = 1.0
    switch: bool = True


@dataclass(frozen=True)
class Built:
    """What a rebuild came to. digest: of the new generation, at the position that was compared or reached."""

    generation: int
    position: int
    events: int
    compared: str
    digest: str
    differences: tuple[Difference, ...] = field(default=())


class Rebuild:
    """One rebuild of one projection. `run` may take hours; it tells how far it is as it goes."""

    def __init__(
        self,
        projection: Projection,
        place: Place,
        options: Options = Options(),
        tell: Callable[[Progress], None] = lambda progress: None,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._projection = projection
        self._place = place
        self._options = options
        self._tell = tell
        self._is_stopped = is_stopped

    def run(self) -> Built | None:
        """Build, compare, switch; None if it was stopped, to go on another time.

        Raises AlreadyBuilding, Dropped, UnknownTopics, Unfoldable or psycopg.OperationalError: what was built
        stays, and running it again goes on from there.
        """
        with open_source(self._place) as source:
            check_topics(source.db, self._place.log_no)
            if not leader.lead(source.db, "builds", self._projection.name, self._place.log_no):
                raise AlreadyBuilding
            try:
                building = self._begun(source)
                events = self._load(source, building)
                return None if events is None else self._finish(source, building, events)
            except Unfoldable as stuck:
                self._write_down(source, stuck)
                raise

    def _write_down(self, source: Source, stuck: Unfoldable) -> None:
        """A build that cannot go on stops the projection, unless its live generation is past the event."""
        live = generations.live(source.db, self._projection, self._place.log_no)
        if live is not None and live.position >= stuck.position:
            tracking.trouble(source.db, self._projection, self._place.log_no, stuck.error)
        else:
            where = (stuck.position, stuck.topic, stuck.error)
            tracking.stop(source.db, self._projection, self._place.log_no, *where)

    def _begun(self, source: Source) -> Generation:
        """The generation to go on with, or a new one with its tables."""
        building = generations.ask(source.db, self._projection, self._place.log_no, self._options.jobs)
        if building.version != self._projection.version:
            generations.drop(source.db, building)
            building = generations.ask(source.db, self._projection, self._place.log_no, self._options.jobs)
        if building.phase == "asked":
            target = source.head()
            buckets = loading.buckets_for(target, self._options.jobs)
            building = generations.prepare(source.db, self._projection, building, target, buckets)
        return building

    def _load(self, source: Source, building: Generation) -> int | None:
        """Load what is not loaded; how many events that makes with what was. None: stopped in between."""
        events = _events(source.db, building)
        if building.phase != "loading":
            return events
        left = loading.pending(source, building)
        for loaded in self._loaded(source, building, left):
            events += loaded.events
            left.remove(loaded.bucket)
            done = building.buckets - len(left)
            self._tell(Progress("loading", events, events * building.buckets // done))
            if self._is_stopped():
                return None
        self._tell(Progress("indexing", events, events))
        generations.index(source.db, self._projection, building)
        return events

    def _loaded(self, source: Source, building: Generation, left: Sequence[int]) -> Iterator[loading.Loaded]:
        waiting, options = list(left), self._options
        if options.jobs == 1 or len(waiting) < 2:
            return loading.load_here(self._projection, source, building, waiting, options.share)
        jobs = min(options.jobs, len(waiting))
        return loading.load_in_processes(
            self._projection, self._place, building, waiting, options.share, jobs
        )

    def _finish(self, source: Source, building: Generation, events: int) -> Built | None:
        found = generations.get(source.db, building.generation)
        if found is None:
            raise Dropped
        follower = Follower(self._projection, found, source)
        try:
            if not self._follow(source, follower, events):
                return None
            generations.enter_phase(source.db, found.generation, "comparing")
            self._tell(Progress("comparing", events, events))
            built = self._compared(source, follower, events)
            if self._options.switch:
                generations.switch(source.db, found, built.compared, lambda upto: _reach(follower, upto))
            else:
                generations.drop(source.db, found)
            return built
        except NotOurs:
            raise Dropped from None

    def _follow(self, source: Source, follower: Follower, events: int) -> bool:
        """Follow until the end of the log is near; False if stopped."""
        while not self._is_stopped():
            follower.advance(source.head())
            behind = source.head() - follower.position
            self._tell(Progress("following", events, events, behind))
            if behind < NEAR:
                return True
        return False

    def _compared(self, source: Source, follower: Follower, events: int) -> Built:
        """Compare with the live generation at one position, in a snapshot of it that holds still."""
        generation = follower.generation
        live = generations.of_state(source.db, self._projection.name, self._place.log_no, "live")
        if live is None or not self._live_reaches(source, follower.position):
            told = diff.digests(source.db, generation, self._projection.tables)
            how = FIRST if live is None else BEHIND
            return Built(generation.generation, follower.position, events, how, diff.combined(told))
        with closing(connect.plain(self._place.dsn)) as db, db.transaction():
            db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            db.execute("SET LOCAL statement_timeout = 0")
            db.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            live = generations.of_state(db, self._projection.name, self._place.log_no, "live")
            assert live is not None  # noqa: S101  # whoever builds is alone in switching
            _reach(follower, live.position)
            after = diff.digests(source.db, generation, self._projection.tables)
            found = tuple(self._differences(source.db, generation, after, db, live))
        how = EQUAL if not found else f"different: {', '.join(one.table for one in found)}"
        return Built(generation.generation, follower.position, events, how, diff.combined(after), found)

    def _differences(
        self, db: Db, new: Generation, after: dict[str, TableDigest], old_db: Db, old: Generation
    ) -> Iterator[Difference]:
        for table in self._projection.tables:
            if not _has(old_db, old, table):
                yield Difference(table.name, 0, after[table.name].rows, ())
                continue
            before = diff.digest(old_db, old, table)
            if before != after[table.name]:
                yield diff.difference(table, (old_db, old, before), (db, new, after[table.name]))

    def _live_reaches(self, source: Source, position: int) -> bool:
        """Wait for the live generation to come this far; where nobody runs it, bring it there ourselves."""
        name, log_no = self._projection.name, self._place.log_no
        until = time.monotonic() + PATIENCE_S
        while True:
            live = generations.of_state(source.db, name, log_no, "live")
            if live is None or live.position >= position:
                return live is not None
            if position - live.position > FAR:
                return False
            if live.version == self._projection.version and leader.lead(source.db, "runs", name, log_no):
                try:
                    _reach(Follower(self._projection, live, source), position)
                except Unfoldable:
                    return False
                finally:
                    leader.resign(source.db, "runs", name, log_no)
            elif time.monotonic() > until or live.version != self._projection.version:
                return False
            time.sleep(0.05)


def _reach(follower: Follower, upto: int) -> None:
    """Follow up to a position. Raises Unfoldable."""
    while follower.position < upto:
        follower.advance(upto)


def _events(db: Db, building: Generation) -> int:
    """How many events are in the buckets that are loaded."""
    row = db.execute(
        "SELECT coalesce(sum(events), 0)::bigint FROM views.bucket WHERE generation = %s",
        [building.generation],
    ).fetchone()
    return int(row[0]) if row else 0


def _has(db: Db, generation: Generation, table: Table) -> bool:
    """Whether a generation, maybe of another version, has the table with just these columns."""
    found = db.execute(
        """SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
           WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped""",
        [f'"{generation.schema}"."{table.name}"'],
    ).fetchone()
    return bool(found and found[0] == list(table.columns))

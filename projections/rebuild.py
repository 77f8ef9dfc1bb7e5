"""Builds a new generation of a projection beside the live one, compares the two, and switches.

Load up to a fixed position in buckets, index, follow the log to its end, compare at one position
(`projections.comparing`), switch in one short transaction. Everything done so far is in the database: a
rebuild that was killed, however, goes on when anybody asks for it again. Readers see the old generation until
they see the new one; where the old one is of another version, which a release cannot read, they are told to
come again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from projections import generations, leader, loading, tracking
from projections.comparing import BEHIND as BEHIND
from projections.comparing import EQUAL as EQUAL
from projections.comparing import FIRST as FIRST
from projections.comparing import Compared, Comparison, reach
from projections.diff import Difference
from projections.following import Follower, NotOurs
from projections.generations import Db, Generation
from projections.projection import Projection
from projections.source import Place, Source, Unfoldable, check_topics, open_source

NEAR = 200  # positions from the end of the log: near enough to switch, which takes in the rest


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

    switch: False only compares, and drops what was built: a check, beside any rebuild that waits.
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
            source.take_time()
            check_topics(source.db, self._place.log_no)
            if not leader.lead(source.db, "builds", self._projection.name, self._place.log_no):
                raise AlreadyBuilding
            comparison = Comparison(self._projection, source)
            building = self._begun(source, comparison)
            try:
                events = self._load(source, building)
                return None if events is None else self._finish(source, comparison, building, events)
            except Unfoldable as stuck:
                self._write_down(source, building, stuck)
                raise

    def _write_down(self, source: Source, building: Generation, stuck: Unfoldable) -> None:
        """A build that cannot go on says so; and stops the projection, unless it is live past the event."""
        where = (stuck.position, stuck.topic, stuck.error)
        generations.enter_stuck(source.db, building.generation, *where)
        live = generations.live(source.db, self._projection, self._place.log_no)
        if building.state == "building" and (live is None or live.position < stuck.position):
            tracking.stop(source.db, self._projection, self._place.log_no, *where)

    def _begun(self, source: Source, comparison: Comparison) -> Generation:
        """The generation to go on with, or a new one with its tables."""
        building = self._asked(source)
        if building.version != self._projection.version:
            generations.drop(source.db, building)
            building = self._asked(source)
        if building.phase == "asked":
            target = comparison.target()
            buckets = loading.buckets_for(target, self._options.jobs)
            building = generations.prepare(source.db, self._projection, building, target, buckets)
        return building

    def _asked(self, source: Source) -> Generation:
        state: generations.State = "building" if self._options.switch else "checking"
        return generations.ask(source.db, self._projection, self._place.log_no, self._options.jobs, state)

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

    def _finish(
        self, source: Source, comparison: Comparison, building: Generation, events: int
    ) -> Built | None:
        found = generations.get(source.db, building.generation)
        if found is None:
            raise Dropped
        follower = Follower(self._projection, found, source)
        try:
            compared = None
            if comparison.is_due(follower):
                compared = self._compare(source, comparison, follower, events)
            if not self._follow(source, follower, events):
                return None
            if compared is None:
                compared = self._compare(source, comparison, follower, events)
            return self._end(source, follower, compared, events)
        except NotOurs:
            raise Dropped from None

    def _compare(self, source: Source, comparison: Comparison, follower: Follower, events: int) -> Compared:
        self._tell(Progress("comparing", events, events))
        generations.enter_phase(source.db, follower.generation.generation, "comparing")
        compared = comparison.compare(follower)
        generations.enter_compared(source.db, follower.generation.generation, compared.how)
        return compared

    def _end(self, source: Source, follower: Follower, compared: Compared, events: int) -> Built | None:
        """Switch to the generation, or drop what was only checked; None if stopped before that."""
        generation = follower.generation
        if not self._options.switch:
            generations.drop(source.db, generation)
        elif not self._follow(source, follower, events):
            return None
        else:
            self._tell(Progress("switching", events, events))
            generations.switch(source.db, generation, compared.how, lambda upto: reach(follower, upto))
        told = (compared.how, compared.digest, compared.differences)
        return Built(generation.generation, follower.position, events, *told)

    def _follow(self, source: Source, follower: Follower, events: int) -> bool:
        """Follow until the end of the log is near; False if stopped."""
        generations.enter_phase(source.db, follower.generation.generation, "following")
        while not self._is_stopped():
            follower.advance(source.head())
            behind = source.head() - follower.position
            self._tell(Progress("following", events, events, behind))
            if behind < NEAR:
                return True
        return False


def _events(db: Db, building: Generation) -> int:
    """How many events are in the buckets that are loaded."""
    row = db.execute(
        "SELECT coalesce(sum(events), 0)::bigint FROM views.bucket WHERE generation = %s",
        [building.generation],
    ).fetchone()
    return int(row[0]) if row else 0

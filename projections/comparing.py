"""Compares a generation that was built with the live one: at one position, in a snapshot that holds still.

The live one is followed to the position of the new one. Where nobody brings it forward for us, since it is
of another version or has stopped at an event, it rests: then the new one is loaded up to where it rests,
compared there, and followed further only after that.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from projections import diff, generations, leader, tracking
from projections.diff import Difference, TableDigest
from projections.erasure import Erasure
from projections.following import Follower
from projections.generations import Db, Generation
from projections.projection import Projection, Table
from projections.source import Source, Unfoldable, open_source

PATIENCE_S = 10.0  # for the live generation to come to the position of the new one
FAR = 100_000  # positions that are not followed for the sake of comparing: loading is faster
TRIES = 3  # where content is erased while both are read

EQUAL, FIRST, BEHIND = "equal", "first", "not compared: the live one is behind"


@dataclass(frozen=True)
class Compared:
    """What came of it, the digest of the new generation, and what it tells otherwise than the live one."""

    how: str
    digest: str
    differences: tuple[Difference, ...] = field(default=())


class Comparison:
    """Of one build with what is live. Used by the thread that builds, which is alone in switching."""

    def __init__(self, projection: Projection, source: Source) -> None:
        self._projection = projection
        self._source = source
        self._db = source.db
        self._log_no = source.place.log_no

    def target(self) -> int:
        """Up to where a new generation is loaded: to the end of the log, or to where the live one rests."""
        head, live = self._source.head(), self._live()
        rests = live is not None and self._rests(live) and head - live.position <= FAR
        return live.position if live is not None and rests else head

    def is_due(self, follower: Follower) -> bool:
        """Whether to compare before following: the live one rests, and not before the new one."""
        live = self._live()
        return live is not None and self._rests(live) and live.position >= follower.position

    def compare(self, follower: Follower) -> Compared:
        """Compare. Raises Unfoldable, NotOurs, or psycopg.OperationalError."""
        for _ in range(TRIES):
            before = self._source.erased()
            found = self._compared(follower)
            named = {record for one in found.differences for record in one.records}
            if self._source.erased() == before and not named & before:
                break  # else the one had lost what was erased and the other not yet
        return found

    def _compared(self, follower: Follower) -> Compared:
        live = self._live()
        if live is None or not self._reaches(follower.position):
            told = diff.digests(self._db, follower.generation, self._projection.tables)
            how = FIRST if live is None else follower.generation.compared or BEHIND
            return Compared(how, diff.combined(told))
        Erasure(self._projection, self._source).sweep()
        with open_source(self._source.place, self._source.keys) as other, other.db.transaction():
            other.db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            other.db.execute("SET LOCAL statement_timeout = 0")
            other.db.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            live = generations.of_state(other.db, self._projection.name, self._log_no, "live")
            assert live is not None  # noqa: S101  # whoever builds is alone in switching
            reach(follower, live.position)
            after = diff.digests(self._db, follower.generation, self._projection.tables)
            found = tuple(self._differences(follower.generation, after, other.db, live))
        how = EQUAL if not found else f"different: {', '.join(one.table for one in found)}"
        return Compared(how, diff.combined(after), found)

    def _differences(
        self, new: Generation, after: dict[str, TableDigest], old_db: Db, old: Generation
    ) -> Iterator[Difference]:
        for table in self._projection.tables:
            if not _has(old_db, old, table):
                yield Difference(table.name, 0, after[table.name].rows, ())
                continue
            before = diff.digest(old_db, old, table)
            if before != after[table.name]:
                yield diff.difference(table, (old_db, old, before), (self._db, new, after[table.name]))

    def _reaches(self, position: int) -> bool:
        """Wait for the live generation to come this far; where nobody runs it, bring it there ourselves."""
        until = time.monotonic() + PATIENCE_S
        while True:
            live = self._live()
            if live is None or live.position >= position:
                return live is not None
            if self._rests(live) or position - live.position > FAR:
                return False
            if leader.lead(self._db, "runs", self._projection.name, self._log_no):
                try:
                    reach(Follower(self._projection, live, self._source), position)
                except Unfoldable:
                    return False
                finally:
                    leader.resign(self._db, "runs", self._projection.name, self._log_no)
            elif time.monotonic() > until:
                return False
            time.sleep(0.05)

    def _live(self) -> Generation | None:
        return generations.of_state(self._db, self._projection.name, self._log_no, "live")

    def _rests(self, live: Generation) -> bool:
        if live.version != self._projection.version:
            return True
        return tracking.stopped(self._db, self._projection, self._log_no) is not None


def reach(follower: Follower, upto: int) -> None:
    """Follow up to a position. Raises Unfoldable."""
    while follower.position < upto:
        follower.advance(upto)


def _has(db: Db, generation: Generation, table: Table) -> bool:
    """Whether a generation, maybe of another version, has the table with just these columns."""
    found = db.execute(
        """SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
           WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped""",
        [f'"{generation.schema}"."{table.name}"'],
    ).fetchone()
    return bool(found and found[0] == list(table.columns))

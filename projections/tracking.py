"""What is written down of runners: where a projection stopped, what it leaves out, its last trouble."""

import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from projections import generations
from projections.generations import Db
from projections.projection import Projection

WINDOW_S = 10.0  # over which a rate is told


@dataclass(frozen=True)
class Stopped:
    """The event at which a version of a projection stopped. error: the name of a class, never its message."""

    position: int
    topic: str
    error: str
    stopped_at: datetime


def stop(db: Db, projection: Projection, log_no: int, position: int, topic: str, error: str) -> None:
    """Write down that the projection goes no further than before this event."""
    db.execute(
        """INSERT INTO views.stopped (log_no, projection, version, position, topic, error)
           VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        [log_no, projection.name, projection.version, position, topic, error],
    )


def stopped(db: Db, projection: Projection, log_no: int) -> Stopped | None:
    """Where the projection stopped, if it did."""
    with db.cursor(row_factory=class_row(Stopped)) as cursor:
        return cursor.execute(
            """SELECT position, topic, error, stopped_at FROM views.stopped
               WHERE log_no = %s AND projection = %s AND version = %s""",
            [log_no, projection.name, projection.version],
        ).fetchone()


def stuck(db: Db, projection: Projection, log_no: int) -> Stopped | None:
    """Where a build of the projection cannot go on, though what is live may be past it."""
    with db.cursor(row_factory=class_row(Stopped)) as cursor:
        return cursor.execute(
            """SELECT stuck_at AS position, stuck_topic AS topic, stuck_error AS error,
                      folded_at AS stopped_at
               FROM views.generation
               WHERE log_no = %s AND projection = %s AND version = %s AND stuck_at IS NOT NULL
               ORDER BY generation LIMIT 1""",
            [log_no, projection.name, projection.version],
        ).fetchone()


def retry(db: Db, projection: Projection, log_no: int) -> bool:
    """Let the projection, and what is built of it, try the event again; False if neither had stopped."""
    deleted = db.execute(
        "DELETE FROM views.stopped WHERE log_no = %s AND projection = %s AND version = %s",
        [log_no, projection.name, projection.version],
    )
    return generations.let_try(db, projection.name, log_no) or deleted.rowcount > 0


def skip(db: Db, projection: Projection, log_no: int, position: int, recorded_in: int) -> None:
    """Leave the event out for good, and go on. recorded_in: the position of the event that says so."""
    with db.transaction():
        db.execute(
            """INSERT INTO views.skipped (log_no, projection, version, position, recorded_in)
               VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [log_no, projection.name, projection.version, position, recorded_in],
        )
        retry(db, projection, log_no)


def skipped(db: Db, projection: Projection, log_no: int) -> frozenset[int]:
    """The positions that this version of the projection leaves out."""
    rows = db.execute(
        "SELECT position FROM views.skipped WHERE log_no = %s AND projection = %s AND version = %s",
        [log_no, projection.name, projection.version],
    ).fetchall()
    return frozenset(position for (position,) in rows)


def trouble(db: Db, projection: Projection, log_no: int, error: str) -> None:
    """Write down the class of the last error a runner met, whether it got over it or not."""
    db.execute(
        """INSERT INTO views.trouble (log_no, projection, error) VALUES (%s, %s, %s)
           ON CONFLICT (log_no, projection) DO UPDATE SET error = EXCLUDED.error, at = now()""",
        [log_no, projection.name, error],
    )


class Rate:
    """How many events a second, over the last moments."""

    def __init__(self, position: int) -> None:
        self._seen = deque([(time.monotonic(), position)])

    def at(self, position: int) -> int:
        """The rate now that this position is reached."""
        now = time.monotonic()
        self._seen.append((now, position))
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()
        since, before = self._seen[0]
        return round((position - before) / max(now - since, 0.001))

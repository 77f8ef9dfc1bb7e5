"""How far each projection is, told from the database alone: by whom it is asked does not matter.

Lag is told in positions of the log, and in seconds since the first event that is not folded yet was recorded:
both grow while nobody runs the projection.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString

from psycopg import Cursor
from psycopg.rows import dict_row

from projections import leader
from projections.generations import Db
from projections.projection import Projection

# running: somebody leads. stopped: at an event that cannot be folded. building: there is nothing to read yet,
# or only an older version. down: nobody runs it.
State = Literal["running", "stopped", "building", "down"]
IDLE_S = 10.0  # after which a rate is told as 0


@dataclass(frozen=True)
class Building:
    """A generation that is being built. events: of the buckets that are loaded."""

    generation: int
    version: int
    phase: str
    active: bool  # whether somebody builds it at this moment
    events: int
    buckets_loaded: int
    buckets: int
    position: int
    target: int
    begun_at: datetime
    compared: str | None  # with the one that was live before, once that is done
    is_check: bool  # whether it is only compared, then dropped
    stuck_at: int | None  # the event that it cannot fold; it waits for a retry or a skip
    stuck_topic: str | None
    stuck_error: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it unless somebody asks."""
        return self.phase == "done" or self.stuck_at is not None


@dataclass(frozen=True)
class Stop:
    """Where the projection stopped."""

    position: int
    topic: str
    error: str
    at: datetime


@dataclass(frozen=True)
class LeftOut:
    """An event that an operator let this version go on without. recorded_in: where the log says why."""

    position: int
    recorded_in: int
    at: datetime


@dataclass(frozen=True)
class Status:
    """One projection on one log. position: 0 and generation None while nothing can be read."""

    name: str
    version: int
    state: State
    generation: int | None
    live_version: int | None
    position: int
    log_position: int
    lag_events: int
    lag_s: float
    rate: int  # events a second, lately
    standing_by: int
    retired: int  # generations that nobody reads any more and that could be dropped
    skipped: int
    left_out: tuple[LeftOut, ...]
    stopped: Stop | None
    building: Building | None
    last_error: str | None
    last_error_at: datetime | None


def statuses(db: Db, projections: Iterable[Projection], log_no: int) -> list[Status]:
    """Every projection, in one snapshot. Raises psycopg.OperationalError."""
    with db.transaction(), db.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        locks = leader.held(db)
        return [_status(cursor, one, log_no, locks) for one in projections]


def status(db: Db, projection: Projection, log_no: int) -> Status:
    """One projection."""
    return statuses(db, [projection], log_no)[0]


def building(db: Db, projection: Projection, log_no: int, generation: int) -> Building | None:
    """How far a generation of the projection is, or was; phase done: it is, or was, the live one."""
    asked = {"log_no": log_no, "projection": projection.name, "generation": generation}
    with db.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_GENERATION, asked).fetchone()
    held = leader.held(db).get(leader.key("builds", projection.name, log_no), 0)
    return Building(active=held > 0 and row["phase"] != "done", **row) if row else None


def _status(
    cursor: Cursor[dict[str, Any]], projection: Projection, log_no: int, locks: dict[int, int]
) -> Status:
    asked = {"log_no": log_no, "projection": projection.name, "version": projection.version, "idle_s": IDLE_S}
    row = cursor.execute(_STATUS, asked).fetchone() or {}
    stopped = cursor.execute(_STOPPED, asked).fetchone()
    left_out = tuple(LeftOut(**one) for one in cursor.execute(_LEFT_OUT, asked).fetchall())
    building = cursor.execute(_BUILDING, asked).fetchone()
    role = {one: locks.get(leader.key(one, projection.name, log_no), 0) for one in leader.ROLES}
    leads = role["runs"] > 0
    return Status(
        name=projection.name,
        version=projection.version,
        state=_state(projection, row["live_version"], leads=leads, is_stopped=stopped is not None),
        lag_events=row["log_position"] - row["position"],
        lag_s=float(row["lag_s"]),
        standing_by=max(0, role["stands by"] - leads),
        skipped=len(left_out),
        left_out=left_out,
        stopped=Stop(**stopped) if stopped else None,
        building=Building(active=role["builds"] > 0, **building) if building else None,
        **{name: value for name, value in row.items() if name != "lag_s"},
    )


def _state(projection: Projection, live_version: int | None, *, leads: bool, is_stopped: bool) -> State:
    if is_stopped:
        return "stopped"
    if not leads:
        return "down"
    return "running" if live_version == projection.version else "building"


_STATUS = """
    WITH head AS (SELECT position FROM store.event WHERE log_no = %(log_no)s ORDER BY position DESC LIMIT 1),
         live AS (SELECT * FROM views.generation
                  WHERE log_no = %(log_no)s AND projection = %(projection)s AND state = 'live'),
         trouble AS (SELECT * FROM views.trouble WHERE log_no = %(log_no)s AND projection = %(projection)s),
         at AS (SELECT coalesce((SELECT position FROM live), 0) AS position,
                       coalesce((SELECT position FROM head), 0) AS log_position)
    SELECT (SELECT generation FROM live) AS generation,
           (SELECT version FROM live) AS live_version,
           at.position, at.log_position,
           coalesce((SELECT greatest(extract(epoch FROM clock_timestamp() - e.recorded_at), 0)
                     FROM store.event AS e
                     WHERE e.log_no = %(log_no)s AND e.position = at.position + 1), 0) AS lag_s,
           coalesce((SELECT rate FROM live
                     WHERE folded_at > clock_timestamp() - make_interval(secs => %(idle_s)s)), 0) AS rate,
           (SELECT count(*) FROM views.generation WHERE log_no = %(log_no)s
            AND projection = %(projection)s AND state = 'retired') AS retired,
           (SELECT error FROM trouble) AS last_error, (SELECT at FROM trouble) AS last_error_at
    FROM at"""

_STOPPED = """
    SELECT position, topic, error, stopped_at AS at FROM views.stopped
    WHERE log_no = %(log_no)s AND projection = %(projection)s AND version = %(version)s"""

_LEFT_OUT = """
    SELECT position, recorded_in, skipped_at AS at FROM views.skipped
    WHERE log_no = %(log_no)s AND projection = %(projection)s AND version = %(version)s ORDER BY position"""

_PROGRESS: LiteralString = """
    SELECT g.generation, g.version, g.phase, g.buckets, g.position, g.target, g.begun_at, g.compared,
           g.state = 'checking' AS is_check, g.stuck_at, g.stuck_topic, g.stuck_error,
           coalesce(sum(b.events), 0)::bigint AS events, count(b.bucket) AS buckets_loaded
    FROM views.generation AS g LEFT JOIN views.bucket AS b USING (generation)
    WHERE g.log_no = %(log_no)s AND g.projection = %(projection)s """
_BUILDING = (
    _PROGRESS + "AND g.state IN ('building', 'checking') GROUP BY g.generation ORDER BY g.state LIMIT 1"
)
_GENERATION = _PROGRESS + "AND g.generation = %(generation)s GROUP BY g.generation"

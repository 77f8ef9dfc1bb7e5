"""What goes wrong while a projection runs: the state promised each time, and that nothing was left out."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import psycopg
import pytest

from projections import tracking
from projections.projection import Projection
from projections.service import Service
from projections.status import Status, status
from store.database import Database
from tests.projections.histories import Folded, folded, history
from tests.projections.poisoned import Mischief

PATIENCE_S = 60.0
STEPS = [("problem", 0, 0), ("problem", 1, 0), ("close", 0, 0), ("open", 0, 0), ("problem", 2, 0)]


@pytest.fixture
def world(database: Database) -> Iterator[Folded]:
    with folded(database) as world:
        yield world


@pytest.fixture
def mischief() -> Iterator[Mischief]:
    mischief = Mischief()
    yield mischief
    mischief.slow.set()


@contextmanager
def running(world: Folded, *projections: Projection) -> Iterator[Service]:
    with Service(world.place, {one.name: one for one in projections}) as service:
        yield service


def told(world: Folded, projection: Projection) -> Status:
    with world.source() as source:
        return status(source.db, projection, world.place.log_no)


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.02)


def is_folded(world: Folded, projection: Projection) -> Callable[[], bool]:
    def folded_to_the_end() -> bool:
        now = told(world, projection)
        return now.live_version == projection.version and now.lag_events == 0

    return folded_to_the_end


def complete(world: Folded, projection: Projection) -> bool:
    return world.tables(projection) == world.oracle(projection)


def test_a_poisoned_event_stops_the_projection_before_it_and_a_retry_goes_on(
    world: Folded, mischief: Mischief
) -> None:
    projection = mischief.projection()
    with running(world, projection):
        wait_until(is_folded(world, projection))
        mischief.poison = {6}
        world.append(history(STEPS))
        wait_until(lambda: told(world, projection).state == "stopped")
        stopped = told(world, projection)

        assert stopped.position == 5
        assert stopped.stopped is not None and stopped.stopped.position == 6
        assert (stopped.stopped.error, stopped.stopped.topic[:7]) == ("LookupError", "record.")
        assert stopped.lag_events == stopped.log_position - 5 > 0
        before = world.oracle(projection, upto=5)
        assert world.tables(projection) == before

        mischief.poison = set()
        with world.source() as source:
            assert tracking.retry(source.db, projection, world.place.log_no)
        wait_until(is_folded(world, projection))

    assert complete(world, projection)


def test_a_skipped_event_is_left_out_live_and_rebuilt_and_no_other(world: Folded, mischief: Mischief) -> None:
    projection = mischief.projection()
    mischief.poison = {6}
    world.append(history(STEPS))
    with running(world, projection):
        wait_until(lambda: told(world, projection).state == "stopped")
        with world.source() as source:
            tracking.skip(source.db, projection, world.place.log_no, 6, recorded_in=999)
        wait_until(is_folded(world, projection))
        live, digest = told(world, projection), world.digest(projection)
        tables = world.tables(projection)

    assert (live.skipped, live.stopped) == (1, None)
    assert world.rebuild(projection).compared == "equal"
    assert world.digest(projection) == digest
    mischief.poison = set()
    total = sum(int(str(row[1])) for row in tables["counts"])
    assert total == sum(int(str(row[1])) for row in world.oracle(projection)["counts"]) - 1


def test_rows_that_cannot_be_written_stop_it_at_the_event_they_come_from(
    world: Folded, mischief: Mischief
) -> None:
    projection = mischief.projection()
    with running(world, projection):
        wait_until(is_folded(world, projection))
        mischief.nonsense = {7}
        world.append(history(STEPS))
        wait_until(lambda: told(world, projection).state == "stopped")

        assert told(world, projection).position == 6

        mischief.nonsense = set()
        with world.source() as source:
            tracking.retry(source.db, projection, world.place.log_no)
        wait_until(is_folded(world, projection))

    assert complete(world, projection)


def test_a_lost_connection_is_told_and_nothing_is_lost(
    world: Folded, database: Database, mischief: Mischief
) -> None:
    projection = mischief.projection()
    with running(world, projection):
        wait_until(is_folded(world, projection))
        for _ in range(5):
            world.append(history(STEPS))
            with psycopg.connect(database.admin, autocommit=True) as admin:
                admin.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE datname = current_database() AND usename = 'lifelong_projector'"""
                )
            world.append(history(STEPS))
        wait_until(lambda: _quietly(is_folded(world, projection)))

        lost = told(world, projection)
        assert lost.state == "running"
        assert lost.last_error in ("AdminShutdown", "OperationalError")  # as the connection noticed it

    assert complete(world, projection)


def _quietly(holds: Callable[[], bool]) -> bool:
    with suppress(psycopg.OperationalError):
        return holds()
    return False


def test_a_second_runner_stands_by_and_takes_over(world: Folded, mischief: Mischief) -> None:
    projection = mischief.projection()
    with running(world, projection):
        with running(world, projection) as first:
            wait_until(is_folded(world, projection))
            wait_until(lambda: told(world, projection).standing_by == 1)
            world.append(history(STEPS))
            wait_until(is_folded(world, projection))
            first.stop()
        world.append(history(STEPS))
        wait_until(is_folded(world, projection))

        assert told(world, projection).standing_by == 0
        assert complete(world, projection)
    assert told(world, projection).state == "down"


def test_a_slow_projection_lags_and_holds_up_neither_appends_nor_another(
    world: Folded, mischief: Mischief
) -> None:
    slow, other = mischief.projection("slow"), Mischief().projection("other")
    with running(world, slow, other):
        wait_until(is_folded(world, slow))
        wait_until(is_folded(world, other))
        mischief.slow.clear()
        world.append(history(STEPS))
        mischief.waiting.wait(PATIENCE_S)
        world.append(history(STEPS))
        wait_until(is_folded(world, other))

        lagging = told(world, slow)
        assert lagging.state == "running" and lagging.lag_events > 0 and lagging.lag_s > 0
        assert complete(world, other)

        mischief.slow.set()
        wait_until(is_folded(world, slow))

    assert complete(world, slow)


def test_a_long_open_transaction_elsewhere_stops_nothing(
    world: Folded, database: Database, mischief: Mischief
) -> None:
    projection = mischief.projection()
    world.append(history(STEPS))
    with psycopg.connect(database.admin) as elsewhere:
        elsewhere.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        elsewhere.execute("CREATE TEMPORARY TABLE unrelated AS SELECT 1")  # it has a transaction number too
        with running(world, projection):
            wait_until(is_folded(world, projection))
            world.append(history(STEPS))
            wait_until(is_folded(world, projection))
            world.rebuild(projection)
            wait_until(is_folded(world, projection))

            assert complete(world, projection)


def test_what_was_erased_is_gone_from_every_generation(world: Folded, mischief: Mischief) -> None:
    projection = mischief.projection()
    world.append(history(STEPS))
    with running(world, projection):
        wait_until(is_folded(world, projection))
        counts = world.tables(projection)["counts"]
        (record, *_), *others = sorted(counts, key=str)
        assert isinstance(record, UUID) and others

        world.log.keys.destroy(record)

        wait_until(lambda: world.tables(projection)["counts"] == frozenset(others))
    assert world.rebuild(projection).compared == "equal"
    assert world.tables(projection)["counts"] == frozenset(others)

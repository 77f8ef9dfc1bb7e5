"""What goes wrong while a projection runs: the state promised each time, and that nothing was left out."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from uuid import UUID

import psycopg
import pytest

from domain.acts import Event
from projections import generations, runner, tracking
from projections.following import Follower
from projections.projection import Projection
from projections.rebuild import Options, Rebuild
from projections.service import Service
from projections.status import Status, status
from store.database import Database
from tests.projections.acts import opened_record
from tests.projections.histories import Folded, folded, history
from tests.projections.poisoned import Mischief

PATIENCE_S = 60.0
STEPS = [("problems", 0, 0), ("problems", 1, 0), ("close", 0, 0), ("open", 0, 0), ("problems", 2, 0)]


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


def test_a_right_that_is_missing_is_no_events_fault_and_is_not_asked_for_without_pause(
    world: Folded, database: Database, mischief: Mischief, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried_at = list[float]()
    advance = Follower.advance

    def counted(follower: Follower, upto: int) -> int:
        if upto > follower.position:
            tried_at.append(time.monotonic())
        return advance(follower, upto)

    projection = mischief.projection()
    with running(world, projection), psycopg.connect(database.admin, autocommit=True) as admin:
        wait_until(is_folded(world, projection))
        table = f"views_counts_{world.live(projection).generation}.counts"
        admin.execute(f"REVOKE ALL ON {table} FROM lifelong_projector".encode())
        monkeypatch.setattr(Follower, "advance", counted)
        world.append(history(STEPS))
        wait_until(lambda: len(tried_at) > 4)

        assert told(world, projection).last_error == "InsufficientPrivilege"
        assert told(world, projection).stopped is None
        pauses = [after - before for before, after in pairwise(tried_at)]
        assert pauses[-1] > 2 * runner.SHORTEST_PAUSE_S

        admin.execute(f"GRANT ALL ON {table} TO lifelong_projector".encode())
        wait_until(is_folded(world, projection))

    assert complete(world, projection)


def test_a_rebuild_is_made_of_a_stopped_projection_and_heals_it_once_the_fold_is_mended(
    world: Folded, mischief: Mischief
) -> None:
    """Asked for over HTTP, say: the service makes it, although the projection has stopped."""
    projection = mischief.projection()
    with running(world, projection):
        wait_until(is_folded(world, projection))
        mischief.poison = {6}
        world.append(history(STEPS))
        wait_until(lambda: told(world, projection).state == "stopped")

        asked = ask(world, projection)
        wait_until(lambda: _stuck(world, projection) == 6)

        stuck = told(world, projection)
        assert (stuck.state, stuck.position) == ("stopped", 5)
        assert stuck.building is not None and stuck.building.compared == "equal"  # as far as it stood

        mischief.poison = set()
        assert ask(world, projection) == asked
        wait_until(is_folded(world, projection))
        healed = told(world, projection)

    assert (healed.state, healed.stopped, healed.generation) == ("running", None, asked)
    assert complete(world, projection)


def test_a_build_stuck_where_the_live_view_is_past_waits_for_the_operator_and_disturbs_nobody(
    world: Folded, mischief: Mischief
) -> None:
    projection = mischief.projection()
    world.append(history(STEPS))
    with running(world, projection):
        wait_until(is_folded(world, projection))
        mischief.poison = {6}
        ask(world, projection)
        wait_until(lambda: _stuck(world, projection) == 6)
        tried = mischief.tried
        other = opened_record()
        world.append([event for event in other.collect_events() if isinstance(event, Event)])
        wait_until(is_folded(world, projection))
        time.sleep(2.5)  # in which the builder goes round more than once

        assert told(world, projection).state == "running"
        assert mischief.tried == tried

        with world.source() as source:
            at = tracking.stuck(source.db, projection, world.place.log_no)
            assert at is not None and (at.position, at.error) == (6, "LookupError")
            mischief.poison = set()
            assert tracking.retry(source.db, projection, world.place.log_no)
        wait_until(lambda: told(world, projection).building is None)

    assert world.rebuild(projection).compared == "equal"
    assert complete(world, projection)


def test_what_was_erased_is_gone_from_every_generation_whether_it_is_followed_or_not(
    world: Folded, mischief: Mischief
) -> None:
    """Live, retired, of another version, waiting to be built on, and while the projection has stopped."""
    projection, old = mischief.projection(version=2), Mischief().projection()
    world.append(history(STEPS))
    world.rebuild(old)
    world.rebuild(projection)
    world.rebuild(projection)
    left = Rebuild(projection, world.place, Options(switch=False), is_stopped=lambda: True)
    assert left.run() is None  # a check that was killed
    with running(world, projection):
        wait_until(is_folded(world, projection))
        holding = held_by(world, projection)
        assert len(holding) == 4 and len(set(holding.values())) == 1
        (first, second, *others) = sorted(next(iter(holding.values())), key=str)

        world.log.keys.destroy(first)

        wait_until(lambda: set(held_by(world, projection).values()) == {frozenset((second, *others))})

        mischief.poison = {world.stored.position() + 1}
        other = opened_record()
        world.append([event for event in other.collect_events() if isinstance(event, Event)])
        wait_until(lambda: told(world, projection).state == "stopped")
        world.log.keys.destroy(second)

        wait_until(lambda: set(held_by(world, projection).values()) == {frozenset(others)})
        assert told(world, projection).state == "stopped"
    mischief.poison = set()

    assert world.rebuild(projection).compared == "equal"
    assert held_by(world, projection)[world.live(projection).generation] == {*others, other.id}


def held_by(world: Folded, projection: Projection) -> dict[int, frozenset[UUID]]:
    """The records with rows in each generation that there is."""
    with world.source() as source:
        numbers = source.db.execute(
            "SELECT generation FROM views.generation WHERE log_no = %s AND projection = %s",
            [world.place.log_no, projection.name],
        ).fetchall()
        return {
            number: frozenset(
                row[0]
                for row in source.db.execute(
                    f"SELECT DISTINCT record_id FROM views_counts_{number}.counts".encode()
                ).fetchall()
            )
            for (number,) in numbers
        }


def ask(world: Folded, projection: Projection) -> int:
    with world.source() as source:
        return generations.ask(source.db, projection, world.place.log_no).generation


def _stuck(world: Folded, projection: Projection) -> int | None:
    building = told(world, projection).building
    return building.stuck_at if building else None

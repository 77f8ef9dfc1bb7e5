"""A release whose views are of another version than the live ones: compared, told, switched to; upward."""

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest

from projections import diff, generations
from projections.generations import Generation
from projections.projection import Projection
from projections.reading import ViewNotReady, ViewReader
from projections.rebuild import Options, Progress, Rebuild
from projections.service import Service, is_due
from projections.status import status
from store.database import PROJECTOR, Database
from tests.projections.histories import Folded, folded, history
from tests.projections.poisoned import Mischief
from tests.projections.test_runner_faults import is_folded, told, wait_until

STEPS = [("problems", 0, 0), ("close", 0, 0), ("problems", 1, 0), ("open", 0, 0)]
FIRST = Mischief().projection()
SECOND = Mischief(ignored="record.closed").projection(version=2)  # it counts closings no more
ALIKE = Mischief().projection(version=2)


def closed(world: Folded, upto: int) -> set[UUID]:
    """The records that were closed by then."""
    rows = world.log.reader.log(first=1, limit=upto)
    return {row.stream for row in rows if row.topic.startswith("record.closed")}


def let_live(world: Folded, projection: Projection) -> None:
    """Keep it while something happens, then no longer while more does."""
    world.append(history(STEPS))
    with Service(world.place, {projection.name: projection}):
        wait_until(is_folded(world, projection))
    world.append(history(STEPS))


def test_a_version_that_makes_other_rows_tells_of_which_records_and_is_switched_to(
    database: Database,
) -> None:
    with folded(database) as world:
        let_live(world, FIRST)
        rested = world.live(FIRST).position
        assert rested < world.stored.position()

        built = world.rebuild(SECOND)

        assert built.compared == "different: counts"
        [difference] = built.differences
        assert set(difference.records) == closed(world, rested) != set()
        assert difference.rows_before == difference.rows_after
        assert world.live(SECOND).position == world.stored.position()
        assert world.tables(SECOND) == world.oracle(SECOND)


def test_a_version_that_makes_the_same_rows_is_equal_although_nobody_follows_with_the_old_one(
    database: Database,
) -> None:
    with folded(database) as world:
        let_live(world, FIRST)

        assert world.rebuild(ALIKE).compared == "equal"
        assert world.tables(ALIKE) == world.oracle(ALIKE)


def test_a_service_of_the_next_release_builds_its_version_and_says_so_until_then(database: Database) -> None:
    mischief = Mischief(ignored="record.closed")
    projection = mischief.projection(version=2)
    with (
        folded(database) as world,
        closing(ViewReader(database.dsn(PROJECTOR), world.place.log_no)) as reader,
    ):
        let_live(world, FIRST)
        mischief.slow.clear()
        with Service(world.place, {projection.name: projection}):
            mischief.waiting.wait(60)
            with pytest.raises(ViewNotReady):
                reader.read(projection, "SELECT count(*) FROM counts")
            waiting = told(world, projection)
            mischief.slow.set()
            wait_until(is_folded(world, projection))

        assert (waiting.state, waiting.live_version) == ("building", 1)
        assert reader.read(projection, "SELECT count(*) FROM counts").position == world.stored.position()
        assert compared(world, world.live(projection)) == "different: counts"


def test_what_was_compared_before_an_interruption_is_still_told_after_it(database: Database) -> None:
    with folded(database) as world:
        let_live(world, FIRST)
        phases: list[str] = []

        def note(progress: Progress) -> None:
            phases.append(progress.phase)

        def is_interrupted() -> bool:
            return "comparing" in phases

        assert Rebuild(SECOND, world.place, Options(), note, is_interrupted).run() is None
        world.append(history(STEPS))

        assert world.rebuild(SECOND).compared == "different: counts"
        assert world.tables(SECOND) == world.oracle(SECOND)


@pytest.mark.parametrize(
    ("live", "building", "is_stopped", "due"),
    [
        (None, None, False, True),
        (1, None, False, True),
        (2, None, False, False),
        (3, None, False, False),  # the newer release's: left alone
        (1, 3, False, False),
        (2, 2, False, True),  # asked for
        (2, 2, True, True),  # although it stopped: it may be mended
        (None, None, True, False),
    ],
)
def test_versions_are_built_unasked_only_upward(
    live: int | None, building: int | None, is_stopped: bool, due: bool
) -> None:
    assert is_due(2, _of(live), _of(building), is_stopped=is_stopped) is due


def test_of_two_releases_side_by_side_the_newer_stays_until_a_command_goes_back(database: Database) -> None:
    with folded(database) as world:
        world.append(history(STEPS))
        with Service(world.place, {"counts": SECOND}):
            wait_until(is_folded(world, SECOND))
            generation = world.live(SECOND).generation
            with Service(world.place, {"counts": FIRST}), Service(world.place, {"other": _other()}):
                wait_until(is_folded(world, _other()))  # its builder has been round
                assert world.live(SECOND).generation == generation
                assert told(world, FIRST).live_version == 2

        assert world.rebuild(FIRST).compared == "different: counts"
        assert world.live(FIRST).version == 1


def test_a_check_that_was_killed_is_finished_by_nobody_and_leaves_what_was_asked_for(
    database: Database,
) -> None:
    with folded(database) as world:
        let_live(world, FIRST)
        killed = Rebuild(FIRST, world.place, Options(switch=False), is_stopped=lambda: True)
        assert killed.run() is None
        with world.source() as source:
            asked = generations.ask(source.db, FIRST, world.place.log_no)
            waiting = status(source.db, FIRST, world.place.log_no).building
            assert waiting is not None and waiting.generation == asked.generation

        assert world.rebuild(FIRST, switch=False).compared == "equal"

        with world.source() as source:
            assert generations.get(source.db, asked.generation) == asked
            assert generations.of_state(source.db, "counts", world.place.log_no, "checking") is None
        before = world.live(FIRST).generation
        assert Rebuild(FIRST, world.place, Options(switch=False), is_stopped=lambda: True).run() is None
        with Service(world.place, {"counts": FIRST}):
            wait_until(lambda: world.live(FIRST).generation == asked.generation != before)
            wait_until(is_folded(world, FIRST))
        with world.source() as source:
            left = generations.of_state(source.db, "counts", world.place.log_no, "checking")
            assert left is not None and left.phase == "loading"


def test_what_may_take_long_is_not_cut_short(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    patience = dict[str, str]()

    def asking(name: str, do: Callable[..., Any]) -> Callable[..., Any]:  # Any: whatever it is given
        def asked(db: generations.Db, *arguments: Any) -> Any:
            row = db.execute("SHOW statement_timeout").fetchone()
            patience[name] = str(row[0]) if row else ""
            return do(db, *arguments)

        return asked

    for name in ("index", "load"):
        monkeypatch.setattr(generations, name, asking(name, getattr(generations, name)))
    monkeypatch.setattr("projections.diff.digest", asking("digest", diff.digest))
    with folded(database) as world:
        let_live(world, FIRST)
        world.rebuild(FIRST)

    assert patience == {"index": "0", "load": "0", "digest": "0"}


def _of(version: int | None) -> Generation | None:
    if version is None:
        return None
    return Generation(1, 1, "counts", version, "live", "done", 0, 0, 1, 1, None, None)


def _other() -> Projection:
    return Mischief().projection("other")


def compared(world: Folded, generation: Generation) -> str | None:
    with world.source() as source:
        found = generations.get(source.db, generation.generation)
        return found.compared if found else None

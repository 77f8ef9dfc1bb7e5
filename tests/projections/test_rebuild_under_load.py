"""All is rebuilt, killed again and again, while sixteen write and every view is read.

No error, no half view, nothing lost: every reading is held against a plain fold of the log to its position.
"""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection as Pipe

import pytest

from projections import following, generations, loading, rebuild
from projections.catalogue import PROJECTIONS
from projections.generations import Db, Generation
from projections.reading import ViewReader
from projections.rebuild import Options, Progress, Rebuild
from projections.runner import Runner
from projections.source import Place
from store.database import PROJECTOR, Database
from tests.projections.histories import Folded, folded, history
from tests.projections.test_runner_faults import is_folded, wait_until
from tests.projections.together import Reader, Together, wrong_readings

KILLS = 20
WRITERS, EACH_S = 16, 1.0
READING_S = 0.3
STEPS = [
    ("problems", 0, 0),
    ("close", 0, 0),
    ("number", 1, 0),
    ("merge", 0, 1),
    ("cards", 1, 0),
    ("list", 0, 0),
]
PHASES = ("loading", "indexing", "following", "comparing", "switching")
IN_PHASE_S = 0.1  # that it stays in the phase in which it is to be killed
PATIENCE_S = 60.0
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload([__name__])


def rebuild_all(place: Place, names: list[str], jobs: int, fatal: str, pipe: Pipe) -> None:
    """What the process that is killed does: it tells each phase, and dwells on the fatal one."""
    loading.EVENTS, following.BATCH, rebuild.NEAR = 500, 100, 20
    switch = generations.switch

    def enter(phase: str) -> None:
        pipe.send(phase)
        if phase == fatal:
            time.sleep(IN_PHASE_S)

    def slowly(db: Db, building: Generation, compared: str, catch_up: Callable[[int], None]) -> None:
        def caught_up(upto: int) -> None:
            catch_up(upto)
            enter("switching")  # the live one is locked, the new one written to and not yet committed

        switch(db, building, compared, caught_up)

    def tell(progress: Progress) -> None:
        if progress.phase != "switching":
            enter(progress.phase)

    generations.switch = slowly
    for name in names:
        Rebuild(PROJECTIONS[name], place, Options(jobs=jobs), tell).run()
    pipe.send("all")


def killed(world: Folded, draw: random.Random, fatal: str, jobs: int) -> str:
    """Rebuild all in a process, and kill it in this phase of one projection or another; where it was."""
    names = draw.sample(list(PROJECTIONS), k=len(PROJECTIONS))
    ours, theirs = FORKSERVER.Pipe(duplex=False)
    process = FORKSERVER.Process(target=rebuild_all, args=(world.place, names, jobs, fatal, theirs))
    process.start()
    theirs.close()
    seen, times = Counter[str](), draw.randrange(1, 4)
    try:
        while seen[fatal] < times and not seen["all"]:
            assert ours.poll(PATIENCE_S), "it does not go on"
            seen[ours.recv()] += 1
        time.sleep(draw.uniform(0, IN_PHASE_S))
    finally:
        process.kill()
        process.join()
    return fatal if seen[fatal] >= times else "all"


@contextmanager
def kept(world: Folded) -> Iterator[None]:
    """Every view live, and followed."""
    for projection in PROJECTIONS.values():
        world.rebuild(projection)
    runners = [Runner(one, world.place, world.log.keys) for one in PROJECTIONS.values()]
    for runner in runners:
        runner.start()
    try:
        yield
    finally:
        for runner in runners:
            runner.ask_to_stop()
        for runner in runners:
            runner.stop()


@pytest.mark.slow
def test_rebuilding_all_killed_at_random_under_load_is_never_seen_and_ends_equal(database: Database) -> None:
    draw, together, killed_in = random.Random(20), Together(), Counter[str]()
    with folded(database) as world:
        world.append(history(STEPS))
        views = ViewReader(database.dsn(PROJECTOR), world.place.log_no, readers=len(PROJECTIONS))
        readers = [Reader(views, one) for one in PROJECTIONS.values()]  # as who sees every institution's rows
        with kept(world), ExitStack() as load:
            for reader in readers:
                load.enter_context(together.doing(reader.projection.name, 1, reader.read, READING_S))
            load.enter_context(together.doing("write", WRITERS, lambda: world.append(history(STEPS)), EACH_S))
            for kill in range(KILLS):
                killed_in[killed(world, draw, PHASES[kill % len(PHASES)], 1 + (kill % 7 == 0))] += 1
            under_load = [world.rebuild(one).compared for one in PROJECTIONS.values()]
            together.stopping.set()
            for projection in PROJECTIONS.values():
                wait_until(is_folded(world, projection))
            for reader in readers:
                reader.read()
        views.close()

        assert together.broken == []
        assert set(killed_in) >= set(PHASES) and sum(killed_in.values()) == KILLS, killed_in
        assert set(under_load) == {"equal"}
        for reader in readers:
            assert together.done[reader.projection.name] > KILLS
            assert wrong_readings(world, reader) == []
            assert world.tables(reader.projection) == world.oracle(reader.projection)
            assert world.rebuild(reader.projection).compared == "equal"

"""A rebuild killed at any moment, twenty times over, goes on where it was and comes to the same rows."""

import multiprocessing
import random
import time
from multiprocessing.synchronize import Event

import pytest

from projections import loading
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from projections.rebuild import Options, Rebuild
from projections.source import Place
from store.database import Database
from tests.projections.histories import folded, history

KILLS = 20
STEPS = [("problem", 0, 0), ("close", 0, 0), ("number", 1, 0), ("merge", 0, 1), ("open", 0, 0)]
HISTORIES = 24
LONGEST_S = {1: 0.8, 2: 2.5}  # processes take a while to come up
SPAWN = multiprocessing.get_context("spawn")


def rebuild(place: Place, name: str, jobs: int, begun: Event) -> None:
    """What the process that is killed does: slowly enough that it is met in the middle of everything."""
    loading.EVENTS = 10
    begun.set()
    Rebuild(PROJECTIONS[name], place, Options(jobs=jobs, share=0.3)).run()


@pytest.mark.slow
def test_a_rebuild_killed_twenty_times_at_random_ends_equal(database: Database) -> None:
    """By turns in one process and in several, of which the first is killed."""
    projection: Projection = PROJECTIONS["roster"]
    draw = random.Random(20)
    with folded(database) as world:
        for _ in range(HISTORIES):
            world.append(history(STEPS))
        world.rebuild(projection)
        live, tables = world.live(projection), world.tables(projection)
        for kill in range(KILLS):
            jobs = 1 + kill % 2
            begun = SPAWN.Event()
            process = SPAWN.Process(target=rebuild, args=(world.place, projection.name, jobs, begun))
            process.start()
            begun.wait()
            time.sleep(draw.uniform(0, LONGEST_S[jobs]))
            process.kill()
            process.join()
            assert world.tables(projection) == tables  # whoever reads meanwhile

        built = world.rebuild(projection)

        assert built.compared == "equal"
        assert world.live(projection).generation > live.generation
        assert world.tables(projection) == tables == world.oracle(projection)
        assert world.digest(projection) == built.digest == world.digest(projection, live)

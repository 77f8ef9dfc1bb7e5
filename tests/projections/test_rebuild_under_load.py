"""All is rebuilt while sixteen writers append and readers read: no error, no half view, nothing lost."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from projections.reading import ViewNotReady, ViewReader
from projections.service import Service
from store.database import PROJECTOR, Database
from tests.projections.histories import Folded, folded, history
from tests.projections.test_runner_faults import is_folded, wait_until

WRITERS, READERS = 16, 2
STEPS = [
    ("problem", 0, 0),
    ("close", 0, 0),
    ("number", 1, 0),
    ("merge", 0, 1),
    ("card", 1, 0),
    ("open", 0, 0),
]
ROSTER = PROJECTIONS["roster"]
# Every record stands in the roster once now, and its rows follow one another without a gap.
NOW = "SELECT count(*), count(DISTINCT record_id), max(from_position) FROM roster WHERE to_position IS NULL"
GAPS = """
    SELECT count(*) FROM roster AS one WHERE to_position IS NOT NULL AND NOT EXISTS (
        SELECT FROM roster AS next
        WHERE next.record_id = one.record_id AND next.from_position = one.to_position)"""


class Together:
    """Threads that do something again and again until they are stopped; what broke in them."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.broken: list[BaseException] = []
        self.done = Counter[str]()

    @contextmanager
    def doing(self, name: str, threads: int, act: Callable[[], None]) -> Iterator[None]:
        def again_and_again() -> None:
            try:
                while not self.stopping.is_set():
                    act()
                    self.done[name] += 1
            except BaseException as error:
                self.broken.append(error)

        running = [threading.Thread(target=again_and_again) for _ in range(threads)]
        for thread in running:
            thread.start()
        try:
            yield
        finally:
            self.stopping.set()
            for thread in running:
                thread.join()


class Readers:
    """Reads the roster; every answer is whole, and no answer is older than the one before it."""

    def __init__(self, world: Folded, dsn: str) -> None:
        self.views = ViewReader(dsn, world.place.log_no)
        self._seen = threading.local()

    def read(self) -> None:
        (one, gaps) = self.views.read_all(ROSTER, [(NOW, []), (GAPS, [])])
        [(rows, records, newest)] = one.rows
        before = getattr(self._seen, "last", (0, 0))
        assert rows == records and gaps.rows == [(0,)]
        assert (newest or 0) <= one.position
        assert one.position >= before[0] and records >= before[1]
        self._seen.last = one.position, records


def opened(views: ViewReader, projection: Projection) -> bool:
    try:
        views.read(projection, "SELECT 1")
    except ViewNotReady:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_rebuilding_all_under_load_loses_nothing_and_is_never_seen_by_halves(
    database: Database, jobs: int
) -> None:
    with folded(database) as world:
        world.append(history(STEPS))
        readers = Readers(world, database.dsn(PROJECTOR))  # who sees the rows of all institutions
        together = Together()
        with Service(world.place):
            wait_until(lambda: opened(readers.views, ROSTER))
            with (
                together.doing("write", WRITERS, lambda: world.append(history(STEPS))),
                together.doing("read", READERS, readers.read),
            ):
                wait_until(lambda: together.done["write"] > WRITERS)
                for projection in PROJECTIONS.values():
                    wait_until(partial(opened, readers.views, projection))
                    built = world.rebuild(projection, jobs=jobs)
                    assert built.compared == "equal", (projection.name, built)
            for projection in PROJECTIONS.values():
                wait_until(is_folded(world, projection))
        readers.views.close()

        assert together.broken == []
        assert together.done["read"] > 0
        for projection in PROJECTIONS.values():
            assert world.tables(projection) == world.oracle(projection)

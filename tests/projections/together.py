"""Threads that write and read while a test does something else, and what each reading must have shown."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from projections.projection import Fold, Projection, Row, Rows, rows_of
from projections.reading import ViewReader
from projections.tokens import KeyedTokens
from tests.projections.histories import Folded

MODULUS = 2**64
Sums = dict[str, tuple[int, int]]  # of each table: how many rows, and the sum of their hashes


class Together:
    """Threads that do something again and again until they are stopped; what broke in them."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.broken: list[BaseException] = []
        self.done = Counter[str]()

    @contextmanager
    def doing(self, name: str, threads: int, act: Callable[[], None], pause_s: float = 0) -> Iterator[None]:
        def again_and_again() -> None:
            try:
                while not self.stopping.wait(pause_s):
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


@dataclass(frozen=True)
class Reading:
    """All that a view told in one snapshot."""

    position: int
    sums: Sums


class Reader:
    """Reads all tables of one view, again and again; no answer may be older than the one before it."""

    def __init__(self, views: ViewReader, projection: Projection) -> None:
        self.projection = projection
        self.readings: list[Reading] = []
        self._views = views

    def read(self) -> None:
        asked = [(f"SELECT * FROM {table.name}".encode(), ()) for table in self.projection.tables]
        seen = self._views.read_all(self.projection, asked)  # type: ignore[arg-type]  # names of our tables
        assert len({one.position for one in seen}) == 1
        position = seen[0].position
        assert not self.readings or position >= self.readings[-1].position
        found = zip(self.projection.tables, seen, strict=True)
        sums = {table.name: (len(one.rows), sum(map(hashed, one.rows)) % MODULUS) for table, one in found}
        self.readings.append(Reading(position, sums))


def hashed(row: Row) -> int:
    """Of a row as the database gives it or as a fold tells it: arrays are lists here and tuples there."""
    return hash(tuple(tuple(value) if isinstance(value, list) else value for value in row))


def wrong_readings(world: Folded, reader: Reader) -> list[Reading]:
    """The readings that are not what a plain fold of the log comes to at their position."""
    plain = PlainFold(world, reader.projection)
    return [one for one in reader.readings if plain.at(one.position) != one.sums]


class PlainFold:
    """Folds the whole log once, event by event, and tells sums at rising positions."""

    def __init__(self, world: Folded, projection: Projection) -> None:
        self._projection = projection
        self._tokens = KeyedTokens(world.log.keys)
        log = world.log.reader.log(first=1, limit=10**9)
        streams = {row.stream for row in log if projection.takes(row.topic)}
        told = (one for stream in streams for one in world.stored.read(stream))
        self._left = sorted(
            (one for one in told if projection.takes(one.stored.topic)),
            key=lambda one: -one.stored.position,
        )
        self._folds: dict[UUID, Fold] = {}
        self._said: dict[UUID, Rows] = {}
        self._sums: Sums = {table.name: (0, 0) for table in projection.tables}

    def at(self, position: int) -> Mapping[str, tuple[int, int]]:
        """The sums at a position, no smaller than the one before."""
        while self._left and self._left[-1].stored.position <= position:
            one = self._left.pop()
            stream = one.stored.stream
            if stream not in self._folds:
                self._folds[stream] = self._projection.begin(stream, self._tokens)
            self._folds[stream].take(one)
            self._change(stream, rows_of(self._projection, self._folds[stream]))
        return self._sums

    def _change(self, stream: UUID, rows: Rows) -> None:
        before = self._said.get(stream, {})
        for name, now in rows.items():
            count, total = self._sums[name]
            old = before.get(name, frozenset())
            total += sum(map(hashed, now - old)) - sum(map(hashed, old - now))
            self._sums[name] = count + len(now) - len(old), total % MODULUS
        self._said[stream] = rows

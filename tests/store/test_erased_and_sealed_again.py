"""What was decided to be erased is erased, whenever content is sealed again: no later key keeps it."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from domain.record import Record
from store import connect
from store.database import RESEALER, Database
from store.erasing import LogEraser
from store.event_log import StoredLog
from store.keys import KeyDestroyed
from store.resealing import Resealing
from store.wiring import OpenLog
from tests.store.logs import opened, path_of, unused_log_no

TOLD = 700  # more than are sealed again in one transaction


class World:
    """A stream of a log that tells something, and whoever erases it or seals it again."""

    def __init__(self, log: OpenLog, db: connect.Connection, stream: UUID) -> None:
        self.log, self.db, self.stream = log, db, stream
        self.eraser = LogEraser(log, StoredLog(log))

    def tell(self) -> None:
        versions = range(1, TOLD + 1)
        told = [StoredEvent(self.stream, version, "test.told.v1", b"told") for version in versions]
        self.log.recorder.insert_events(told)

    def decide(self) -> None:
        erased = StoredEvent(self.stream, TOLD + 1, Record.Erased.TOPIC, b"what stays")
        self.log.recorder.insert_events([erased])

    def seal_again(self) -> None:
        log = self.log
        resealing = Resealing(self.db, log_no=log.log_no, origin=log.origin, keys=log.keys)
        resealing.begin([self.stream])
        resealing.end()

    def check_erased(self) -> None:
        self.log.keys.forget(self.stream)
        with pytest.raises(KeyDestroyed):
            self.log.reader.stream(self.stream, lte=1)
        with pytest.raises(KeyDestroyed):
            self.log.reader.stream(self.stream, gt=TOLD - 1, lte=TOLD)
        [left] = self.log.reader.stream(self.stream, gt=TOLD)
        assert left.parts["state"].value == b"what stays"


@pytest.fixture
def number() -> int:
    return unused_log_no()


@pytest.fixture
def world(database: Database, number: int, tmp_path: Path) -> Iterator[World]:
    with (
        opened(database, number, tmp_path / "keys") as log,
        closing(connect.plain(database.dsn(RESEALER))) as db,
    ):
        world = World(log, db, uuid4())
        world.tell()
        yield world


def test_sealed_again_between_the_decision_and_its_end(world: World) -> None:
    with world.eraser.renewed(world.stream):
        world.decide()
    world.seal_again()

    world.eraser.erase_events(world.stream)

    world.check_erased()


def test_sealed_again_before_and_after_an_erasure(world: World) -> None:
    world.seal_again()
    with world.eraser.renewed(world.stream):
        world.decide()
    world.eraser.erase_events(world.stream)
    world.check_erased()

    world.seal_again()

    world.check_erased()


def test_sealed_again_with_keys_that_came_back_from_a_copy(
    world: World, database: Database, number: int, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    world.log.keys.table.close()
    shutil.copytree(path_of(world.log.keys).parent, copy)
    with opened(database, number, tmp_path / "keys") as log:
        one = World(log, world.db, world.stream)
        with one.eraser.renewed(one.stream):
            one.decide()
            shutil.rmtree(copy)
            log.keys.table.close()
            shutil.copytree(path_of(log.keys).parent, copy)
    with opened(database, number, tmp_path / "keys") as log:
        World(log, world.db, world.stream).eraser.erase_events(world.stream)
        World(log, world.db, world.stream).check_erased()

    with opened(database, number, copy) as log:
        restored = World(log, world.db, world.stream)
        assert log.reader.stream(world.stream, lte=1)
        restored.seal_again()
        restored.eraser.erase_events(world.stream)

        restored.check_erased()


def test_whoever_seals_again_waits_for_a_decision_under_way(world: World) -> None:
    begun = Event()

    def seal_again() -> None:
        begun.set()
        world.seal_again()

    sealing = Thread(target=seal_again)
    with world.eraser.renewed(world.stream):
        sealing.start()
        begun.wait()
        sealing.join(0.5)
        assert sealing.is_alive()
        world.decide()
    sealing.join()
    world.eraser.erase_events(world.stream)

    world.check_erased()

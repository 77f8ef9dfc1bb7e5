"""The publisher: every event stands in the tree, checkpoints only grow, and every step can be the last."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.errors import LogFenced
from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.merkle import root_hash, verify_consistency
from evidence.tiles import TileId, Tree
from store import connect
from store.connect import Connection
from store.database import PUBLISHER, Database
from store.proof import checkpoints, fence, tiles
from store.proof.checkpoints import Row
from store.proof.fence import Fenced
from store.proof.keys import checkpoint_signers
from store.proof.publisher import Published, Publisher
from store.proof.rows import over
from store.proof.second_place import SecondPlace
from store.wiring import OpenLog
from tests.store.logs import new_log


class Killed(Exception):
    """Stands for the end of the process, before or after a write."""


@dataclass
class World:
    """A log with its publisher, on one connection."""

    log: OpenLog
    db: Connection
    published: Published
    admin: str

    def store(self, events: int) -> None:
        """So many events on a stream of their own."""
        stream = uuid4()
        self.log.recorder.insert_events(
            [StoredEvent(stream, version, "test:thing", b"{}") for version in range(1, events + 1)]
        )

    def publisher(self) -> Publisher:
        """As after a start."""
        return Publisher(self.published, self.db)

    @property
    def head(self) -> int:
        return fence.head(self.db, self.log.log_no)

    def root(self, size: int) -> bytes:
        """Made of the events, by the definition."""
        return root_hash(leaf_hashes=tiles.leaf_hashes(over(self.db), self.log.log_no, 0, size))

    def rows(self) -> list[Row]:
        sizes = self.db.execute(
            "SELECT size FROM proof.checkpoint WHERE log_no = %s ORDER BY 1", [self.log.log_no]
        )
        found = [checkpoints.of_size(over(self.db), self.log.log_no, size) for (size,) in sizes.fetchall()]
        return [one for one in found if one]

    def check(self) -> None:
        """Every checkpoint is signed by both keys, over its events, and begins with the one before."""
        verifiers = [one.verifier for one in self.published.signers]
        before: Row | None = None
        for row in self.rows():
            opened = note.open(text=row.note, verifiers=verifiers)
            assert len(opened.signed_by) == 2
            assert Checkpoint.parse(opened.text) == Checkpoint(self.log.origin, row.size, self.root(row.size))
            if before is not None:
                proof = Tree(row.size, tiles.reader(over(self.db), self.log.log_no)).consistency(before.size)
                verify_consistency(
                    size1=before.size, size2=row.size, root1=before.root, root2=row.root, proof=proof
                )
            before = row


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        log = stack.enter_context(new_log(database))
        dsn = database.dsn(PUBLISHER)
        db = stack.enter_context(closing(connect.plain(dsn)))
        place = SecondPlace(tmp_path / "second", log.log_no)
        signers = checkpoint_signers(log.origin, log.keys)
        yield World(log, db, Published(dsn, log.log_no, log.origin, signers, place), database.admin)


def test_nothing_is_published_of_an_empty_log(world: World) -> None:
    assert world.publisher().publish() is None
    assert world.published.place.read() is None


def test_checkpoints_grow_with_the_log_and_say_the_root_of_its_events(world: World) -> None:
    publisher = world.publisher()
    for events in (1, 254, 1, 1, 300, 2):
        world.store(events)
        row = publisher.publish()
        assert row is not None and row.size == world.head
        assert publisher.publish() is None
    for events in (7, 600):
        world.store(events)
        assert world.publisher().publish() is not None

    world.check()
    assert world.published.place.read() == Checkpoint(world.log.origin, world.head, world.root(world.head))


STEPS: tuple[tuple[object, str], ...] = (
    (tiles, "keep"),
    (checkpoints, "make"),
    (SecondPlace, "keep"),
    (checkpoints, "publish"),
)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("where", "what"), STEPS, ids=["tiles", "checkpoint", "second-place", "public"])
def test_killed_at_any_write_it_goes_on_without_another_word_for_the_same_size(
    world: World, where: object, what: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.store(300)
    world.publisher().publish()
    world.store(300)
    write: Callable[..., object] = getattr(where, what)

    def killed(*told: object) -> None:
        if when == "after":
            write(*told)
        raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(where, what, killed)
        world.publisher().publish()
    signed = {row.size: row.note for row in world.rows()}
    row = world.publisher().publish() or world.rows()[-1]

    assert row.size == world.head and row.published_at is not None
    assert all(one.note == signed.get(one.size, one.note) for one in world.rows())
    world.check()
    assert world.publisher().publish() is None


def test_what_came_after_an_interrupted_checkpoint_is_published_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or else a log that is closed would keep its last events to itself."""
    world.store(3)

    def killed(place: SecondPlace, signed: bytes) -> None:
        raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(SecondPlace, "keep", killed)
        world.publisher().publish()
    world.store(3)

    row = world.publisher().publish()

    assert row is not None and row.size == world.head
    assert all(one.published_at is not None for one in world.rows())
    world.check()


def test_a_database_behind_the_second_place_takes_nothing_more(world: World) -> None:
    """As after an old backup was restored: what was published is larger than what is there."""
    world.store(5)
    row = world.publisher().publish()
    assert row is not None
    ahead = Checkpoint(world.log.origin, row.size + 3, bytes(32))
    world.published.place.keep(ahead.text + b"\n\xe2\x80\x94 x AAAAAAAA\n")

    with pytest.raises(Fenced) as fenced:
        world.publisher().publish()

    assert (fenced.value.fence.reason, fenced.value.fence.size) == ("behind", row.size + 3)
    with pytest.raises(Exception) as refused:
        world.store(1)
    assert isinstance(refused.value.__cause__, LogFenced)
    fence.lift(world.db, world.log.log_no)
    world.published.place.path.write_bytes(row.note)
    world.store(1)


def test_a_second_place_that_is_gone_stops_a_published_log(world: World) -> None:
    """Its disk is not mounted: a backup that was restored at the same time would go unnoticed."""
    world.store(5)
    row = world.publisher().publish()
    assert row is not None
    place = world.published.place
    away = place.folder.rename(place.folder.with_name("not-mounted"))

    for _ in range(2):
        with pytest.raises(
            Fenced, match="mount its disk; if it is lost, `lifelong publish begin-place`"
        ) as fenced:
            world.publisher().publish()

    assert (fenced.value.fence.reason, fenced.value.fence.size) == ("unmeasured", row.size)
    assert not place.folder.exists()
    with pytest.raises(Exception) as refused:
        world.store(1)
    assert isinstance(refused.value.__cause__, LogFenced)
    away.rename(place.folder)
    assert world.publisher().publish() is None
    world.store(1)
    assert world.publisher().publish() is not None
    world.check()


def test_once_it_is_there_again_it_tells_what_was_restored_meanwhile(world: World) -> None:
    world.store(5)
    row = world.publisher().publish()
    assert row is not None
    place = world.published.place
    place.path.unlink()
    with pytest.raises(Fenced):
        world.publisher().publish()
    ahead = Checkpoint(world.log.origin, row.size + 3, bytes(32))
    place.path.write_bytes(ahead.text + b"\n\xe2\x80\x94 x AAAAAAAA\n")

    with pytest.raises(Fenced) as fenced:
        world.publisher().publish()

    assert (fenced.value.fence.reason, fenced.value.fence.size) == ("behind", row.size + 3)


def test_writers_of_the_second_place_leave_nothing_beside_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.store(5)
    row = world.publisher().publish()
    assert row is not None
    place = world.published.place
    left = place.path.with_name(f"{place.path.name}.killed.new")
    left.write_bytes(b"half of a")
    place.keep(row.note)
    assert sorted(place.folder.iterdir()) == [place.path, left]
    os.utime(left, (0, 0))

    with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
        patch.setattr(os, "fsync", failing)
        place.keep(row.note)
    assert sorted(place.folder.iterdir()) == [place.path, left]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(place.keep, [row.note] * 200))

    assert list(place.folder.iterdir()) == [place.path]
    assert place.path.read_bytes() == row.note


def failing(descriptor: int) -> None:
    raise OSError("the disk is full")


def test_another_history_than_the_published_one_is_a_fork_and_fenced(world: World) -> None:
    world.store(5)
    row = world.publisher().publish()
    assert row is not None
    other = replace(Checkpoint.parse(note.parts(row.note)[0]), root=bytes(32))
    world.published.place.path.write_bytes(other.text + b"\n\xe2\x80\x94 x AAAAAAAA\n")

    with pytest.raises(Fenced) as fenced:
        world.publisher().publish()

    assert fenced.value.fence.reason == "forked"
    fence.lift(world.db, world.log.log_no)


@pytest.mark.parametrize("is_same", [True, False], ids=["the same events", "others"])
def test_without_its_tiles_a_copy_is_measured_by_its_leaves(world: World, is_same: bool) -> None:
    """Restored from before they were made, and appended to until it reached as far as what was published."""
    world.store(300)
    row = world.publisher().publish()
    assert row is not None
    with psycopg.connect(world.admin) as admin:
        for table in ("tile", "checkpoint"):
            admin.execute(f"ALTER TABLE proof.{table} DISABLE TRIGGER ALL".encode())
            admin.execute(f"DELETE FROM proof.{table} WHERE log_no = %s".encode(), [world.log.log_no])
            admin.execute(f"ALTER TABLE proof.{table} ENABLE TRIGGER ALL".encode())
            admin.execute(f"ALTER TABLE proof.{table} ENABLE ALWAYS TRIGGER append_only".encode())
    if is_same:
        assert world.publisher().publish() is not None
        world.check()
        return
    other = replace(Checkpoint.parse(note.parts(row.note)[0]), root=bytes(32))
    world.published.place.path.write_bytes(other.text + b"\n\xe2\x80\x94 x AAAAAAAA\n")

    with pytest.raises(Fenced) as fenced:
        world.publisher().publish()

    assert fenced.value.fence.reason == "forked"


def test_a_log_of_any_length_is_integrated_piece_by_piece(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of years that were imported before the first checkpoint: in no more memory than of a day."""
    monkeypatch.setattr(tiles, "AT_ONCE", 300)
    most = list[int]()
    keep = tiles.keep

    def kept(db: Connection, log_no: int, full: list[tuple[TileId, bytes]]) -> None:
        most.append(len(full))
        keep(db, log_no, full)

    monkeypatch.setattr(tiles, "keep", kept)
    world.store(1_000)

    assert world.publisher().publish() is not None

    world.check()
    assert (sum(most), max(most)) == (3, 1)


def test_old_notes_that_nothing_refers_to_are_dropped_and_their_roots_stay(world: World) -> None:
    for events in (3, 4, 5):
        world.store(events)
        world.publisher().publish()
    first, second, last = world.rows()
    arguments = [world.log.log_no, first.size, "w.example+00000000", b"line"]
    world.db.execute(
        "INSERT INTO proof.cosignature (log_no, size, key, line) VALUES (%s, %s, %s, %s)", arguments
    )
    assert checkpoints.thin(world.db, world.log.log_no) == 0

    with psycopg.connect(world.admin) as admin:
        admin.execute("UPDATE proof.checkpoint SET made_at = made_at - interval '40 days'")
    assert checkpoints.thin(world.db, world.log.log_no) == 1

    assert [(one.size, one.root, bool(one.note)) for one in world.rows()] == [
        (first.size, first.root, True),
        (second.size, second.root, False),
        (last.size, last.root, True),
    ]

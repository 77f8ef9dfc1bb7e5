"""Head lists of years: each stays provable for every stream, and of their heads the newest alone are kept."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ProofError
from evidence.heads import bucket_of, key_of
from store import connect
from store.connect import Connection
from store.database import PUBLISHER, READER, Database
from store.proof import fence, heads
from store.proof.rows import over
from store.wiring import OpenLog
from tests.store.logs import new_log


@dataclass
class World:
    """A log and its lists. roots: of each list made, by its size."""

    log: OpenLog
    publisher: Connection
    reader: Connection
    admin: str
    versions: dict[UUID, int] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)

    def grow(self, stream: UUID, events: int = 1) -> None:
        first = self.versions.get(stream, 0) + 1
        self.versions[stream] = first + events - 1
        self.log.recorder.insert_events(
            [StoredEvent(stream, first + more, "test:thing", b"{}") for more in range(events)]
        )

    def list_heads(self) -> int:
        """Its size."""
        made = heads.make(self.publisher, self.log.log_no, fence.head(self.publisher, self.log.log_no))
        self.roots[made.size] = made.root
        return made.size

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as db:
            db.execute(statement.encode(), [self.log.log_no])

    def forget_heads(self) -> None:
        self.execute("DELETE FROM proof.head_leaves WHERE log_no = %s")

    def count(self, what: str, table: str) -> int:
        found = self.publisher.execute(
            f"SELECT {what} FROM {table} WHERE log_no = %s".encode(), [self.log.log_no]
        ).fetchone()
        return int(found[0]) if found else 0

    def check(self) -> None:
        """Every list says of every stream what a scan of the log does, and nothing of any other."""
        log_no, rows = self.log.log_no, over(self.reader)
        for size, root in self.roots.items():
            scanned = {
                stream: (version, leaf)
                for stream, version, leaf in rows(
                    """SELECT stream_id, version, leaf_hash FROM store.event
                       WHERE log_no = %s AND position <= %s ORDER BY position""",
                    [log_no, size],
                )
            }
            for stream in [*self.versions, uuid4()]:
                found = heads.proof(rows, log_no, size, stream).verify(stream, root)
                assert (found and (found.events, found.leaf)) == scanned.get(stream)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with begun(database) as one:
        yield one


@contextmanager
def begun(database: Database) -> Iterator[World]:
    """A world of its own in the module's database."""
    with (
        new_log(database) as log,
        closing(connect.plain(database.dsn(PUBLISHER))) as publisher,
        closing(connect.plain(database.dsn(READER))) as reader,
    ):
        yield World(log, publisher, reader, database.admin)


def alike(bucket: int) -> Iterator[UUID]:
    """Streams whose keys fall into one bucket."""
    while True:
        stream = uuid4()
        if bucket_of(key_of(stream)) == bucket:
            yield stream


def test_of_any_list_every_head_is_told_though_only_the_newest_are_kept(world: World) -> None:
    together = alike(7)
    first, second, third = (next(together) for _ in range(3))
    for stream in (first, second, uuid4(), first, third, second, uuid4()):
        world.grow(stream, 2)
        world.list_heads()

    world.check()

    assert world.count("count(*)", "proof.head_leaves") == len(
        {bucket_of(key_of(one)) for one in world.versions}
    )
    assert world.count("sum(octet_length(leaves))", "proof.head_leaves") == 72 * len(world.versions)


def test_heads_that_are_lost_are_made_again_from_the_events(world: World) -> None:
    """As after a release that kept them elsewhere."""
    together = alike(4095)
    first, second = next(together), next(together)
    for stream in (first, second, uuid4()):
        world.grow(stream)
        world.list_heads()
    world.forget_heads()
    world.check()

    world.grow(first)
    world.list_heads()

    world.check()


def test_a_list_of_nothing_new_keeps_the_roots_of_before(world: World) -> None:
    grown, still = uuid4(), uuid4()
    for stream in (grown, still, grown):
        world.grow(stream)
        world.list_heads()
    assert world.count("count(*)", "proof.head_bucket") == 3
    assert world.list_heads() == 3
    assert world.count("count(*)", "proof.head_bucket") == 3


def test_heads_that_were_changed_are_not_shown(world: World) -> None:
    stream = uuid4()
    world.grow(stream)
    size = world.list_heads()
    flipped = "set_byte(leaves, 71, get_byte(leaves, 71) # 1)"
    world.execute(f"UPDATE proof.head_leaves SET leaves = {flipped} WHERE log_no = %s")

    with pytest.raises(ProofError, match="not those of the list"):
        heads.proof(over(world.reader), world.log.log_no, size, stream)


def test_of_events_that_are_gone_no_old_list_is_made_again(world: World) -> None:
    stream = uuid4()
    for _ in range(2):
        world.grow(stream)
        world.list_heads()
    with psycopg.connect(world.admin, autocommit=True) as admin:
        admin.execute("ALTER TABLE store.event DISABLE TRIGGER append_only")
        admin.execute("DELETE FROM store.event WHERE position = 1 AND log_no = %s", [world.log.log_no])
        admin.execute("ALTER TABLE store.event ENABLE ALWAYS TRIGGER append_only")

    with pytest.raises(ProofError, match="not those of the list"):
        heads.proof(over(world.reader), world.log.log_no, 1, stream)


STEPS = st.one_of(st.tuples(st.just("grow"), st.integers(0, 5)), st.just(("list", 0)), st.just(("forget", 0)))


@settings(max_examples=20)
@given(steps=st.lists(STEPS, min_size=1, max_size=15))
def test_whatever_happens_between_lists_all_of_them_stay_provable(
    database: Database, steps: list[tuple[str, int]]
) -> None:
    together = alike(1)
    streams = [*(next(together) for _ in range(4)), uuid4(), uuid4()]
    with begun(database) as world:
        world.grow(streams[0])
        for act, number in steps:
            if act == "grow":
                world.grow(streams[number])
            elif act == "list":
                world.list_heads()
            else:
                world.forget_heads()
        world.list_heads()

        world.check()

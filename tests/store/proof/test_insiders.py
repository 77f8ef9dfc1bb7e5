"""Whoever may do everything to the database is found out, at the event where the rows or the tiles say so."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import orjson
import pytest
from eventsourcing.persistence import StoredEvent

from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.receipt import Receipt
from evidence.tiles import TileId
from evidence.witness import Witness, request
from evidence.witness_state import WitnessState
from store import clock, connect
from store.connect import Connection
from store.database import PUBLISHER, Database
from store.proof import checkpoints, fence, heads, tiles
from store.proof.keys import checkpoint_signers
from store.proof.publisher import Published, Publisher
from store.proof.rows import over
from store.proof.second_place import SecondPlace
from store.proof.serving import PublishedLog
from store.proof.verify import running
from store.proof.verify.findings import Kind
from store.proof.verify.running import Task, Verified, verify
from store.proof.verify.tree import Held
from store.recorder import Terms
from store.wiring import OpenLog
from tests.store.logs import opened, path_of, unused_log_no
from tests.store.proof.insider import Event, Insider, told

STREAMS, EACH = 6, 60  # events enough for a full tile and a partial one
SIZE = STREAMS * EACH
PARTS = {"body": b'{"a":1}', "who": b"{}"}


class World:
    """A log that was published twice, what an auditor kept of it, and an insider."""

    def __init__(self, log: OpenLog, db: Connection, published: Published, admin: str, keys: Path) -> None:
        self.log, self.db, self.published, self.keys = log, db, published, keys
        self.insider = Insider(admin, log.log_no)
        self.streams = [uuid4() for _ in range(STREAMS)]
        self.usual = self.streams[::2]  # with the two parts of our own events; the others with the library's
        for version in range(1, EACH + 1):
            for stream in self.streams:
                self.store(stream, version)
            if version == EACH // 2:
                self.publish()
        self.publish()
        self.held = self.hold(SIZE)

    def store(self, stream: UUID, version: int = EACH + 1) -> None:
        thing = StoredEvent(stream, version, "test:thing", b'{"a":1}')
        self.log.recorder.append([thing], Terms(parts=[PARTS] if stream in self.usual else ()))

    def publish(self) -> None:
        assert Publisher(self.published, self.db).publish() is not None

    def hold(self, size: int) -> Held:
        """What an auditor keeps at a size."""
        rows, log_no = over(self.db), self.log.log_no
        kept = [checkpoints.of_size(rows, log_no, size) for size in (SIZE // 2, size)]
        read = tiles.reader(rows, log_no)
        return Held(
            {one.size: Checkpoint(self.log.origin, one.size, one.root) for one in kept if one},
            {0: read(TileId(0, 0)), 1: read(TileId(0, 1, size - 256))},
        )

    def verify(self, *, held: Held | None = None, jobs: int = 1) -> Verified:
        verifiers = [one.verifier for one in self.published.signers]
        task = Task(
            self.published.dsn,
            self.log.log_no,
            self.log.origin,
            verifiers,
            keys=path_of(self.log.keys).parent,
            place=self.published.place,
            jobs=jobs,
        )
        return verify(replace(task, held=held) if held else task)

    def found(self, held: Held | None = None) -> dict[Kind, list[int | None]]:
        """What is wrong, by kind, and where: the same whether the log is read whole or part by part."""
        found: dict[Kind, list[int | None]] = {}
        findings = self.verify(held=held).findings
        with in_parts(37):
            assert self.verify(held=held).findings == findings
        for one in findings:
            found.setdefault(one.kind, []).append(one.position or one.after)
        return found

    def publish_again(self) -> None:
        """With the log's own keys: another history, signed as the first was."""
        self.insider.forget_publication()
        self.published.place.path.unlink()
        self.publish()


@contextmanager
def in_parts(events: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "EVENTS", events)
        patch.setattr(running, "LEAST", events)
        yield


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        log = stack.enter_context(opened(database, unused_log_no(), tmp_path / "keys"))
        dsn = database.dsn(PUBLISHER)
        db = stack.enter_context(closing(connect.plain(dsn)))
        place = SecondPlace(tmp_path / "second", log.log_no)
        signers = checkpoint_signers(log.origin, log.keys)
        published = Published(dsn, log.log_no, log.origin, signers, place)
        yield World(log, db, published, database.admin, tmp_path / "keys")


def other(event: Event) -> Event:
    """The event as if something else had happened."""
    return replace(told(event, topic="test:other"), topic="test:other")


def test_an_untouched_log_is_clean_in_one_process_and_in_two(world: World) -> None:
    for jobs in (1, 2):
        verified = world.verify(held=world.held, jobs=jobs)

        assert verified.findings == ()
        assert (verified.events, verified.tree.events, verified.tree.checkpoints) == (SIZE, SIZE, 2)


def test_edited_content_is_found_at_its_event(world: World) -> None:
    flipped = "UPDATE store.content SET ciphertext = set_byte(ciphertext, 40, get_byte(ciphertext, 40) # 1)"
    world.insider.execute(flipped + " WHERE log_no = %s AND position = 100", world.log.log_no)

    assert world.found() == {"content": [100]}


def test_other_content_under_the_right_key_is_not_what_was_committed_to(world: World) -> None:
    event = world.insider.events()[99]
    key = world.log.keys.newest(event.stream)
    other = world.insider.events()[99 + STREAMS]
    with closing(connect.plain(world.published.dsn)) as db:
        (ciphertext,) = db.execute(
            "SELECT ciphertext FROM store.content WHERE log_no = %s AND position = %s",
            [world.log.log_no, other.position],
        ).fetchone() or (b"",)
    origin = world.log.origin.encode()
    plain = key.open(ciphertext, origin, _id(other))
    forged = key.seal(plain, origin, _id(event))
    world.insider.execute(
        "UPDATE store.content SET ciphertext = %s WHERE log_no = %s AND position = 100",
        forged,
        world.log.log_no,
    )

    assert world.found() == {"commitment": [100]}


def _id(event: Event) -> UUID:
    return UUID(orjson.loads(event.envelope)["event"])


def test_an_envelope_edited_with_its_hash_repaired_breaks_its_chain_and_the_tile(world: World) -> None:
    def edit(events: list[Event]) -> list[Event]:
        events[99] = other(events[99])
        return events

    world.insider.rewrite(edit, repaired=False)

    assert world.found() == {"tile": [100], "chain": [100 + STREAMS], "checkpoint": [0]}


def test_with_the_whole_chain_repaired_the_tile_tells_the_first_event(world: World) -> None:
    def edit(events: list[Event]) -> list[Event]:
        events[99] = other(events[99])
        return events

    world.insider.rewrite(edit)

    assert world.found() == {"tile": [100], "checkpoint": [0], "second-place": [None]}


def test_an_event_deleted_from_the_middle_leaves_a_gap(world: World) -> None:
    world.insider.execute("DELETE FROM store.event WHERE log_no = %s AND position = 200", world.log.log_no)

    found = world.found()

    assert found["position"] == [200] and found["chain"] == [200 + STREAMS] and found["tile"] == [200]


def test_a_tail_that_was_cut_is_missing_from_the_last_checkpoint(world: World) -> None:
    world.insider.execute("DELETE FROM store.event WHERE log_no = %s AND position > 350", world.log.log_no)

    assert world.found(world.held) == {
        "held-checkpoint": [350],
        "held-tile": [351],
        "astray": [*range(351, SIZE + 1)],  # the content stayed
        "second-place": [None],
    }


def test_two_events_that_changed_places_are_out_of_order(world: World) -> None:
    def swap(events: list[Event]) -> list[Event]:
        events[49], events[52] = events[52], events[49]
        return events

    world.insider.rewrite(swap, repaired=False)
    found = world.found()

    assert found["tile"] == [50] and 51 in found["order"] and found["checkpoint"] == [0]


def test_a_back_dated_event_is_out_of_order(world: World) -> None:
    def insert(events: list[Event]) -> list[Event]:
        last = events[-1]
        earlier = last.at - timedelta(days=3)
        at = clock.text(clock.from_datetime(earlier))
        new = told(replace(last, at=earlier), at=at, event=str(uuid4()))
        return [*events, new]

    world.insider.rewrite(insert)
    found = world.found(world.held)

    assert found["order"] == [SIZE + 1] and found["content"] == [SIZE + 1]


@pytest.mark.parametrize("first", [30, 200, 300])
def test_a_history_rewritten_and_signed_anew_is_found_by_what_others_hold(world: World, first: int) -> None:
    """The insider has the keys: only what lies elsewhere convicts them."""

    def rewrite(events: list[Event]) -> list[Event]:
        return [*events[: first - 1], *(other(one) for one in events[first - 1 :])]

    world.insider.rewrite(rewrite)
    world.publish_again()

    assert world.found() == {}
    only_checkpoints = Held(world.held.checkpoints)
    between = 0 if first <= SIZE // 2 else SIZE // 2
    assert world.found(only_checkpoints) == {"held-checkpoint": [between]}
    assert world.found(world.held)["held-tile"] == [first]


def test_a_second_place_that_is_gone_is_told(world: World) -> None:
    world.published.place.path.unlink()

    assert world.found() == {"second-place": [None]}


def test_a_restored_backup_is_behind_the_second_place(world: World) -> None:
    for table in ("store.content", "store.event"):
        world.insider.execute(f"DELETE FROM {table} WHERE log_no = %s AND position > 200", world.log.log_no)
    world.insider.execute("DELETE FROM proof.checkpoint WHERE log_no = %s AND size > 200", world.log.log_no)
    world.insider.execute("DELETE FROM proof.tile WHERE log_no = %s", world.log.log_no)

    assert world.found() == {"second-place": [None]}
    with pytest.raises(fence.Fenced):
        Publisher(world.published, world.db).publish()


def test_a_resident_left_out_is_missing_from_the_list_of_heads_and_from_what_others_hold(
    world: World,
) -> None:
    made = heads.make(world.db, world.log.log_no, SIZE)
    gone = world.streams[2]
    proof = heads.proof(over(world.db), world.log.log_no, SIZE, gone)

    world.insider.rewrite(lambda events: [one for one in events if one.stream != gone])
    world.insider.execute("DELETE FROM store.content WHERE log_no = %s AND position > 300", world.log.log_no)
    found = world.found(world.held)

    assert found["held-tile"] == [3]
    head = proof.verify(gone, made.root)
    assert head is not None and head.events == EACH


def test_a_list_or_a_second_leg_that_was_changed_is_found(world: World) -> None:
    heads.make(world.db, world.log.log_no, SIZE, with_second_leg=True)
    assert world.found() == {}

    for column in ("root", "root_512"):
        flip = f"UPDATE proof.head_list SET {column} = set_byte({column}, 0, get_byte({column}, 0) # 1)"
        world.insider.execute(flip + " WHERE log_no = %s", world.log.log_no)
        assert [one.kind for one in world.verify().findings] == ["head-list"]
        world.insider.execute(flip + " WHERE log_no = %s", world.log.log_no)


def test_a_log_forked_for_one_reader_gets_no_second_signature(world: World, tmp_path: Path) -> None:
    """The witness keeps both notes, each signed by the log: that is the proof against it."""
    with closing(WitnessState(tmp_path / "state.sqlite")) as state:
        verifiers = [one.verifier for one in world.published.signers]
        witness = Witness(world.published.signers, {world.log.origin: verifiers}, state)
        real = checkpoints.published(over(world.db), world.log.log_no)
        assert real is not None
        assert witness.add_checkpoint(request(0, [], real.note)).status == 200

        world.insider.rewrite(
            lambda events: [*events[:-1], replace(told(events[-1], topic="test:x"), topic="test:x")]
        )
        world.publish_again()
        forked = checkpoints.published(over(world.db), world.log.log_no)
        assert forked is not None
        answer = witness.add_checkpoint(request(SIZE, [], forked.note))

        assert answer.status == 409
        assert [(one.reason, one.offered, one.held) for one in state.refused()] == [
            ("forked", forked.note, real.note)
        ]


def test_a_receipt_of_an_event_that_was_dropped_convicts(world: World) -> None:
    event = world.insider.events()[299]
    at = clock.text(clock.from_datetime(event.at))
    receipt = Receipt(world.log.origin, str(event.stream), event.version, event.position, event.leaf, at)

    world.insider.rewrite(lambda events: [one for one in events if one.position != 300])
    world.publish_again()
    proof = PublishedLog(over(world.db), world.log.log_no).proof(receipt.position)

    assert proof is not None
    with pytest.raises(ProofError):
        proof.verify(receipt.leaf_hash, [one.verifier for one in world.published.signers])


def test_a_verification_that_was_killed_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    verifiers = [one.verifier for one in world.published.signers]
    kept = tmp_path / "progress"
    task = Task(
        world.published.dsn,
        world.log.log_no,
        world.log.origin,
        verifiers,
        keys=path_of(world.log.keys).parent,
        progress_file=kept,
    )
    flipped = "UPDATE store.content SET ciphertext = set_byte(ciphertext, 40, get_byte(ciphertext, 40) # 1)"
    world.insider.execute(flipped + " WHERE log_no = %s AND position = 100", world.log.log_no)

    class Killed(Exception):
        pass

    def kill(events: int) -> None:
        seen.append(events)
        if sum(seen) > SIZE // 2:
            raise Killed

    seen: list[int] = []
    with in_parts(37):
        with pytest.raises(Killed):
            verify(task, kill)
        done = sum(seen)
        verified = verify(task, seen.append)
    again = verify(task)

    assert [one.kind for one in verified.findings] == ["content"] and verified == again
    assert 0 < done < SIZE == sum(seen) == verified.events
    assert not kept.exists()

"""Whoever also holds the key store, or writes beside what is published, is found, and stops nothing."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from domain.log_stream import HeadsListed
from evidence.merkle import leaf_hash
from evidence.note import Verifier
from store.proof import heads
from store.proof.verify import reach
from store.proof.verify.running import verify
from store.recorder import Terms
from tests.store.logs import path_of
from tests.store.proof import test_insiders
from tests.store.proof.test_insiders import SIZE, STREAMS, World
from tests.store.proof.test_insiders_odd_rows import Found, task_of

world = test_insiders.world
FIRST = [*range(1, SIZE + 1, STREAMS)]  # where the events of the first stream stand


def found(world: World) -> Found:
    kinds: Found = {}
    for one in verify(task_of(world)).findings:
        kinds.setdefault(one.kind, []).append(one.position or one.size)
    return kinds


def change_key(world: World, statement: str, *arguments: object) -> None:
    """Of the first stream."""
    with closing(sqlite3.connect(path_of(world.log.keys))) as db, db:
        stream = world.streams[0].bytes
        assert db.execute(f"{statement} WHERE stream = ?", (*arguments, stream)).rowcount == 1


@pytest.mark.parametrize("wrapped", [b"", b"x" * 8, b"x" * 20, bytes(60), "text", 5])
def test_a_key_that_does_not_unwrap_opens_nothing(world: World, wrapped: object) -> None:
    change_key(world, "UPDATE content_key SET wrapped = ?", wrapped)

    assert found(world) == {"content": FIRST}


def test_a_key_of_another_stream_or_generation_opens_nothing(world: World) -> None:
    change_key(world, "UPDATE content_key SET generation = 7")
    assert found(world) == {"content": FIRST}

    change_key(world, "DELETE FROM content_key")
    assert found(world) == {"content": FIRST}


def test_a_head_list_told_by_an_event_in_another_spelling_is_found(world: World) -> None:
    stream = uuid4()
    body = b'{"root":"%b","root_512":null,"size":360,"streams":6}' % (b"0" * 64)
    world.log.recorder.append(
        [StoredEvent(stream, 1, HeadsListed.TOPIC, b"")], Terms(parts=[{"body": body, "who": b"{}"}])
    )
    assert found(world) == {"head-list": [SIZE]}

    for envelope in (b"", b"x" * 100, b"\xff" * 100):
        world.insider.execute(
            "UPDATE store.event SET envelope = %s, leaf_hash = %s WHERE log_no = %s AND position = %s",
            envelope,
            leaf_hash(envelope),
            world.log.log_no,
            SIZE + 1,
        )
        assert found(world)["envelope"] == [SIZE + 1]


def test_a_head_list_of_more_than_there_will_ever_be_is_found(world: World) -> None:
    for size in (2**53 - 1, -5, 2**53):
        body = b'{"root":"%b","root_512":"%b","size":%d,"streams":6}' % (b"0" * 64, b"0" * 128, size)
        world.log.recorder.append(
            [StoredEvent(uuid4(), 1, HeadsListed.TOPIC, b"")], Terms(parts=[{"body": body, "who": b"{}"}])
        )

    assert found(world).keys() == {"checkpoint", "head-list"}


def test_a_time_stamp_of_no_checkpoint_is_found(world: World) -> None:
    world.insider.drop_rules()
    for size in (SIZE - 1, SIZE):
        world.insider.execute(
            "INSERT INTO proof.token (size, log_no, authority) VALUES (%s, %s, 'nobody')",
            size,
            world.log.log_no,
        )

    assert found(world) == {"token": [SIZE - 1, SIZE]}


def test_a_cosignature_of_nothing_is_found(world: World) -> None:
    world.insider.drop_rules()
    witness: Verifier = world.published.signers[0].verifier
    world.insider.execute(
        "INSERT INTO proof.cosignature (size, log_no, key) VALUES (%s, %s, %s)",
        SIZE,
        world.log.log_no,
        f"{witness.name}+{witness.key_id.hex()}",
    )

    findings = verify(replace(task_of(world), witnesses=[witness])).findings
    assert [(one.kind, one.size) for one in findings] == [("cosignature", SIZE)]


def test_an_end_put_far_away_hides_no_tail_that_was_cut(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in ("store.content", "store.event"):
        world.insider.execute(f"DELETE FROM {table} WHERE log_no = %s AND position > 300", world.log.log_no)
    world.insider.execute(
        "UPDATE store.event SET position = %s WHERE log_no = %s AND position = 300", 2**62, world.log.log_no
    )

    assert found(world) == {"astray": [2**62, 300], "checkpoint": [SIZE]} or found(world) == {
        "astray": [300, 2**62],
        "checkpoint": [SIZE],
    }

    monkeypatch.setattr(reach, "FAR", 2**62)  # a gap that is walked through is told by its beginning
    world.insider.execute(
        "UPDATE store.event SET position = 350 WHERE log_no = %s AND position = %s", world.log.log_no, 2**62
    )
    assert found(world)["position"] == [300]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE proof.head_bucket SET root = set_byte(root, 0, get_byte(root, 0) # 1)",
        "UPDATE proof.head_bucket SET streams = streams + 1",
        "DELETE FROM proof.head_bucket",
        "UPDATE proof.head_leaves SET leaves = set_byte(leaves, 0, get_byte(leaves, 0) # 1)",
    ],
)
def test_the_stored_parts_of_the_newest_list_are_looked_at(world: World, harm: str) -> None:
    """Of them the next list is made, and what is shown of this one."""
    heads.make(world.db, world.log.log_no, SIZE // 2)
    heads.make(world.db, world.log.log_no, SIZE)
    assert found(world) == {}

    world.insider.execute(f"{harm} WHERE log_no = %s AND size = %s", world.log.log_no, SIZE)

    assert found(world) == {"head-list": [SIZE]}


@pytest.mark.parametrize(
    ("data", "at"), [("NULL", 1), ("''", 1), ("data || '\\x00'", 1), ("set_byte(data, 70, 255)", 3)]
)
def test_a_tile_of_another_size_or_beside_the_right_one_is_found(world: World, data: str, at: int) -> None:
    world.insider.drop_rules()
    other = f"SELECT number, log_no, level, root, {data} FROM proof.tile WHERE log_no = %s"
    world.insider.execute(
        f"INSERT INTO proof.tile (number, log_no, level, root, data) {other}", world.log.log_no
    )

    assert found(world) == {"tile": [at]}


def test_a_note_that_is_none_is_found(world: World) -> None:
    world.insider.drop_rules()
    for note in (None, b"\xff\x00\xe2\x80", b"\n\n", b"x" * 1000):
        world.insider.execute(
            "UPDATE proof.checkpoint SET note = %s WHERE log_no = %s AND size = %s",
            note,
            world.log.log_no,
            SIZE,
        )
        assert found(world) == {"signature": [SIZE]}

    world.insider.execute("UPDATE proof.checkpoint SET root = NULL WHERE log_no = %s", world.log.log_no)
    assert found(world)["checkpoint"] == [SIZE // 2]

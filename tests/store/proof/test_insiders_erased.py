"""Whoever makes an event dumb, and calls that an erasure, is found out: the log tells of none."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from domain.record_events import Erased, ErasureEnded
from store import connect
from store.ciphers import Ciphers
from store.database import RESEALER, Database
from store.proof.verify.running import Verified, verify
from store.recorder import Terms
from store.resealing import Resealing
from tests.store.logs import path_of
from tests.store.proof import test_insiders
from tests.store.proof.test_insiders import EACH, PARTS, SIZE, STREAMS, World
from tests.store.proof.test_insiders_odd_rows import task_of

world = test_insiders.world
FIRST = [*range(1, SIZE + 1, STREAMS)]  # where the events of the first stream stand
UNTOLD = "erased-untold"


def tell(world: World, stream: UUID, version: int, topic: str) -> None:
    world.log.recorder.append([StoredEvent(stream, version, topic, b"")], Terms(parts=[PARTS]))


def decide(world: World, stream: UUID) -> None:
    """The event that tells an erasure, under a key of its own, as `domain.record_erasure` stores it."""
    world.log.keys.renew(stream)
    tell(world, stream, EACH + 1, Erased.TOPIC)


def erase(world: World, stream: UUID) -> None:
    decide(world, stream)
    world.log.keys.destroy(stream, world.log.keys.table.newest(stream) - 1)


def made_up(world: World, stream: UUID, generation: int) -> None:
    """A key that is said to have been destroyed, and never was one."""
    with closing(sqlite3.connect(path_of(world.log.keys))) as db, db:
        db.execute("INSERT INTO content_key VALUES (?, ?, NULL)", (stream.bytes, generation))


def lies_under(world: World, position: int, generation: int) -> None:
    world.insider.execute(
        "UPDATE store.content SET key_generation = %s WHERE log_no = %s AND position = %s",
        generation,
        world.log.log_no,
        position,
    )


def found(verified: Verified) -> list[tuple[str, int | None, UUID | None]]:
    return [(one.kind, one.position, one.stream) for one in verified.findings]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_erased_by_the_rules_is_counted(world: World, jobs: int) -> None:
    erase(world, world.streams[0])
    tell(world, world.streams[0], EACH + 2, ErasureEnded.TOPIC)

    with test_insiders.in_parts(37):
        verified = world.verify(jobs=jobs)

    assert found(verified) == []
    assert (verified.events, verified.erased) == (SIZE + 2, EACH)


def test_an_erasure_decided_and_not_done_yet_is_no_finding(world: World) -> None:
    decide(world, world.streams[0])

    verified = verify(task_of(world))

    assert (found(verified), verified.erased) == ([], 0)


def test_keys_destroyed_of_which_the_log_tells_nothing_are_found(world: World) -> None:
    erase(world, world.streams[1])
    world.log.keys.destroy(world.streams[0])

    verified = verify(task_of(world))

    assert found(verified) == [(UNTOLD, position, world.streams[0]) for position in FIRST]
    assert verified.erased == EACH


@pytest.mark.parametrize("odd", [False, True], ids=["usual-parts", "other-parts"])
def test_an_event_put_under_a_key_that_was_destroyed_is_found(world: World, odd: bool) -> None:
    stream = world.streams[odd]
    made_up(world, stream, 7)
    lies_under(world, 100 - 100 % STREAMS + 1 + odd, 7)

    verified = verify(task_of(world))

    assert found(verified) == [(UNTOLD, 97 + odd, stream)]
    assert verified.erased == 0


def test_what_was_said_after_an_erasure_is_not_erased_by_it(world: World) -> None:
    """Neither the event that tells it, nor those that follow: under the old key nothing of them lay."""
    stream = world.streams[0]
    erase(world, stream)
    world.store(stream, EACH + 2)

    for position in (SIZE + 1, SIZE + 2):
        lies_under(world, position, 1)
        assert found(verify(task_of(world))) == [(UNTOLD, position, stream)]
        lies_under(world, position, 2)
    assert found(verify(task_of(world))) == []


def test_the_erasure_of_another_stream_or_one_that_only_a_row_tells_explains_nothing(world: World) -> None:
    erase(world, world.streams[1])
    world.log.keys.destroy(world.streams[0])
    row = "UPDATE store.event SET topic = %s WHERE log_no = %s AND position = %s"
    world.insider.execute(row, Erased.TOPIC, world.log.log_no, FIRST[-1])

    kinds = {one.kind: one.position for one in verify(task_of(world)).findings}

    assert kinds == {"place": FIRST[-1], UNTOLD: FIRST[-1]}


def test_an_erasure_made_while_the_log_is_read_is_no_finding(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the event that tells it the verification knows nothing: it stands behind the end it began with."""
    look_up, left = Ciphers.look_up, [*world.streams[:2]]

    def meanwhile(ciphers: Ciphers, places: object) -> None:
        if left:
            erase(world, left.pop())
        look_up(ciphers, places)  # type: ignore[arg-type]  # as it was given

    monkeypatch.setattr(Ciphers, "look_up", meanwhile)
    with test_insiders.in_parts(100):
        verified = verify(task_of(world))

    assert found(verified) == [] and left == []
    assert 0 < verified.erased < 2 * EACH


def test_whatever_else_takes_keys_away_is_no_finding(world: World, database: Database) -> None:
    """Sealed again before and after an erasure; keys destroyed under which no event ever lay."""
    erase(world, world.streams[0])
    with closing(connect.plain(database.dsn(RESEALER))) as db:
        resealing = Resealing(db, log_no=world.log.log_no, origin=world.log.origin, keys=world.log.keys)
        resealing.begin(resealing.streams())
        resealing.end()
    erase(world, world.streams[1])
    upload = world.log.keys.renew(uuid4()).stream
    world.log.keys.destroy(upload)

    verified = verify(task_of(world))

    assert (found(verified), verified.erased) == ([], 2 * EACH)


def test_of_content_that_is_not_opened_nothing_is_told(world: World) -> None:
    world.log.keys.destroy(world.streams[0])

    verified = verify(replace(task_of(world), keys=None))

    assert (found(verified), verified.erased) == ([], 0)

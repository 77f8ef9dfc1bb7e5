"""Rendered records that are kept: encrypted, of one version and edition, and gone when anybody wants."""

from collections.abc import Iterator
from contextlib import closing
from typing import cast
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.domain import DomainEvent

from domain.ports import Rendered
from store.bodies import KeptBodies
from store.database import Database
from store.event_log import StoredLog
from store.wiring import OpenLog
from tests.projections.acts import opened_record
from tests.store.logs import new_log

EDITION, BODY = "record-view/3", Rendered("record-view/3", b'{"name":"canary"}')


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as opened:
        yield opened


@pytest.fixture
def bodies(log: OpenLog) -> Iterator[KeptBodies]:
    with closing(KeptBodies(log.snapshots, EDITION)) as kept:
        yield kept


@pytest.fixture
def record(log: OpenLog) -> UUID:
    """A record that has events, and so a key."""
    opened = opened_record()
    StoredLog(log).append(cast("list[DomainEvent]", opened.pending_events))
    return opened.id


def rows(database: Database, record: UUID) -> list[tuple[int, bytes]]:
    with psycopg.connect(database.admin) as connection:
        found = connection.execute(
            "SELECT version, ciphertext FROM store.snapshot WHERE stream_id = %s", [record]
        ).fetchall()
    return [(int(version), bytes(sealed)) for version, sealed in found]


def test_a_body_is_found_by_its_version_and_no_other(bodies: KeptBodies, record: UUID) -> None:
    bodies.keep(record, 2, 41, BODY)
    bodies.settle()

    assert bodies.get(record, 2) == (41, BODY)
    assert bodies.get(record, 1) is None
    assert bodies.get(record, 3) is None
    assert bodies.get(uuid4(), 2) is None


def test_only_the_newest_is_kept_and_nothing_of_it_is_readable(
    bodies: KeptBodies, record: UUID, database: Database
) -> None:
    for version in (2, 3, 4):
        bodies.keep(record, version, version, BODY)
        bodies.settle()

    ((version, sealed),) = rows(database, record)
    assert version == 4
    assert b"canary" not in sealed


def test_a_body_of_another_edition_is_neither_kept_nor_found(
    bodies: KeptBodies, log: OpenLog, record: UUID
) -> None:
    bodies.keep(record, 2, 41, Rendered("record-view/2", b"{}"))
    bodies.settle()
    assert bodies.get(record, 2) is None

    bodies.keep(record, 2, 41, BODY)
    bodies.settle()
    with closing(KeptBodies(log.snapshots, "record-view/4")) as newer:
        assert newer.get(record, 2) is None


def test_it_can_be_deleted_at_any_time(bodies: KeptBodies, log: OpenLog, record: UUID) -> None:
    bodies.keep(record, 2, 41, BODY)
    bodies.settle()

    log.snapshots.forget(record)

    assert bodies.get(record, 2) is None


def test_what_was_erased_is_neither_found_nor_kept_again(
    bodies: KeptBodies, log: OpenLog, record: UUID, database: Database
) -> None:
    bodies.keep(record, 2, 41, BODY)
    bodies.settle()
    before = rows(database, record)

    log.keys.destroy(record)
    bodies.keep(record, 3, 42, BODY)
    bodies.settle()

    assert bodies.get(record, 2) is None
    assert rows(database, record) == before


def test_a_body_is_kept_beside_snapshots_of_the_same_version(
    bodies: KeptBodies, log: OpenLog, record: UUID
) -> None:
    log.snapshots.put(record, "record/3", 2, b"state")

    bodies.keep(record, 2, 41, BODY)
    bodies.settle()

    assert log.snapshots.newest(record, "record/3") == (2, b"state")
    assert bodies.get(record, 2) == (41, BODY)

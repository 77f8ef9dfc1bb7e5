"""A subscription follows the log whatever happens to its connections, and ends when it is told to."""

import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from store.database import Database
from store.postgres import EmbeddedServer
from store.subscription import LogSubscription
from store.wiring import OpenLog
from tests.store.logs import new_log


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as log:
        yield log


def append(log: OpenLog, count: int = 1, topic: str = "record.created.v1") -> None:
    for _ in range(count):
        log.recorder.append([StoredEvent(uuid4(), 1, topic, b"{}")])


class Follower:
    """Collects positions from a subscription in a thread of its own."""

    def __init__(self, subscription: LogSubscription) -> None:
        self.subscription = subscription
        self.seen: list[int] = []
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self) -> None:
        with self.subscription as subscription:
            for notification in subscription:
                self.seen.append(notification.id)

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 60
        while len(self.seen) < count and time.monotonic() < until:
            time.sleep(0.005)

    def stop(self) -> None:
        self.subscription.stop()
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()


def test_it_yields_what_was_stored_before_and_after_it_began(log: OpenLog) -> None:
    append(log, 700)
    follower = Follower(log.recorder.subscribe(gt=2))

    follower.wait_for(698)
    append(log, 3)
    follower.wait_for(701)
    follower.stop()

    assert follower.seen == list(range(3, 704))


def test_it_survives_the_loss_of_every_connection(log: OpenLog, database: Database) -> None:
    append(log)
    follower = Follower(log.recorder.subscribe())
    follower.wait_for(1)

    for round_number in range(2, 5):
        with psycopg.connect(database.admin) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        append(log)
        follower.wait_for(round_number)
    follower.stop()

    assert follower.seen == [1, 2, 3, 4]


@pytest.mark.slow
def test_it_survives_the_servers_death(private_server: EmbeddedServer, private_database: Database) -> None:
    with new_log(private_database) as log:
        append(log)
        follower = Follower(log.recorder.subscribe())
        follower.wait_for(1)

        private_server.kill()
        time.sleep(0.2)
        private_server.start()
        append(log)
        follower.wait_for(2)
        follower.stop()

        assert follower.seen == [1, 2]


def test_only_the_topics_asked_for_are_yielded(log: OpenLog) -> None:
    append(log, 3, "record.created.v1")
    append(log, 1, "access.read.v1")
    follower = Follower(log.recorder.subscribe(topics=["access.read.v1"]))

    follower.wait_for(1)
    append(log, 2, "record.created.v1")
    append(log, 1, "access.read.v1")
    follower.wait_for(2)
    follower.stop()

    assert follower.seen == [4, 7]


def test_a_waiting_subscription_ends_when_it_is_told_to(log: OpenLog) -> None:
    follower = Follower(log.recorder.subscribe())
    time.sleep(0.1)

    follower.stop()

    assert follower.seen == []

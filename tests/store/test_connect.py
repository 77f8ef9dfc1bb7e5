"""Connections for short statements: whoever closes them leaves none open."""

import threading

import psycopg

from store.connect import Reads
from store.database import APPENDER, Database


def connected(database: Database, name: str) -> int:
    """How many connections there are under an application's name."""
    with psycopg.connect(database.admin, autocommit=True) as db:
        return db.execute("SELECT FROM pg_stat_activity WHERE application_name = %s", [name]).rowcount


def named(database: Database, name: str) -> str:
    return psycopg.conninfo.make_conninfo(database.dsn(APPENDER), application_name=name)


def gone(database: Database, name: str) -> bool:
    """A server notices a moment later that its client went."""
    patience = threading.Event()
    return any(connected(database, name) == 0 or patience.wait(0.05) for _ in range(200))


def test_a_connection_in_use_while_the_rest_is_closed_is_closed_after_its_use(database: Database) -> None:
    reads = Reads(named(database, "slow"), 2)
    answers: list[list[tuple[object, ...]]] = []
    reading = threading.Thread(target=lambda: answers.append(reads.rows("SELECT 7 FROM pg_sleep(0.5)")))
    reading.start()
    while connected(database, "slow") == 0:
        pass

    reads.close()
    reading.join()

    assert answers == [[(7,)]]
    assert gone(database, "slow")


def test_what_is_asked_after_the_close_is_answered_and_leaves_nothing_open(database: Database) -> None:
    reads = Reads(named(database, "late"), 1)
    reads.close()

    assert reads.row("SELECT 7") == (7,)
    assert gone(database, "late")


def test_many_threads_that_find_their_connections_lost_leave_none_behind(database: Database) -> None:
    reads = Reads(named(database, "lost"), 8)
    barrier = threading.Barrier(8)

    def read() -> None:
        for _ in range(20):
            barrier.wait()
            reads.rows("SELECT 1")
            if barrier.wait() == 0:
                with psycopg.connect(database.admin, autocommit=True) as db:
                    db.execute(
                        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                           WHERE application_name = 'lost'"""
                    )

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reads.close()

    assert gone(database, "lost")

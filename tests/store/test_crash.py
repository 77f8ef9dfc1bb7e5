"""Nothing acknowledged is lost, nothing stored twice: faults at each write, servers killed in mid-append."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.errors import LogUnavailable
from store.append import RequestHash
from store.database import Database
from store.keys import KeyStore
from store.pipeline import Pipeline
from store.postgres import EmbeddedServer
from store.recorder import Terms
from store.wiring import OpenLog
from tests.store.audit import audited
from tests.store.logs import new_log, opened, unused_log_no

ROUNDS = 10
WRITERS = 8


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as log:
        yield log


def keyed(stream: UUID) -> Terms:
    return Terms(request=RequestHash(sha256(stream.bytes).digest(), sha256(b"asked").digest()))


def append(log: OpenLog, stream: UUID) -> int:
    outcome, _ = log.recorder.append(
        [StoredEvent(stream, 1, "record.created.v1", stream.bytes)], keyed(stream)
    )
    return outcome.first_position


class Fault:
    """Breaks the connection once: before a round that sends a statement, or after its results came."""

    def __init__(
        self, statement: bytes, *, persisted: bool, error: type[BaseException] = psycopg.OperationalError
    ) -> None:
        self.statement = statement
        self.persisted = persisted
        self.error = error
        self.armed = True
        self._hit = False

    def install(self, patch: pytest.MonkeyPatch) -> None:
        send, sync, results = Pipeline.send, Pipeline.sync, Pipeline.results

        def faulty_send(pipeline: Pipeline, name: bytes, arguments: tuple[bytes, ...] = ()) -> None:
            self._hit = self._hit or (self.armed and name == self.statement)
            send(pipeline, name, arguments)

        def faulty_sync(pipeline: Pipeline) -> None:
            if self._hit and not self.persisted:
                self._break(pipeline)
            sync(pipeline)

        def faulty_results(pipeline: Pipeline) -> object:
            found = results(pipeline)
            if self._hit:
                self._break(pipeline)
            return found

        patch.setattr(Pipeline, "send", faulty_send)
        patch.setattr(Pipeline, "sync", faulty_sync)
        patch.setattr(Pipeline, "results", faulty_results)

    def _break(self, pipeline: Pipeline) -> None:
        self._hit = self.armed = False
        with socket.socket(fileno=os.dup(pipeline._pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)  # closing alone would push out what is buffered
        pipeline.close()
        raise self.error("the connection is lost")


@pytest.mark.parametrize("statement", [b"lock", b"insert_events", b"commit"])
@pytest.mark.parametrize("persisted", [False, True], ids=["before", "after"])
def test_a_connection_lost_at_any_write_stores_the_append_once(
    log: OpenLog, monkeypatch: pytest.MonkeyPatch, statement: bytes, persisted: bool
) -> None:
    append(log, uuid4())
    fault, stream = Fault(statement, persisted=persisted), uuid4()
    fault.install(monkeypatch)

    position = append(log, stream)

    assert not fault.armed
    assert position == 2
    assert [row.stream for row in audited(log)][1:] == [stream]
    assert append(log, stream) == position  # sent again, it gets the first answer


def test_an_append_that_cannot_be_settled_says_so_and_is_answered_when_sent_again(
    log: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = uuid4()
    with monkeypatch.context() as patch:
        Fault(b"commit", persisted=True).install(patch)
        patch.setattr(log.recorder._writer, "_patience_s", -1.0)  # over before it begins
        with pytest.raises(LogUnavailable):
            append(log, stream)

    assert append(log, stream) == 1
    assert len(audited(log)) == 1


@pytest.mark.parametrize("persisted", [False, True], ids=["before", "after"])
def test_a_leader_that_is_stopped_leaves_the_lead_to_others(
    log: OpenLog, monkeypatch: pytest.MonkeyPatch, persisted: bool
) -> None:
    stopped, stream = uuid4(), uuid4()
    Fault(b"commit", persisted=persisted, error=KeyboardInterrupt).install(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        append(log, stopped)

    position = append(log, stream)

    assert [row.stream for row in audited(log)] == ([stopped] if persisted else []) + [stream]
    assert position == (2 if persisted else 1)
    assert append(log, stopped) == (1 if persisted else 2)  # sent again, it is answered truly


def test_keys_that_cannot_be_kept_let_nothing_be_stored(
    log: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key is durable before the append that first uses it; if it cannot be, neither is the append."""
    stream = uuid4()

    def fails(self: KeyStore, keys: object) -> None:
        raise OSError("the disk of the keys is full")

    with monkeypatch.context() as patch:
        patch.setattr(KeyStore, "keep", fails)
        with pytest.raises(LogUnavailable):
            append(log, stream)

    assert audited(log) == []
    assert append(log, stream) == 1
    assert len(audited(log)) == 1


def test_keys_kept_for_an_append_that_then_failed_do_no_harm(
    log: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = uuid4()
    Fault(b"insert_events", persisted=False).install(monkeypatch)

    append(log, stream)

    assert audited(log)[0].parts["state"].value == stream.bytes


class Writers:
    """Threads that append under keys of their own: what was acknowledged, and what is in doubt."""

    def __init__(self, log: OpenLog) -> None:
        self.log = log
        self.acknowledged: dict[UUID, int] = {}
        self.in_doubt: list[UUID] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _write(self) -> None:
        while not self._stop.is_set():
            stream = uuid4()
            try:
                self.acknowledged[stream] = append(self.log, stream)
            except LogUnavailable:
                self.in_doubt.append(stream)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("patience_s", [60.0, 0.05], ids=["patient", "impatient"])
def test_killing_postgresql_in_mid_append_loses_and_doubles_nothing(
    private_server: EmbeddedServer, private_database: Database, tmp_path: Path, patience_s: float
) -> None:
    rounds = ROUNDS // 2  # of each kind of writer
    with opened(private_database, unused_log_no(), tmp_path) as log:
        log.recorder._writer._patience_s = patience_s
        acknowledged: dict[UUID, int] = {}
        for _ in range(rounds):
            writers = Writers(log)
            while len(writers.acknowledged) < 50:
                time.sleep(0.01)
            private_server.kill()
            time.sleep(0.1)
            private_server.start()
            while len(writers.acknowledged) < 50:
                time.sleep(0.01)
            writers.stop()
            for stream in writers.in_doubt:  # sent again, each is answered truly
                writers.acknowledged[stream] = append(log, stream)
            acknowledged |= writers.acknowledged

        stored = {row.stream: row.position for row in audited(log)}

    assert stored == acknowledged

"""Each append gets its own answer, whatever shares its batch."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent

from domain.errors import ClaimTaken, KeyReused, LogBusy, RecordError, StaleVersion
from store.append import ClaimHash, RequestHash
from store.database import APPENDER, READER, Database
from store.keys import KeyMissing
from store.recorder import PLAIN, Terms
from store.wiring import OpenLog, WrongKeyStore, WrongOrigin, open_log
from tests.store.audit import audited
from tests.store.logs import new_log, opened, origin_of, path_of, unused_log_no


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as log:
        yield log


def event(
    stream: UUID, version: int = 0, topic: str = "record.created.v1", state: bytes = b"{}"
) -> StoredEvent:
    return StoredEvent(stream, version, topic, state)


def claim(value: str, namespace: str = "identity") -> ClaimHash:
    return ClaimHash(namespace, sha256(value.encode()).digest())


def request(key: str, asked: str = "the same") -> RequestHash:
    return RequestHash(sha256(key.encode()).digest(), sha256(asked.encode()).digest())


def test_a_stale_append_is_refused_with_the_current_version(log: OpenLog) -> None:
    stream = uuid4()
    log.recorder.append([event(stream, 1), event(stream, 2)])

    with pytest.raises(StaleVersion) as refusal:
        log.recorder.append([event(stream, 2)])

    assert refusal.value.facts == {"stream": str(stream), "current": 2}
    assert len(audited(log)) == 2


@pytest.mark.parametrize("version", [2, 3, 100])
def test_a_stream_begins_at_its_beginning(log: OpenLog, version: int) -> None:
    with pytest.raises(StaleVersion):
        log.recorder.append([event(uuid4(), version)])


def test_an_append_over_several_streams_is_stored_whole_or_not_at_all(log: OpenLog) -> None:
    first, second = uuid4(), uuid4()
    log.recorder.append([event(first, 1)])

    with pytest.raises(StaleVersion):
        log.recorder.append([event(second, 1), event(first, 1)])
    outcome, _ = log.recorder.append([event(second, 1), event(first, 2), event(second, 2)])

    assert (outcome.first_position, outcome.events) == (2, 3)
    assert [row.stream for row in audited(log)] == [first, second, first, second]


def test_an_append_at_the_end_needs_no_version(log: OpenLog) -> None:
    stream = uuid4()
    terms = Terms(at_end={stream})

    for _ in range(3):
        log.recorder.append([event(stream), event(stream)], terms)

    assert [row.version for row in audited(log)] == [1, 2, 3, 4, 5, 6]


def test_a_condition_on_another_stream_holds_or_the_append_is_refused(log: OpenLog) -> None:
    record, access = uuid4(), uuid4()
    log.recorder.append([event(record, 1)])
    decided_on_1 = Terms(at_end={access}, conditions={record: 1})

    log.recorder.append([event(access)], decided_on_1)
    log.recorder.append([event(record, 2)])  # a revocation, say
    with pytest.raises(StaleVersion) as refusal:
        log.recorder.append([event(access)], decided_on_1)

    assert refusal.value.current == 2
    assert len(audited(log)) == 3


def test_a_condition_of_zero_means_that_the_stream_must_not_exist(log: OpenLog) -> None:
    absent, other = uuid4(), uuid4()

    log.recorder.append([event(other, 1)], Terms(conditions={absent: 0}))
    with pytest.raises(StaleVersion):
        log.recorder.append([event(other, 2)], Terms(conditions={other: 0}))


def test_a_claim_is_held_by_one_stream_until_it_is_released(log: OpenLog) -> None:
    first, second = uuid4(), uuid4()
    log.recorder.append([event(first, 1)], Terms(claims=[claim("a"), claim("b")]))

    with pytest.raises(ClaimTaken):
        log.recorder.append([event(second, 1)], Terms(claims=[claim("c"), claim("a")]))
    log.recorder.append([event(second, 1)], Terms(claims=[claim("c"), claim("a", "record-number")]))
    log.recorder.append([event(first, 2)], Terms(releases=[claim("a")]))
    log.recorder.append([event(second, 2)], Terms(claims=[claim("a")]))

    assert log.reader.claim("identity", claim("a").value_hash) == second
    assert log.reader.claim("identity", claim("b").value_hash) == first
    assert len(audited(log)) == 4


def test_the_same_claim_twice_in_one_append_is_one_claim(log: OpenLog) -> None:
    stream = uuid4()

    log.recorder.append([event(stream, 1)], Terms(claims=[claim("a"), claim("a")]))

    assert log.reader.claim("identity", claim("a").value_hash) == stream


def test_a_repeat_gets_the_first_answer_and_stores_nothing(log: OpenLog) -> None:
    stream = uuid4()
    terms = Terms(request=request("key"), claims=[claim("x")])

    first, drafts = log.recorder.append([event(stream, 1), event(stream, 2)], terms)
    again, _ = log.recorder.append([event(stream, 1), event(stream, 2)], terms)

    assert (again.first_position, again.events, again.repeated) == (first.first_position, 2, True)
    assert not first.repeated and [draft.position for draft in drafts] == [1, 2]
    with pytest.raises(KeyReused):
        log.recorder.append([event(uuid4(), 1)], Terms(request=request("key", "something else")))
    assert len(audited(log)) == 2


def test_the_librarys_call_turns_refusals_into_its_own_errors(log: OpenLog) -> None:
    stream = uuid4()
    log.recorder.insert_events([event(stream, 1)], terms=Terms(claims=[claim("a")], request=request("key")))

    for terms in (PLAIN, Terms(claims=[claim("a")]), Terms(request=request("key", "other"))):
        with pytest.raises(IntegrityError):
            log.recorder.insert_events([event(stream, 1)], terms=terms)


def test_sixteen_threads_on_one_stream_store_each_version_once(log: OpenLog) -> None:
    stream = uuid4()
    log.recorder.append([event(stream, 1)])

    def write(version: int) -> bool:
        try:
            log.recorder.append([event(stream, version)])
        except StaleVersion:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        for version in range(2, 12):
            assert sum(threads.map(write, [version] * 16)) == 1

    assert [row.version for row in audited(log)] == list(range(1, 12))


def test_one_batch_answers_each_of_its_appends(log: OpenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything queued while the leader is away is stored together: stale, repeated, claimed and good."""
    stream, other = uuid4(), uuid4()
    log.recorder.append([event(stream, 1)])
    appends: dict[str, tuple[Sequence[StoredEvent], Terms]] = {
        "good": ([event(stream, 2)], PLAIN),
        "stale": ([event(stream, 2)], PLAIN),
        "keyed": ([event(other, 1)], Terms(request=request("k"))),
        "keyed again": ([event(other, 1)], Terms(request=request("k"))),
        "key reused": ([event(other, 1)], Terms(request=request("k", "else"))),
        "claims": ([event(other, 2)], Terms(claims=[claim("n")])),
        "claims too": ([event(uuid4(), 1)], Terms(claims=[claim("n")])),
    }
    answers: dict[str, object] = {}
    batches = _hold_the_first_batch(log, monkeypatch, len(appends))

    def submit(name: str) -> None:
        try:
            answers[name] = log.recorder.append(*appends[name])[0].repeated
        except RecordError as refusal:
            answers[name] = type(refusal)

    threads = [threading.Thread(target=log.recorder.append, args=([event(uuid4(), 1)],))]
    threads[0].start()
    for name in appends:
        waiting = log.recorder.waiting
        threads.append(threading.Thread(target=submit, args=(name,)))
        threads[-1].start()
        while log.recorder.waiting == waiting:
            pass
    for thread in threads:
        thread.join()

    assert answers == {
        "good": False, "stale": StaleVersion, "keyed": False, "keyed again": True, "key reused": KeyReused,
        "claims": False, "claims too": ClaimTaken,
    }  # fmt: skip
    assert batches == [1, len(appends)]
    assert len(audited(log)) == 5


def _hold_the_first_batch(log: OpenLog, monkeypatch: pytest.MonkeyPatch, until: int) -> list[int]:
    """Keep the leader in its first batch until so many appends wait. Returns the sizes of the batches."""
    write, sizes = log.recorder._writer.write, list[int]()

    def held(batch: Sequence[object]) -> None:
        while not sizes and log.recorder.waiting < until:
            pass
        sizes.append(len(batch))
        write(batch)  # type: ignore[arg-type]  # a batch, as it comes

    monkeypatch.setattr(log.recorder._writer, "write", held)
    return sizes


def test_what_the_database_cannot_take_is_refused_without_its_neighbours(
    log: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = _hold_the_first_batch(log, monkeypatch, 3)
    topics = ["first", "good", "bad \0 topic", "good"]

    def submit(topic: str) -> bool:
        try:
            log.recorder.insert_events([event(uuid4(), 1, topic)])
        except OperationalError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        stored = list(threads.map(submit, topics))

    assert stored == [True, True, False, True]
    assert batches[1] == 3
    assert len(audited(log)) == 3


def test_a_full_queue_refuses_and_stores_nothing_of_what_it_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_log(database) as log:
        monkeypatch.setattr(log.recorder._queue, "_most_waiting", 2)
        _hold_the_first_batch(log, monkeypatch, 2)
        answers: list[type[RecordError] | None] = []

        def submit() -> None:
            try:
                log.recorder.append([event(uuid4(), 1)])
                answers.append(None)
            except LogBusy:
                answers.append(LogBusy)

        threads = [threading.Thread(target=submit) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(audited(log)) == answers.count(None) >= 3
        assert answers.count(LogBusy) + answers.count(None) == 8


def test_an_append_of_thousands_of_events_is_one_append(log: OpenLog) -> None:
    stream = uuid4()

    outcome, _ = log.recorder.append([event(stream, version) for version in range(1, 3001)])

    assert outcome.events == 3000
    assert len(audited(log)) == 3000


# Other processes and other openings of the same log.


def test_two_openings_that_begin_the_same_stream_agree_on_its_key(database: Database, tmp_path: Path) -> None:
    number, stream, keys = unused_log_no(), uuid4(), tmp_path
    with opened(database, number, keys) as one, opened(database, number, keys) as two:
        barrier = threading.Barrier(2)

        def append(log: OpenLog) -> None:
            barrier.wait()
            log.recorder.append([event(stream)], Terms(at_end={stream}))

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(append, [one, two]))

        assert [row.version for row in audited(one)] == [1, 2]
        assert [row.version for row in audited(two)] == [1, 2]


def test_of_two_key_stores_that_begin_one_log_at_once_one_finds_it_taken(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = unused_log_no()
    monkeypatch.setattr("store.wiring._is_begun", lambda dsn, log_no: False)  # neither has seen the other yet

    with opened(database, number, tmp_path / "first"):
        with pytest.raises(WrongKeyStore), opened(database, number, tmp_path / "second"):
            pass


def test_a_request_key_is_forgotten_after_ninety_days_and_not_before(
    database: Database, tmp_path: Path
) -> None:
    number = unused_log_no()
    terms = {name: Terms(request=request(f"{number} {name}")) for name in ("old", "young")}
    with opened(database, number, tmp_path) as log:
        for asked in terms.values():
            log.recorder.append([event(uuid4(), 1)], asked)
    with psycopg.connect(database.admin) as connection:
        for days, asked in ((91, terms["old"]), (89, terms["young"])):
            connection.execute(
                "UPDATE store.append_key SET recorded_at = recorded_at - %s * interval '1 day' "
                "WHERE key_hash = %s",
                [days, asked.request.key if asked.request else b""],
            )

    with opened(database, number, tmp_path) as log:
        assert log.recorder.append([event(uuid4(), 1)], terms["young"])[0].repeated
        assert not log.recorder.append([event(uuid4(), 1)], terms["old"])[0].repeated


def test_a_log_does_not_open_with_a_key_store_that_is_not_its_own(database: Database, tmp_path: Path) -> None:
    number, keys = unused_log_no(), tmp_path
    with opened(database, number, keys / "right") as log:
        log.recorder.append([event(uuid4(), 1)])

    with new_log(database) as other:
        other.recorder.append([event(uuid4(), 1)])
        elsewhere = path_of(other.keys).parent
        with pytest.raises(WrongKeyStore), opened(database, number, elsewhere):
            pass
    with pytest.raises(KeyMissing), opened(database, number, keys / "empty"):
        pass
    assert not (keys / "empty").exists()
    with pytest.raises(WrongOrigin):
        open_log(
            dsn=database.dsn(APPENDER), keys=keys / "right", origin=origin_of(number) + "x", log_no=number
        )


# What the database itself refuses.


@pytest.mark.parametrize("statement", ["UPDATE store.event SET topic = 'x'", "DELETE FROM store.event"])
@pytest.mark.parametrize("as_admin", [True, False])
def test_the_database_refuses_to_change_an_event(
    log: OpenLog, database: Database, as_admin: bool, statement: str
) -> None:
    log.recorder.append([event(uuid4(), 1)])
    dsn = database.admin if as_admin else database.dsn(APPENDER)

    with (
        psycopg.connect(dsn) as connection,
        pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)),
    ):
        connection.execute(statement)

    assert len(audited(log)) == 1


@pytest.mark.parametrize("table", ["event", "log", "stream"])
def test_the_database_refuses_to_empty_a_table_even_for_its_administrator(
    log: OpenLog, database: Database, table: str
) -> None:
    log.recorder.append([event(uuid4(), 1)])

    with psycopg.connect(database.admin) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(f"TRUNCATE store.{table}")


def test_the_row_that_is_the_lock_cannot_be_changed_by_who_may_lock_it(
    log: OpenLog, database: Database
) -> None:
    with psycopg.connect(database.dsn(APPENDER)) as connection:
        connection.execute("SELECT FROM store.log WHERE log_no = %s FOR UPDATE", [log.log_no])
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute("UPDATE store.log SET log_no = log_no + 1000")


@pytest.mark.parametrize("table", ["content", "claim", "append_key", "snapshot"])
def test_the_reader_sees_envelopes_and_no_content(log: OpenLog, database: Database, table: str) -> None:
    with psycopg.connect(database.dsn(READER)) as connection:
        connection.execute("SELECT count(*) FROM store.event")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT * FROM store.{table}")

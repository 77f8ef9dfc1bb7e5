"""The key-encryption key is replaced, content is sealed again: nothing is lost, wherever it is cut off."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from store import connect
from store import keys as key_module
from store.content import ContentKey
from store.database import RESEALER, Database
from store.key_place import KeyPlace, KeysAt
from store.keys import (
    NEXT_KEK,
    KeyDestroyed,
    KeyEncryptionKey,
    KeyMissing,
    KeyStore,
    WrongKeyEncryptionKey,
    open_key_store,
    replace_kek,
)
from store.resealing import Resealing
from store.wiring import OpenLog
from tests.store.audit import audited
from tests.store.logs import new_log, opened, unused_log_no

SECRET = "callers/1"


class Cut(Exception):
    """The process ends here."""


@pytest.fixture(params=["file", "database"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> KeyPlace:
    """An empty place for keys, of either kind."""
    if request.param == "file":
        return KeyPlace(tmp_path)
    database: Database = request.getfixturevalue("empty_database")
    return KeyPlace(tmp_path, database.admin)


def filled(folder: KeysAt) -> tuple[ContentKey, bytes]:
    """A key store with a key, a destroyed one and a secret."""
    with closing(open_key_store(folder, begin=True)) as store:
        gone = store.keep([ContentKey.new(uuid4())])
        store.destroy(next(iter(gone)))
        key = ContentKey.new(uuid4())
        return store.keep([key])[key.stream], store.secret(SECRET)


def holds(folder: KeysAt, key: ContentKey, secret: bytes) -> None:
    with closing(open_key_store(folder, begin=False)) as store:
        assert (store.get(key.stream, 1).secret, store.secret(SECRET)) == (key.secret, secret)
        assert len(store.destroyed()) == 1


def replaced(folder: KeyPlace, new: bytes) -> int:
    with closing(open_key_store(folder, begin=False)) as store:
        return replace_kek(folder.folder, store, new)


def test_under_the_new_key_encryption_key_all_is_as_before_and_the_old_one_opens_nothing(
    place: KeyPlace,
) -> None:
    key, secret = filled(place)
    old, new = (place.folder / "kek").read_bytes(), os.urandom(32)

    assert replaced(place, new) == 2

    holds(place, key, secret)
    assert (place.folder / "kek").read_bytes() == new and not (place.folder / NEXT_KEK).exists()
    with closing(open_key_store(place, begin=False)) as store:
        with pytest.raises(WrongKeyEncryptionKey):
            KeyStore(store.table, KeyEncryptionKey(old))
        wrapped = store.table.find(key.stream, 1)
        assert wrapped is not None and wrapped.wrapped is not None
        with pytest.raises(WrongKeyEncryptionKey):
            KeyEncryptionKey(old).unwrap(wrapped.wrapped, b"whatever it is for")
    assert replaced(place, new) == 0


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["create_once", "rewrap", "kek_in_force"])
def test_cut_off_at_any_step_the_store_opens_and_the_next_run_finishes(
    place: KeyPlace, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    key, secret = filled(place)
    new = os.urandom(32)
    owner = KeyStore if step == "rewrap" else key_module
    act: Callable[..., object] = getattr(owner, step)

    def cut(*arguments: object, **named: object) -> object:
        if after:
            act(*arguments, **named)
        raise Cut

    with closing(open_key_store(place, begin=False)) as store, monkeypatch.context() as patched:
        patched.setattr(owner, step, cut)
        with pytest.raises(Cut):
            replace_kek(place.folder, store, new)

    holds(place, key, secret)
    replaced(place, new)
    holds(place, key, secret)
    assert (place.folder / "kek").read_bytes() == new


def test_a_store_that_is_open_goes_on_reading_and_writing(place: KeyPlace) -> None:
    key, secret = filled(place)
    with closing(open_key_store(place, begin=False)) as running:
        replaced(place, os.urandom(32))

        fresh = ContentKey.new(uuid4())
        assert running.keep([fresh])[fresh.stream].secret == fresh.secret
        assert (running.get(key.stream, 1).secret, running.secret(SECRET)) == (key.secret, secret)
        assert len(running.secret("made since")) == 32

    with closing(open_key_store(place, begin=False)) as store:
        assert store.get(fresh.stream, 1).secret == fresh.secret


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as log:
        yield log


@pytest.fixture
def resealing(database: Database, log: OpenLog) -> Iterator[Resealing]:
    with closing(connect.plain(database.dsn(RESEALER))) as db:
        yield Resealing(db, log_no=log.log_no, origin=log.origin, keys=log.keys)


def append(log: OpenLog, stream: UUID, versions: range) -> None:
    events = [StoredEvent(stream, version, "test.told.v1", b"told %d" % version) for version in versions]
    log.recorder.insert_events(events)


def test_sealed_again_content_and_proofs_are_the_same_and_the_old_key_is_gone(
    log: OpenLog, resealing: Resealing
) -> None:
    streams = [uuid4(), uuid4()]
    for stream in streams:
        append(log, stream, range(1, 601))
    log.snapshots.put(streams[0], "fold/1", 600, b"{}")
    before = audited(log)

    assert resealing.begin(streams) == 1200
    append(log, streams[0], range(601, 602))
    assert resealing.end() == 2

    after = audited(log)
    assert [(row.envelope, row.parts) for row in after[:-1]] == [(row.envelope, row.parts) for row in before]
    for stream in streams:
        assert [held.generation for held in log.keys.table.between(stream, stream)] == [2]
        with pytest.raises(KeyMissing):
            log.keys.get(stream, 1)
        assert log.keys.erased_upto(stream) == 0 and stream not in log.keys.destroyed()
    assert log.snapshots.newest(streams[0], "fold/1") is None


def test_what_another_process_appends_meanwhile_is_not_lost(database: Database, tmp_path: Path) -> None:
    log_no, stream = unused_log_no(), uuid4()
    with opened(database, log_no, tmp_path) as one, opened(database, log_no, tmp_path) as other:
        append(one, stream, range(1, 4))
        append(other, stream, range(4, 5))  # from now on it holds the key as the newest
        with closing(connect.plain(database.dsn(RESEALER))) as db:
            resealing = Resealing(db, log_no=log_no, origin=one.origin, keys=one.keys)
            resealing.begin([stream])
            append(other, stream, range(5, 9))  # under the old key
            resealing.end()

        assert [row.version for row in audited(one)] == list(range(1, 9))
        assert [held.generation for held in one.keys.table.between(stream, stream)] == [2]


def test_a_log_whose_keys_lie_in_a_database_of_their_own(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    """Two machines: each has the key-encryption key, neither a file of keys."""
    log_no, streams = unused_log_no(), [uuid4() for _ in range(20)]
    place = KeyPlace(tmp_path / "one", empty_database.admin)
    with opened(database, log_no, place) as one:
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "kek").write_bytes((tmp_path / "one" / "kek").read_bytes())
        with opened(database, log_no, KeyPlace(tmp_path / "other", empty_database.admin)) as other:
            for number, stream in enumerate(streams):
                append((one, other)[number % 2], stream, range(1, 4))
                append((other, one)[number % 2], stream, range(4, 6))
            assert len(audited(one)) == len(audited(other)) == 100

            one.keys.destroy(streams[0])
            other.keys.forget(streams[0])

            with pytest.raises(KeyDestroyed):
                other.reader.stream(streams[0])
            append(other, streams[0], range(6, 7))
            assert [row.version for row in one.reader.stream(streams[0], gt=5)] == [6]
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == ["kek", "kek"]


def test_readers_go_on_undisturbed(database: Database, tmp_path: Path) -> None:
    log_no, stream, stop, failures = unused_log_no(), uuid4(), Event(), list[BaseException]()
    with opened(database, log_no, tmp_path) as one, opened(database, log_no, tmp_path) as other:
        append(one, stream, range(1, 301))

        def read() -> None:
            while not stop.is_set():
                try:
                    other.keys.forget(stream)
                    assert len(other.reader.stream(stream)) == 300
                except BaseException as failure:
                    failures.append(failure)
                    return

        reader = Thread(target=read)
        reader.start()
        with closing(connect.plain(database.dsn(RESEALER))) as db:
            for _ in range(5):
                resealing = Resealing(db, log_no=log_no, origin=one.origin, keys=one.keys)
                resealing.begin([stream])
                resealing.end()
        stop.set()
        reader.join()

    assert failures == []


def test_what_was_erased_stays_erased(log: OpenLog, resealing: Resealing) -> None:
    stream = uuid4()
    append(log, stream, range(1, 3))
    log.keys.renew(stream)
    append(log, stream, range(3, 5))
    log.keys.destroy(stream, 1)

    assert resealing.begin([stream]) == 2
    resealing.end()

    with pytest.raises(KeyDestroyed):
        log.keys.get(stream, 1)
    assert log.reader.erased_upto(stream) == 2
    assert [row.version for row in log.reader.stream(stream, gt=2)] == [3, 4]


def test_the_resealer_changes_nothing_but_how_content_is_sealed(database: Database, log: OpenLog) -> None:
    append(log, uuid4(), range(1, 3))
    with closing(connect.plain(database.dsn(RESEALER))) as db:
        for statement in (
            "UPDATE store.content SET position = position + 100",
            "DELETE FROM store.content",
            "INSERT INTO store.content VALUES (99, 1, 1, 'x')",
            "UPDATE store.event SET topic = 'x'",
            "UPDATE store.log SET log_no = 99",
            "SELECT * FROM store.claim",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)):
                db.execute(statement)

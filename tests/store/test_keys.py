"""The key store: durable before use, unreadable without its key-encryption key, and gone when destroyed."""

import os
import sqlite3
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from store import entropy, keys
from store.content import ContentKey
from store.database import Database
from store.key_place import KeyPlace, KeysAt
from store.keys import (
    MOST_AT_ONCE,
    NEWEST_FOR_S,
    KeyDestroyed,
    KeyEncryptionKey,
    KeyMissing,
    KeyStore,
    WrongKeyEncryptionKey,
    open_key_store,
)
from store.keys_sqlite import SqliteKeys

STREAM = UUID(int=7)


@pytest.fixture(params=["file", "database"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> KeyPlace:
    """An empty place for keys, of either kind."""
    if request.param == "file":
        return KeyPlace(tmp_path)
    database: Database = request.getfixturevalue("empty_database")
    return KeyPlace(tmp_path, database.admin)


def key_store(keys: KeysAt) -> KeyStore:
    return open_key_store(keys, begin=True)


def test_a_key_that_was_kept_is_there_when_the_store_is_opened_again(place: KeyPlace) -> None:
    store = key_store(place)
    key = store.newest(STREAM)
    store.keep([key])
    store.close()

    again = key_store(place)

    assert again.newest(STREAM).secret == again.get(STREAM, 1).secret == key.secret
    again.close()


def test_of_two_keys_for_one_stream_the_first_one_kept_counts(place: KeyPlace) -> None:
    one, two = key_store(place), key_store(place)
    first, second, other = one.newest(STREAM), two.newest(STREAM), ContentKey.new(uuid4())

    one.keep([first])
    kept = two.keep([second, other])

    assert kept[STREAM].secret == first.secret != second.secret
    assert kept[other.stream].secret == other.secret
    assert two.newest(STREAM).secret == first.secret
    one.close()
    two.close()


def test_more_keys_than_one_statement_takes_are_all_kept(place: KeyPlace) -> None:
    store = key_store(place)
    many = [ContentKey.new(uuid4()) for _ in range(MOST_AT_ONCE + 1)]

    kept = store.keep(many)
    store.close()

    again = key_store(place)
    assert all(again.get(key.stream, 1).secret == kept[key.stream].secret == key.secret for key in many)
    again.close()


def test_a_destroyed_key_is_gone_from_every_file_and_the_next_has_a_new_generation(tmp_path: Path) -> None:
    store = key_store(tmp_path)
    key = store.newest(STREAM)
    store.keep([key])
    found = store.table.find(STREAM, 1)
    assert found is not None and found.wrapped is not None
    assert any(found.wrapped in file.read_bytes() for file in tmp_path.iterdir())

    store.destroy(STREAM)

    assert not any(found.wrapped in file.read_bytes() for file in tmp_path.iterdir())
    with pytest.raises(KeyDestroyed):
        store.get(STREAM, 1)
    assert store.newest(STREAM).generation == 2
    store.close()


def test_of_a_destroyed_key_nothing_is_in_the_table(place: KeyPlace) -> None:
    with closing(key_store(place)) as store:
        kept = [store.keep([store.newest(STREAM)])[STREAM], store.renew(STREAM), store.renew(STREAM)]
        other = store.keep([ContentKey.new(uuid4())])

        assert store.destroy(STREAM, 2) == 2 and store.destroy(STREAM, 2) == 0

        assert store.erased_upto(STREAM) == 2 and store.destroyed() == {STREAM}
        assert [held.wrapped is None for held in store.table.between(STREAM, STREAM)] == [True, True, False]
        assert store.get(STREAM, 3).secret == kept[2].secret and store.newest(STREAM).generation == 3
        with pytest.raises(KeyDestroyed):
            store.between(STREAM, STREAM).get(STREAM, 1)
        store.remove(STREAM, 3)
        assert [held.generation for held in store.table.between(STREAM, STREAM)] == [1, 2]
        assert all(store.erased_upto(stream) == 0 for stream in other)


def test_the_keys_of_many_streams_are_those_of_each_and_destroyed_ones_are_none(place: KeyPlace) -> None:
    with closing(key_store(place)) as store:
        kept = store.keep([ContentKey.new(UUID(int=number)) for number in range(1, 1_100)])
        newer = store.renew(UUID(int=1))
        store.destroy(UUID(int=2))

        found = store.secrets([*(stream.bytes for stream in kept), UUID(int=5_000).bytes])

    expected = {(stream.bytes, 1): key.secret for stream, key in kept.items() if stream != UUID(int=2)}
    assert found == {**expected, (newer.stream.bytes, 2): newer.secret}


def test_a_key_that_another_process_replaced_is_not_taken_for_the_newest_for_long(
    place: KeyPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(key_store(place)) as one, closing(key_store(place)) as other:
        first = one.keep([one.newest(STREAM)])[STREAM]
        newer = other.renew(STREAM)
        assert one.newest(STREAM) is first and one.is_kept(first)

        monkeypatch.setattr(keys, "monotonic", lambda: time.monotonic() + NEWEST_FOR_S)

        assert not one.is_kept(first) and one.newest(STREAM).secret == newer.secret


def test_a_lost_database_or_wrapping_key_is_named(empty_database: Database, tmp_path: Path) -> None:
    place = KeyPlace(tmp_path, empty_database.admin)
    with pytest.raises(KeyMissing, match="database"):
        open_key_store(KeyPlace(tmp_path / "other", empty_database.admin), begin=False)
    key_store(place).close()
    with closing(open_key_store(place, begin=True)) as store:
        store.secret("callers/1")

    with pytest.raises(KeyMissing, match="kek"):
        open_key_store(KeyPlace(tmp_path / "other", empty_database.admin), begin=True)
    assert not (tmp_path / "keys.sqlite").exists()


def test_a_key_made_before_a_destruction_is_not_used_after_it(place: KeyPlace) -> None:
    store = key_store(place)
    key = store.newest(STREAM)
    store.keep([key])
    store.destroy(STREAM)

    kept = store.keep([key])[STREAM]
    store.close()

    again = key_store(place)
    assert (kept.generation, again.get(STREAM, 2).secret) == (2, kept.secret)
    again.close()


def test_no_key_lies_in_the_files_as_it_is(tmp_path: Path) -> None:
    store = key_store(tmp_path)
    key = store.newest(STREAM)
    store.keep([key])
    secret = store.secret("claims/1")
    store.close()

    for file in tmp_path.iterdir():
        assert key.secret not in file.read_bytes() and secret not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def test_another_key_encryption_key_opens_nothing(tmp_path: Path) -> None:
    store = key_store(tmp_path)
    store.keep([store.newest(STREAM)])
    store.close()

    with closing(SqliteKeys(tmp_path / "keys.sqlite")) as table, pytest.raises(WrongKeyEncryptionKey):
        KeyStore(table, KeyEncryptionKey(os.urandom(32)))


def test_a_store_that_never_noted_its_key_encryption_key_is_told_by_what_it_holds(tmp_path: Path) -> None:
    with closing(key_store(tmp_path)) as store:
        secret = store.secret("callers/1")
    with closing(sqlite3.connect(tmp_path / "keys.sqlite")) as older, older:
        older.execute("DELETE FROM secret WHERE name = 'kek'")

    with closing(SqliteKeys(tmp_path / "keys.sqlite")) as table, pytest.raises(WrongKeyEncryptionKey):
        KeyStore(table, KeyEncryptionKey(os.urandom(32)))

    with closing(key_store(tmp_path)) as store:
        assert store.secret("callers/1") == secret


@pytest.mark.parametrize("lost", ["kek", "keys.sqlite"])
def test_a_lost_file_is_named_and_no_other_put_in_its_place(tmp_path: Path, lost: str) -> None:
    key_store(tmp_path).close()
    (tmp_path / lost).unlink()

    with pytest.raises(KeyMissing, match=lost):
        open_key_store(tmp_path, begin=False)

    assert not (tmp_path / lost).exists()


def test_keys_without_their_wrapping_key_are_never_begun_again(tmp_path: Path) -> None:
    key_store(tmp_path).close()
    (tmp_path / "kek").unlink()

    with pytest.raises(KeyMissing, match="kek"):
        open_key_store(tmp_path, begin=True)


def test_a_key_that_was_never_kept_is_missed(place: KeyPlace) -> None:
    store = key_store(place)

    with pytest.raises(KeyMissing):
        store.get(STREAM, 1)
    store.close()


def test_processes_that_start_together_agree_on_key_encryption_key_and_secrets(place: KeyPlace) -> None:
    barrier = threading.Barrier(8)

    def start(_: int) -> bytes:
        barrier.wait()
        store = key_store(place)
        try:
            return store.secret("claims/1")
        finally:
            store.close()

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(start, range(8)))) == 1


def test_keys_are_found_by_others_although_other_processes_come_and_go(place: KeyPlace) -> None:
    """Whoever goes must not take the store for deserted, and its log away from us who go on writing to it."""
    key_store(place).close()
    store, opened_beside = key_store(place), key_store(place)
    opened_beside.close()
    key = store.newest(STREAM)
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        with pytest.raises(KeyMissing):
            pool.submit(secret_of, place).result()
        store.keep([key])

        assert pool.submit(secret_of, place).result() == key.secret
    store.close()


def secret_of(folder: KeysAt) -> bytes:
    """As another process finds it, which opens the store and closes it."""
    with closing(open_key_store(folder, begin=False)) as store:
        return store.get(STREAM, 1).secret


def test_random_bytes_are_never_handed_out_twice(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: entropy.take(12), range(20_000)))

    assert len(set(taken)) == len(taken)


def test_a_forked_child_has_random_bytes_of_its_own(tmp_path: Path) -> None:
    entropy.take(12)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, entropy.take(12))
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() != entropy.take(12)

"""Documents at rest: sealed piece by piece, moved on in step, removed when nobody names them."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.document_errors import OffsetMoved, TooManyUploads
from domain.document_port import Upload
from evidence.errors import ProofError
from store.blobs import Blobs
from store.blobs_rules import USUAL, UploadRules
from store.blobs_sealing import CHUNK, Sealing
from store.content import ContentKey
from store.database import APPENDER, Database
from store.keys import KeyStore, open_key_store
from tests.store.logs import path_of

LATER = "UPDATE store.blob SET expires_at = now() - interval '1 s' WHERE blob_id = ANY(%s)"
NURSE, OTHER = "https://login.example nurse", "https://login.example other"
RECORD = uuid4()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyStore]:
    store = open_key_store(tmp_path_factory.mktemp("keys"), begin=True)
    yield store
    store.close()


@contextmanager
def opened(
    database: Database,
    keys: KeyStore,
    rules: UploadRules = USUAL,
    is_named: Callable[[UUID], bool] = lambda _: False,
) -> Iterator[Blobs]:
    blobs = Blobs(
        dsn=database.dsn(APPENDER), log_no=1, origin="test", keys=keys, is_named=is_named, rules=rules
    )
    yield blobs
    blobs.close()


@pytest.fixture
def blobs(database: Database, keys: KeyStore) -> Iterator[Blobs]:
    with opened(database, keys) as store:
        yield store


def send(blobs: Blobs, upload: UUID, content: bytes) -> Upload:
    """Go on with an upload as one request does."""
    found = blobs.find(upload, NURSE)
    assert found is not None
    inflow = blobs.receive(found)
    rest = memoryview(content)
    while rest:
        rest = inflow.fill(rest)
        if inflow.is_full:
            inflow.store()
    return inflow.finish()


def uploaded(blobs: Blobs, content: bytes) -> UUID:
    """A whole upload that was checked."""
    upload = blobs.begin(RECORD, NURSE, len(content)).id
    assert send(blobs, upload, content).is_whole
    blobs.check(upload).result(timeout=30)
    return upload


def read(blobs: Blobs, upload: UUID) -> bytes:
    content = blobs.open(upload)
    assert content is not None
    return b"".join(content.piece(number) for number in range(content.pieces))


def execute(database: Database, statement: str, *arguments: object) -> None:
    with psycopg.connect(database.dsn(APPENDER)) as connection:
        connection.execute(statement.encode(), arguments)


# Sealing.


def sealing(length: int, blob: UUID = RECORD, origin: str = "test") -> Sealing:
    return Sealing(origin, ContentKey.of(blob, 1, b"k" * 32), length)


@given(number=st.integers(0, 2), cut=st.integers(0, CHUNK + 28), bit=st.integers(0, 7))
def test_a_chunk_that_was_changed_or_cut_does_not_open(number: int, cut: int, bit: int) -> None:
    whole = sealing(3 * CHUNK)
    sealed = bytearray(whole.seal(number, bytes(CHUNK)))
    shorter = bytes(sealed[: min(cut, len(sealed) - 1)])
    sealed[min(cut, len(sealed) - 1)] ^= 1 << bit

    for broken in (bytes(sealed), shorter):
        with pytest.raises(ProofError):
            whole.open(number, broken)


def test_a_chunk_opens_at_its_own_place_alone() -> None:
    chunk = bytes(CHUNK)
    sealed = sealing(3 * CHUNK).seal(1, chunk)

    assert sealing(3 * CHUNK).open(1, sealed) == chunk
    for other, number in (
        (sealing(3 * CHUNK), 0),  # another number
        (sealing(3 * CHUNK), 2),
        (sealing(2 * CHUNK), 1),  # a document cut off after it
        (sealing(4 * CHUNK), 1),
        (sealing(3 * CHUNK, uuid4()), 1),  # another document
        (sealing(3 * CHUNK, origin="another"), 1),  # another log
    ):
        with pytest.raises(ProofError):
            other.open(number, sealed)


def test_a_part_of_a_chunk_is_not_taken_for_the_whole() -> None:
    place = sealing(CHUNK + 100)
    sealed = place.seal(1, bytes(99))

    assert place.open(1, sealed, 99) == bytes(99)
    with pytest.raises(ProofError):
        place.open(1, sealed)


def test_the_same_chunk_is_never_sealed_alike() -> None:
    assert sealing(10).seal(0, bytes(10)) != sealing(10).seal(0, bytes(10))


# Receiving.


@pytest.mark.parametrize("sizes", [[1], [CHUNK], [CHUNK + 1], [1, CHUNK, 3], [CHUNK // 3] * 7, [0, 5, 0, 6]])
def test_what_comes_in_pieces_is_kept_whole(blobs: Blobs, sizes: list[int]) -> None:
    pieces = [os.urandom(size) for size in sizes]
    content = b"".join(pieces)
    upload = blobs.begin(RECORD, NURSE, len(content)).id

    for piece in pieces:
        send(blobs, upload, piece)
    blobs.check(upload).result(timeout=30)

    found = blobs.take(upload, RECORD)
    assert found is not None and found.verdict == "accepted"
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.sha512 == hashlib.sha512(content).hexdigest()
    assert read(blobs, upload) == content


def test_the_key_is_kept_before_the_first_byte(blobs: Blobs, keys: KeyStore) -> None:
    upload = blobs.begin(RECORD, NURSE, 10).id

    with sqlite3.connect(path_of(keys)) as connection:
        found = connection.execute("SELECT 1 FROM content_key WHERE stream = ?", (upload.bytes,)).fetchone()
    connection.close()

    assert found is not None


def test_of_two_requests_at_one_byte_the_second_is_refused(blobs: Blobs) -> None:
    upload = blobs.begin(RECORD, NURSE, 2 * CHUNK)
    first, second = blobs.receive(upload), blobs.receive(upload)
    for inflow in (first, second):
        inflow.fill(memoryview(bytes(CHUNK)))

    first.store()
    with pytest.raises(OffsetMoved) as moved:
        second.store()

    assert moved.value.received == CHUNK


def test_a_caller_has_only_so_many_uploads(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.blobs_table.MOST_OPEN", 2)
    for _ in range(2):
        blobs.begin(RECORD, "greedy", 10)

    with pytest.raises(TooManyUploads):
        blobs.begin(RECORD, "greedy", 10)

    assert blobs.begin(RECORD, OTHER, 10).received == 0


def test_an_upload_is_its_callers_and_its_records(blobs: Blobs) -> None:
    upload = blobs.begin(RECORD, NURSE, 10).id

    assert blobs.find(upload, NURSE) is not None
    assert blobs.find(upload, OTHER) is None
    assert blobs.take(upload, uuid4()) is None
    assert not blobs.remove(upload, OTHER)


def test_nothing_is_read_that_is_not_checked(blobs: Blobs) -> None:
    upload = blobs.begin(RECORD, NURSE, 10).id
    assert blobs.open(upload) is None

    send(blobs, upload, bytes(10))

    assert blobs.open(upload) is None
    blobs.check(upload).result(timeout=30)
    assert read(blobs, upload) == bytes(10)


def test_checking_what_is_not_whole_or_not_there_does_nothing(blobs: Blobs) -> None:
    upload = blobs.begin(RECORD, NURSE, 10).id

    blobs.check(upload).result(timeout=30)
    blobs.check(uuid4()).result(timeout=30)

    found = blobs.find(upload, NURSE)
    assert found is not None and found.verdict == "pending"


# Somebody at the database.


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE store.blob_chunk SET ciphertext = set_byte(ciphertext, 20, get_byte(ciphertext, 20) # 1) "
        "WHERE blob_id = %s AND number = 1",
        "UPDATE store.blob_chunk AS c SET ciphertext = o.ciphertext FROM store.blob_chunk AS o "
        "WHERE c.blob_id = o.blob_id AND c.blob_id = %s AND c.number = 1 AND o.number = 0",
        "UPDATE store.blob_chunk SET number = number + 10 WHERE blob_id = %s AND number = 1",
        "UPDATE store.blob SET length = 65537, received = 65537 WHERE blob_id = %s",
    ],
    ids=["changed", "put in another's place", "taken away", "cut off"],
)
def test_what_was_done_to_the_rows_is_noticed(blobs: Blobs, database: Database, tampering: str) -> None:
    upload = uploaded(blobs, os.urandom(3 * CHUNK))

    execute(database, tampering, upload)

    with pytest.raises(ProofError):
        read(blobs, upload)


# Removing.


def test_what_is_abandoned_is_removed_with_its_key(blobs: Blobs, database: Database, keys: KeyStore) -> None:
    fresh, upload = blobs.begin(RECORD, NURSE, 10).id, blobs.begin(RECORD, NURSE, CHUNK + 1).id
    send(blobs, upload, bytes(CHUNK))
    execute(database, LATER, [upload])

    assert blobs.find(upload, NURSE) is None
    assert blobs.sweep() == 1
    assert blobs.sweep() == 0

    assert blobs.find(fresh, NURSE) is not None
    assert blobs.take(upload, RECORD) is None
    with sqlite3.connect(path_of(keys)) as connection:
        wrapped = connection.execute(
            "SELECT wrapped FROM content_key WHERE stream = ?", (upload.bytes,)
        ).fetchone()
    connection.close()
    assert wrapped == (None,)


def test_what_an_entry_names_is_never_removed(database: Database, keys: KeyStore) -> None:
    named: set[UUID] = set()
    with opened(database, keys, is_named=named.__contains__) as blobs:
        noted, crashed = uploaded(blobs, b"noted"), uploaded(blobs, b"crashed before it was noted")
        execute(database, LATER, [noted, crashed])
        blobs.keep(noted)
        named.add(crashed)

        blobs.sweep()
        blobs.sweep()

        assert read(blobs, noted) == b"noted"
        assert read(blobs, crashed) == b"crashed before it was noted"


def test_what_an_entry_is_about_to_name_is_not_removed(blobs: Blobs, database: Database) -> None:
    upload = uploaded(blobs, b"wanted")
    execute(database, LATER, [upload])
    assert blobs.take(upload, RECORD) is not None

    blobs.sweep()

    assert not blobs.remove(upload, NURSE)
    assert read(blobs, upload) == b"wanted"


def test_what_was_left_unchecked_is_checked_at_the_next_sweep(blobs: Blobs) -> None:
    upload = blobs.begin(RECORD, NURSE, 3).id
    send(blobs, upload, b"abc")

    blobs.sweep()
    blobs.check(upload).result(timeout=30)

    assert read(blobs, upload) == b"abc"


# The scanner.


def scanning(folder: Path, script: str, timeout_s: float = 30) -> UploadRules:
    command = folder / "scanner"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o700)
    return UploadRules(scanner=(str(command), "-"), scanner_timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        ("cat > /dev/null; exit 0", "accepted"),
        ("cat > /dev/null; exit 1", "infected"),
        ("exit 1", "infected"),  # found before it had read everything
        ("exit 0", "pending"),  # has not read everything
        ("cat > /dev/null; exit 2", "pending"),
        ("sleep 60", "pending"),
        ('cat > /dev/null; test -z "$LIFELONG_DSN"', "accepted"),
    ],
)
def test_the_scanner_decides(
    database: Database,
    keys: KeyStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    verdict: str,
) -> None:
    monkeypatch.setenv("LIFELONG_DSN", "password=hunter2")
    with opened(database, keys, scanning(tmp_path, script, timeout_s=2)) as blobs:
        upload = uploaded(blobs, bytes(1 << 20))

        found = blobs.take(upload, RECORD)
        assert found is not None and found.verdict == verdict
        assert (blobs.open(upload) is None) == (verdict == "infected")


def test_a_scanner_is_given_all_the_bytes(database: Database, keys: KeyStore, tmp_path: Path) -> None:
    content = os.urandom(3 * CHUNK + 7)
    with opened(database, keys, scanning(tmp_path, f'cat > "{tmp_path}/scanned"')) as blobs:
        uploaded(blobs, content)

    assert (tmp_path / "scanned").read_bytes() == content


def test_a_scanner_that_is_not_there_gives_no_verdict(database: Database, keys: KeyStore) -> None:
    with opened(database, keys, UploadRules(scanner=("/nowhere/scanner",))) as blobs:
        found = blobs.take(uploaded(blobs, b"x"), RECORD)

    assert found is not None and found.verdict == "pending"


def test_what_had_no_verdict_is_scanned_again(database: Database, keys: KeyStore, tmp_path: Path) -> None:
    with opened(
        database, keys, scanning(tmp_path, f"cat >/dev/null; test -e {tmp_path}/up || exit 2")
    ) as blobs:
        upload = uploaded(blobs, b"x")
        (tmp_path / "up").touch()

        blobs.sweep()
        blobs.check(upload).result(timeout=30)

        found = blobs.take(upload, RECORD)
    assert found is not None and found.verdict == "accepted"


def test_without_a_scanner_an_old_lack_of_verdict_is_no_obstacle(
    database: Database, keys: KeyStore, tmp_path: Path
) -> None:
    with opened(database, keys, scanning(tmp_path, "exit 2")) as blobs:
        upload = uploaded(blobs, b"x")
    with opened(database, keys) as blobs:
        found = blobs.take(upload, RECORD)

    assert found is not None and found.verdict == "accepted"


def test_closing_does_not_wait_for_a_scanner(database: Database, keys: KeyStore, tmp_path: Path) -> None:
    with opened(database, keys, scanning(tmp_path, "sleep 600", timeout_s=600)) as blobs:
        upload = blobs.begin(RECORD, NURSE, 1).id
        send(blobs, upload, b"x")
        blobs.check(upload)
        time.sleep(0.2)
        began = time.monotonic()

    assert time.monotonic() - began < 10

"""Keys, outside the event database: a key deleted there would survive in its log files and backups.

One SQLite file holds each stream's content keys and a few named secrets, wrapped by a key-encryption
key that a provider hands over once at start. Destroying a content key erases the stream's content for
good; the row stays without its key, so that later events of the stream use a new generation.
"""

import os
import sqlite3
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.content import ContentKey

MOST_AT_ONCE = 5_000  # in one statement, whose parameters are limited
KEYS_CACHED = 20_000  # of about 2.7 KB each: a cipher keeps its key schedule
_NONCE = 12

_SCHEMA = """
CREATE TABLE IF NOT EXISTS content_key (
    stream BLOB NOT NULL, generation INTEGER NOT NULL, wrapped BLOB,  -- NULL: destroyed
    PRIMARY KEY (stream, generation)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS destroyed ON content_key (stream) WHERE wrapped IS NULL;
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;
"""


class KeyMissing(Exception):
    """The key store has no such key: it is the wrong store, or an old copy of it."""


class KeyDestroyed(Exception):
    """The key was destroyed: the content is erased."""


class WrongKeyEncryptionKey(Exception):
    """A key does not unwrap: the key-encryption key is not the one the key store was written with."""


class KeyEncryptionKey:
    """Wraps keys with AES-256-GCM, bound to what they are for."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    @classmethod
    def from_file(cls, path: Path) -> "KeyEncryptionKey":
        """The `file` provider: 32 random bytes, made at first use, readable by their owner only."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _create_once(path, os.urandom(32))
        return cls(path.read_bytes())

    def wrap(self, secret: bytes, purpose: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, purpose)

    def unwrap(self, wrapped: bytes, purpose: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], purpose)
        except InvalidTag:
            raise WrongKeyEncryptionKey("a key does not unwrap under this key-encryption key") from None


class KeyStore:
    """Content keys by stream, and named secrets. Safe for several threads and several processes."""

    def __init__(self, path: Path, kek: KeyEncryptionKey) -> None:
        self.path = path
        self._kek = kek
        self._writer, self._reader = _connect(path), _connect(path)
        self._write_lock, self._read_lock = threading.Lock(), threading.Lock()
        self._cache: OrderedDict[tuple[UUID, int], ContentKey] = OrderedDict()
        self._newest: OrderedDict[UUID, ContentKey] = OrderedDict()
        with self._write_lock:
            self._writer.executescript(_SCHEMA)

    def newest(self, stream: UUID) -> ContentKey:
        """The key for the stream's next event. A key made here is not durable until `keep` is called."""
        if key := self._newest.get(stream):
            return key
        generation = self._generation(stream)
        if generation:
            with suppress(KeyDestroyed):
                return self._remember(self.get(stream, generation))
        return ContentKey.new(stream, generation + 1)

    def get(self, stream: UUID, generation: int) -> ContentKey:
        """One key. Raises KeyDestroyed or KeyMissing."""
        if key := self._cache.get((stream, generation)):
            return key
        row = self._select(
            "SELECT wrapped FROM content_key WHERE stream = ? AND generation = ?", (stream.bytes, generation)
        )
        if row is None:
            raise KeyMissing(f"no key of generation {generation} for stream {stream}")
        if row[0] is None:
            raise KeyDestroyed(f"the key of generation {generation} of stream {stream} was destroyed")
        secret = self._kek.unwrap(row[0], _purpose(stream, generation))
        return self._cached(ContentKey.of(stream, generation, secret))

    def between(self, first: UUID, last: UUID) -> "WrappedKeys":
        """The keys of all streams from first to last, read at once, for whoever reads them all in order."""
        with self._read_lock:
            rows = self._reader.execute(
                "SELECT stream, generation, wrapped FROM content_key WHERE stream BETWEEN ? AND ?",
                (first.bytes, last.bytes),
            ).fetchall()
        return WrappedKeys(self._kek, {(stream, generation): wrapped for stream, generation, wrapped in rows})

    def destroyed(self) -> set[UUID]:
        """The streams of which a key was destroyed."""
        with self._read_lock:
            rows = self._reader.execute("SELECT stream FROM content_key WHERE wrapped IS NULL").fetchall()
        return {UUID(bytes=stream) for (stream,) in rows}

    def is_kept(self, key: ContentKey) -> bool:
        """True when the key is known to be durable."""
        return self._newest.get(key.stream) is key

    def keep(self, keys: Iterable[ContentKey]) -> dict[UUID, ContentKey]:
        """Make new keys durable, all in one flush; the keys that count, by stream.

        Where another process was first, its key is the one that counts.
        """
        fresh = list(keys)
        if len(fresh) > MOST_AT_ONCE:
            return self.keep(fresh[:MOST_AT_ONCE]) | self.keep(fresh[MOST_AT_ONCE:])
        values = [value for k in fresh for value in (k.stream.bytes, k.generation, self._wrapped(k))]
        with self._write_lock:
            inserted = self._writer.execute(_insert(len(fresh)), values).rowcount
        if inserted == len(fresh):
            return {key.stream: self._remember(key) for key in fresh}
        return {key.stream: self._counting(key.stream) for key in fresh}

    def destroy(self, stream: UUID) -> None:
        """Destroy every generation of the stream's key. The pages are overwritten and the log is emptied."""
        with self._write_lock:
            self._writer.execute("UPDATE content_key SET wrapped = NULL WHERE stream = ?", (stream.bytes,))
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.forget(stream)

    def forget(self, stream: UUID) -> None:
        """Drop the stream's keys from memory."""
        self._newest.pop(stream, None)
        for generation in range(1, self._generation(stream) + 1):
            self._cache.pop((stream, generation), None)

    def secret(self, name: str) -> bytes:
        """A named secret of 32 bytes, made at first use."""
        with self._write_lock:
            self._writer.execute(
                "INSERT INTO secret VALUES (?, ?) ON CONFLICT DO NOTHING",
                (name, self._kek.wrap(os.urandom(32), name.encode())),
            )
        row = self._select("SELECT wrapped FROM secret WHERE name = ?", (name,))
        if row is None:
            raise KeyMissing("a secret that was just kept is gone")
        return self._kek.unwrap(row[0], name.encode())

    def has_secret(self, name: str) -> bool:
        return self._select("SELECT 1 FROM secret WHERE name = ?", (name,)) is not None

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    def _counting(self, stream: UUID) -> ContentKey:
        """The stream's newest key as the file has it; after a destruction a new one, kept."""
        self.forget(stream)
        generation = self._generation(stream)
        try:
            return self._remember(self.get(stream, generation))
        except KeyDestroyed:
            return self.keep([ContentKey.new(stream, generation + 1)])[stream]

    def _generation(self, stream: UUID) -> int:
        row = self._select("SELECT max(generation) FROM content_key WHERE stream = ?", (stream.bytes,))
        return int(row[0] or 0) if row else 0

    def _wrapped(self, key: ContentKey) -> bytes:
        return self._kek.wrap(key.secret, _purpose(key.stream, key.generation))

    def _remember(self, key: ContentKey) -> ContentKey:
        self._newest[key.stream] = key
        if len(self._newest) > KEYS_CACHED:
            self._newest.popitem(last=False)
        return self._cached(key)

    def _cached(self, key: ContentKey) -> ContentKey:
        self._cache[key.stream, key.generation] = key
        if len(self._cache) > KEYS_CACHED:
            self._cache.popitem(last=False)
        return key

    def _select(
        self, statement: str, arguments: tuple[object, ...]
    ) -> tuple[Any, ...] | None:  # Any: SQLite's columns have no types
        with self._read_lock:
            row: tuple[Any, ...] | None = self._reader.execute(statement, arguments).fetchone()
            return row


class WrappedKeys:
    """Keys of many streams as they lie in the file: unwrapped when they are asked for, and not remembered."""

    def __init__(self, kek: KeyEncryptionKey, wrapped: Mapping[tuple[bytes, int], bytes | None]) -> None:
        self._kek = kek
        self._wrapped = wrapped

    def get(self, stream: UUID, generation: int) -> ContentKey:
        """One key. Raises KeyDestroyed or KeyMissing."""
        if (stream.bytes, generation) not in self._wrapped:
            raise KeyMissing(f"no key of generation {generation} for stream {stream}")
        wrapped = self._wrapped[stream.bytes, generation]
        if wrapped is None:
            raise KeyDestroyed(f"the key of generation {generation} of stream {stream} was destroyed")
        return ContentKey.of(stream, generation, self._kek.unwrap(wrapped, _purpose(stream, generation)))


def open_key_store(folder: Path, *, begin: bool) -> KeyStore:
    """The key store in a folder: `keys.sqlite`, whose keys are wrapped by `kek`.

    begin: make what is not there yet. Otherwise, and where the wrapping key alone is gone, raise KeyMissing
    and make nothing: a new file in the place of a lost one would be taken for it.
    """
    wrapping, keys = folder / "kek", folder / "keys.sqlite"
    has_keys = keys.exists()  # asked first: whoever begins makes the wrapping key before the keys
    if not wrapping.exists() and (has_keys or not begin):
        raise KeyMissing(f"{wrapping} is missing; restore it from its backup")
    if not has_keys and not begin:
        raise KeyMissing(f"{keys} is missing; restore it from its backup")
    return KeyStore(keys, KeyEncryptionKey.from_file(wrapping))


def _create_once(path: Path, content: bytes) -> None:
    """Write a file whole and durably, or leave the one that another process was first to write."""
    with tempfile.NamedTemporaryFile(dir=path.parent) as file:  # of mode 0600
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


@lru_cache
def _insert(keys: int) -> str:
    """One statement for all: each gives up the interpreter's lock, and has to get it back."""
    return f"INSERT INTO content_key VALUES {', '.join(['(?, ?, ?)'] * keys)} ON CONFLICT DO NOTHING"  # noqa: S608  # question marks


def _connect(path: Path) -> sqlite3.Connection:
    """Only a file that is not there yet is opened by ourselves, for its mode.

    Whoever closes a file gives up every lock that the process has on it (POSIX), SQLite's among them: the
    next process to close the store would think itself the last, and remove the log to which this one goes on
    writing keys that nobody else would find, nor anybody after a crash.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a key is on the disk before the event that needs it
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _purpose(stream: UUID, generation: int) -> bytes:
    return sha256(b"content-key\x00" + stream.bytes + generation.to_bytes(4, "big")).digest()

"""Keys, outside the event database: a key deleted there would survive in its log files and backups.

Each stream's content keys and a few named secrets, wrapped by a key-encryption key that a provider hands
over. They lie in an SQLite file (`store.keys_sqlite`), or for several machines in a database of their own
(`store.keys_postgres`). Destroying a content key erases the stream's content for good; the row stays without
its key, so that later events of the stream use a new generation.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import NamedTuple, TypeVar
from uuid import UUID

from store.content import ContentKey
from store.key_place import KeyPlace, KeysAt, place_of
from store.key_table import KekReplaced, KeyTable, WrappedByPlace, WrappedKey
from store.key_wrapping import KeyEncryptionKey as KeyEncryptionKey
from store.key_wrapping import WrongKeyEncryptionKey as WrongKeyEncryptionKey
from store.key_wrapping import create_once, settle
from store.keys_sqlite import SqliteKeys

MOST_AT_ONCE = 5_000  # in one statement, whose parameters are limited
NEXT_KEK = "kek.next"  # beside `kek`, while that is being replaced
NEWEST_FOR_S = 60.0  # another process may have made a newer one; whoever removes keys waits for longer
KEYS_CACHED = 20_000  # of about 2.7 KB each: a cipher keeps its key schedule

T = TypeVar("T")


class KeyMissing(Exception):
    """The key store has no such key: it is the wrong store, or an old copy of it."""


class KeyDestroyed(Exception):
    """The key was destroyed: the content is erased."""


class _Newest(NamedTuple):
    """A stream's newest key, and until when it is held to be that (by the monotonic clock)."""

    key: ContentKey
    until: float


class KeyStore:
    """Content keys by stream, and named secrets. Safe for several threads and several processes."""

    def __init__(
        self, table: KeyTable, kek: KeyEncryptionKey, provider: Callable[[], KeyEncryptionKey] | None = None
    ) -> None:
        """provider: hands the key-encryption key over again, after another process replaced it.

        Raises WrongKeyEncryptionKey if the keys are wrapped with another one.
        """
        self.table = table
        self._kek = kek
        self._provider = provider
        self._cache: OrderedDict[tuple[UUID, int], ContentKey] = OrderedDict()
        self._newest: OrderedDict[UUID, _Newest] = OrderedDict()
        self._recognize()

    def newest(self, stream: UUID) -> ContentKey:
        """The key for the stream's next event. A key made here is not durable until `keep` is called."""
        if (held := self._newest.get(stream)) and held.until > monotonic():
            return held.key
        generation = self.table.newest(stream)
        if generation:
            with suppress(KeyDestroyed):
                return self._remember(self.get(stream, generation))
        return ContentKey.new(stream, generation + 1)

    def get(self, stream: UUID, generation: int) -> ContentKey:
        """One key. Raises KeyDestroyed or KeyMissing."""
        if key := self._cache.get((stream, generation)):
            return key
        return self._cached(self._opened(self.table.find(stream, generation), stream, generation))

    def between(self, first: UUID, last: UUID) -> "WrappedKeys":
        """The keys of all streams from first to last, read at once, for whoever reads them all in order."""
        found = self.table.between(first, last)
        return WrappedKeys(self._opened, {(one.stream.bytes, one.generation): one for one in found})

    def secrets(self, streams: Iterable[bytes]) -> dict[tuple[bytes, int], bytes]:
        """Content keys of many streams, by the bytes of their ids and their generations.

        Without those that were destroyed, or do not unwrap: `get` tells why.
        """
        asked = [*{*streams}]
        wrapped = self.table.of(asked)
        opened = self._all_unwrapped(wrapped)
        if len(opened) < sum(one is not None for one in wrapped.values()) and self._provider is not None:
            self._ask_provider()  # the key-encryption key may have been replaced
            opened = self._all_unwrapped(self.table.of(asked))
        return opened

    def destroyed(self) -> set[UUID]:
        """The streams of which a key was destroyed."""
        return self.table.destroyed()

    def erased_upto(self, stream: UUID) -> int:
        """The highest generation of the stream's key that was destroyed; 0: nothing of it was erased."""
        return self.table.erased_upto(stream)

    def is_kept(self, key: ContentKey) -> bool:
        """True when the key is known to be durable, and was the newest a moment ago."""
        held = self._newest.get(key.stream)
        return held is not None and held.key is key and held.until > monotonic()

    def keep(self, keys: Iterable[ContentKey]) -> dict[UUID, ContentKey]:
        """Make new keys durable, all in one flush; the keys that count, by stream.

        Where another process was first, its key is the one that counts.
        """
        fresh = list(keys)
        if len(fresh) > MOST_AT_ONCE:
            return self.keep(fresh[:MOST_AT_ONCE]) | self.keep(fresh[MOST_AT_ONCE:])
        if self._insert(fresh) == len(fresh):
            return {key.stream: self._remember(key) for key in fresh}
        return {key.stream: self._counting(key.stream) for key in fresh}

    def renew(self, stream: UUID) -> ContentKey:
        """A new generation of the stream's key, for what is stored from now on; made durable."""
        while True:
            key = ContentKey.new(stream, self.table.newest(stream) + 1)
            if self._insert([key]):
                self.forget(stream)
                return self._remember(key)

    def destroy(self, stream: UUID, upto: int | None = None) -> int:
        """Destroy the stream's keys up to a generation, or all of them, for good; how many there were."""
        destroyed = self.table.destroy(stream, upto)
        self.forget(stream)
        return destroyed

    def remove(self, stream: UUID, upto: int) -> None:
        """Remove the keys up to a generation, after what lay under them was sealed under a newer one."""
        self.table.remove(stream, upto)
        self.forget(stream)

    def forget(self, stream: UUID) -> None:
        """Drop the stream's keys from memory."""
        self._newest.pop(stream, None)
        for generation in range(1, self.table.newest(stream) + 1):
            self._cache.pop((stream, generation), None)

    def secret(self, name: str) -> bytes:
        """A named secret of 32 bytes, made at first use."""
        if not self.has_secret(name):
            fresh = os.urandom(32)
            self._in_force(
                lambda kek: self.table.insert_secret(name, kek.wrap(fresh, name.encode()), kek.fingerprint)
            )
        return self._unwrapped(lambda: self.table.secret(name) or b"", name.encode())

    def has_secret(self, name: str) -> bool:
        return self.table.secret(name) is not None

    def rewrap(self, new: KeyEncryptionKey) -> int:
        """Wrap everything with another key-encryption key, in one transaction; how many keys and secrets."""
        old = self._kek

        def again(stream: UUID, generation: int, wrapped: bytes) -> bytes:
            purpose = _purpose(stream.bytes, generation)
            return new.wrap(old.unwrap(wrapped, purpose), purpose)

        def named(name: str, wrapped: bytes) -> bytes:
            return new.wrap(old.unwrap(wrapped, name.encode()), name.encode())

        changed = self.table.rewrap(again, named, new.fingerprint)
        self._kek = new
        return changed

    def close(self) -> None:
        self.table.close()

    def _recognize(self) -> None:
        """Raise WrongKeyEncryptionKey; in a store that never noted whose it is, one of its secrets tells."""
        if self.table.kek() is None and (held := self.table.any_secret()):
            self._kek.unwrap(held[1], held[0].encode())
        self.table.note_kek(self._kek.fingerprint)
        if self.table.kek() != self._kek.fingerprint:
            raise WrongKeyEncryptionKey("the keys are wrapped with another key-encryption key")

    def _insert(self, keys: list[ContentKey]) -> int:
        def insert(kek: KeyEncryptionKey) -> int:
            wrapped = [WrappedKey(k.stream, k.generation, _wrapped(kek, k)) for k in keys]
            return self.table.insert(wrapped, kek.fingerprint)

        return self._in_force(insert)

    def _in_force(self, act: Callable[[KeyEncryptionKey], T]) -> T:
        """Act with the key-encryption key; once more if it turns out to have been replaced."""
        try:
            return act(self._kek)
        except KekReplaced:
            self._ask_provider()
            return act(self._kek)

    def _unwrapped(self, read: Callable[[], bytes], purpose: bytes) -> bytes:
        """What is read, unwrapped; read again if the key-encryption key was replaced. Raises as unwrap."""
        try:
            return self._kek.unwrap(read(), purpose)
        except WrongKeyEncryptionKey:
            self._ask_provider()
            return self._kek.unwrap(read(), purpose)

    def _all_unwrapped(self, wrapped: WrappedByPlace) -> dict[tuple[bytes, int], bytes]:
        unwrap, opened = self._kek.unwrap, dict[tuple[bytes, int], bytes]()
        for place, one in wrapped.items():
            if one is not None:
                with suppress(WrongKeyEncryptionKey):
                    opened[place] = unwrap(one, _purpose(*place))
        return opened

    def _ask_provider(self) -> None:
        if self._provider is None:
            raise WrongKeyEncryptionKey("a key does not unwrap under this key-encryption key")
        self._kek = self._provider()

    def _opened(self, found: WrappedKey | None, stream: UUID, generation: int) -> ContentKey:
        """Raises KeyDestroyed or KeyMissing."""
        held = [found]  # read again only if it does not unwrap

        def read() -> bytes:
            one = held.pop() if held else self.table.find(stream, generation)
            if one is None:
                raise KeyMissing(f"no key of generation {generation} for stream {stream}")
            if one.wrapped is None:
                raise KeyDestroyed(f"the key of generation {generation} of stream {stream} was destroyed")
            return one.wrapped

        return ContentKey.of(stream, generation, self._unwrapped(read, _purpose(stream.bytes, generation)))

    def _counting(self, stream: UUID) -> ContentKey:
        """The stream's newest key as it is kept; after a destruction a new one, kept."""
        self.forget(stream)
        generation = self.table.newest(stream)
        try:
            return self._remember(self.get(stream, generation))
        except KeyDestroyed:
            return self.keep([ContentKey.new(stream, generation + 1)])[stream]

    def _remember(self, key: ContentKey) -> ContentKey:
        self._newest[key.stream] = _Newest(key, monotonic() + NEWEST_FOR_S)
        if len(self._newest) > KEYS_CACHED:
            self._newest.popitem(last=False)
        return self._cached(key)

    def _cached(self, key: ContentKey) -> ContentKey:
        self._cache[key.stream, key.generation] = key
        if len(self._cache) > KEYS_CACHED:
            self._cache.popitem(last=False)
        return key


class WrappedKeys:
    """Keys of many streams as they lie in the store: unwrapped when asked for, and not remembered."""

    def __init__(
        self,
        opened: Callable[[WrappedKey | None, UUID, int], ContentKey],
        wrapped: Mapping[tuple[bytes, int], WrappedKey],
    ) -> None:
        self._opened = opened
        self._wrapped = wrapped

    def get(self, stream: UUID, generation: int) -> ContentKey:
        """One key. Raises KeyDestroyed or KeyMissing."""
        return self._opened(self._wrapped.get((stream.bytes, generation)), stream, generation)


def open_key_store(keys: KeysAt, *, begin: bool) -> KeyStore:
    """The key store of a place: its keys are wrapped by `kek`, a file in its folder.

    begin: make what is not there yet. Otherwise, and where the wrapping key alone is gone, raise KeyMissing
    and make nothing: a new file in the place of a lost one would be taken for it. Raises also
    WrongKeyEncryptionKey for a wrapping key of another store, and psycopg.OperationalError if its database
    is away.
    """
    place = place_of(keys)
    wrapping = place.folder / "kek"
    with ExitStack() as stack:
        table = _opened_table(place, stack)  # first: whoever begins makes the wrapping key before the keys
        has_keys = table is not None and (place.dsn is None or table.kek() is not None)
        if not wrapping.exists() and (has_keys or not begin):
            raise KeyMissing(f"{wrapping} is missing; restore it from its backup")
        if not has_keys and not begin:
            raise KeyMissing(f"{place.name} is missing; restore it from its backup")
        KeyEncryptionKey.from_file(wrapping)
        made = table or stack.enter_context(closing(SqliteKeys(place.folder / "keys.sqlite")))
        store = KeyStore(made, kek_in_force(place.folder, made), lambda: kek_in_force(place.folder, made))
        stack.pop_all()  # it is the store's to close
        return store


def _opened_table(place: KeyPlace, stack: ExitStack) -> KeyTable | None:
    """The table of a place; None for a file that is not there."""
    if place.dsn is not None:
        from store.keys_postgres import PostgresKeys  # which none of those who use a file needs

        return stack.enter_context(closing(PostgresKeys(place.dsn)))
    path = place.folder / "keys.sqlite"
    return stack.enter_context(closing(SqliteKeys(path))) if path.exists() else None


def kek_in_force(folder: Path, table: KeyTable) -> KeyEncryptionKey:
    """The key-encryption key of the folder that the table is wrapped with; the newest, where none fits.

    While it is replaced there are two, `kek` and `kek.next`; which of them holds, the table tells. Whoever
    finds that the next one does puts it in its place, as who replaced it was about to.
    """
    wrapping, following = folder / "kek", folder / NEXT_KEK
    kek = KeyEncryptionKey.from_file(wrapping)
    if table.kek() in (None, kek.fingerprint):
        return kek
    with suppress(FileNotFoundError):  # somebody else put it there meanwhile
        following_kek = KeyEncryptionKey(following.read_bytes())
        if following_kek.fingerprint == table.kek():
            os.replace(following, wrapping)
            settle(folder)
            return following_kek
    return KeyEncryptionKey.from_file(wrapping)


def replace_kek(folder: Path, keys: KeyStore, secret: bytes) -> int:
    """Wrap every key of the store with another key-encryption key (32 bytes); how many were wrapped.

    First the new one is durable beside the old one, then all is wrapped in one transaction, then it takes the
    old one's place. Cut off anywhere, the store opens with the one that holds; running it again goes on.
    """
    following, new = folder / NEXT_KEK, KeyEncryptionKey(secret)
    if keys.table.kek() == new.fingerprint:
        return 0
    following.unlink(missing_ok=True)
    create_once(following, secret)
    changed = keys.rewrap(new)
    kek_in_force(folder, keys.table)
    return changed


def _wrapped(kek: KeyEncryptionKey, key: ContentKey) -> bytes:
    return kek.wrap(key.secret, _purpose(key.stream.bytes, key.generation))


def _purpose(stream: bytes, generation: int) -> bytes:
    return sha256(b"content-key\x00" + stream + generation.to_bytes(4, "big")).digest()

"""Who reads a log from end to end opens what the key store opens, whatever it remembers, and no more."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from evidence.errors import ProofError
from store import ciphers
from store.ciphers import Ciphers
from store.content import ContentKey
from store.keys import KeyDestroyed, KeyMissing, KeyStore, open_key_store, replace_kek

LOG = "lifelong.example/test/1"
EVENT = uuid4()


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    with closing(open_key_store(tmp_path, begin=True)) as store:
        yield store


def kept(keys: KeyStore) -> ContentKey:
    key = ContentKey.new(uuid4())
    return keys.keep([key])[key.stream]


def opened(by: Ciphers, key: ContentKey, event: UUID = EVENT) -> bytes:
    sealed = key.seal(b"content", LOG.encode(), EVENT)
    return by.opened(key.stream.bytes, key.generation, sealed, event.bytes)


def test_content_opens_whether_its_key_was_looked_up_before_or_not(keys: KeyStore) -> None:
    by, before, after = Ciphers(keys, LOG), kept(keys), kept(keys)
    by.look_up([(before.stream.bytes, 1)])

    assert opened(by, before) == opened(by, after) == b"content"


def test_content_opens_at_its_own_place_alone(keys: KeyStore) -> None:
    key = kept(keys)

    with pytest.raises(ProofError):
        opened(Ciphers(keys, LOG), key, event=uuid4())
    with pytest.raises(ProofError):
        opened(Ciphers(keys, "lifelong.example/test/2"), key)


def test_what_was_destroyed_or_never_kept_opens_nothing(keys: KeyStore) -> None:
    destroyed, never, by = kept(keys), ContentKey.new(uuid4()), Ciphers(keys, LOG)
    keys.destroy(destroyed.stream)
    by.look_up([(destroyed.stream.bytes, 1), (never.stream.bytes, 1)])

    with pytest.raises(KeyDestroyed):
        opened(by, destroyed)
    with pytest.raises(KeyMissing):
        opened(by, never)


def test_more_keys_than_are_remembered_open_all_the_same(
    keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ciphers, "MOST", 3)
    by, many = Ciphers(keys, LOG), [kept(keys) for _ in range(20)]

    for first in range(0, 20, 2):
        by.look_up([(key.stream.bytes, 1) for key in many[first : first + 2]])
        assert {opened(by, key) for key in many} == {b"content"}


def test_keys_wrapped_anew_by_another_process_are_found(keys: KeyStore, tmp_path: Path) -> None:
    key, by = kept(keys), Ciphers(keys, LOG)
    with closing(open_key_store(tmp_path, begin=False)) as other:
        replace_kek(tmp_path, other, bytes(range(32)))

    by.look_up([(key.stream.bytes, 1)])

    assert opened(by, key) == b"content"

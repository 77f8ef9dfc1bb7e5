"""Seals an event: commitments, chain, leaf hash.

What is known before the append (log, stream, event, topic, commitments) is made by the caller's thread;
what the lock decides (instant, version, previous leaf) is put between those pieces afterwards. The
result is one canonical JSON object; the tests compare it with `evidence.canonical.encode`.
"""

from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

import orjson

from evidence.commitment import SALT_SIZE, commit
from evidence.merkle import leaf_hash
from store import clock
from store.content import ContentKey, Part, pack
from store.entropy import take

EVENT_AT = len('{"at":"2026-11-22T02:35:01.123456Z","event":"')


@dataclass(slots=True)
class Draft:
    """An event that has no place yet: everything but its instant, version and predecessor.

    version: where the caller puts it; None for "at the end". Once placed, the last five fields are set.
    """

    event: UUID
    stream: UUID
    version: int | None
    topic: str
    category: str
    key: ContentKey
    plaintext: bytes
    ciphertext: bytes
    after_at: bytes
    after_previous: bytes

    position: int = 0
    at: int = 0
    placed_version: int = 0
    envelope: bytes = field(default=b"", repr=False)
    leaf: bytes = b""

    def place(self, *, position: int, at: int, version: int, previous: bytes | None) -> None:
        """Finish the envelope. at: microseconds since 1970; previous: the leaf before it in the stream."""
        self.position, self.at, self.placed_version = position, at, version
        prev = b"null" if previous is None else b'"%b"' % previous.hex().encode()
        self.envelope = b'{"at":"%b",%b%b%b%d}' % (
            clock.text(at).encode(),
            self.after_at,
            prev,
            self.after_previous,
            version,
        )
        self.leaf = leaf_hash(self.envelope)

    def reseal(self, key: ContentKey, log: bytes) -> None:
        """Encrypt again: another process made the stream's key first."""
        self.key = key
        self.ciphertext = key.seal(self.plaintext, log, self.event)


def draft(
    *,
    log: str,
    event: UUID,
    stream: UUID,
    version: int | None,
    topic: str,
    category: str,
    parts: Mapping[str, bytes],
    key: ContentKey,
) -> Draft:
    """Commit to the parts under fresh salts, encrypt them, and prepare the envelope around them."""
    salted = {name: Part(take(SALT_SIZE), value) for name, value in parts.items()}
    commitments = b",".join(
        b'"%b":"%b"' % (name.encode(), _base64url(commit(name=name, value=part.value, salt=part.salt)))
        for name, part in sorted(salted.items())
    )
    plaintext = pack(salted)
    return Draft(
        event,
        stream,
        version,
        topic,
        category,
        key,
        plaintext,
        ciphertext=key.seal(plaintext, log.encode(), event),
        after_at=b'"event":"%b","log":%b,"parts":{%b},"prev":'
        % (str(event).encode(), _text(log), commitments),
        after_previous=b',"stream":"%b","topic":%b,"v":1,"version":' % (str(stream).encode(), _text(topic)),
    )


def event_id(envelope: bytes) -> UUID:
    """The event's id: it stands at a fixed place, since `at` always has 27 characters."""
    return UUID(envelope[EVENT_AT : EVENT_AT + 36].decode())


def _base64url(value: bytes) -> bytes:
    return b2a_base64(value, newline=False).translate(_URL_SAFE).rstrip(b"=")


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@lru_cache(maxsize=1024)
def _text(value: str) -> bytes:
    return orjson.dumps(value)

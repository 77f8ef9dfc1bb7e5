"""The content of an event: its parts and their salts, as bytes, sealed under the stream's key.

Plaintext: for each part in name order `u8(len(name)) ‖ name ‖ salt[32] ‖ u32(len(value)) ‖ value`.
Ciphertext: `nonce[12] ‖ AES-256-GCM`, with the log, stream, event and key generation as associated
data, so that a ciphertext cannot be moved to another place.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evidence.commitment import SALT_SIZE
from evidence.errors import ProofError
from store.entropy import take

NONCE_SIZE = 12


class Part(NamedTuple):
    """One separately committed piece of content, with the salt of its commitment (32 bytes)."""

    salt: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class ContentKey:
    """One generation of a stream's content key."""

    stream: UUID
    generation: int
    secret: bytes
    cipher: AESGCM

    @classmethod
    def new(cls, stream: UUID, generation: int = 1) -> "ContentKey":
        return cls.of(stream, generation, os.urandom(32))

    @classmethod
    def of(cls, stream: UUID, generation: int, secret: bytes) -> "ContentKey":
        return cls(stream, generation, secret, AESGCM(secret))

    def seal(self, plaintext: bytes, log: bytes, event: UUID) -> bytes:
        nonce = take(NONCE_SIZE)
        before, after = place(log, self.stream.bytes, self.generation)
        return nonce + self.cipher.encrypt(nonce, plaintext, before + event.bytes + after)

    def open(self, ciphertext: bytes, log: bytes, event: UUID) -> bytes:
        """Raises ProofError if the ciphertext is not this event's under this key."""
        return self.opener(log)(ciphertext, event.bytes)

    def opener(self, log: bytes) -> Callable[[bytes, bytes], bytes]:
        """`open` for many events, by the bytes of their ids: what all share is put together once."""
        before, after = place(log, self.stream.bytes, self.generation)

        def opened(ciphertext: bytes, event: bytes) -> bytes:
            return unsealed(self.cipher, ciphertext, before + event + after)

        return opened

    def __repr__(self) -> str:
        return f"ContentKey(stream={self.stream}, generation={self.generation})"


def place(log: bytes, stream: bytes, generation: int) -> tuple[bytes, bytes]:
    """What stands before and after the event's id in the associated data of its content."""
    return b"%b\x00%b" % (log, stream), generation.to_bytes(4, "big")


def unsealed(cipher: AESGCM, ciphertext: bytes, associated: bytes) -> bytes:
    """The plaintext. Raises ProofError if it does not open under its key and place."""
    try:
        return cipher.decrypt(ciphertext[:NONCE_SIZE], ciphertext[NONCE_SIZE:], associated)
    except (InvalidTag, ValueError):
        raise ProofError("content that does not open under its key and place") from None


def pack(parts: Mapping[str, Part]) -> bytes:
    """The plaintext of the parts. Names are ASCII, at most 255 bytes."""
    return b"".join(
        b"%c%b%b%b%b" % (len(name), name.encode(), part.salt, len(part.value).to_bytes(4, "big"), part.value)
        for name, part in sorted(parts.items())
    )


def body_and_who(plaintext: bytes) -> tuple[bytes, bytes]:
    """The values of the parts that each event of ours has, for a fold, which needs no salts.

    Read at their places where they are the only parts, as in nearly every event; empty where there are none.
    Raises ProofError if the plaintext does not read.
    """
    if plaintext[:5] == b"\x04body":
        body_end = _BODY + int.from_bytes(plaintext[_BODY - 4 : _BODY], "big")
        who = body_end + 1 + len("who") + SALT_SIZE + 4
        if plaintext[body_end : body_end + 4] == b"\x03who":
            if int.from_bytes(plaintext[who - 4 : who], "big") == len(plaintext) - who:
                return plaintext[_BODY:body_end], plaintext[who:]
    parts = unpack(plaintext)
    body, who_part = parts.get("body"), parts.get("who")
    return body.value if body else b"", who_part.value if who_part else b""


_BODY = 1 + len("body") + SALT_SIZE + 4  # where its value begins


def unpack(plaintext: bytes) -> dict[str, Part]:
    """The parts in a plaintext. Raises ProofError if it does not read."""
    parts, at, end = {}, 0, len(plaintext)
    while at < end:
        name_end = at + 1 + plaintext[at]
        salt_end = name_end + SALT_SIZE
        value_end = salt_end + 4 + int.from_bytes(plaintext[salt_end : salt_end + 4], "big")
        name = plaintext[at + 1 : name_end].decode()
        parts[name] = Part(plaintext[name_end:salt_end], plaintext[salt_end + 4 : value_end])
        at = value_end
    if at != end:
        raise ProofError("content that is cut short")
    return parts

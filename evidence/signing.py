"""Keys that sign notes: each makes one signature line, and names the verifier of it."""

import base64
from collections.abc import Callable
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence.cosignature import TIME, ed25519_message, ml_dsa_message
from evidence.note import COSIGNATURE, ED25519, MARK, ML_DSA_44, Verifier

Seconds = Callable[[], int]
"""The time now, in seconds since the epoch."""


class LineSigner(Protocol):
    """Whatever signs a note's text by one line."""

    @property
    def verifier(self) -> Verifier:
        """The key that its lines are checked with."""

    def signature(self, text: bytes) -> bytes:
        """The signature over the text, as it stands in a line behind the key's id."""


class Cosigner:
    """A witness's Ed25519 key: cosignatures of type 0x04, with their time."""

    def __init__(self, name: str, key: Ed25519PrivateKey, now: Seconds) -> None:
        self.verifier = Verifier.of(name, COSIGNATURE, key.public_key().public_bytes_raw())
        self._key = key
        self._now = now

    def signature(self, text: bytes) -> bytes:
        """The time, then the signature over the text as of that time."""
        seconds = self._now()
        return TIME.pack(seconds) + self._key.sign(ed25519_message(text, seconds))


class MlDsaSigner:
    """An ML-DSA-44 key (FIPS 204), of a log or a witness: signatures of type 0x06, with their time."""

    def __init__(self, name: str, key: MLDSA44PrivateKey, now: Seconds) -> None:
        self.verifier = Verifier.of(name, ML_DSA_44, key.public_key().public_bytes_raw())
        self._key = key
        self._now = now

    def signature(self, text: bytes) -> bytes:
        """The time, then the signature. Raises ProofError if the text is no checkpoint."""
        seconds = self._now()
        return TIME.pack(seconds) + self._key.sign(ml_dsa_message(text, self.verifier.name, seconds))


class Signer:
    """An Ed25519 key that signs the text as it is: signatures of type 0x01."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.verifier = Verifier.of(name, ED25519, key.public_key().public_bytes_raw())
        self._key = key

    def signature(self, text: bytes) -> bytes:
        """The signature over the text."""
        return self._key.sign(text)

    def sign(self, text: bytes) -> bytes:
        """The note with this one line."""
        return sign(text, self)


def line(text: bytes, signer: LineSigner) -> bytes:
    """The signature line of a note, ending in a newline."""
    raw = signer.verifier.key_id + signer.signature(text)
    return f"{MARK}{signer.verifier.name} {base64.b64encode(raw).decode()}\n".encode()


def sign(text: bytes, *signers: LineSigner) -> bytes:
    """The note: text (which ends in a newline), empty line, a line for each signer."""
    if not text.endswith(b"\n"):
        raise ValueError("the text of a note ends in a newline")
    return text + b"\n" + b"".join(line(text, one) for one in signers)

"""Signed notes (C2SP signed-note): text, an empty line, then one line per signature.

Only Ed25519 signatures (type 0x01) for now; signatures of unknown keys are ignored, as the
specification asks, so that others can be added beside ours.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evidence.errors import ProofError

ED25519 = b"\x01"
_MARK = "— "


@dataclass(frozen=True)
class Verifier:
    """A key that may have signed a note: its name, id (4 bytes) and Ed25519 public key (32 bytes)."""

    name: str
    key_id: bytes
    public_key: bytes

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Read `name+hex(key id)+base64(type ‖ public key)`. Raises ProofError."""
        name, _, rest = vkey.partition("+")
        key_id, _, key = rest.partition("+")
        raw = _base64(key.strip())
        if len(raw) != 33 or raw[:1] != ED25519:
            raise ProofError("a verifier key of another type than Ed25519")
        verifier = cls(name, _key_id(name, raw[1:]), raw[1:])
        if verifier.key_id.hex() != key_id:
            raise ProofError("a verifier key whose id does not match its name and key")
        return verifier

    def __str__(self) -> str:
        key = base64.b64encode(ED25519 + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def check(self, text: bytes, signature: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text)
        except (InvalidSignature, ValueError):
            raise ProofError(f"a signature of {self.name} that does not hold") from None


class Signer:
    """Signs notes under one name. The name has no spaces and no plus sign."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        if not name or "+" in name or any(c.isspace() for c in name):
            raise ValueError("a key name is not empty and has no spaces and no plus sign")
        public = key.public_key().public_bytes_raw()
        self.verifier = Verifier(name, _key_id(name, public), public)
        self._key = key

    def sign(self, text: bytes) -> bytes:
        """The note: text (which ends in a newline), empty line, signature line."""
        if not text.endswith(b"\n"):
            raise ValueError("the text of a note ends in a newline")
        signature = base64.b64encode(self.verifier.key_id + self._key.sign(text)).decode()
        return text + f"\n{_MARK}{self.verifier.name} {signature}\n".encode()


@dataclass(frozen=True)
class Note:
    """A note of which at least one signature holds: its text and who signed it."""

    text: bytes
    signed_by: tuple[Verifier, ...]


def open(*, text: bytes, verifiers: Sequence[Verifier]) -> Note:  # the specification's verb
    """Open a note. Raises ProofError unless a known key signed it and each known key's signature holds."""
    body, separator, lines = text.rpartition(b"\n\n")
    if not separator or not lines.endswith(b"\n"):
        raise ProofError("a note is text, an empty line and signature lines")
    body += b"\n"
    known = {(v.name, v.key_id): v for v in verifiers}
    signed_by = []
    for name, key_id, signature in map(_signature, lines.decode("utf-8", "replace").splitlines()):
        if verifier := known.get((name, key_id)):
            verifier.check(body, signature)
            signed_by.append(verifier)
    if not signed_by:
        raise ProofError("a note that no known key has signed")
    return Note(body, tuple(signed_by))


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, separator, encoded = line.removeprefix(_MARK).partition(" ")
    raw = _base64(encoded)
    if not line.startswith(_MARK) or not separator or len(raw) < 5:
        raise ProofError("a signature line is «— name base64»")
    return name, raw[:4], raw[4:]


def _key_id(name: str, public_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProofError("text that is not base64") from None

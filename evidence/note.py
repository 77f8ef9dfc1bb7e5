"""Signed notes (C2SP signed-note): text, an empty line, then one line per signature.

Signatures of unknown keys are ignored, as the specification asks, so that others can be added beside ours.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from evidence.cosignature import ed25519_message, ml_dsa_message, timed
from evidence.errors import ProofError

ED25519, COSIGNATURE, ML_DSA_44 = b"\x01", b"\x04", b"\x06"
KEY_SIZES: Mapping[bytes, int] = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}
MOST_SIGNATURES = 100  # as sumdb/note has it: a note of more is not looked at
MARK = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Verifier:
    """A key that may have signed a note: its name, id (4 bytes), public key and type of signature."""

    name: str
    key_id: bytes
    public_key: bytes
    kind: bytes = ED25519

    @classmethod
    def of(cls, name: str, kind: bytes, public_key: bytes) -> "Verifier":
        """The verifier of a key. Raises ValueError for a name that no note can hold."""
        if not name or "+" in name or any(c.isspace() for c in name):
            raise ValueError("a key name is not empty and has no spaces and no plus sign")
        return cls(name, sha256(name.encode() + b"\n" + kind + public_key).digest()[:4], public_key, kind)

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Read `name+hex(key id)+base64(type ‖ public key)`. Raises ProofError."""
        name, _, rest = vkey.partition("+")
        key_id, _, key = rest.partition("+")
        raw = _base64(key.strip())
        if len(raw) - 1 != KEY_SIZES.get(raw[:1]):
            raise ProofError("a verifier key of a type, or of a length, that is not known")
        try:
            verifier = cls.of(name, raw[:1], raw[1:])
        except ValueError:
            raise ProofError("a verifier key without a name") from None
        if verifier.key_id.hex() != key_id:
            raise ProofError("a verifier key whose id does not match its name and key")
        return verifier

    def __str__(self) -> str:
        key = base64.b64encode(self.kind + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def check(self, text: bytes, signature: bytes) -> None:
        """Raises ProofError unless the signature over the text holds."""
        try:
            CHECKS[self.kind](self, text, signature)
        except (InvalidSignature, ValueError):
            raise ProofError(f"a signature of {self.name} that does not hold") from None


def _check_ed25519(verifier: Verifier, text: bytes, signature: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(signature, text)


def _check_cosignature(verifier: Verifier, text: bytes, signature: bytes) -> None:
    seconds, rest = timed(signature)
    Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(rest, ed25519_message(text, seconds))


def _check_ml_dsa(verifier: Verifier, text: bytes, signature: bytes) -> None:
    seconds, rest = timed(signature)
    message = ml_dsa_message(text, verifier.name, seconds)
    MLDSA44PublicKey.from_public_bytes(verifier.public_key).verify(rest, message)


CHECKS: Mapping[bytes, Callable[[Verifier, bytes, bytes], None]] = {
    ED25519: _check_ed25519,
    COSIGNATURE: _check_cosignature,
    ML_DSA_44: _check_ml_dsa,
}


@dataclass(frozen=True)
class Note:
    """A note of which at least one signature holds: its text and who signed it."""

    text: bytes
    signed_by: tuple[Verifier, ...]


def open(*, text: bytes, verifiers: Sequence[Verifier]) -> Note:  # the specification's verb
    """Open a note. Raises ProofError unless a known key signed it and each known key's signature holds."""
    body, lines = parts(text)
    signed_by = dict[Verifier, None]()  # each once, in the order of their lines
    for one in known(lines, verifiers):
        one.verifier.check(body, one.signature)
        signed_by[one.verifier] = None
    if not signed_by:
        raise ProofError("a note that no known key has signed")
    return Note(body, tuple(signed_by))


class Line(NamedTuple):
    """A line of a known key. signature: the bytes behind the key's id, of which nothing is known yet."""

    verifier: Verifier
    signature: bytes
    text: str


def known(lines: Sequence[str], verifiers: Sequence[Verifier]) -> Iterator[Line]:
    """The lines of these keys among a note's, unchecked. Raises ProofError for what is no signature line."""
    by_id = {(one.name, one.key_id): one for one in verifiers}
    for line in lines:
        name, key_id, signature = _signature(line)
        if verifier := by_id.get((name, key_id)):
            yield Line(verifier, signature, line)


def parts(text: bytes) -> tuple[bytes, list[str]]:
    """The text that is signed, with its last newline, and the signature lines. Raises ProofError."""
    body, separator, lines = text.rpartition(b"\n\n")
    found = _plain(text, lines).split("\n")[:-1]
    if not separator or not lines.endswith(b"\n") or not 0 < len(found) <= MOST_SIGNATURES:
        raise ProofError("a note is text, an empty line and signature lines")
    return body + b"\n", found


def _plain(text: bytes, lines: bytes) -> str:
    """The lines as text. Raises ProofError unless the whole is UTF-8 without control characters."""
    try:
        if _CONTROL.search(text.decode()):
            raise ProofError("a note holds no control characters but newlines")
        return lines.decode()
    except UnicodeDecodeError:
        raise ProofError("a note that is not UTF-8") from None


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, separator, encoded = line.removeprefix(MARK).partition(" ")
    raw = _base64(encoded)
    if not line.startswith(MARK) or not separator or len(raw) < 5:
        raise ProofError("a signature line is «— name base64»")
    return name, raw[:4], raw[4:]


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProofError("text that is not base64") from None

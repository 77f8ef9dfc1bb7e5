"""How a log's signing keys are replaced: a text that names old and new keys, signed by each of them.

The text, each line ending in a newline: `lifelong/key-rotation/v1`, the origin, the purpose, the instant,
then `old ` and `new ` with a verifier key, one a line. Ed25519 and ML-DSA-44 (with an empty context) sign its
bytes as they are: no checkpoint, cosignature or receipt begins with that first line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from evidence.errors import ProofError
from evidence.note import ED25519, ML_DSA_44, Verifier

FIRST_LINE = "lifelong/key-rotation/v1"
OLD, NEW = "old ", "new "


@dataclass(frozen=True)
class Rotation:
    """purpose: checkpoint or receipt. old, new: verifier keys. at: RFC 3339, UTC, with microseconds."""

    origin: str
    purpose: str
    at: str
    old: tuple[Verifier, ...]
    new: tuple[Verifier, ...]

    def text(self) -> bytes:
        """What all the keys sign."""
        keys = [f"{OLD}{one}" for one in self.old] + [f"{NEW}{one}" for one in self.new]
        return "".join(
            f"{line}\n" for line in (FIRST_LINE, self.origin, self.purpose, self.at, *keys)
        ).encode()

    @classmethod
    def parse(cls, text: bytes) -> "Rotation":
        """Raises ProofError for anything that `text` would not write."""
        first, *rest = text.decode("utf-8", "replace").split("\n")
        if first != FIRST_LINE or len(rest) < 4:
            raise ProofError("no text of a key rotation")
        origin, purpose, at, *lines = rest
        rotation = cls(origin, purpose, at, _keys(lines, OLD), _keys(lines, NEW))
        if rotation.text() != text or not rotation.old or not rotation.new:
            raise ProofError("a key rotation that is not written as it must be")
        return rotation


def verify_rotation(*, text: bytes, signatures: Mapping[str, bytes], trusted: Sequence[Verifier]) -> Rotation:
    """The rotation, whose new keys may be trusted as the old ones are.

    signatures: by verifier key as text. trusted: the keys of that purpose known so far.
    Raises ProofError unless every old key is among these, and every old and new one signed the text.
    """
    rotation = Rotation.parse(text)
    if not set(rotation.old) <= set(trusted):
        raise ProofError("a key rotation by keys that are not known")
    for one in (*rotation.old, *rotation.new):
        _check(one, text, signatures.get(str(one), b""))
    return rotation


def _keys(lines: Sequence[str], which: str) -> tuple[Verifier, ...]:
    return tuple(Verifier.parse(line.removeprefix(which)) for line in lines if line.startswith(which))


def _check(verifier: Verifier, text: bytes, signature: bytes) -> None:
    try:
        if verifier.kind == ED25519:
            Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(signature, text)
        elif verifier.kind == ML_DSA_44:
            MLDSA44PublicKey.from_public_bytes(verifier.public_key).verify(signature, text)
        else:
            raise ProofError("a key rotation by a key of another kind")
    except (InvalidSignature, ValueError):
        raise ProofError(f"a key rotation that {verifier.name} did not sign") from None

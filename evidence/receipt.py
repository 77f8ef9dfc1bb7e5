"""A receipt: our signed word that an event has its place, given before the log's next checkpoint.

If the event is not in the log within the promised merge delay, the receipt convicts the operator.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from evidence import note
from evidence.checkpoint import decimal, hash_of
from evidence.errors import ProofError
from evidence.signing import LineSigner, sign

_LINES = 6


@dataclass(frozen=True)
class Receipt:
    """Where one event stands: stream (UUID text), version, position (from 1), leaf hash (32 bytes), at."""

    origin: str
    stream: str
    version: int
    position: int
    leaf_hash: bytes
    at: str

    def text(self) -> bytes:
        """The six lines that are signed, in fixed order, each ending in a newline."""
        leaf = base64.b64encode(self.leaf_hash).decode()
        lines = [f"{self.origin}/receipt", self.stream, str(self.version), str(self.position), leaf, self.at]
        return "".join(f"{line}\n" for line in lines).encode()

    def signed(self, signer: LineSigner) -> bytes:
        """The receipt as a signed note."""
        return sign(self.text(), signer)


def verify_receipt(*, text: bytes, verifiers: Sequence[note.Verifier]) -> Receipt:
    """The receipt in a signed note. Raises ProofError if the signature or a line is not as it should be."""
    lines = note.open(text=text, verifiers=verifiers).text.decode().split("\n")[:-1]
    if len(lines) != _LINES or not lines[0].endswith("/receipt"):
        raise ProofError("a receipt has six lines, the first ending in /receipt")
    origin, stream, version, position, leaf, at = lines
    return Receipt(
        origin.removesuffix("/receipt"), stream, decimal(version), decimal(position), hash_of(leaf), at
    )

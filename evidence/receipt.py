"""A receipt: our signed word that an event has its place, given before the log's next checkpoint.

If the event is not in the log within the promised merge delay, the receipt convicts the operator.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from evidence import note
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
    lines = note.open(text=text, verifiers=verifiers).text.decode("utf-8", "replace").splitlines()
    if len(lines) != _LINES or not lines[0].endswith("/receipt"):
        raise ProofError("a receipt has six lines, the first ending in /receipt")
    origin, stream, version, position, leaf, at = lines
    try:
        receipt = Receipt(
            origin.removesuffix("/receipt"),
            stream,
            int(version),
            int(position),
            base64.b64decode(leaf, validate=True),
            at,
        )
    except (ValueError, binascii.Error):
        raise ProofError("a receipt with a line that does not read") from None
    if len(receipt.leaf_hash) != 32:
        raise ProofError("a receipt whose leaf hash has not 32 bytes")
    return receipt

"""The signed word that a summary of a record was issued: a note over its digest, to be checked offline."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from evidence import note
from evidence.errors import ProofError
from evidence.signing import LineSigner, sign

KIND = "emergency-summary"
_LINES = 6


@dataclass(frozen=True)
class SummaryNote:
    """Which record at which version, folded at which position of the log, and when it was issued."""

    origin: str
    record: str
    version: int
    position: int
    at: str
    sha256: str  # hex, of the summary as canonical JSON

    def text(self) -> bytes:
        """The six lines that are signed, in fixed order, each ending in a newline."""
        lines = [f"{self.origin}/{KIND}", self.record, str(self.version), str(self.position), self.at]
        return "".join(f"{line}\n" for line in [*lines, self.sha256]).encode()

    def signed(self, signer: LineSigner) -> bytes:
        """The note with its signature."""
        return sign(self.text(), signer)


def verify_summary(*, summary: bytes, text: bytes, verifiers: Sequence[note.Verifier]) -> SummaryNote:
    """The note over these very bytes. Raises ProofError if it is not signed, or of another summary."""
    lines = note.open(text=text, verifiers=verifiers).text.decode("utf-8", "replace").splitlines()
    if len(lines) != _LINES or not lines[0].endswith(f"/{KIND}"):
        raise ProofError("a note on a summary has six lines, the first naming what it is")
    origin, record, version, position, at, sha256 = lines
    if not (version.isdecimal() and position.isdecimal()):
        raise ProofError("a note on a summary with a line that does not read")
    if hashlib.sha256(summary).hexdigest() != sha256:
        raise ProofError("the note is of another summary")
    origin = origin.removesuffix(f"/{KIND}")
    return SummaryNote(origin, record, int(version), int(position), at, sha256)

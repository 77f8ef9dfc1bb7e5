"""Checkpoints (C2SP tlog-checkpoint): which log, how many leaves, which root. Signed as a note."""

import base64
import binascii
import re
from dataclasses import dataclass

from evidence.errors import ProofError
from evidence.merkle import HASH_SIZE, checked

_LINES = 3  # ours; others may add extension lines, of which nothing is said by a signature of type 0x06
LARGEST = (1 << 63) - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """The tree of a log at a size. origin: without a newline; root: 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The three lines that are signed, each ending in a newline."""
        root = base64.b64encode(checked(self.root)).decode()
        return f"{self.origin}\n{self.size}\n{root}\n".encode()

    @classmethod
    def parse(cls, text: bytes) -> "Checkpoint":
        """Read the text of a note. Extension lines are passed over. Raises ProofError."""
        try:
            lines = text.decode().split("\n")
        except UnicodeDecodeError:
            raise ProofError("a checkpoint that is not UTF-8") from None
        if len(lines) <= _LINES or lines[-1] or not all(lines[:-1]):
            raise ProofError("a checkpoint has three lines or more, none empty, each ending in a newline")
        return cls(lines[0], decimal(lines[1]), hash_of(lines[2]))


def decimal(text: str) -> int:
    """A size or an index: decimal digits without leading zeroes, below 2^63. Raises ProofError."""
    if not _DECIMAL.fullmatch(text) or int(text) > LARGEST:
        raise ProofError("a number is written in decimal digits, without leading zeroes, and is below 2^63")
    return int(text)


def hash_of(text: str) -> bytes:
    """A hash written in base64. Raises ProofError."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProofError("text that is not base64") from None
    if len(found) != HASH_SIZE or base64.b64encode(found).decode() != text:
        raise ProofError("a hash has 32 bytes, written in the one way that base64 has")
    return found

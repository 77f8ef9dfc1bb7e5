"""How the pieces of a document are sealed: each by itself, bound to its place and to there being no other.

Chunks of 128 KiB, AES-256-GCM under a key of the document's own. The associated data name the log, the
document, its length, the chunk's number and whether it is the last: so no chunk can be moved, left out, put
into another document or cut off unnoticed. A chunk that was stored while half of it had come is told from the
whole one by its size. (The construction is STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015,
with random nonces in place of counted ones: a chunk may be sealed again when more of it has come.)
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from evidence.errors import ProofError
from store.content import NONCE_SIZE, ContentKey
from store.entropy import take

CHUNK = 131_072  # bytes before sealing


def count(length: int) -> int:
    """How many chunks a document of that many bytes has."""
    return -(-length // CHUNK)


@dataclass(frozen=True)
class Sealing:
    """Seals and opens the chunks of one document. length: of the whole document, in bytes."""

    origin: str
    key: ContentKey
    length: int

    def size(self, number: int) -> int:
        """How many bytes a chunk has when all of it is here."""
        return min(CHUNK, self.length - number * CHUNK)

    def seal(self, number: int, plaintext: bytes | bytearray) -> bytes:
        """A chunk, or the part of it that has come."""
        nonce = take(NONCE_SIZE)
        return nonce + self.key.cipher.encrypt(nonce, plaintext, self._place(number))

    def open(self, number: int, sealed: bytes, size: int | None = None) -> bytes:
        """The chunk; size: how much of it must be there, if not all. Raises ProofError."""
        try:
            plaintext = self.key.cipher.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], self._place(number))
        except (InvalidTag, ValueError):
            raise ProofError("a piece of a document that does not open under its key and place") from None
        if len(plaintext) != (self.size(number) if size is None else size):
            raise ProofError("a piece of a document that is not whole")
        return plaintext

    def _place(self, number: int) -> bytes:
        is_last = number == count(self.length) - 1
        return b"%b\x00document%b%b%b%b%c" % (
            self.origin.encode(),
            self.key.stream.bytes,
            self.key.generation.to_bytes(4, "big"),
            self.length.to_bytes(8, "big"),
            number.to_bytes(4, "big"),
            is_last,
        )

"""A second tree over the same envelopes, under SHA-512: told once a day, for the time when SHA-256 is old.

Hashes as RFC 6962 has them, with SHA-512: SHA-512(0x00 ‖ envelope), SHA-512(0x01 ‖ left ‖ right). Only the
complete subtrees at the right edge are kept from one day to the next.
"""

from collections.abc import Iterable
from hashlib import sha512

from evidence.errors import ProofError

SIZE = 64


class SecondLeg:
    """Grows leaf by leaf. Begun from nothing, or from what `edge` gave at a size."""

    def __init__(self, size: int = 0, edge: bytes = b"") -> None:
        """Raises ProofError for an edge that is not that of the size."""
        if len(edge) != SIZE * size.bit_count():
            raise ProofError("an edge of another size")
        self.size = size
        self._peaks = [edge[at : at + SIZE] for at in range(0, len(edge), SIZE)]  # the largest first

    def add(self, envelopes: Iterable[bytes]) -> None:
        for one in envelopes:
            joined, rest = sha512(b"\x00" + one).digest(), self.size
            while rest & 1:
                joined, rest = sha512(b"\x01" + self._peaks.pop() + joined).digest(), rest >> 1
            self._peaks.append(joined)
            self.size += 1

    @property
    def edge(self) -> bytes:
        """The complete subtrees from the left, 64 bytes each."""
        return b"".join(self._peaks)

    def root(self) -> bytes:
        """The root, 64 bytes."""
        if not self._peaks:
            return sha512(b"").digest()
        joined = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            joined = sha512(b"\x01" + peak + joined).digest()
        return joined

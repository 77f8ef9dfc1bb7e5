"""Proof files (C2SP tlog-proof): an index, an inclusion proof and a checkpoint, for a reader offline."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from evidence import merkle, note
from evidence.checkpoint import Checkpoint, decimal, hash_of
from evidence.errors import ProofError

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63  # of a tree of 2^63 leaves


@dataclass(frozen=True)
class TlogProof:
    """index: from 0. proof: hashes from the leaf upwards. checkpoint: the signed note."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """The file."""
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.proof)
        return f"{FIRST_LINE}\nindex {self.index}\n{hashes}\n".encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "TlogProof":
        """Read a file; extra data, which proves nothing, is passed over. Raises ProofError."""
        head, separator, checkpoint = data.partition(b"\n\n")
        lines = head.decode("utf-8", "replace").split("\n")
        if lines[1:2] and lines[1].startswith("extra "):
            del lines[1]
        if not separator or lines[0] != FIRST_LINE or not lines[1:] or not lines[1].startswith("index "):
            raise ProofError("a proof file has a first line, an index and a checkpoint")
        if len(lines) - 2 > MOST_HASHES:
            raise ProofError("a proof of more hashes than a tree can have")
        index = decimal(lines[1].removeprefix("index "))
        return cls(index, tuple(hash_of(one) for one in lines[2:]), checkpoint)

    def verify(self, leaf_hash: bytes, verifiers: Sequence[note.Verifier]) -> Checkpoint:
        """The checkpoint under which the leaf is shown to stand. Raises ProofError.

        Which of the keys must have signed is for the caller to say: at least one has.
        """
        opened = note.open(text=self.checkpoint, verifiers=verifiers)
        found = Checkpoint.parse(opened.text)
        merkle.verify_inclusion(
            leaf_hash=leaf_hash,
            index=self.index,
            tree_size=found.size,
            proof=self.proof,
            root_hash=found.root,
        )
        return found

"""Logs of one key that tell two histories, as the witness must never sign both of."""

from functools import cache

from evidence.checkpoint import Checkpoint
from evidence.merkle import consistency, leaf_hash, root_hash
from evidence.signing import LineSigner, sign
from tests.evidence.published import LOG, LOG_TOO


def leaves(size: int, history: str) -> list[bytes]:
    """Histories tell the same up to the tenth leaf."""
    return [leaf_hash(f"{history if at >= 10 else ''}{at}".encode()) for at in range(size)]


def checkpoint(size: int, history: str = "a", *signers: LineSigner) -> bytes:
    return _checkpoint(size, history, signers or (LOG, LOG_TOO))


@cache  # signatures of type 0x06 are other bytes each time
def _checkpoint(size: int, history: str, signers: tuple[LineSigner, ...]) -> bytes:
    text = Checkpoint(signers[0].verifier.name, size, root_hash(leaf_hashes=leaves(size, history))).text
    return sign(text, *signers)


def proof(old: int, size: int, history: str = "a") -> list[bytes]:
    hashes = leaves(size, history)
    subtrees = consistency(old, size) if 0 < old <= size else []
    return [root_hash(leaf_hashes=hashes[begin:end]) for begin, end in subtrees]

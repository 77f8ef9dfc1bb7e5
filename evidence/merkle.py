"""The RFC 6962 tree: hashes, roots, and the two proofs. The leaf hash also links a stream's events.

A proof is a list of subtree hashes; which subtrees, is arithmetic on sizes alone (`inclusion`,
`consistency`). Whoever has the hashes makes proofs (`evidence.tiles`); whoever has a root checks them here.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from evidence.errors import ProofError as ProofError

HASH_SIZE = 32
EMPTY = sha256(b"").digest()  # the root of a tree without leaves

Subtree = tuple[int, int]
"""The leaves from the first number up to, not including, the second."""


def leaf_hash(envelope: bytes) -> bytes:
    """SHA-256(0x00 ‖ envelope), 32 bytes (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + envelope).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), 32 bytes (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than a size of at least 2: how many leaves the left half has."""
    return 1 << (size - 1).bit_length() - 1


def root_hash(*, leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in order, each of 32 bytes. Raises ProofError for one that is not."""
    peaks: list[tuple[int, bytes]] = []  # complete subtrees from the left: height and hash
    for one in leaf_hashes:
        height, joined = 0, checked(one)
        while peaks and peaks[-1][0] == height:
            joined, height = node_hash(peaks.pop()[1], joined), height + 1
        peaks.append((height, joined))
    return _joined([one for _, one in peaks]) if peaks else EMPTY


def _joined(peaks: list[bytes]) -> bytes:
    """Complete subtrees from the left, the largest first, as one tree."""
    joined = peaks.pop()
    while peaks:
        joined = node_hash(peaks.pop(), joined)
    return joined


def inclusion(index: int, size: int) -> list[Subtree]:
    """The subtrees whose hashes prove the leaf at an index (from 0), from the leaf upwards.

    RFC 6962, section 2.1.1. Raises ProofError for an index that the tree does not have.
    """
    if not 0 <= index < size:
        raise ProofError("a leaf that the tree does not have")
    proof, begin, end = list[Subtree](), 0, size
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            proof.append((middle, end))
            end = middle
        else:
            proof.append((begin, middle))
            begin = middle
    return proof[::-1]


def consistency(size1: int, size2: int) -> list[Subtree]:
    """The subtrees whose hashes prove that a tree of size2 begins with the one of size1.

    RFC 6962, section 2.1.2. Raises ProofError unless 0 < size1 <= size2.
    """
    if not 0 < size1 <= size2:
        raise ProofError("a proof of consistency reaches from one size to one that is no smaller")
    proof, begin, end = list[Subtree](), 0, size2
    while end != size1:
        middle = begin + split(end - begin)
        if size1 <= middle:
            proof.append((middle, end))
            end = middle
        else:
            proof.append((begin, middle))
            begin = middle
    return ([(begin, end)] if begin else []) + proof[::-1]


def verify_inclusion(
    *, leaf_hash: bytes, index: int, tree_size: int, proof: Sequence[bytes], root_hash: bytes
) -> None:
    """Raises ProofError unless the proof shows that the leaf stands at the index (from 0) of the tree."""
    subtrees, found = inclusion(index, tree_size), checked(leaf_hash)
    for (begin, _), beside in _beside(subtrees, proof):
        found = node_hash(beside, found) if begin < index else node_hash(found, beside)
    if found != checked(root_hash):
        raise ProofError("a proof of inclusion that leads to another root")


def verify_consistency(*, size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofError unless the proof shows that the second tree begins with the first."""
    subtrees = consistency(size1, size2)
    steps = list(_beside(subtrees, proof))
    starts_within = bool(steps) and steps[0][0][1] == size1
    first = second = steps.pop(0)[1] if starts_within else checked(root1)
    for (begin, _), beside in steps:
        if begin < size1:
            first, second = node_hash(beside, first), node_hash(beside, second)
        else:
            second = node_hash(second, beside)
    if (first, second) != (checked(root1), checked(root2)):
        raise ProofError("a proof of consistency that leads to other roots")


def checked(one: bytes) -> bytes:
    """The hash, if it is of 32 bytes. Raises ProofError."""
    if len(one) != HASH_SIZE:
        raise ProofError("a hash has 32 bytes")
    return one


def _beside(subtrees: Sequence[Subtree], proof: Sequence[bytes]) -> Iterator[tuple[Subtree, bytes]]:
    """Each subtree with its hash. Raises ProofError for a proof of another length."""
    if len(proof) != len(subtrees):
        raise ProofError("a proof of another length than these sizes ask for")
    return zip(subtrees, map(checked, proof), strict=True)

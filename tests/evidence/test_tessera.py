"""A log that another implementation wrote: each of its checkpoints opens, and its tiles and entries agree."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.growth import Growth
from evidence.merkle import EMPTY, leaf_hash, root_hash, verify_consistency, verify_inclusion
from evidence.note import Verifier
from evidence.tiles import TileId, Tree
from tests.testdata import EVIDENCE, VECTORS, needs_testdata

LOG: Mapping[str, Any] = json.loads(
    (VECTORS / "tessera-log.json").read_text(encoding="utf-8")
)  # Any: as it is
VERIFIER = Verifier.parse(LOG["vkey"])
SIZES = range(16)


def checkpoint(size: int) -> Checkpoint:
    opened = note.open(text=LOG["checkpoints"][size].encode(), verifiers=[VERIFIER])
    return Checkpoint.parse(opened.text)


def tile(size: int) -> list[bytes]:
    data = base64.b64decode(LOG["tiles"][str(size)]) if size else b""
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def entries(size: int) -> list[bytes]:
    """The bundle: each entry after its length, two bytes big-endian."""
    data, found = base64.b64decode(LOG["entries"][str(size)]) if size else b"", []
    while data:
        length = int.from_bytes(data[:2], "big")
        found.append(data[2 : 2 + length])
        data = data[2 + length :]
    return found


@pytest.mark.parametrize("size", SIZES)
def test_each_checkpoint_opens_and_is_over_its_tile_and_entries(size: int) -> None:
    told = checkpoint(size)

    assert (told.origin, told.size) == ("example.com/log/testdata", size)
    assert [leaf_hash(one) for one in entries(size)] == tile(size)
    if size:  # the one of size 0 was written without a root of RFC 6962
        assert told.root == root_hash(leaf_hashes=tile(size))
        growth = Growth()
        growth.add(tile(size))
        assert growth.partial() == [(TileId(0, 0, size), b"".join(tile(size)))]
        assert growth.root() == told.root


@pytest.mark.parametrize("size", SIZES[1:])
def test_its_proofs_out_of_its_tiles_hold(size: int) -> None:
    def read(asked: TileId) -> bytes:
        assert asked == TileId(0, 0, size)
        return b"".join(tile(size))

    told, tree = checkpoint(size), Tree(size, read)
    for index, leaf in enumerate(tile(size)):
        proof = tree.inclusion(index)
        verify_inclusion(leaf_hash=leaf, index=index, tree_size=size, proof=proof, root_hash=told.root)
    for earlier in range(1, size + 1):
        proof = tree.consistency(earlier)
        root = checkpoint(earlier).root
        verify_consistency(size1=earlier, size2=size, root1=root, root2=told.root, proof=proof)
        if earlier < size:
            with pytest.raises(ProofError):
                verify_consistency(size1=earlier, size2=size, root1=EMPTY, root2=told.root, proof=proof)


@pytest.mark.parametrize("size", SIZES)
def test_none_of_its_checkpoints_opens_with_a_byte_of_its_text_changed(size: int) -> None:
    signed = LOG["checkpoints"][size].encode()
    for at in range(signed.index(b"\n\n")):
        changed = bytes([*signed[:at], signed[at] ^ 1, *signed[at + 1 :]])
        with pytest.raises(ProofError):
            note.open(text=changed, verifiers=[VERIFIER])


@needs_testdata
def test_the_copy_here_is_the_published_log() -> None:
    for size in SIZES:
        assert (EVIDENCE / "tessera-log" / f"checkpoint.{size}").read_text() == LOG["checkpoints"][size]

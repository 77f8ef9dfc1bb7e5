"""How fast the verifier is that goes with every evidence package, in plain Python, on a long record.

Of made-up events of the size that ours have; two parts each, as ours.
"""

import base64
import os
import tempfile
import time
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import canonical
from evidence.checkpoint import Checkpoint
from evidence.commitment import commit
from evidence.growth import Growth
from evidence.merkle import leaf_hash
from evidence.package import verify
from evidence.package.contents import Contents, Disclosed, Sealed, Stream, Trust
from evidence.package.write import write_package
from evidence.signing import Signer, sign
from evidence.tiles import TileId, Tree, joined

ORIGIN = "lifelong.example/110101/1"
STREAM = str(UUID(int=1))
BODY = canonical.encode({"content": {"note": "一次随访" * 40}, "purpose": "care"})
WHO = canonical.encode({"actor": str(UUID(int=2)), "role": "practitioner"})


def made(place: Path, events: int) -> Path:
    """Write a package of so many events; its folder, unpacked."""
    sealed = list(_sealed(events))
    tiles = dict(Growth(0, _nothing).add([leaf_hash(envelope) for envelope, _ in sealed]))
    tree, log = _tree(sealed, tiles), Signer(ORIGIN, Ed25519PrivateKey.generate())
    package = Signer(f"{ORIGIN}/package", Ed25519PrivateKey.generate())
    shown = (
        Sealed(index, envelope, tree.inclusion(index), parts, {})
        for index, (envelope, parts) in enumerate(sealed)
    )
    contents = Contents(
        folder="evidence-bench",
        origin=ORIGIN,
        size=events,
        checkpoint=sign(Checkpoint(ORIGIN, events, tree.root()).text, log),
        scope={"record": STREAM},
        streams=[Stream(STREAM, "record")],
        events=shown,
        trust=Trust([str(log.verifier), str(package.verifier)]),
    )
    with tempfile.TemporaryFile() as file:
        write_package(file, contents, package.sign)
        with zipfile.ZipFile(file) as packed:
            packed.extractall(place)  # made here
    return place / contents.folder


def envelopes_per_s(place: Path) -> float:
    """Profile, hash, chain and inclusion proof of each event of a package, in one process."""
    package = verify.Package(verify.Bag(place), None)
    package.keys()
    package.checkpoint()
    begun = time.perf_counter()
    package.events()
    return float(package.scope["events"]) / (time.perf_counter() - begun)


def _sealed(events: int) -> Iterator[tuple[bytes, dict[str, Disclosed]]]:
    previous: str | None = None
    for number in range(1, events + 1):
        parts = {name: Disclosed(os.urandom(32), value) for name, value in (("body", BODY), ("who", WHO))}
        told: dict[str, canonical.Json] = {
            "at": "2026-11-22T02:35:01.123456Z",
            "event": str(UUID(int=number)),
            "log": ORIGIN,
            "parts": {name: _commitment(name, one) for name, one in parts.items()},
            "prev": previous,
            "stream": STREAM,
            "topic": "record.follow-up-recorded.v1",
            "v": 1,
            "version": number,
        }
        envelope = canonical.encode(told)
        previous = leaf_hash(envelope).hex()
        yield envelope, parts


def _commitment(name: str, part: Disclosed) -> str:
    made = commit(name=name, value=part.value, salt=part.salt)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _tree(sealed: list[tuple[bytes, dict[str, Disclosed]]], full: dict[TileId, bytes]) -> Tree:
    leaves = b"".join(sha256(b"\x00" + envelope).digest() for envelope, _ in sealed)

    def read(tile: TileId) -> bytes:
        if (found := full.get(TileId(tile.level, tile.number))) is not None:
            return found[: 32 * tile.width]
        first = tile.number * 256
        if tile.level == 0:
            return leaves[32 * first : 32 * (first + tile.width)]
        below = (TileId(tile.level - 1, one) for one in range(first, first + tile.width))
        return b"".join(joined(full[one]) for one in below)

    return Tree(len(sealed), read)


def _nothing(tile: TileId) -> bytes:
    raise AssertionError("a tree that begins empty reads no tile")

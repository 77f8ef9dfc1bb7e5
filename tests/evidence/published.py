"""What a small log publishes: tiles, two checkpoints signed by everybody, and the proofs of one leaf."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence.checkpoint import Checkpoint
from evidence.growth import Growth
from evidence.merkle import leaf_hash
from evidence.signing import Cosigner, MlDsaSigner, Signer, sign
from evidence.tiles import TileId, Tree

ORIGIN, WITNESS = "lifelong.example/test/1", "witness.example/w1"
AT = 1_780_000_000
LOG = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
LOG_TOO = MlDsaSigner(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(bytes([2]) * 32), lambda: AT)
COSIGNER = Cosigner(WITNESS, Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32), lambda: AT)


def leaf(index: int) -> bytes:
    """The envelope of a leaf."""
    return b'{"event":%d}' % index


@dataclass
class Log:
    """The log at any size."""

    growth: Growth = field(default_factory=Growth)
    tiles: dict[TileId, bytes] = field(default_factory=dict)

    def grow(self, size: int) -> Checkpoint:
        """Up to a size; the checkpoint of it."""
        full = self.growth.add(leaf_hash(leaf(index)) for index in range(self.growth.size, size))
        self.tiles.update(dict(full) | dict(self.growth.partial()))
        return Checkpoint(ORIGIN, size, self.growth.root())

    def tree(self, size: int) -> Tree:
        return Tree(size, self.tiles.__getitem__)


@dataclass(frozen=True)
class Published:
    """index: of the leaf that is proved."""

    note: bytes
    earlier: bytes
    index: int
    leaf: bytes
    inclusion: tuple[bytes, ...]
    consistency: tuple[bytes, ...]
    tiles: dict[str, bytes]


def published(earlier: int = 300, size: int = 700, index: int = 400) -> Published:
    log = Log()
    first = sign(log.grow(earlier).text, LOG, LOG_TOO)
    second = sign(log.grow(size).text, LOG, LOG_TOO, COSIGNER)
    tree = log.tree(size)
    inclusion, consistency = tuple(tree.inclusion(index)), tuple(tree.consistency(earlier))
    tiles = {one.path: data for one, data in log.tiles.items()}
    return Published(second, first, index, leaf(index), inclusion, consistency, tiles)

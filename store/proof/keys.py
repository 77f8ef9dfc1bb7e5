"""The keys that sign a log's checkpoints: Ed25519 and ML-DSA-44, side by side under the origin's name."""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence.signing import LineSigner, MlDsaSigner, Signer
from store.keys import KeyStore


def now() -> int:
    """Seconds since the epoch."""
    return int(time.time())


def checkpoint_signers(
    origin: str, keys: KeyStore, clock: Callable[[], int] = now
) -> tuple[LineSigner, LineSigner]:
    """Both keys, made at first use and kept in the key store. One broken leg does not matter."""
    ed25519 = Ed25519PrivateKey.from_private_bytes(keys.secret(f"checkpoint:{origin}"))
    ml_dsa = MLDSA44PrivateKey.from_seed_bytes(keys.secret(f"checkpoint-ml-dsa:{origin}"))
    return Signer(origin, ed25519), MlDsaSigner(origin, ml_dsa, clock)

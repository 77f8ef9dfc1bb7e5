"""The keys that sign a log's checkpoints: Ed25519 and ML-DSA-44, side by side under the origin's name.

They are replaced together (`store.proof.rotation`). The name stays: a log is known by it, a key by its id.
"""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence.note import Verifier
from evidence.signing import LineSigner, MlDsaSigner, Signer
from store.keys import KeyStore
from store.signing_keys import CurrentSigner, generation, name_of

CHECKPOINT = "checkpoint"
ML_DSA = "checkpoint-ml-dsa"


def now() -> int:
    """Seconds since the epoch."""
    return int(time.time())


def checkpoint_signers(
    origin: str, keys: KeyStore, clock: Callable[[], int] = now
) -> tuple[LineSigner, LineSigner]:
    """Both keys, made at first use and kept in the key store. One broken leg does not matter."""

    def newest() -> int:
        return generation(keys, CHECKPOINT, origin)

    return (
        CurrentSigner(newest, lambda number: Signer(origin, ed25519_key(origin, keys, number))),
        CurrentSigner(newest, lambda number: MlDsaSigner(origin, ml_dsa_key(origin, keys, number), clock)),
    )


def checkpoint_verifiers(origin: str, keys: KeyStore) -> list[Verifier]:
    """Of every generation that ever signed, the newest first."""
    newest = generation(keys, CHECKPOINT, origin)
    return [one for number in range(newest, 0, -1) for one in verifiers_of(origin, keys, number)]


def verifiers_of(origin: str, keys: KeyStore, number: int) -> tuple[Verifier, Verifier]:
    """Of one generation, both."""
    ed25519 = Signer(origin, ed25519_key(origin, keys, number))
    return ed25519.verifier, MlDsaSigner(origin, ml_dsa_key(origin, keys, number), now).verifier


def ed25519_key(origin: str, keys: KeyStore, number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.secret(name_of(CHECKPOINT, origin, number)))


def ml_dsa_key(origin: str, keys: KeyStore, number: int) -> MLDSA44PrivateKey:
    return MLDSA44PrivateKey.from_seed_bytes(keys.secret(name_of(ML_DSA, origin, number)))

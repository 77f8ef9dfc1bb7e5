"""Replaces the keys that sign checkpoints or receipts: made, told in the log by old and new, then in force.

Cut off anywhere, running it again goes on: the new keys lie in the key store under their generation, what was
told is found by its claim, and until they are in force the old ones sign.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from domain.scalars import JsonObject
from evidence.note import Verifier
from evidence.rotation import Rotation
from store.keys import KeyStore
from store.proof.keys import CHECKPOINT, ed25519_key, ml_dsa_key, verifiers_of
from store.signing import receipt_key, receipt_signer_of
from store.signing_keys import activate, generation

Purpose = Literal["checkpoint", "receipt"]
PURPOSES: tuple[Purpose, ...] = ("checkpoint", "receipt")
Private = Ed25519PrivateKey | MLDSA44PrivateKey


@dataclass(frozen=True)
class Prepared:
    """The next generation of the keys of a purpose, and what is told of it."""

    purpose: Purpose
    generation: int
    told: JsonObject  # the fields of domain.log_stream.KeyRotated
    new: tuple[Verifier, ...]


def prepare(origin: str, keys: KeyStore, purpose: Purpose, at: str) -> Prepared:
    """Make the next generation, unless it is made already, and let old and new sign the same text."""
    newest = generation(keys, purpose, origin)
    old, new = (_pairs(origin, keys, purpose, number) for number in (newest, newest + 1))
    rotation = Rotation(origin, purpose, at, tuple(one for one, _ in old), tuple(one for one, _ in new))
    text = rotation.text()
    signatures: list[JsonObject] = [
        {"key": str(verifier), "signature": base64.b64encode(key.sign(text)).decode()}
        for verifier, key in (*old, *new)
    ]
    told: JsonObject = {
        "signs": purpose,
        "generation": newest + 1,
        "old": [str(one) for one in rotation.old],
        "new": [str(one) for one in rotation.new],
        "text": text.decode(),
        "signatures": [*signatures],
    }
    return Prepared(purpose, newest + 1, told, rotation.new)


def rotate(prepared: Prepared, origin: str, keys: KeyStore, tell: Callable[[JsonObject], object]) -> None:
    """Tell of the new keys, then let them sign. Processes that sign take them up within ten seconds."""
    tell(prepared.told)
    activate(keys, prepared.purpose, origin, prepared.generation)


def _pairs(origin: str, keys: KeyStore, purpose: Purpose, number: int) -> list[tuple[Verifier, Private]]:
    if purpose == CHECKPOINT:
        private: tuple[Private, ...] = (ed25519_key(origin, keys, number), ml_dsa_key(origin, keys, number))
        return list(zip(verifiers_of(origin, keys, number), private, strict=True))
    return [(receipt_signer_of(origin, keys, number).verifier, receipt_key(origin, keys, number))]

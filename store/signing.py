"""The log's own signing keys for receipts and evidence packages. Their names are bound to the origin."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.note import Verifier
from evidence.signing import LineSigner, Signer
from store.keys import KeyStore
from store.signing_keys import CurrentSigner, generation, name_of

RECEIPT = "receipt"


def receipt_signer(origin: str, keys: KeyStore) -> LineSigner:
    """Signs receipts as `<origin>/receipt`; the key is made at first use and kept in the key store."""
    return CurrentSigner(
        lambda: generation(keys, RECEIPT, origin), lambda number: receipt_signer_of(origin, keys, number)
    )


def receipt_signer_of(origin: str, keys: KeyStore, number: int) -> Signer:
    """The signer of one generation."""
    return Signer(f"{origin}/receipt", receipt_key(origin, keys, number))


def receipt_key(origin: str, keys: KeyStore, number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.secret(name_of(RECEIPT, origin, number)))


def receipt_verifiers(origin: str, keys: KeyStore) -> list[Verifier]:
    """Of every generation that ever signed, the newest first."""
    newest = generation(keys, RECEIPT, origin)
    return [receipt_signer_of(origin, keys, number).verifier for number in range(newest, 0, -1)]


def package_signer(origin: str, keys: KeyStore) -> Signer:
    """Signs the lists of evidence packages as `<origin>/package`; made at first use and kept likewise."""
    return Signer(f"{origin}/package", Ed25519PrivateKey.from_private_bytes(keys.secret(f"package:{origin}")))

"""The log's own signing keys for receipts and evidence packages. Their names are bound to the origin."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.signing import Signer
from store.keys import KeyStore


def receipt_signer(origin: str, keys: KeyStore) -> Signer:
    """Signs receipts as `<origin>/receipt`; the key is made at first use and kept in the key store."""
    return Signer(f"{origin}/receipt", Ed25519PrivateKey.from_private_bytes(keys.secret(f"receipt:{origin}")))


def package_signer(origin: str, keys: KeyStore) -> Signer:
    """Signs the lists of evidence packages as `<origin>/package`; made at first use and kept likewise."""
    return Signer(f"{origin}/package", Ed25519PrivateKey.from_private_bytes(keys.secret(f"package:{origin}")))

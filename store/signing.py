"""The log's own signing key for receipts. Its name is bound to the origin."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.signing import Signer
from store.keys import KeyStore


def receipt_signer(origin: str, keys: KeyStore) -> Signer:
    """Signs receipts as `<origin>/receipt`; the key is made at first use and kept in the key store."""
    return Signer(f"{origin}/receipt", Ed25519PrivateKey.from_private_bytes(keys.secret(f"receipt:{origin}")))

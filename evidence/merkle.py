"""Hashes of the RFC 6962 tree. The leaf hash is also the link between a stream's events."""

from hashlib import sha256

HASH_SIZE = 32


def leaf_hash(envelope: bytes) -> bytes:
    """SHA-256(0x00 ‖ envelope), 32 bytes (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + envelope).digest()

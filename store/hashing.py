"""Keyed hashes: what the database may know of a claim or a request.

A person's number has too few possibilities for a plain hash; without the key, which lies in the key
store, nothing can be tried. The key of claims can be rotated by hashing the values in the content anew.
"""

import hmac

from domain.ports import Claim, RequestKey
from store.append import ClaimHash, RequestHash
from store.keys import KeyStore

CLAIMS = "claims/1"  # the secret under which claims are hashed


class Hasher:
    """HMAC-SHA-256 under two secrets of the key store, one for claims and one for requests."""

    def __init__(self, keys: KeyStore) -> None:
        self._claims = keys.secret(CLAIMS)
        self._requests = keys.secret("requests/1")

    def claim(self, claim: Claim) -> ClaimHash:
        return ClaimHash(claim.namespace, _hash(self._claims, claim.namespace, claim.value))

    def request(self, key: RequestKey) -> RequestHash:
        """The scope is part of the key's hash: one caller's keys mean nothing to another."""
        return RequestHash(
            _hash(self._requests, "key", key.scope, key.key),
            _hash(self._requests, "request", key.request.hex()),
        )


def _hash(secret: bytes, *fields: str) -> bytes:
    framed = b"".join(len(field.encode()).to_bytes(4, "big") + field.encode() for field in fields)
    return hmac.digest(secret, framed, "sha256")

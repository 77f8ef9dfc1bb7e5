"""Blind tokens: what a view holds in place of a name, a number or a date that people search by.

HMAC-SHA-256 under a secret of the key store, as claims are: equal texts meet, and without the key, which
never lies in the database, not even a guess can be tried.
"""

import hmac

from store.keys import KeyStore

SECRET = "views/1"  # noqa: S105  # its name in the key store


class KeyedTokens:
    """`projections.projection.Tokens` under one log's key store."""

    def __init__(self, keys: KeyStore) -> None:
        self._secret = keys.secret(SECRET)

    def token(self, kind: str, text: str) -> bytes:
        """32 bytes. kind: what sort of text it is, so that a village and a name of one spelling differ."""
        named = kind.encode()
        framed = len(named).to_bytes(4, "big") + named + text.encode()
        return hmac.digest(self._secret, framed, "sha256")

"""Content keys for whoever reads a log from end to end: of many streams at once, the latest remembered."""

from collections.abc import Iterable
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.content import place, unsealed
from store.keys import KeyStore

MOST = 200_000  # keys remembered, of about 300 bytes each: a cipher of each would take ten times as much


class Ciphers:
    """Opens content of one log. Used by one thread."""

    def __init__(self, keys: KeyStore, origin: str) -> None:
        self._keys = keys
        self._log = origin.encode()
        self._secrets: dict[tuple[bytes, int], bytes] = {}

    def look_up(self, places: Iterable[tuple[bytes, int]]) -> None:
        """Keys that are about to be used, by the bytes of the stream's id and their generation."""
        if unknown := {*places} - self._secrets.keys():
            if len(self._secrets) > MOST:
                self._secrets.clear()
            self._secrets |= self._keys.secrets(stream for stream, _ in unknown)

    def opened(self, stream: bytes, generation: int, ciphertext: bytes, event: bytes) -> bytes:
        """The plaintext of an event's content; event: the bytes of its id.

        Raises KeyDestroyed, KeyMissing, or ProofError if it does not open under its key and place.
        """
        secret = (
            self._secrets.get((stream, generation)) or self._keys.get(UUID(bytes=stream), generation).secret
        )
        before, after = place(self._log, stream, generation)
        return unsealed(AESGCM(secret), ciphertext, before + event + after)

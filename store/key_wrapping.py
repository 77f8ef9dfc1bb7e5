"""The key-encryption key: what every key of the key store is wrapped with, and what can go wrong with it."""

import os
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class WrongKeyEncryptionKey(Exception):
    """A key does not unwrap: the key-encryption key is not the one the key store was written with."""


class KeyEncryptionKey:
    """Wraps keys with AES-256-GCM, bound to what they are for."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)
        self.fingerprint = sha256(
            b"key-encryption-key\x00" + secret
        ).digest()  # of 32 random bytes: tells nothing

    @classmethod
    def from_file(cls, path: Path) -> "KeyEncryptionKey":
        """The `file` provider: 32 random bytes, made at first use, readable by their owner only."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            create_once(path, os.urandom(32))
        return cls(path.read_bytes())

    def wrap(self, secret: bytes, purpose: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, purpose)

    def unwrap(self, wrapped: bytes, purpose: bytes) -> bytes:
        """Raises WrongKeyEncryptionKey."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], purpose)
        except (InvalidTag, ValueError, TypeError):  # of a table of SQLite, which takes anything
            raise WrongKeyEncryptionKey("a key does not unwrap under this key-encryption key") from None


def create_once(path: Path, content: bytes) -> None:
    """Write a file whole and durably, or leave the one that another process was first to write."""
    with tempfile.NamedTemporaryFile(dir=path.parent) as file:  # of mode 0600
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Make durable what was made, renamed or removed in a folder."""
    opened = os.open(folder, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)

"""A salted hash that stands for a part of an event's content.

The part can be withheld or erased and every proof still holds; with the salt gone, nothing is left
to guess from. The prefix 0x10 keeps commitments apart from leaves (0x00) and nodes (0x01).
"""

from hashlib import sha256

from evidence.errors import ProofError

SALT_SIZE = 32


def commit(*, name: str, value: bytes, salt: bytes) -> bytes:
    """SHA-256(0x10 ‖ salt[32] ‖ u8(len(name)) ‖ name ‖ value), 32 bytes.

    Raises ProofError if the salt is not 32 bytes or the name not 1 to 255 bytes of ASCII.
    """
    label = name.encode("ascii", "replace")
    if len(salt) != SALT_SIZE or not 0 < len(label) < 256 or b"?" in label:
        raise ProofError("a salt has 32 bytes, and a part's name 1 to 255 ASCII characters")
    return sha256(b"\x10%b%c%b%b" % (salt, len(label), label, value)).digest()

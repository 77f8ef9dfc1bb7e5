"""What a cosignature signs (C2SP tlog-cosignature): the largest tree seen at a time, grown from those before.

Ed25519 (type 0x04) signs the checkpoint's text under a header; ML-DSA-44 (type 0x06) a binary message of its
own, without the extension lines. Both signatures begin with the time, in seconds since the epoch.
"""

import struct

from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError

LATEST = (1 << 63) - 1
TIME = struct.Struct(">Q")


def ed25519_message(text: bytes, seconds: int) -> bytes:
    """What a cosignature of type 0x04 signs."""
    return b"cosignature/v1\ntime %d\n%b" % (seconds, text)


def ml_dsa_message(text: bytes, name: str, seconds: int) -> bytes:
    """What a signature of type 0x06 signs. Raises ProofError if the text is no checkpoint."""
    told = Checkpoint.parse(text)
    start, end = TIME.pack(0), TIME.pack(told.size)
    return b"subtree/v1\n\0" + _text(name) + TIME.pack(seconds) + _text(told.origin) + start + end + told.root


def timed(signature: bytes) -> tuple[int, bytes]:
    """The time and what follows it. Raises ProofError."""
    if len(signature) <= TIME.size:
        raise ProofError("a cosignature that is too short")
    (seconds,) = TIME.unpack_from(signature)
    if seconds > LATEST:
        raise ProofError("a cosignature of a time that no calendar has")
    return int(seconds), signature[TIME.size :]


def _text(text: str) -> bytes:
    """At most 255 bytes, after their number."""
    encoded = text.encode()
    if not 0 < len(encoded) < 256:
        raise ProofError("a name has 1 to 255 bytes")
    return bytes([len(encoded)]) + encoded

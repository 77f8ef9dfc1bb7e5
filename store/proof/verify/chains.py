"""Chains over the parts of a log: each part tells what its events follow, and here they are joined in order.

A log is read as it was written, which a disk gives as fast as it can; its streams lie scattered over it.
"""

import struct
from collections.abc import Mapping
from uuid import UUID

from store.proof.verify.findings import Finding, Report

LINK = struct.Struct(">16sq40s40s")  # of an event: stream, position, the head before it, the head it makes
OF_PARTS = struct.Struct(">16sqq32sq32s")  # the same; a head is a version and a leaf hash
_HEAD = struct.Struct(">q32s")
# Before an event that tells nothing before it: no version is one more than this one, whatever a row says.
NOTHING = (1 << 63) - 1
FIRST = {1: bytes(32), 0: bytes(32)}  # with it: in streams of the application, and of the library's own
NOT_FIRST = b"\xff" * 32  # of any other version
BEGINNING = _HEAD.pack(NOTHING, FIRST[1])


class Chains:
    """The heads of all streams so far: about 250 bytes a stream."""

    def __init__(self) -> None:
        self._heads: dict[bytes, bytes] = {}

    def join(self, links: bytes, report: Report) -> None:
        """Go on with the next part; what does not follow is told."""
        heads, known = self._heads, self._heads.get
        for stream, position, before, made in LINK.iter_unpack(links):
            if known(stream) != before and (stream in heads or before != BEGINNING):
                report(Finding("chain", position=position, stream=UUID(bytes=stream)))
            heads[stream] = made

    def note(self, heads: Mapping[bytes, tuple[int, bytes]]) -> None:
        """Take over version and leaf hash of streams, from rows that were checked before."""
        self._heads.update({stream: _HEAD.pack(version, leaf) for stream, (version, leaf) in heads.items()})

"""Brings together what an evidence package holds: envelopes, parts with their salts, proofs, time-stamps.

Streams are read by the page and merged by position, so that a record of a lifetime needs no more memory than
a short one. Content whose key was destroyed is told as gone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from heapq import merge
from itertools import count
from uuid import UUID

from domain.released import demand
from evidence.package.contents import Disclosed, Listed, Sealed, Stamped
from evidence.tiles import Tree
from store.content import Part, unpack
from store.envelope import event_id
from store.keys import KeyDestroyed, KeyStore
from store.proof import checkpoints, heads, tiles
from store.proof.checkpoints import Row
from store.proof.rows import Rows
from store.reader import StoredRow

PAGE = 200  # events read together
TILES_KEPT = 512  # of 8 KiB

_EVENTS = """
    SELECT e.position, e.stream_id, e.version, e.topic, e.recorded_at, e.envelope, e.leaf_hash,
           c.key_generation, c.ciphertext
    FROM store.event AS e LEFT JOIN store.content AS c USING (log_no, position)
    WHERE e.log_no = %s AND e.stream_id = %s AND e.version >= %s AND e.version <= %s AND e.position <= %s
    ORDER BY e.version LIMIT %s"""
LAST = 2**62


@dataclass(frozen=True)
class Wanted:
    """A stream, from one version to another, both included."""

    stream: UUID
    first: int = 0
    last: int = LAST


class Gathering:
    """Reads one log as it was when a checkpoint was signed. Used by one thread."""

    def __init__(
        self, rows: Rows, contents: Rows, log_no: int, origin: str, keys: KeyStore, row: Row
    ) -> None:
        """rows: of what is published; contents: as who may read content. row: the public checkpoint."""
        self._rows = rows
        self._contents = contents
        self._log_no = log_no
        self._origin = origin.encode()
        self._keys = keys
        self.size = row.size
        read = tiles.reader(rows, log_no)
        self._tree = Tree(row.size, lru_cache(TILES_KEPT)(read))

    def events(self, wanted: list[Wanted]) -> Iterator[StoredRow]:
        """The events of the streams up to the checkpoint, in the order of the log. parts: empty if erased."""
        return merge(*(self._stream(one) for one in wanted), key=lambda row: row.position)

    def proof(self, position: int) -> list[bytes]:
        """That the event at a position stands in the tree of the checkpoint."""
        return self._tree.inclusion(position - 1)

    def stamps(self) -> list[Stamped]:
        """The newest time-stamp of each authority, over this checkpoint or one before it."""
        found = self._rows(
            """SELECT DISTINCT ON (authority) authority, size, note, token, chain, revocation FROM proof.token
               WHERE log_no = %s AND size <= %s ORDER BY authority, size DESC""",
            [self._log_no, self.size],
        )
        return [
            Stamped(authority, bytes(note), bytes(token), bytes(chain), bytes(revocation), self._since(size))
            for authority, size, note, token, chain, revocation in found
        ]

    def listed(self, streams: Iterable[UUID]) -> Listed | None:
        """The newest head list that the checkpoint's tree tells of, and what it says of these streams."""
        told = heads.told(self._rows, self._log_no, self.size)
        if told is None:
            return None
        (row,) = self._stream(Wanted(told.stream, told.version, told.version))
        shown = {"body": Disclosed(*row.parts["body"])}
        event = Sealed(row.position - 1, row.envelope, self.proof(row.position), shown, {})
        proof = partial(heads.proof, self._rows, self._log_no, told.made.size)
        return Listed(told.made.size, told.made.root, event, {str(one): proof(one) for one in streams})

    def _since(self, size: int) -> list[bytes]:
        return self._tree.consistency(size) if size < self.size else []

    def _stream(self, wanted: Wanted) -> Iterator[StoredRow]:
        first = wanted.first
        for _ in count():
            arguments = [self._log_no, wanted.stream, first, wanted.last, self.size, PAGE]
            page = self._contents(_EVENTS, arguments)
            for row in page:
                yield self._opened(row)
            if len(page) < PAGE:
                return
            first = page[-1][2] + 1

    def _opened(self, row: tuple[object, ...]) -> StoredRow:
        position, stream, version, topic, at, envelope, leaf, generation, ciphertext = row
        demand(stream, topic)  # type: ignore[arg-type]  # a row of _EVENTS
        parts = self._parts(stream, envelope, generation, ciphertext)  # type: ignore[arg-type]  # a row of _EVENTS
        return StoredRow(position, stream, version, topic, at, event_id(envelope), envelope, leaf, parts)  # type: ignore[arg-type]  # likewise

    def _parts(
        self, stream: UUID, envelope: bytes, generation: int | None, ciphertext: bytes | None
    ) -> dict[str, Part]:
        if generation is None or ciphertext is None:
            return {}
        try:
            key = self._keys.get(stream, generation)
        except KeyDestroyed:
            return {}
        return unpack(key.open(ciphertext, self._origin, event_id(envelope)))


def covering(
    rows: Rows, log_no: int, position: int, pause: Callable[[], None] = lambda: None, attempts: int = 1
) -> Row | None:
    """The newest public checkpoint, once it has the event at a position; None if it does not come to that."""
    for attempt in range(attempts):
        newest = checkpoints.published(rows, log_no)
        if newest is not None and newest.size >= position:
            return newest
        if attempt < attempts - 1:
            pause()
    return None

"""Destroys keys, and what is kept beside the log under them: `domain.erasure_port.Eraser` on one log.

Keys first, then what lay under them: whoever keeps something meanwhile looks at the keys after keeping it.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from uuid import UUID

from domain.record import Record
from domain.record_erasure import NAMESPACE
from store.event_log import StoredLog
from store.resealing import alone
from store.wiring import OpenLog


class LogEraser:
    """Erases what lies in one log. Safe for several threads and processes; each step may be done again."""

    def __init__(self, parts: OpenLog, log: StoredLog) -> None:
        """log: which remembers what it folded, and is made to forget it."""
        self._parts = parts
        self._log = log

    @contextmanager
    def renewed(self, record: UUID) -> Iterator[None]:
        with closing(self._parts.connect()) as db, alone(db, record):
            self._parts.keys.renew(record)
            yield

    def erase_documents(self, uploads: Collection[UUID]) -> int:
        return sum(self._parts.blobs.erase(upload) for upload in set(uploads))

    def erase_record(self, record: UUID, uploads: Collection[UUID], spares: Collection[UUID]) -> int:
        """Documents first: which they are, only the record's own events tell."""
        own = {*uploads, *self._parts.blobs.of_record(record)}
        destroyed = self.erase_documents(own.difference(spares))
        destroyed += self.erase_events(record)
        self._parts.snapshots.forget(record)
        self._log.forget(record)
        return destroyed

    def erase_events(self, record: UUID) -> int:
        """Destroy the keys of all that was said before the record was erased, if it was; nothing is read."""
        sealed_under = self._parts.reader.generation(record, Record.Erased.TOPIC)
        return self._parts.keys.destroy(record, sealed_under - 1) if sealed_under is not None else 0

    def unfinished(self) -> Sequence[UUID]:
        return self._parts.reader.holders(NAMESPACE)

    def notice(self) -> None:
        self._log.forget_erased()

"""Seals what a stream says again under a new key, in place: envelopes, commitments and proofs stay.

In two steps, for several processes read and write meanwhile. First a new key, and everything under the old
ones is sealed under it; whoever appends goes on under the old key for a moment. After a while
(`SETTLED_AFTER_S`) nobody does: then what came in between is sealed again too, and, while the log's row is
held and nothing is left under them, the old keys are removed. Cut off anywhere it can be begun again. What
was erased stays erased, and what was decided to be erased is erased first.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import LiteralString
from uuid import UUID

from domain.record import Record
from store.connect import Connection
from store.envelope import event_id
from store.keys import NEWEST_FOR_S, KeyStore

AT_ONCE = 500  # events in one transaction
SETTLED_AFTER_S = NEWEST_FOR_S + 90  # and nothing waits for so long between choosing its key and the commit


class Resealing:
    """Seals streams of one log again, over one connection as lifelong_resealer. Used by one thread."""

    def __init__(self, db: Connection, *, log_no: int, origin: str, keys: KeyStore) -> None:
        self._db = db
        self._log_no = log_no
        self._origin = origin.encode()
        self._keys = keys
        self._under: dict[UUID, int] = {}  # the newest generation of each stream that was begun

    def streams(self) -> list[UUID]:
        """All streams of the log."""
        rows = self._db.execute("SELECT stream_id FROM store.stream WHERE log_no = %s", [self._log_no])
        return [stream for (stream,) in rows]

    def begin(self, streams: Iterable[UUID]) -> int:
        """Give each stream a new key, and seal what it says under that; how many events."""
        return sum(self._begin(stream) for stream in streams if self._keys.table.newest(stream))

    def end(self) -> int:
        """Seal what came since, and remove the old keys; how many streams. When it may be done: see above."""
        for stream, generation in self._under.items():
            self._reseal(stream)
            while not self._removed(stream, generation):
                self._reseal(stream)
        ended, self._under = len(self._under), {}
        return ended

    def _begin(self, stream: UUID) -> int:
        """What an erasure left to destroy must not come to lie under a key that stays."""
        with alone(self._db, stream):
            for (sealed_under,) in self._db.execute(_ERASED, [self._log_no, stream, Record.Erased.TOPIC]):
                self._keys.destroy(stream, sealed_under - 1)
            self._under[stream] = self._keys.renew(stream).generation
            return self._reseal(stream)

    def _removed(self, stream: UUID, generation: int) -> bool:
        """Remove the older keys; False, with nothing done, if something lies under them after all."""
        with self._db.transaction():
            self._db.execute("SELECT FROM store.log WHERE log_no = %s FOR UPDATE", [self._log_no])
            erased = self._keys.erased_upto(stream)
            if self._db.execute(_OLDER, [self._log_no, stream, erased, generation, 1]).fetchall():
                return False
            self._keys.remove(stream, generation - 1)
            self._db.execute(_FORGET, [self._log_no, stream, generation])
        return True

    def _reseal(self, stream: UUID) -> int:
        resealed = 0
        while True:
            with self._db.transaction():
                sealed = self._piece(stream, self._under[stream])
            resealed += sealed
            if sealed < AT_ONCE:
                return resealed

    def _piece(self, stream: UUID, generation: int) -> int:
        """Seal some of what lies under older keys again; how many events. Raises ProofError, KeyMissing."""
        new, erased = self._keys.get(stream, generation), self._keys.erased_upto(stream)
        rows = self._db.execute(_OLDER, [self._log_no, stream, erased, generation, AT_ONCE]).fetchall()
        for position, envelope, old, ciphertext in rows:
            event = event_id(envelope)
            plaintext = self._keys.get(stream, old).open(ciphertext, self._origin, event)
            sealed = new.seal(plaintext, self._origin, event)
            self._db.execute(_RESEAL, [generation, sealed, self._log_no, position])
        return len(rows)


@contextmanager
def alone(db: Connection, stream: UUID) -> Iterator[None]:
    """Inside, nobody else renews the stream's key in order to erase or to seal again; waits for who does.

    Raises psycopg.OperationalError if that takes longer than the connection's statements may.
    """
    key = int.from_bytes(stream.bytes[:8], "big", signed=True)
    db.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        db.execute("SELECT pg_advisory_unlock(%s)", [key])


_ERASED: LiteralString = """
    SELECT c.key_generation FROM store.event AS e JOIN store.content AS c USING (log_no, position)
    WHERE e.log_no = %s AND e.stream_id = %s AND e.topic = %s ORDER BY e.version DESC LIMIT 1"""
_OLDER: LiteralString = """
    SELECT c.position, e.envelope, c.key_generation, c.ciphertext
    FROM store.event AS e JOIN store.content AS c USING (log_no, position)
    WHERE e.log_no = %s AND e.stream_id = %s AND c.key_generation > %s AND c.key_generation < %s
    ORDER BY e.version LIMIT %s"""
_RESEAL: LiteralString = """
    UPDATE store.content SET key_generation = %s, ciphertext = %b WHERE log_no = %s AND position = %s"""
_FORGET: LiteralString = """
    DELETE FROM store.snapshot WHERE log_no = %s AND stream_id = %s AND key_generation < %s"""

"""Reads the log: binary tuple rows, short transactions, content decrypted and nothing else done to it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple, TypeAlias, cast
from uuid import UUID

from psycopg.pq.abc import PGresult

from domain.released import demand
from store import pipeline as pg
from store.ahead import Ahead
from store.append import ClaimHash
from store.clock import from_datetime
from store.connect import Reads
from store.content import Part, body_and_who, unpack
from store.envelope import EVENT_AT, event_id
from store.keys import KeyDestroyed, KeyMissing, KeyStore
from store.statements import CONFIRMED, Statement

_COLUMNS: LiteralString = """
    SELECT e.position, e.stream_id, e.version, e.topic, e.recorded_at, e.envelope, e.leaf_hash,
           c.key_generation, c.ciphertext
    FROM store.event AS e LEFT JOIN store.content AS c USING (log_no, position)
    WHERE e.log_no = %(log_no)s """

# The event's id stands at a fixed place of the envelope, of the rest of which a fold needs nothing.
_TOLD = Statement(
    b"told",
    f"""SELECT e.version, e.topic, e.recorded_at,
               convert_from(substring(e.envelope, {EVENT_AT + 1}, 36), 'SQL_ASCII')::uuid,
               c.key_generation, c.ciphertext
        FROM store.event AS e LEFT JOIN store.content AS c USING (log_no, position)
        WHERE e.log_no = $1 AND e.stream_id = $2 AND e.version > $3 ORDER BY e.version""",  # noqa: S608  # a number of ours
    (pg.INT4_OID, pg.UUID_OID, pg.INT8_OID),
)

_EVENT_IS: LiteralString = "substring(e.envelope, %(event_at)s, 36) = %(event)s"

_PLACES: LiteralString = """
    SELECT position, stream_id, version, topic, recorded_at, leaf_hash, envelope FROM store.event
    WHERE log_no = %s AND position >= %s AND position < %s ORDER BY position"""

_ERASED_UPTO: LiteralString = """
    SELECT coalesce(max(e.version), 0) FROM store.event AS e JOIN store.content AS c USING (log_no, position)
    WHERE e.log_no = %s AND e.stream_id = %s AND c.key_generation <= %s"""

_CLAIMED_AT: LiteralString = """
    SELECT e.recorded_at FROM store.claim AS c JOIN store.event AS e USING (log_no, position)
    WHERE c.log_no = %s AND c.namespace = %s AND c.value_hash = %b"""

_GENERATION: LiteralString = """
    SELECT c.key_generation FROM store.event AS e JOIN store.content AS c USING (log_no, position)
    WHERE e.log_no = %s AND e.stream_id = %s AND e.topic = %s ORDER BY e.version DESC LIMIT 1"""

_TAIL: LiteralString = """
    SELECT clock_timestamp(), (SELECT recorded_at FROM store.event WHERE log_no = %(log_no)s
                               ORDER BY position DESC LIMIT 1), ("""


class ContentMissing(Exception):
    """An event whose content row is gone. Nothing of ours removes one."""


class Place(NamedTuple):
    """Where one event lies, without what it says."""

    position: int
    stream: UUID
    version: int
    topic: str
    recorded_at: datetime
    leaf_hash: bytes
    event: UUID


class StoredRow(NamedTuple):
    """One event as stored, its content decrypted: sealed bytes, and parts by name."""

    position: int
    stream: UUID
    version: int
    topic: str
    recorded_at: datetime
    event: UUID
    envelope: bytes
    leaf_hash: bytes
    parts: dict[str, Part]  # none: its content was erased


# What one event says, without its seal: what a fold needs. A plain tuple, since there is one for each event:
# version, topic, recorded at (microseconds since 1970), event id, body, who.
Told: TypeAlias = tuple[int, bytes, int, UUID, bytes, bytes]


class LogReader:
    """Reads one log through a few connections. Safe for several threads."""

    def __init__(
        self, reads: Reads, *, log_no: int, origin: str, keys: KeyStore, guarded: bool = False
    ) -> None:
        """guarded: a resident's events are decrypted where a decision released them (domain.released)."""
        self._reads = reads
        self._guarded = guarded
        self._log_no = log_no
        self._origin = origin.encode()
        self._keys = keys
        self.ahead = Ahead(reads, log_no, _TOLD)

    def stream(
        self,
        stream: UUID,
        *,
        gt: int | None = None,
        lte: int | None = None,
        upto_position: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredRow]:
        """A stream's events by version: greater than gt, up to lte, at most limit of them."""
        condition: LiteralString = "AND e.stream_id = %(stream)s"
        if gt is not None:
            condition += " AND e.version > %(gt)s"
        if lte is not None:
            condition += " AND e.version <= %(lte)s"
        if upto_position is not None:
            condition += " AND e.position <= %(upto)s"
        condition += " ORDER BY e.version DESC" if desc else " ORDER BY e.version"
        if limit is not None:
            condition += " LIMIT %(limit)s"
        return self._select(condition, stream=stream, gt=gt, lte=lte, upto=upto_position, limit=limit)

    def event(self, stream: UUID, event: UUID) -> StoredRow | None:
        """A stream's event by its id, which stands at a fixed place of the envelope: others stay closed."""
        condition: LiteralString = "AND e.stream_id = %(stream)s AND " + _EVENT_IS
        found = self._select(condition, stream=stream, event_at=EVENT_AT + 1, event=str(event).encode())
        return found[0] if found else None

    def told(self, stream: UUID, gt: int) -> Iterator[Told]:
        """What a stream's events after a version say, in order: as `stream`, for a third of its price."""
        found = self.ahead.answer((stream, gt))
        value, openers = _values(found), dict[bytes, Callable[[bytes, bytes], bytes]]()
        for row in range(found.ntuples):
            event, generation = value(row, 3), value(row, 4)
            if (opened := openers.get(generation)) is None:
                opened = openers[generation] = self._opener(stream, generation)
            body, who = body_and_who(opened(value(row, 5), event))
            at = pg.read_instant(value(row, 2))
            yield pg.read_int(value(row, 0)), value(row, 1), at, pg.read_uuid(event), body, who

    def log(
        self, *, first: int, limit: int, last: int | None = None, topics: Sequence[str] = ()
    ) -> list[StoredRow]:
        """The log's events by position, from first up to last, at most limit; of what was erased no parts."""
        condition: LiteralString = "AND e.position >= %(first)s"
        if last is not None:
            condition += " AND e.position <= %(last)s"
        if topics:
            condition += " AND e.topic = ANY (%(topics)s)"
        condition += " ORDER BY e.position LIMIT %(limit)s"
        return self._select(
            condition, first=first, last=last, topics=list(topics), limit=limit, with_erased=True
        )

    def erased_upto(self, stream: UUID) -> int:
        """The last version of the stream whose content was erased; 0 if nothing was."""
        generation = self._keys.erased_upto(stream)
        row = self._reads.row(_ERASED_UPTO, [self._log_no, stream, generation]) if generation else None
        return int(row[0]) if row else 0

    def places(self, first: int, events: int) -> list[Place]:
        """Where so many events from a position on lie, and what the log commits to: nothing is decrypted."""
        rows = self._reads.rows(_PLACES, [self._log_no, first, first + events])
        return [Place._make((*told, event_id(envelope))) for *told, envelope in rows]

    def last_position(self) -> int:
        """The size of the log; 0 when it is empty."""
        row = self._reads.row(
            "SELECT position FROM store.event WHERE log_no = %s ORDER BY position DESC LIMIT 1",
            [self._log_no],
        )
        return int(row[0]) if row else 0

    def clocks(self) -> tuple[int, int, int]:
        """What decides whether an append may be stored now, in microseconds since 1970 (`Clock.read`).

        The database's clock; the instant of the log's last event and the last one that an operator has
        confirmed, 0 if there is none.
        """
        row = self._reads.row(_TAIL + CONFIRMED.replace("$1", "%(log_no)s") + ")", {"log_no": self._log_no})
        database, last, confirmed = (from_datetime(one) if one else 0 for one in row or (None, None, None))
        return database, last, confirmed

    def is_fenced(self) -> bool:
        """Whether the log takes nothing more (`store.proof.fence`)."""
        return self._reads.row("SELECT reason FROM proof.fence WHERE log_no = %s", [self._log_no]) is not None

    def request(self, key_hash: bytes) -> tuple[bytes, int, int] | None:
        """What an idempotency key was used for: request hash, first position, number of events."""
        found = self.ahead.answer(key_hash)
        value = _values(found)
        return (value(0, 0), pg.read_int(value(0, 1)), pg.read_int(value(0, 2))) if found.ntuples else None

    def claim(self, namespace: str, value_hash: bytes) -> UUID | None:
        """The stream that holds a claim."""
        found = self.ahead.answer(ClaimHash(namespace, value_hash))
        return pg.read_uuid(_values(found)(0, 0)) if found.ntuples else None

    def claims(self, hashes: Sequence[ClaimHash]) -> dict[ClaimHash, UUID]:
        """The streams that hold claims, without the claims that nobody holds."""
        if not hashes:
            return {}
        rows = self._reads.rows(
            """SELECT namespace, value_hash, stream_id FROM store.claim WHERE log_no = %s
               AND (namespace, value_hash) IN (SELECT * FROM unnest(%s::text[], %s::bytea[]))""",
            [self._log_no, [one.namespace for one in hashes], [one.value_hash for one in hashes]],
        )
        return {ClaimHash(namespace, value_hash): stream for namespace, value_hash, stream in rows}

    def claimed_at(self, claim: ClaimHash) -> datetime | None:
        """When a claim that is held was made: the instant of the event that made it."""
        row = self._reads.row(_CLAIMED_AT, [self._log_no, claim.namespace, claim.value_hash])
        return row[0] if row else None

    def holders(self, namespace: str) -> list[UUID]:
        """The streams that hold claims of a namespace."""
        rows = self._reads.rows(
            "SELECT DISTINCT stream_id FROM store.claim WHERE log_no = %s AND namespace = %s",
            [self._log_no, namespace],
        )
        return [stream for (stream,) in rows]

    def streams_with(self, topics: Sequence[str]) -> list[UUID]:
        """The streams that hold an event of one of the topics: the whole log is looked through."""
        rows = self._reads.rows(
            "SELECT DISTINCT stream_id FROM store.event WHERE log_no = %s AND topic = ANY (%s)",
            [self._log_no, list(topics)],
        )
        return [stream for (stream,) in rows]

    def generation(self, stream: UUID, topic: str) -> int | None:
        """Under which generation of its key the stream's last event of a topic lies."""
        row = self._reads.row(_GENERATION, [self._log_no, stream, topic])
        return int(row[0]) if row else None

    def close(self) -> None:
        self._reads.close()

    def _opener(self, stream: UUID, generation: bytes | None) -> Callable[[bytes, bytes], bytes]:
        if generation is None:
            raise ContentMissing(f"an event of stream {stream} has no content row")
        return self._keys.get(stream, pg.read_int(generation)).opener(self._origin)

    def _select(
        self, condition: LiteralString, *, with_erased: bool = False, **arguments: object
    ) -> list[StoredRow]:
        """Raises KeyDestroyed for what was erased, unless it is asked for too."""
        try:
            return self._read(condition, arguments, with_erased)
        except KeyMissing:  # sealed again meanwhile, under a newer key
            return self._read(condition, arguments, with_erased)

    def _read(
        self, condition: LiteralString, arguments: dict[str, object], with_erased: bool
    ) -> list[StoredRow]:
        rows = self._reads.rows(_COLUMNS + condition, {"log_no": self._log_no, **arguments})
        return [self._opened(row, with_erased) for row in rows]

    def _opened(self, row: tuple[Any, ...], with_erased: bool) -> StoredRow:  # Any: a database row
        position, stream, version, topic, recorded_at, envelope, leaf, generation, ciphertext = row
        if ciphertext is None:
            raise ContentMissing(f"event at position {position} has no content row")
        if self._guarded:
            demand(stream, topic)
        event = event_id(envelope)
        parts: dict[str, Part] = {}
        try:
            parts = unpack(self._keys.get(stream, generation).open(ciphertext, self._origin, event))
        except KeyDestroyed:
            if not with_erased:
                raise
        return StoredRow(position, stream, version, topic, recorded_at, event, envelope, leaf, parts)


def _values(result: PGresult) -> Callable[[int, int], bytes]:
    """By row and column. NULL only where an event's content is missing."""
    return cast("Callable[[int, int], bytes]", result.get_value)

"""Holds the claims of a range of streams against those that the events of each stream tell."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import LiteralString, NamedTuple, cast
from uuid import UUID

import orjson

from domain.acts import Event
from domain.claims_told import SOURCE, TELLING, Place, StreamClaims
from domain.documents import NAMESPACE as UPLOAD
from domain.record_events import RecordEvent
from evidence.errors import ProofError
from store.append import ClaimHash
from store.connect import Connection
from store.content import body_and_who
from store.envelope import EVENT_AT
from store.hashing import CLAIMS, Hasher
from store.keys import KeyDestroyed, KeyStore
from store.mapper import UnknownTopic, class_of, revived
from store.proof.rows import Row, Rows, over
from store.proof.verify.events import UNREADABLE
from store.proof.verify.findings import Finding

AT_ONCE = 1_000  # events taken from the server together
TOPICS = [vars(kind)["TOPIC"] for kind in TELLING]
HAS_CAUSE = b'"cause":"'
NO_MATTER = datetime.fromtimestamp(0, UTC)  # when an event was recorded: no claim goes by that

_HELD: LiteralString = """
    SELECT c.stream_id, c.namespace, c.value_hash, c.position, e.version
    FROM store.claim AS c LEFT JOIN store.event AS e
         ON e.log_no = c.log_no AND e.position = c.position AND e.stream_id = c.stream_id
    WHERE c.log_no = %s AND c.stream_id BETWEEN %s AND %s ORDER BY c.stream_id, c.position"""
# Null, in a table that lost its rules, becomes what no event has: it is told where events are checked.
_BEGIN: LiteralString = """
    SELECT e.stream_id, coalesce(e.position, 0), coalesce(e.version, -1), coalesce(e.topic, ''), """
_CONTENT: LiteralString = f"""
    substring(e.envelope, {EVENT_AT + 1}, 36), c.key_generation, c.ciphertext
    FROM store.event AS e LEFT JOIN store.content AS c USING (log_no, position)"""  # a number of ours
_NO_CONTENT: LiteralString = "NULL, NULL, NULL FROM store.event AS e"
_WHERE: LiteralString = """
    WHERE e.log_no = %s AND e.stream_id BETWEEN %s AND %s
          AND (e.topic = ANY (%s) OR e.stream_id = ANY (%s)
               OR e.version = 1 AND starts_with(e.topic, 'log.'))
    ORDER BY e.stream_id, e.version"""
_ELSEWHERE: LiteralString = """
    SELECT namespace, value_hash FROM store.claim
    WHERE log_no = %s AND (namespace, value_hash) IN (SELECT * FROM unnest(%s::text[], %s::bytea[]))"""


class Streams(NamedTuple):
    """The streams of a log from one id to another."""

    log_no: int
    origin: str
    first: UUID
    last: UUID

    @property
    def arguments(self) -> tuple[int, UUID, UUID]:
        return self.log_no, self.first, self.last


class Held(NamedTuple):
    """A claim as its row has it. place: of the event it names; None: that is not of its stream."""

    claim: ClaimHash
    position: int
    place: Place | None


@dataclass(frozen=True)
class Made:
    """A claim that an event made. claim: None for an event that cannot be read."""

    namespace: str
    place: Place
    claim: ClaimHash | None = None


def check_claims(db: Connection, streams: Streams, keys: KeyStore | None) -> Iterator[Finding]:
    """What is wrong with the claims of the streams. db: in a transaction, so that all is of one instant."""
    hasher = Hasher(keys) if keys is not None and keys.has_secret(CLAIMS) else None
    held = _held(over(db), streams)
    imported = [stream for stream, rows in held.items() if any(row.claim.namespace == SOURCE for row in rows)]
    lacking: list[tuple[UUID, Made]] = []
    for claims in _told(db, streams, keys if hasher else None, imported if hasher else []):
        compared = _Compared(claims, hasher)
        for row in held.pop(claims.stream, ()):
            yield from compared.look(row)
        lacking += [(claims.stream, made) for made in compared.left]
    for stream, rows in held.items():
        yield from (Finding("claim-unmade", position=row.position, stream=stream) for row in rows)
    yield from _lacking(over(db), streams.log_no, lacking)


def _held(rows: Rows, streams: Streams) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = {}
    for stream, namespace, value_hash, position, version in rows(_HELD, streams.arguments):
        place = Place(position, version) if version is not None else None
        found.setdefault(stream, []).append(Held(ClaimHash(namespace, value_hash), position, place))
    return found


class _Compared:
    """What a stream's events tell, from which each row takes what it stands for; what is left is lacking."""

    def __init__(self, told: StreamClaims, hasher: Hasher | None) -> None:
        self._stream = told.stream
        self._reads = hasher is not None
        self._by_claim: dict[ClaimHash, Made] = {}
        self._by_place = [Made(namespace, place) for namespace, place in told.surely]
        self._perhaps: dict[tuple[str, int], Place] = {}  # the last of each run, which events are told in
        self._sources: dict[ClaimHash, list[Place]] = {}
        for claim, place in told.held.items():
            if hasher is None:
                self._by_place.append(Made(claim.namespace, place))
            else:
                hashed = hasher.claim(claim)
                self._by_claim[hashed] = Made(claim.namespace, place, hashed)
        for namespace, place in told.perhaps:
            self._perhaps[namespace, place.run] = max(place, self._perhaps.get((namespace, place.run), place))
        if hasher is not None:
            self._sources = {hasher.claim(one): places for one, places in told.sources.items()}

    def look(self, row: Held) -> Iterator[Finding]:
        """What is wrong with a row; rows come by position."""
        made = self._by_claim.pop(row.claim, None)
        if made is not None:
            if not _may_begin(row, made.place):
                yield Finding("claim-place", position=row.position, stream=self._stream)
        elif not self._is_made(row):
            yield Finding("claim-unmade", position=row.position, stream=self._stream)

    @property
    def left(self) -> list[Made]:
        return [*self._by_claim.values(), *self._by_place]

    def _is_made(self, row: Held) -> bool:
        """Whether an event that does not tell the claim's value may have made it."""
        namespace = row.claim.namespace
        if row.place is None:
            return False
        for made in self._by_place:
            if made.namespace == namespace and _may_begin(row, made.place):
                self._by_place.remove(made)
                return True
        if namespace == SOURCE and not self._reads:
            return True
        perhaps = self._perhaps.get((namespace, row.place.run))
        known = [*self._sources.get(row.claim, ()), *([perhaps] if perhaps else [])]
        return any(row.place.may_begin(place) for place in known)


def _may_begin(row: Held, place: Place) -> bool:
    return row.place is not None and row.place.may_begin(place)


def _lacking(rows: Rows, log_no: int, lacking: Sequence[tuple[UUID, Made]]) -> Iterator[Finding]:
    """Claims without a row of their stream; another stream may have them."""
    hashes = [made.claim for _, made in lacking if made.claim is not None]
    arguments = [log_no, [one.namespace for one in hashes], [one.value_hash for one in hashes]]
    elsewhere = {ClaimHash(*row) for row in (rows(_ELSEWHERE, arguments) if hashes else ())}
    for stream, made in lacking:
        if made.claim not in elsewhere:
            yield Finding("claim-missing", position=made.place.position, stream=stream)
        elif made.namespace != UPLOAD:  # of a document that was moved the record knows that had it first
            yield Finding("claim-elsewhere", position=made.place.position, stream=stream)


def _told(
    db: Connection, streams: Streams, keys: KeyStore | None, imported: Sequence[UUID]
) -> Iterator[StreamClaims]:
    """What the events of each stream tell, of those that tell anything. imported: streams to read whole."""
    reader = _Reader(streams, keys) if keys is not None else None
    query = _BEGIN + (_CONTENT if reader else _NO_CONTENT) + _WHERE
    with db.cursor("telling", binary=True) as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(query, [*streams.arguments, TOPICS, list(imported)])
        for stream, rows in groupby(cursor, key=lambda row: row[0]):
            claims = StreamClaims(stream)
            for row in rows:
                _tell(claims, row, reader)
            yield claims


def _tell(claims: StreamClaims, row: Row, reader: "_Reader | None") -> None:
    """One event of a stream; one that does not read by its kind alone."""
    _, position, version, topic, *sealed = row
    place = Place(position, version)
    try:
        kind = class_of(topic)
    except UnknownTopic:
        return
    if reader is None:
        return claims.tell_unread(kind, place)
    try:
        reader.tell(claims, kind, place, sealed)
    except (*UNREADABLE, KeyDestroyed, LookupError, TypeError, ValueError, AttributeError):
        claims.tell_unread(kind, place)


class _Reader:
    """Opens events with the keys of a range of streams."""

    def __init__(self, streams: Streams, keys: KeyStore) -> None:
        self._log = streams.origin.encode()
        self._keys = keys.between(streams.first, streams.last)
        self._opened: tuple[tuple[UUID, int], Callable[[bytes, bytes], bytes]] | None = None

    def tell(self, claims: StreamClaims, kind: type[Event], place: Place, sealed: Sequence[object]) -> None:
        """Raises UNREADABLE, KeyDestroyed, or whatever an event of another shape does."""
        event_text, generation, ciphertext = cast("tuple[bytes, int, bytes]", sealed)
        event = bytes.fromhex(event_text.replace(b"-", b"").decode())
        body, who = body_and_who(self._opener(claims.stream, generation)(ciphertext, event))
        cause = orjson.loads(body)["cause"] if HAS_CAUSE in body and issubclass(kind, RecordEvent) else None
        if kind in TELLING:
            by = orjson.loads(who)
            told = revived(kind, claims.stream, place.version, NO_MATTER, UUID(bytes=event), body, by)
            claims.tell(told, place)
        else:
            claims.tell_kind(kind, place)
        if cause:
            claims.tell_cause(cause, place)

    def _opener(self, stream: UUID, generation: int | None) -> Callable[[bytes, bytes], bytes]:
        if generation is None:
            raise ProofError("no content")
        place = (stream, generation)
        if self._opened is None or self._opened[0] != place:
            self._opened = place, self._keys.get(stream, generation).opener(self._log)
        return self._opened[1]

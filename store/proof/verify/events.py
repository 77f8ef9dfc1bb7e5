"""Checks events stream by stream: envelope, hash, place, chain, and content against its commitments.

Written out at length where it runs for every event: a log is re-read whole, for decades.
"""

import re
import struct
from binascii import b2a_base64
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import LiteralString, NamedTuple, Protocol
from uuid import UUID

import orjson
from psycopg import sql

from evidence import canonical
from evidence.commitment import commit
from evidence.errors import ProofError
from store import clock, copy_out
from store.connect import Connection
from store.content import ContentKey, unpack
from store.keys import KeyDestroyed, KeyMissing
from store.pipeline import POSTGRES_EPOCH_US
from store.proof.verify.findings import Finding, Kind, Report

# The server puts many events into one row, which costs a fraction of as many rows: stream, position, version,
# instant and leaf hash, four lengths (key generation among them), then envelope, topic and ciphertext.
_FIXED = struct.Struct("!16sqqq32siiii")
_PLACE: LiteralString = """
    uuid_send(e.stream_id) || int8send(e.position) || int8send(e.version) || timestamptz_send(e.recorded_at)
    || e.leaf_hash || int4send(octet_length(e.envelope)) || int4send(octet_length(e.topic::bytea))"""
_CONTENT: LiteralString = """
    || int4send(coalesce(c.key_generation, 0)) || int4send(coalesce(octet_length(c.ciphertext), 0))
    || e.envelope || e.topic::bytea || coalesce(c.ciphertext, '')"""
_NO_CONTENT: LiteralString = " || int4send(0) || int4send(0) || e.envelope || e.topic::bytea"
_JOIN: LiteralString = " LEFT JOIN store.content AS c USING (log_no, position)"
_BEGIN: LiteralString = "COPY (SELECT string_agg("
_FROM: LiteralString = ", '' ORDER BY e.version) FROM store.event AS e"
_WHERE: LiteralString = """
    WHERE e.log_no = %(log_no)s AND e.stream_id BETWEEN %(first)s AND %(last)s AND e.position <= %(upto)s
    GROUP BY e.stream_id, e.version >> 5 ORDER BY e.stream_id, e.version >> 5) TO STDOUT (FORMAT binary)"""
WHOLE = sql.SQL(_BEGIN + _PLACE + _CONTENT + _FROM + _JOIN + _WHERE)
WITHOUT_CONTENT = sql.SQL(_BEGIN + _PLACE + _NO_CONTENT + _FROM + _WHERE)
HEADER = 19  # bytes before the first row of a binary COPY
COUNT = 6  # bytes before the value of a row of one column
FIELDS = {"at", "event", "log", "parts", "prev", "stream", "topic", "v", "version"}
URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Keys(Protocol):
    """Where content keys come from."""

    def get(self, stream: UUID, generation: int) -> ContentKey:
        """Raises KeyDestroyed or KeyMissing."""


class Row(NamedTuple):
    """One event as it is stored. at: microseconds since 1970. generation: 0 if it has no content."""

    stream: bytes
    position: int
    version: int
    at: int
    leaf: bytes
    envelope: bytes
    topic: bytes
    generation: int
    ciphertext: bytes


Opened = Callable[[bytes, bytes], bytes]
EVENT_AT = 45  # where the event's id begins, behind the instant
# From there on: the event, the log, the two parts that nearly every event has; and what follows them.
USUAL = (
    rb"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    rb'","log":%b,"parts":\{"body":"([A-Za-z0-9_-]{43})","who":"([A-Za-z0-9_-]{43})"'
)
TAIL = b'},"prev":%b,"stream":"%b","topic":%b,"v":1,"version":%d}'


@dataclass
class Counted:
    """What was looked at."""

    events: int = 0
    erased: int = 0  # whose key was destroyed: their content is gone, their place is proved all the same


class Checker:
    """Checks the events of one log. keys: to open the content with; None: the content is left alone.

    An envelope of ours is compared piece by piece with what its row says, which leaves no other bytes
    possible; one that is not so is taken apart, to say what is wrong with it.
    """

    def __init__(self, origin: str, report: Report, keys: Keys | None = None) -> None:
        self.counted = Counted()
        self._origin = origin
        self._report = report
        self._keys = keys
        self._usual = re.compile(USUAL % re.escape(orjson.dumps(origin)), re.ASCII)
        self._opened: tuple[tuple[bytes, int], Opened] | None = None
        self._topics: dict[bytes, bytes] = {}

    def check(self, rows: Iterable[Row]) -> None:
        """Check events, stream by stream in order."""
        stream, before, prev, last, named = b"", 0, b"null", 0, b""
        usual, begins, topics, find = self._usual.match, _Instants().begins, self._topics, self._find
        for row in rows:
            own, position, version, at, leaf, envelope, topic, _, _ = row
            if own != stream:
                stream, before, prev, named = own, 0, b"null", _text(own).encode()
                last = version - 1 if version < 2 else 0
            if sha256(b"\x00" + envelope).digest() != leaf:
                find("leaf", row)
            match = usual(envelope, EVENT_AT)
            if (
                match is not None
                and version == last + 1
                and envelope.startswith(begins(at))
                and envelope[match.end() :]
                == TAIL % (prev, named, topics.get(topic) or self._topic(topic), version)
            ):
                if self._keys is not None:
                    self._content(row, match)
            else:
                self._look_closely(row, None if prev == b"null" else prev[1:-1].decode(), last)
            if position <= before:
                find("order", row)
            before, prev, last = position, b'"%b"' % leaf.hex().encode(), version
            self.counted.events += 1

    def _look_closely(self, row: Row, prev: str | None, version: int) -> None:
        """An envelope that is not as its row and the one before it have it, or of other parts than usual."""
        told = self._told(row)
        if told is None:
            return
        is_there = (
            repr(told.get("version")) == str(row.version)  # true is no number
            and told.get("at") == clock.text(row.at)
            and told.get("topic") == row.topic.decode()
            and told.get("stream") == _text(row.stream)
        )
        if not is_there:
            self._find("place", row)
        if told.get("prev") != prev or row.version != version + 1:
            self._find("chain", row)
        if self._keys is not None:
            self._any_content(row, told)

    def _told(self, row: Row) -> Mapping[str, object] | None:
        """What the envelope tells; told of if it is not in the canonical profile and of this log."""
        told: object
        try:
            told = canonical.decode(row.envelope)
        except ProofError:
            self._find("envelope", row)
            told = _read(row.envelope)
        if not isinstance(told, dict):
            self._find("envelope", row)
            return None
        if told.keys() != FIELDS or (told["log"], repr(told["v"])) != (self._origin, "1"):
            self._find("envelope", row)
        return told

    def _content(self, row: Row, match: re.Match[bytes]) -> None:
        """The two parts that nearly every event has, at their places."""
        try:
            plain = self._opener(row)(row.ciphertext, bytes.fromhex(match[1].decode().replace("-", "")))
        except KeyDestroyed:
            self.counted.erased += 1
            return
        except (KeyMissing, ProofError):
            self._find("content", row)
            return
        body_end = 41 + int.from_bytes(plain[37:41], "big")
        salt, who = body_end + 4, body_end + 40
        is_framed = (
            plain[:5] == b"\x04body"
            and plain[body_end:salt] == b"\x03who"
            and int.from_bytes(plain[salt + 32 : who], "big") == len(plain) - who
        )
        body_is = sha256(b"\x10%b\x04body%b" % (plain[5:37], plain[41:body_end])).digest()
        who_is = sha256(b"\x10%b\x03who%b" % (plain[salt : salt + 32], plain[who:])).digest()
        both = b2a_base64(b"%b\x00%b" % (body_is, who_is)).translate(URL_SAFE)  # each begins a group of three
        if not is_framed or both[:43] != match[2] or both[44:87] != match[3]:
            self._find("commitment", row)

    def _any_content(self, row: Row, told: Mapping[str, object]) -> None:
        try:
            plain = self._opener(row)(row.ciphertext, UUID(str(told.get("event"))).bytes)
            committed = {
                name: _base64url(commit(name=name, value=part.value, salt=part.salt)).decode()
                for name, part in unpack(plain).items()
            }
        except KeyDestroyed:
            self.counted.erased += 1
            return
        except (KeyMissing, ProofError, ValueError, IndexError):
            self._find("content", row)
            return
        if committed != told.get("parts") or not committed:
            self._find("commitment", row)

    def _opener(self, row: Row) -> Opened:
        """Raises KeyDestroyed, KeyMissing, or ProofError for an event without content."""
        place = (row.stream, row.generation)
        if self._opened is None or self._opened[0] != place:
            if row.generation == 0 or self._keys is None:
                raise ProofError("no content")
            key = self._keys.get(UUID(bytes=row.stream), row.generation)
            self._opened = place, key.opener(self._origin.encode())
        return self._opened[1]

    def _topic(self, topic: bytes) -> bytes:
        known = self._topics[topic] = orjson.dumps(topic.decode())
        return known

    def _find(self, kind: Kind, row: Row) -> None:
        self._report(Finding(kind, position=row.position, stream=UUID(bytes=row.stream)))


class _Instants:
    """How envelopes begin. Days and seconds of a day are written once: streams are read across the years."""

    def __init__(self) -> None:
        self._days: dict[int, bytes] = {}
        self._seconds: dict[int, bytes] = {}

    def begins(self, microseconds: int) -> bytes:
        """An envelope of that instant, up to the id of its event."""
        seconds, rest = divmod(microseconds, 1_000_000)
        day, second = divmod(seconds, 86_400)
        try:
            return b'{"at":"%b%b%06dZ","event":"' % (self._days[day], self._seconds[second], rest)
        except KeyError:
            text = clock.text(seconds * 1_000_000).encode()
            self._days[day], self._seconds[second] = text[:11], text[11:20]
            return self.begins(microseconds)


def read(
    db: Connection, log_no: int, first: UUID, last: UUID, upto: int, *, with_content: bool
) -> Generator[Row]:
    """The events of the streams from first to last up to a position, stream by stream."""
    query = WHOLE if with_content else WITHOUT_CONTENT
    arguments = {"log_no": log_no, "first": first, "last": last, "upto": upto}
    with closing(copy_out.blocks(db, query, arguments)) as blocks:
        skip = HEADER
        for block in blocks:
            yield from _rows(bytes(block[skip:]))
            skip = 0


def _rows(block: bytes) -> Iterator[Row]:
    """The events of one row; none of the trailer."""
    at, end, unpack, size, made = COUNT, len(block), _FIXED.unpack_from, _FIXED.size, tuple.__new__
    while at < end:
        stream, position, version, instant, leaf, envelope, topic, generation, content = unpack(block, at)
        topic_at = at + size + envelope
        content_at = topic_at + topic
        after = content_at + content
        fields = (
            stream,
            position,
            version,
            instant + POSTGRES_EPOCH_US,
            leaf,
            block[at + size : topic_at],
            block[topic_at:content_at],
            generation,
            block[content_at:after],
        )
        yield made(Row, fields)  # as Row(*fields), for a third of the price
        at = after


def _read(envelope: bytes) -> object:
    """What can be read of an envelope that is not in the profile."""
    try:
        told: object = orjson.loads(envelope)
    except orjson.JSONDecodeError:
        return None
    return told


def _text(stream: bytes) -> str:
    told = stream.hex()
    return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:]}"


def _base64url(value: bytes) -> bytes:
    return b2a_base64(value, newline=False).translate(URL_SAFE)[:-1]

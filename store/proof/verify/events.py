"""Checks events stream by stream: envelope, hash, place, chain, and content against its commitments.

Written out at length where it runs for every event: a log is re-read whole, for decades.
"""

import re
import struct
from binascii import b2a_base64
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import LiteralString, NamedTuple, Protocol
from uuid import UUID

import orjson
from psycopg import sql

from evidence.commitment import commit
from evidence.errors import ProofError
from store import clock, copy_out
from store.connect import Connection
from store.content import ContentKey, unpack
from store.keys import KeyDestroyed, KeyMissing
from store.pipeline import POSTGRES_EPOCH_US
from store.proof.verify.findings import Finding, Kind, Report

HEADER = 19  # bytes before the first row of a binary COPY
_FIXED = struct.Struct("!h i16s iq iq iq i32s i")
_LENGTH = struct.Struct("!i")
URL_SAFE = bytes.maketrans(b"+/", b"-_")

_EVENT: LiteralString = """
    COPY (SELECT e.stream_id, e.position, e.version, e.recorded_at, e.leaf_hash, e.envelope, e.topic"""
_CONTENT: LiteralString = ", coalesce(c.key_generation, 0), coalesce(c.ciphertext, '') "
_FROM: LiteralString = " FROM store.event AS e "
_JOIN: LiteralString = "LEFT JOIN store.content AS c USING (log_no, position) "
_WHERE: LiteralString = """
    WHERE e.log_no = %(log_no)s AND e.stream_id BETWEEN %(first)s AND %(last)s AND e.position <= %(upto)s
    ORDER BY e.stream_id, e.version) TO STDOUT (FORMAT binary)"""
WHOLE = sql.SQL(_EVENT + _CONTENT + _FROM + _JOIN + _WHERE)
WITHOUT_CONTENT = sql.SQL(_EVENT + _FROM + _WHERE)


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
        stream, before, prev, version, named = b"", 0, b"null", 0, b""
        usual, stamp, find = self._usual.match, _Stamp().text, self._find
        for row in rows:
            if row.stream != stream:
                stream, before, prev, named = row.stream, 0, b"null", _text(row.stream).encode()
                version = row.version - 1 if row.version < 2 else 0
            envelope = row.envelope
            if sha256(b"\x00" + envelope).digest() != row.leaf:
                find("leaf", row)
            topic = self._topics.get(row.topic) or self._topic(row.topic)
            match = usual(envelope, EVENT_AT)
            if (
                match is None
                or envelope[:EVENT_AT] != b'{"at":"%b","event":"' % stamp(row.at)
                or envelope[match.end() :] != TAIL % (prev, named, topic, row.version)
                or row.version != version + 1
            ):
                self._look_closely(row, None if prev == b"null" else prev[1:-1].decode(), version)
            elif self._keys is not None:
                self._content(row, match)
            if row.position <= before:
                find("order", row)
            before, prev, version = row.position, b'"%b"' % row.leaf.hex().encode(), row.version
            self.counted.events += 1

    def _look_closely(self, row: Row, prev: str | None, version: int) -> None:
        """An envelope that is not as its row and the one before it have it, or of other parts than usual."""
        told = self._told(row)
        if told is None:
            return
        is_there = (
            told.get("version") == row.version
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
        try:
            told = orjson.loads(row.envelope)
            is_canonical = orjson.dumps(told, option=orjson.OPT_SORT_KEYS) == row.envelope
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            is_canonical, told = False, None
        if not isinstance(told, dict):
            self._find("envelope", row)
            return None
        if not is_canonical or (told.get("log"), told.get("v")) != (self._origin, 1):
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
        body_is = sha256(b"\x10" + plain[5:37] + b"\x04body" + plain[41:body_end]).digest()
        who_is = sha256(b"\x10" + plain[salt : salt + 32] + b"\x03who" + plain[who:]).digest()
        is_framed = (
            plain[:5] == b"\x04body"
            and plain[body_end:salt] == b"\x03who"
            and int.from_bytes(plain[salt + 32 : who], "big") == len(plain) - who
        )
        if not is_framed or (_base64url(body_is), _base64url(who_is)) != (match[2], match[3]):
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


class _Stamp:
    """Instants as envelopes write them; a second is written once."""

    def __init__(self) -> None:
        self._second = -1
        self._text = b""

    def text(self, microseconds: int) -> bytes:
        second, rest = divmod(microseconds, 1_000_000)
        if second != self._second:
            self._second, self._text = second, clock.text(second * 1_000_000).encode()[:20]
        return b"%b%06dZ" % (self._text, rest)


def read(
    db: Connection, log_no: int, first: UUID, last: UUID, upto: int, *, with_content: bool
) -> Generator[Row]:
    """The events of the streams from first to last up to a position, stream by stream."""
    query = WHOLE if with_content else WITHOUT_CONTENT
    arguments = {"log_no": log_no, "first": first, "last": last, "upto": upto}
    with closing(copy_out.blocks(db, query, arguments)) as blocks:
        skip = HEADER
        for block in blocks:
            if len(block) - skip <= 2:
                skip = 0
                continue  # the trailer, or a header by itself
            yield _row(block, skip, with_content=with_content)
            skip = 0


def _row(block: memoryview, at: int, *, with_content: bool) -> Row:
    _, _, stream, _, position, _, version, _, instant, _, leaf, size = _FIXED.unpack_from(block, at)
    begin = at + _FIXED.size
    end = begin + size
    envelope = bytes(block[begin:end])
    (size,) = _LENGTH.unpack_from(block, end)
    topic_end = end + 4 + size
    topic = bytes(block[end + 4 : topic_end])
    generation, ciphertext = 0, b""
    if with_content:
        (generation,) = _LENGTH.unpack_from(block, topic_end + 4)
        ciphertext = bytes(block[topic_end + 12 :])
    return Row(
        stream, position, version, instant + POSTGRES_EPOCH_US, leaf, envelope, topic, generation, ciphertext
    )


def _text(stream: bytes) -> str:
    told = stream.hex()
    return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:]}"


def _base64url(value: bytes) -> bytes:
    return b2a_base64(value, newline=False).translate(URL_SAFE)[:-1]

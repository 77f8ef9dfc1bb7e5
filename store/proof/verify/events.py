"""Checks events stream by stream: envelope, hash, place, chain, and content against its commitments.

Written out at length where it runs for every event: a log is re-read whole, for decades.
"""

import struct
from base64 import urlsafe_b64encode
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
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
_NUMBER = struct.Struct("!i")

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


@dataclass
class Counted:
    """What was looked at."""

    events: int = 0
    erased: int = 0  # whose key was destroyed: their content is gone, their place is proved all the same


@dataclass
class Checker:
    """Checks the events of one log. keys: to open the content with; None: the content is left alone."""

    origin: str
    report: Report
    keys: Keys | None = None
    counted: Counted = field(default_factory=Counted)

    def check(self, rows: Iterable[Row]) -> None:
        """Check events, stream by stream in order."""
        stream, before, prev, version = b"", 0, None, 0
        for row in rows:
            if row.stream != stream:
                stream, before, prev, version = row.stream, 0, None, row.version - 1 if row.version < 2 else 0
            told = self._envelope(row)
            if sha256(b"\x00" + row.envelope).digest() != row.leaf:
                self._find("leaf", row)
            if told is not None:
                self._place(row, told)
                if told.get("prev") != prev or row.version != version + 1:
                    self._find("chain", row)
                if self.keys is not None:
                    self._content(row, told)
            if row.position <= before:
                self._find("order", row)
            before, prev, version = row.position, row.leaf.hex(), row.version
            self.counted.events += 1

    def _envelope(self, row: Row) -> Mapping[str, object] | None:
        """What it tells, if it is in the canonical profile and of this log."""
        try:
            told = orjson.loads(row.envelope)
            is_canonical = orjson.dumps(told, option=orjson.OPT_SORT_KEYS) == row.envelope
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            is_canonical, told = False, None
        if (
            not is_canonical
            or not isinstance(told, dict)
            or told.get("log") != self.origin
            or told.get("v") != 1
        ):
            self._find("envelope", row)
            return told if isinstance(told, dict) else None
        return told

    def _place(self, row: Row, told: Mapping[str, object]) -> None:
        is_there = (
            told.get("version") == row.version
            and told.get("at") == clock.text(row.at)
            and told.get("topic") == row.topic.decode()
            and told.get("stream") == _text(row.stream)
        )
        if not is_there:
            self._find("place", row)

    def _content(self, row: Row, told: Mapping[str, object]) -> None:
        parts = told.get("parts")
        try:
            plain = self._opened(row, told)
        except KeyDestroyed:
            self.counted.erased += 1
            return
        except (KeyMissing, ProofError, ValueError, TypeError):
            self._find("content", row)
            return
        try:
            committed = {
                name: _base64url(commit(name=name, value=part.value, salt=part.salt))
                for name, part in unpack(plain).items()
            }
        except (ProofError, ValueError, IndexError):
            committed = {}
        if committed != parts or not committed:
            self._find("commitment", row)

    def _opened(self, row: Row, told: Mapping[str, object]) -> bytes:
        if row.generation == 0 or self.keys is None:
            raise ProofError("no content")
        key = self.keys.get(UUID(bytes=row.stream), row.generation)
        return key.open(row.ciphertext, self.origin.encode(), UUID(str(told.get("event"))))

    def _find(self, kind: Kind, row: Row) -> None:
        self.report(Finding(kind, position=row.position, stream=UUID(bytes=row.stream)))


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
        (generation,) = _NUMBER.unpack_from(block, topic_end + 4)
        ciphertext = bytes(block[topic_end + 12 :])
    return Row(
        stream, position, version, instant + POSTGRES_EPOCH_US, leaf, envelope, topic, generation, ciphertext
    )


def _text(stream: bytes) -> str:
    told = stream.hex()
    return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:]}"


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()

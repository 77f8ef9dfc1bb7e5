"""Events by the thousand, for folding: COPY out in binary, content opened, nothing remembered.

A row is taken apart by one `struct` call and two slices; what a fold does not need (envelopes, salts) is
left behind. One connection, one COPY at a time, so that no transaction is longer than what it reads.
"""

import struct
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing
from typing import Any, LiteralString, NamedTuple, Protocol
from uuid import UUID, SafeUUID

import orjson
from psycopg import sql

from domain.acts import Event
from domain.ports import Recorded, Stored
from store import copy_out, mapper
from store.clock import to_datetime
from store.connect import Connection
from store.content import ContentKey, body_and_who
from store.envelope import EVENT_AT
from store.pipeline import POSTGRES_EPOCH_US
from store.reader import ContentMissing

HEADER = 19  # bytes before the first row: signature, flags and the length of an extension there is not
# Columns count, then per column its length and value; the last two are as long as they are.
_ROW = struct.Struct("!h i16s iq iq iq i36s i32s ii i")
_LENGTH = struct.Struct("!i")
_WHO_REMEMBERED = 4096

_new, _set = object.__new__, object.__setattr__

_SELECT: LiteralString = f"""
    SELECT e.stream_id, e.position, e.version, e.recorded_at,
           substring(e.envelope, {EVENT_AT + 1}, 36), e.leaf_hash,
           coalesce(c.key_generation, 0), e.topic, coalesce(c.ciphertext, '')
    FROM store.event AS e LEFT JOIN store.content AS c USING (log_no, position)
    WHERE e.log_no = %(log_no)s """  # noqa: S608  # a number of ours

_COUNT: LiteralString = """
    SELECT count(*) FROM store.event AS e WHERE log_no = %(log_no)s AND position <= %(upto)s """


class Keys(Protocol):
    """Where content keys come from."""

    def get(self, stream: UUID, generation: int) -> ContentKey:
        """Raises KeyDestroyed or KeyMissing."""


class Raw(NamedTuple):
    """One event as it was read. at: microseconds since 1970; event: its id as text."""

    stream: bytes
    position: int
    version: int
    at: int
    event: bytes
    leaf: bytes
    generation: int
    topic: bytes
    ciphertext: bytes


class Opener:
    """Makes events of what was read. Used by one thread."""

    def __init__(self, origin: str) -> None:
        self._origin = origin.encode()
        self._classes: dict[bytes, tuple[str, type[Event], tuple[str, ...]]] = {}
        self._people: dict[bytes, object] = {}  # the same few write most of a log
        self._place: tuple[bytes, int] = (b"", 0)
        self._stream = UUID(int=0)
        self._open: Callable[[bytes, bytes], bytes] = lambda ciphertext, event: b""

    def recorded(self, raw: Raw, keys: Keys) -> Recorded:
        """The event and its place. Written out at length: a rebuild does little else.

        Raises KeyDestroyed, KeyMissing, ContentMissing, ProofError or UnknownTopic.
        """
        stream, position, version, at, event_text, leaf, generation, topic_bytes, ciphertext = raw
        if (stream, generation) != self._place:
            self._turn_to(stream, generation, keys, position)
        topic, event_class, ids = self._classes.get(topic_bytes) or self._class(topic_bytes)
        number = int(event_text.replace(b"-", b""), 16)
        body, who = body_and_who(self._open(ciphertext, number.to_bytes(16, "big")))
        event, recorded_at, own = _new(UUID), to_datetime(at), self._stream
        _set(event, "int", number)
        _set(event, "is_safe", SafeUUID.unknown)
        state: dict[str, Any] = orjson.loads(body)  # Any: whatever the event's fields are
        for name in ids:
            state[name] = None if state[name] is None else UUID(state[name])
        state["originator_id"] = own
        state["originator_version"] = version
        state["timestamp"] = recorded_at
        state["event_id"] = event
        state["who"] = self._people.get(who) or self._person(who)
        made, stored, recorded = _new(event_class), _new(Stored), _new(Recorded)
        _set(made, "__dict__", state)  # frozen, and checked when it was made
        fields = {
            "event": event,
            "stream": own,
            "version": version,
            "position": position,
            "recorded_at": recorded_at,
            "leaf_hash": leaf,
            "topic": topic,
        }
        _set(stored, "__dict__", fields)
        _set(recorded, "__dict__", {"event": made, "stored": stored})
        return recorded

    def _turn_to(self, stream: bytes, generation: int, keys: Keys, position: int) -> None:
        if generation == 0:
            raise ContentMissing(f"event at position {position} has no content row")
        self._stream = UUID(bytes=stream)
        self._open = keys.get(self._stream, generation).opener(self._origin)
        self._place = stream, generation

    def _class(self, topic: bytes) -> tuple[str, type[Event], tuple[str, ...]]:
        name = topic.decode()
        event_class = mapper.class_of(name)
        known = self._classes[topic] = name, event_class, mapper.ids_of(event_class)
        return known

    def _person(self, who: bytes) -> object:
        if len(self._people) >= _WHO_REMEMBERED:
            self._people.clear()
        known = self._people[who] = orjson.loads(who)
        return known


class BulkReader:
    """Reads one log over a connection of its own, which it does not close. Used by one thread."""

    def __init__(self, connection: Connection, *, log_no: int) -> None:
        self._connection = connection
        self._log_no = log_no

    def span(self, first: UUID, last: UUID, upto: int, topics: Collection[str] | None) -> Generator[Raw]:
        """The events of the streams from first to last, up to a position: stream by stream, in order."""
        return self._copy(
            "AND e.stream_id BETWEEN %(first)s AND %(last)s AND e.position <= %(upto)s",
            topics,
            " ORDER BY e.stream_id, e.version",
            {"first": first, "last": last, "upto": upto},
        )

    def after(self, position: int, upto: int, topics: Collection[str] | None) -> Generator[Raw]:
        """The events between two positions, the first left out, in the log's order."""
        return self._copy(
            "AND e.position > %(after)s AND e.position <= %(upto)s",
            topics,
            " ORDER BY e.position",
            {"after": position, "upto": upto},
        )

    def streams(self, streams: Sequence[UUID], upto: int, topics: Collection[str] | None) -> Generator[Raw]:
        """All events of some streams, up to a position: stream by stream, in order."""
        return self._copy(
            "AND e.stream_id = ANY (%(streams)s) AND e.position <= %(upto)s",
            topics,
            " ORDER BY e.stream_id, e.version",
            {"streams": list(streams), "upto": upto},
        )

    def head(self) -> int:
        """The last position of the log; 0 when it is empty."""
        row = self._connection.execute(
            "SELECT position FROM store.event WHERE log_no = %s ORDER BY position DESC LIMIT 1",
            [self._log_no],
        ).fetchone()
        return int(row[0]) if row else 0

    def count(self, upto: int, topics: Collection[str] | None) -> int:
        """How many events there are up to a position, of these topics."""
        query, arguments = _of(topics)
        row = self._connection.execute(
            _COUNT + query,
            {"log_no": self._log_no, "upto": upto, **arguments},
        ).fetchone()
        return int(row[0]) if row else 0

    def _copy(
        self,
        condition: LiteralString,
        topics: Collection[str] | None,
        order: LiteralString,
        arguments: dict[str, object],
    ) -> Generator[Raw]:
        of, named = _of(topics)
        query = sql.SQL("COPY (" + _SELECT + condition + of + order + ") TO STDOUT (FORMAT binary)")
        bound = {"log_no": self._log_no, **arguments, **named}
        return _rows(copy_out.blocks(self._connection, query, bound))


def _of(topics: Collection[str] | None) -> tuple[LiteralString, dict[str, object]]:
    """The condition on topics. None: all of a record's, and no other stream's."""
    if topics is None:
        return " AND starts_with(e.topic, 'record.')", {}
    return " AND e.topic = ANY (%(topics)s)", {"topics": list(topics)}


def _rows(blocks: Generator[memoryview]) -> Generator[Raw]:
    """The rows in a binary COPY, however it was cut into blocks. The first holds the whole header."""
    unpack, fixed, length, made = _ROW.unpack_from, _ROW.size, _LENGTH.unpack_from, tuple.__new__
    at, rest = HEADER, b""
    with closing(blocks):
        for block in blocks:
            data = rest + bytes(block)
            size = len(data)
            while (begin := at + fixed) <= size:
                _, _, stream, _, position, _, version, _, when, _, event, _, leaf, _, generation, topic = (
                    unpack(data, at)
                )
                topic_end = begin + topic
                content = topic_end + 4
                if content > size or (end := content + length(data, topic_end)[0]) > size:
                    break
                fields = (
                    stream,
                    position,
                    version,
                    when + POSTGRES_EPOCH_US,
                    event,
                    leaf,
                    generation,
                    data[begin:topic_end],
                    data[content:end],
                )
                yield made(Raw, fields)  # as Raw(*fields), for a third of the price
                at = end
            rest, at = data[at:], 0

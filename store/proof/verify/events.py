"""Checks events in the log's order: envelope, hash, place, chain, and content against its commitments.

Written out at length where it runs for every event: a log is re-read whole, for decades.
"""

import re
from binascii import b2a_base64, unhexlify
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import orjson

from evidence import canonical
from evidence.commitment import commit
from evidence.errors import ProofError
from store import clock
from store.ciphers import Ciphers
from store.content import pack, unpack
from store.keys import KeyDestroyed, KeyMissing, WrongKeyEncryptionKey
from store.proof.verify.chains import FIRST, NOT_FIRST, NOTHING, OF_PARTS
from store.proof.verify.findings import Finding, Kind, Report
from store.proof.verify.stored import Row

LEAF_HASH = re.compile("[0-9a-f]{64}", re.ASCII)
COMMITMENT = re.compile("[A-Za-z0-9_-]{43}", re.ASCII)
FIELDS = {"at", "event", "log", "parts", "prev", "stream", "topic", "v", "version"}
URL_SAFE = bytes.maketrans(b"+/", b"-_")
UNREADABLE = (KeyMissing, WrongKeyEncryptionKey, ProofError)


EVENT_AT = 45  # where the event's id begins, behind the instant
NO_INSTANT = bytes(EVENT_AT + 1)  # no envelope begins so whose event's id begins there
END_OF_TIME = 253_402_300_800 * 1_000_000  # the year 10000
# From there on: the event, the log, the two parts that nearly every event has, what it follows, its stream.
_ID = rb"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
USUAL = (
    _ID + rb'","log":%b,"parts":\{"body":"([A-Za-z0-9_-]{43})","who":"([A-Za-z0-9_-]{43})"\},'
    rb'"prev":(?:null|"([0-9a-f]{64})"),"stream":"' + _ID + b'","topic":'
)


@dataclass
class Counted:
    """What was looked at."""

    events: int = 0
    erased: int = 0  # by an erasure: their content is gone, their place is proved all the same


class Checker:
    """Checks a part of a log.

    An envelope of ours is compared piece by piece with what its row says, which leaves no other bytes
    possible; one that is not so is taken apart, to say what is wrong with it.
    """

    def __init__(self, origin: str, report: Report) -> None:
        self.counted = Counted()
        self.erased: list[tuple[bytes, int]] = []  # stream and position of those whose key was destroyed
        self._origin = origin
        self._report = report
        self._links: list[bytes] = []
        self._usual = re.compile(USUAL % re.escape(orjson.dumps(origin)), re.ASCII)
        self._begins = _Instants().begins
        self._ends: dict[bytes, bytes] = {}

    @property
    def links(self) -> bytes:
        """What the events follow, for `store.proof.verify.chains`."""
        return b"".join(self._links)

    def check(self, rows: Iterable[Row], ciphers: Ciphers | None = None) -> None:
        """Check events in the order of their positions. ciphers: to open their content; None: it is left."""
        usual, begins, ends, find = self._usual.match, self._begins, self._ends, self._find
        link, pack = self._links.append, OF_PARTS.pack
        for row in rows:
            stream, position, version, at, _, leaf, envelope, topic, _ = row
            if sha256(b"\x00" + envelope).digest() != leaf:
                find("leaf", row)
            match = usual(envelope, EVENT_AT)
            if (
                match is not None
                and envelope.startswith(begins(at))
                and envelope[match.end() :] == (ends.get(topic) or self._ends_with(topic)) % version
                and unhexlify(match[5].replace(b"-", b"")) == stream
            ):
                prev = match[4]
                if ciphers is not None:
                    self._content(row, match, ciphers)
            else:
                prev = self._look_closely(row, ciphers)
            if prev is not None:
                link(pack(stream, position, version - 1, unhexlify(prev), version, leaf))
            else:
                link(pack(stream, position, NOTHING, FIRST.get(version, NOT_FIRST), version, leaf))
            self.counted.events += 1

    def _look_closely(self, row: Row, ciphers: Ciphers | None) -> bytes | None:
        """An envelope that is not as its row has it, or of other parts than usual; the hash it follows."""
        told = self._told(row)
        if told is None:
            return None
        at = _instant(row.at)
        is_there = (
            repr(told.get("version")) == str(row.version)  # true is no number
            and at is not None
            and told.get("at") == at
            and told.get("topic") == row.topic.decode()
            and told.get("stream") == str(UUID(bytes=row.stream))
        )
        if not is_there:
            self._find("place", row)
        if ciphers is not None:
            self._any_content(row, told, ciphers)
        prev = told.get("prev")
        if prev is None or (isinstance(prev, str) and LEAF_HASH.fullmatch(prev)):
            return prev.encode() if prev is not None else None
        self._find("chain", row)
        return None

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
        is_whole = told.keys() == FIELDS and (told["log"], repr(told["v"])) == (self._origin, "1")
        if not is_whole or not _is_spelled(told["event"], told["parts"]):
            self._find("envelope", row)
        return told

    def _content(self, row: Row, match: re.Match[bytes], ciphers: Ciphers) -> None:
        """The two parts that nearly every event has, at their places."""
        try:
            plain = _opened(row, unhexlify(match[1].replace(b"-", b"")), ciphers)
        except KeyDestroyed:
            self.erased.append((row.stream, row.position))
            return
        except UNREADABLE:
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

    def _any_content(self, row: Row, told: Mapping[str, object], ciphers: Ciphers) -> None:
        try:
            plain = _opened(row, UUID(str(told.get("event"))).bytes, ciphers)
            parts = unpack(plain)
            committed = {
                name: _base64url(commit(name=name, value=part.value, salt=part.salt)).decode()
                for name, part in parts.items()
            }
        except KeyDestroyed:
            self.erased.append((row.stream, row.position))
            return
        except (*UNREADABLE, ValueError, IndexError):
            self._find("content", row)
            return
        if committed != told.get("parts") or not committed or pack(parts) != plain:
            self._find("commitment", row)

    def _ends_with(self, topic: bytes) -> bytes:
        """How envelopes of a topic end, but for the version."""
        end = self._ends[topic] = orjson.dumps(topic.decode()).replace(b"%", b"%%") + b',"v":1,"version":%d}'
        return end

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
            text = _instant(seconds * 1_000_000)
            if text is None:
                return NO_INSTANT
            self._days[day], self._seconds[second] = text[:11].encode(), text[11:20].encode()
            return self.begins(microseconds)


def _opened(row: Row, event: bytes, ciphers: Ciphers) -> bytes:
    """Raises KeyDestroyed, KeyMissing, or ProofError for an event without content."""
    if row.generation == 0:
        raise ProofError("no content")
    return ciphers.opened(row.stream, row.generation, row.ciphertext, event)


def _instant(microseconds: int) -> str | None:
    """As an envelope has it; None for one that no clock of ours shows."""
    return clock.text(microseconds) if 0 <= microseconds < END_OF_TIME else None


def _is_spelled(event: object, parts: object) -> bool:
    """Whether the event's id and the commitments are written as they are to be."""
    return (
        isinstance(event, str)
        and re.fullmatch(_ID, event.encode()) is not None
        and isinstance(parts, dict)
        and len(parts) > 0
        and all(isinstance(one, str) and COMMITMENT.fullmatch(one) for one in parts.values())
    )


def _read(envelope: bytes) -> object:
    """What can be read of an envelope that is not in the profile."""
    try:
        told: object = orjson.loads(envelope)
    except orjson.JSONDecodeError:
        return None
    return told


def _base64url(value: bytes) -> bytes:
    return b2a_base64(value, newline=False).translate(URL_SAFE)[:-1]

"""Fixed lives, as they were stored, and what every edition of every view makes of them, by digest.

`python -m tests.projections.kept_editions` adds what is missing: a new edition, and a new life once there are
topics that no kept one has. What stands in the file is never changed: it is what somebody was shown.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict, cast
from uuid import UUID

import orjson

from domain.acts import Event
from domain.past import folded
from domain.ports import Course, CourseName, Listed, Recorded, RecordQuery, Stored, Trail
from domain.record import Record
from domain.requests import SearchKey
from evidence import canonical
from projections.editions import EDITIONS
from projections.record_view import RecordRender
from store.mapper import class_of, parts_of, revived, topic_of
from tests.builders import KEEPER, NURSE, OTHER_NURSE, WANG, WANG_ID
from tests.county import County, access_stream
from tests.whole_life import Life

KEPT = Path(__file__).parent / "kept_editions.json"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = datetime(2026, 6, 2, tzinfo=UTC)
BEFORE = datetime(2020, 1, 1, tzinfo=UTC)


class Kept(TypedDict):
    """One event. at: microseconds since 1970. body, who: canonical JSON as text."""

    topic: str
    stream: str
    event: str
    version: int
    position: int
    at: int
    leaf: str
    body: str
    who: str


class Pinned(TypedDict):
    """What an edition makes of a life: question → SHA-256 (hex)."""

    life: str
    digests: dict[str, str]


class File(TypedDict):
    """The file."""

    lives: dict[str, list[Kept]]
    editions: dict[str, Pinned]


@dataclass(frozen=True)
class Told:
    """A life read back: its record's events, and the accesses to it."""

    record: list[Recorded]
    accesses: list[Recorded]

    @property
    def masked(self) -> frozenset[UUID]:
        found = folded(Record, self.record)
        assert found is not None
        return found.state.masked


def kept() -> File:
    known: File = json.loads(KEPT.read_text(encoding="utf-8"))
    return known


def read_back(life: list[Kept]) -> Told:
    events = [_recorded(one) for one in life]
    own = [one for one in events if one.stored.topic.startswith("record.")]
    return Told(own, [one for one in events if one not in own])


def _recorded(one: Kept) -> Recorded:
    at, stream, event_id = EPOCH + timedelta(microseconds=one["at"]), UUID(one["stream"]), UUID(one["event"])
    who = orjson.loads(one["who"])
    kind = class_of(one["topic"])
    event = revived(kind, stream, one["version"], at, event_id, one["body"].encode(), who)
    leaf = bytes.fromhex(one["leaf"])
    place = Stored(event_id, stream, one["version"], one["position"], at, leaf, one["topic"])
    return Recorded(event, place)


def digests(edition: str, told: Told) -> dict[str, str]:
    """What the edition makes of a life, question by question."""
    view = next(name for name, editions in EDITIONS.views.items() if edition in editions)
    make = EDITIONS.views[view][edition]
    shapes = {question: make(*asked) for question, asked in _questions(view, told)}
    return {name: hashlib.sha256(canonical.encode(shape)).hexdigest() for name, shape in shapes.items()}


def _questions(view: str, told: Told) -> Iterator[tuple[str, tuple[object, ...]]]:
    """What the maker of an edition is asked."""
    masked, record = told.masked, told.record[0].stored.stream
    if view == "events":
        yield "all", (Listed(record, told.record, True, masked),)
    elif view == "accesses":
        yield "all", (Listed(record, told.accesses[::-1], True),)
    elif view == "trail":
        both = [("record", one) for one in told.record] + [("access", one) for one in told.accesses]
        both.sort(key=lambda one: -one[1].stored.position)
        yield "all", (Trail(record, both, None, masked),)
    else:
        course = Course(cast(CourseName, view), "systolic" if view == "measurements" else "")
        for name, changes in QUERIES.items():
            asked = RecordQuery(**{**changes, "masked": masked})  # type: ignore[arg-type]  # a table of its fields
            if view == "record":
                yield name, (told.record, asked)
            elif asked.valid_at is not None:
                yield name, (course, told.record, asked)


QUERIES: Mapping[str, Mapping[str, object]] = {
    "now": {},
    "a day": {"valid_at": DAY},
    "before": {"valid_at": BEFORE, "with_documents": True},
    "some": {"valid_at": DAY, "sections": frozenset(("problems", "medications", "basic-information"))},
}


def lived() -> list[Kept]:
    """A life in which everything happens, with somebody who looks at it."""
    county = County(RecordRender())
    life = Life(county).everything()
    records, record = county.records, life.record
    records.read_record(NURSE, record)
    seen = county.log.read(access_stream(county, record), limit=1, newest_first=True)[0]
    records.replay(KEEPER, record, seen.stored.event)
    records.search(NURSE, SearchKey("identity-card", WANG_ID))
    records.read_accesses(WANG, record)
    records.gate.refuse(records.gate.operate(OTHER_NURSE, "read", "deny-by-default"), _record(county, record))
    streams = (record, access_stream(county, record))
    return [_kept(one) for one in county.log.events if one.stored.stream in streams]


def _record(county: County, record: UUID) -> Record:
    found = county.log.load(Record, record)
    assert found is not None
    return found


def _kept(one: Recorded) -> Kept:
    event, stored = cast(Event, one.event), one.stored
    parts = {name: value.decode() for name, value in parts_of(event).items()}
    return Kept(
        topic=topic_of(event),
        stream=str(stored.stream),
        event=str(stored.event),
        version=stored.version,
        position=stored.position,
        at=(stored.recorded_at - EPOCH) // timedelta(microseconds=1),
        leaf=stored.leaf_hash.hex(),
        body=parts["body"],
        who=parts["who"],
    )


def main() -> None:
    known = kept() if KEPT.exists() else File(lives={}, editions={})
    new = lived()
    topics = {one["topic"] for life in known["lives"].values() for one in life}
    if not {one["topic"] for one in new} <= topics:
        known["lives"][str(len(known["lives"]) + 1)] = new
    life = str(len(known["lives"]))
    told = read_back(known["lives"][life])
    for editions in EDITIONS.views.values():
        for edition in editions:
            pinned = Pinned(life=life, digests=digests(edition, told))
            known["editions"].setdefault(edition, pinned)
    KEPT.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

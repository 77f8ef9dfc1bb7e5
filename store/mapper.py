"""Turns events into the parts that are sealed, and back.

An event's `who` is one part and the rest of what it says the other, `body`: one canonical JSON object
keyed by field name. Identity and order (event id, stream, version, instant) stand in the envelope only.
Stored topics find their classes in this table, never by import path, so code can move for a century.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from eventsourcing.domain import DomainEvent

from domain import access_stream, institution, log_stream, record
from domain.acts import Event
from evidence import canonical
from store.clock import to_datetime
from store.reader import StoredRow, Told

MODULES = (record, institution, access_stream, log_stream)  # importing them defines the events
_ELSEWHERE = {"originator_id", "originator_version", "timestamp", "event_id", "who", "originator_topic"}


class UnknownTopic(Exception):
    """A stored topic that this release has no class for: it is older than the log."""


class _Shape(NamedTuple):
    body: tuple[str, ...]
    ids: tuple[str, ...]  # fields of the body that are UUIDs


def parts_of(event: Event) -> dict[str, bytes]:
    """The parts to seal. Raises NotCanonical if a field lies outside the canonical profile."""
    shape = _shape(type(event))
    body: dict[str, object] = {name: getattr(event, name) for name in shape.body}
    for name in shape.ids:
        body[name] = None if body[name] is None else str(body[name])
    return {"body": canonical.encode(body), "who": canonical.encode(event.who)}


def event_of(row: StoredRow) -> DomainEvent:
    """The event that was stored. Raises UnknownTopic."""
    body, who = row.parts["body"].value, orjson.loads(row.parts["who"].value)
    return revived(class_of(row.topic), row.stream, row.version, row.recorded_at, row.event, body, who)


def events_of(stream: UUID, told: Iterable[Told]) -> Iterator[Event]:
    """The events of a stream that say this. Raises UnknownTopic."""
    classes: dict[bytes, type[Event]] = {}
    people: dict[bytes, object] = {}  # the same few write most of a record
    for version, topic, recorded_at, event_id, body, who in told:
        if topic not in classes:
            classes[topic] = class_of(topic.decode())
        if who not in people:
            people[who] = orjson.loads(who)
        at = to_datetime(recorded_at)
        yield revived(classes[topic], stream, version, at, event_id, body, people[who])


def revived(
    event_class: type[Event],
    stream: UUID,
    version: int,
    recorded_at: datetime,
    event_id: UUID,
    body: bytes,
    who: object,
) -> Event:
    """An event as it was when it was stored. body: its part, canonical JSON; who: as that part reads."""
    state: dict[str, Any] = orjson.loads(body)  # Any: whatever the event's fields are
    for name in _shape(event_class).ids:
        if (told := state.get(name)) is not None:  # an event may be older than the field: then its default
            state[name] = UUID(told)
    state["originator_id"] = stream
    state["originator_version"] = version
    state["timestamp"] = recorded_at
    state["event_id"] = event_id
    state["who"] = who
    event = object.__new__(event_class)
    object.__setattr__(event, "__dict__", state)  # frozen, and checked when it was made
    return event


def topic_of(event: Event) -> str:
    topic: str = vars(type(event))["TOPIC"]
    return topic


def topics() -> dict[str, type[Event]]:
    """Every event class by its topic."""
    return {vars(known)["TOPIC"]: known for known in _descendants(Event) if "TOPIC" in vars(known)}


def class_of(topic: str) -> type[Event]:
    """The event class of a stored topic. Raises UnknownTopic."""
    try:
        return _topics()[topic]
    except KeyError:
        raise UnknownTopic(f"no event class for the topic {topic}") from None


@cache
def _topics() -> dict[str, type[Event]]:
    return topics()


def ids_of(event_class: type[Event]) -> tuple[str, ...]:
    """The fields of a body that are UUIDs, of which it holds the text."""
    return _shape(event_class).ids


def _descendants(base: type[Event]) -> set[type[Event]]:
    return {base}.union(*(_descendants(child) for child in base.__subclasses__()))


@cache
def _shape(event_class: type[Event]) -> _Shape:
    own = [field for field in fields(event_class) if field.name not in _ELSEWHERE]
    ids = tuple(field.name for field in own if field.type in (UUID, UUID | None))
    return _Shape(tuple(field.name for field in own), ids)

"""Two plain lists: the events of a record, without their content, and the accesses to it."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC
from typing import TypeAlias
from uuid import UUID

from domain.access_stream import AccessEvent
from domain.acts import Event
from domain.ports import Recorded

Shape: TypeAlias = dict[str, object]  # inside the canonical profile, which the encoder checks

EVENTS = "record-events/1"
ACCESSES = "access-history/1"
COMMON = frozenset(field.name for field in fields(Event)) | {"record"}


def event_list(recorded: Sequence[Recorded]) -> Shape:
    """Every event of a record with its place in the log and its leaf hash (hex), oldest first."""
    listed = [_told(one) for one in recorded]
    return {"view": EVENTS, "record": str(recorded[0].stored.stream), "events": listed}


def access_list(record: UUID, recorded: Sequence[Recorded]) -> Shape:
    """Every read, list hit and refusal of a record, oldest first, with what each tells of its own."""
    listed = [{**_told(one), "access": _own(one)} for one in recorded]
    return {"view": ACCESSES, "record": str(record), "accesses": listed}


def _told(one: Recorded) -> Shape:
    event, stored = one.event, one.stored
    if not isinstance(event, Event):
        raise TypeError(f"cannot list {stored.topic}")
    at = stored.recorded_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "event": str(stored.event),
        "version": stored.version,
        "position": stored.position,
        "topic": stored.topic,
        "lifecycle": event.LIFECYCLE,
        "leaf_hash": stored.leaf_hash.hex(),
        "recorded_at": at,
        "occurred": dict(event.occurred),
        "who": dict(event.who),
        "cause": event.cause,
        "purpose": event.purpose,
        "rule": dict(event.rule),
    }


def _own(one: Recorded) -> Shape:
    """The fields of the event's own class."""
    if not isinstance(one.event, AccessEvent):
        raise TypeError(f"cannot list {one.stored.topic} as an access")
    names = (field.name for field in fields(one.event) if field.name not in COMMON)
    return {name: getattr(one.event, name) for name in names}

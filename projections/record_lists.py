"""Two plain lists: the events of a record, without their content, and the accesses to it."""

from collections.abc import Mapping
from datetime import UTC
from typing import TypeAlias
from uuid import UUID

from domain import record_events as events
from domain.access_stream import (
    AccessEvent,
    AccessRefused,
    RecordExported,
    RecordListed,
    RecordRead,
    RecordReplayed,
)
from domain.acts import Event
from domain.ports import Listed, Recorded

Shape: TypeAlias = dict[str, object]  # inside the canonical profile, which the encoder checks

EVENTS = "record-events/3"
ACCESSES = "access-history/2"
# What access-history/2 tells of each kind of access: what a kind learned to tell since is not in it.
TELLS: Mapping[type[AccessEvent], tuple[str, ...]] = {
    RecordRead: (
        "basis",
        "rules",
        "sections",
        "record_version",
        "log_position",
        "asked_version",
        "as_of",
        "valid_at",
        "view",
        "body_sha256",
        "versions",
    ),
    RecordListed: ("basis", "rules", "key_kind"),
    AccessRefused: ("action", "rules"),
    RecordReplayed: (
        "basis",
        "rules",
        "access",
        "view",
        "body_sha256",
        "made_sha256",
        "matched",
        "is_shape",
        "decision",
    ),
    RecordExported: (
        "basis",
        "rules",
        "sections",
        "record_version",
        "log_position",
        "view",
        "body_sha256",
        "events",
        "shown",
        "held_back",
        "parameters",
    ),
}


def event_list(listed: Listed) -> Shape:
    """A page of a record's events, each with its place in the log and its leaf hash (hex), oldest first."""
    listing = [told(one, listed.hidden) for one in listed.recorded]
    return {"view": EVENTS, "record": str(listed.record), "events": listing, "next": listed.cursor}


def access_list(listed: Listed) -> Shape:
    """A page of a record's reads, list hits and refusals, newest first, with what each tells of its own."""
    accesses = [{**told(one), "access": own(one)} for one in listed.recorded]
    return {"view": ACCESSES, "record": str(listed.record), "accesses": accesses, "next": listed.cursor}


def told(one: Recorded, hidden: frozenset[UUID] = frozenset()) -> Shape:
    """An event as every list tells it, without its content. Raises TypeError if it is none of ours.

    Of a hidden entry it is told who wrote it down and where it stands in the log, which the proof needs; not
    when it happened nor from what it followed, which may be another resident's birthday or number elsewhere.
    """
    event, stored = one.event, one.stored
    if not isinstance(event, Event):
        raise TypeError(f"cannot list {stored.topic}")
    is_hidden = _about(event) in hidden
    at = stored.recorded_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "event": str(stored.event),
        "version": stored.version,
        "position": stored.position,
        "topic": stored.topic,
        "lifecycle": event.LIFECYCLE,
        "leaf_hash": stored.leaf_hash.hex(),
        "recorded_at": at,
        "occurred": None if is_hidden else dict(event.occurred),
        "who": dict(event.who),
        "cause": None if is_hidden else event.cause,
        "purpose": event.purpose,
        "rule": dict(event.rule),
    }


def _about(event: Event) -> UUID | None:
    """The entry that an event brought, or else the one it is about; a misfiling is told as it is."""
    if isinstance(event, events.EntryRecorded | events.CardReplaced):
        return event.event_id
    if isinstance(event, events.EntryFollowed | events.EntryCorrected | events.EntryRetracted):
        return event.entry
    return None


def own(one: Recorded) -> Shape:
    """What the event's own class tells."""
    event = one.event
    if not isinstance(event, AccessEvent) or type(event) not in TELLS:
        raise TypeError(f"cannot list {one.stored.topic} as an access")
    told = {name: getattr(event, name) for name in TELLS[type(event)]}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in told.items()}

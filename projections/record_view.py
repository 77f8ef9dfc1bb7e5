"""RecordView: one pure fold over a record's events, for the record now, at a version, as known, or as true.

The same events and the same query give the same bytes for ever; EDITION changes when the bytes would. What
was corrected or retracted stays in the view, with who, when and why, and with the content it had before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import singledispatchmethod
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain import record_events as events
from domain.acts import Event
from domain.entries import FORMS, until_its_end
from domain.ports import NOW, Listed, Recorded, RecordQuery, Rendered, Stored
from domain.values import FormRef, JsonObject, Occurred, earliest
from evidence import canonical
from projections.record_lists import ACCESSES, EVENTS, Shape, access_list, event_list

EDITION = "record-view/2"


@dataclass
class EntryView:
    """An entry as it stands, and every step it came by."""

    kind: str
    first: Stored
    occurred: Occurred
    form: FormRef
    content: JsonObject
    steps: list[Shape] = field(default_factory=list)
    status: str = "active"  # active, corrected, retracted

    def step(self, name: str, event: Event, stored: Stored, **more: object) -> None:
        self.steps.append({"step": name, "event": str(stored.event), **_told(event, stored), **more})

    def to_json(self, *, valid_at: datetime | None, with_data: bool) -> Shape:
        """`history` only where there is more than the recording: most entries are never touched again."""
        recorded = self.steps[0]
        steps = [self._step_at(valid_at, step) for step in self.steps] if len(self.steps) > 1 else []
        history = [_slim(step, with_data) for step in steps]
        return {
            "id": str(self.first.event),
            "version": self.first.version,
            "recorded_at": recorded["recorded_at"],
            "occurred": dict(self.occurred),
            "who": recorded["who"],
            "cause": recorded["cause"],
            "form": dict(self.form),
            "status": self.status,
            "content": _without_data(dict(self.true_at(valid_at)), with_data),
            "history": history,
        }

    def _step_at(self, instant: datetime | None, step: Shape) -> Shape:
        """A step of the history, without an end that came after the instant."""
        content = step.get("content")
        if instant is None or not isinstance(content, dict):
            return step
        return {**step, "content": until_its_end(self.kind, content, instant)}

    def true_at(self, instant: datetime | None) -> JsonObject:
        """The content; at an instant without the end that came after it."""
        return self.content if instant is None else until_its_end(self.kind, self.content, instant)


class RecordView:
    """The fold. Feed it events in order, then ask for JSON."""

    def __init__(self, query: RecordQuery = NOW) -> None:
        self.query = query
        self.head: Shape = {}
        self.identities: list[Shape] = []
        self.consents: list[Shape] = []
        self.closings: list[Shape] = []  # closings and reopenings, all of them
        self.is_closed = False
        self.entries: dict[UUID, EntryView] = {}
        self.version = self.position = 0

    def fold(self, recorded: Sequence[Recorded]) -> "RecordView":
        """Take in the events that the query lets through, by version and by when we learned them."""
        for one in recorded:
            if self._is_known(one.stored):
                self.version, self.position = one.stored.version, one.stored.position
                self.take(one.event, one.stored)
        return self

    @singledispatchmethod
    def take(self, event: DomainEvent, stored: Stored) -> None:
        """An event this edition does not know stops the fold: nothing is skipped silently."""
        raise TypeError(f"{EDITION} cannot fold {stored.topic}")

    @take.register
    def _created(self, event: events.Created, stored: Stored) -> None:
        self.head = {
            "record": str(event.originator_id),
            "number": event.number,
            "custodian": str(event.custodian),
            "channel": event.channel,
            "legal_basis": event.legal_basis,
            "created": _told(event, stored),
        }

    @take.register
    def _identity_linked(self, event: events.IdentityLinked, stored: Stored) -> None:
        shown = {name: value for name, value in event.identity.items() if name != "subject"}  # of a login
        self.identities.append({**shown, "event": str(event.event_id), **_told(event, stored)})

    @take.register
    def _consent_given(self, event: events.ConsentGiven, stored: Stored) -> None:
        self.consents.append({"by": event.by, "paper": event.paper, **_told(event, stored)})

    @take.register
    def _entry_recorded(self, event: events.EntryRecorded, stored: Stored) -> None:
        entry = EntryView(event.KIND, stored, event.occurred, event.form, event.content)
        entry.step("recorded", event, stored, form=dict(event.form), content=event.content)
        self.entries[event.event_id] = entry

    @take.register
    def _entry_corrected(self, event: events.EntryCorrected, stored: Stored) -> None:
        entry = self.entries[event.entry]
        entry.form, entry.content, entry.status = event.form, event.content, "corrected"
        entry.occurred = event.entry_occurred or entry.occurred
        entry.step(
            "corrected",
            event,
            stored,
            reason=event.reason,
            form=dict(event.form),
            content=event.content,
            entry_occurred=dict(entry.occurred),
        )

    @take.register
    def _entry_retracted(self, event: events.EntryRetracted, stored: Stored) -> None:
        entry = self.entries[event.entry]
        entry.status = "retracted"
        entry.step("retracted", event, stored, reason=event.reason)

    @take.register
    def _closed(self, event: events.Closed, stored: Stored) -> None:
        if self._was_true(event.occurred):
            self.is_closed = True
            told = {"step": "closed", "reason": event.reason, "note": event.note}
            self.closings.append({**told, **_told(event, stored)})

    @take.register
    def _reopened(self, event: events.Reopened, stored: Stored) -> None:
        if self._was_true(event.occurred):
            self.is_closed = False
            self.closings.append({"step": "reopened", "reason": event.reason, **_told(event, stored)})

    def to_json(self) -> Shape:
        """The view in the canonical profile. Raises KeyError if the record was not created by then."""
        shown = [entry for entry in self.entries.values() if self._was_true(entry.occurred)]
        asked = self.query
        sections: Shape = {
            _section(kind): [
                one.to_json(valid_at=asked.valid_at, with_data=asked.with_documents)
                for one in shown
                if one.kind == kind
            ]
            for kind in FORMS
        }
        return {
            **self.head,
            "view": EDITION,
            "version": self.version,
            "position": self.position,
            "as_of": _instant(self.query.as_of),
            "valid_at": _instant(self.query.valid_at),
            "status": "closed" if self.is_closed else "open",
            "closings": self.closings,
            "identities": self.identities,
            "consents": self.consents,
            "basic_information": _newest([one for one in shown if one.kind == "basic-information"]),
            "sections": sections,
        }

    def _is_known(self, stored: Stored) -> bool:
        version, as_of = self.query.version, self.query.as_of
        return (version is None or stored.version <= version) and (
            as_of is None or stored.recorded_at <= as_of
        )

    def _was_true(self, occurred: Occurred) -> bool:
        valid_at = self.query.valid_at
        return valid_at is None or earliest(occurred) <= valid_at


class RecordRender:
    """`domain.ports.RecordRenderer` by these folds."""

    def record(self, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        return Rendered(EDITION, render(recorded, query))

    def events(self, listed: Listed) -> Rendered:
        return Rendered(EVENTS, canonical.encode(event_list(listed)))

    def accesses(self, listed: Listed) -> Rendered:
        return Rendered(ACCESSES, canonical.encode(access_list(listed)))


def render(recorded: Sequence[Recorded], query: RecordQuery = NOW) -> bytes:
    """The record as canonical JSON: sorted keys, compact, UTF-8."""
    return canonical.encode(RecordView(query).fold(recorded).to_json())


def _newest(entries: Sequence[EntryView]) -> JsonObject | None:
    """The content that holds now: the latest to occur that stands; of equals the later recorded."""
    standing = [entry for entry in entries if entry.status != "retracted"]
    newest = max(standing, key=lambda one: (earliest(one.occurred), one.first.version), default=None)
    return newest.content if newest else None


def _section(kind: str) -> str:
    return kind.replace("-", "_")


def _told(event: Event, stored: Stored) -> Shape:
    """Who, when and why, as every part of the view tells it."""
    return {
        "version": stored.version,
        "recorded_at": _instant(stored.recorded_at),
        "occurred": dict(event.occurred),
        "who": dict(event.who),
        "cause": event.cause,
        "purpose": event.purpose,
    }


def _slim(step: Shape, with_data: bool) -> Shape:
    content = step.get("content")
    return {**step, "content": _without_data(content, with_data)} if isinstance(content, dict) else step


def _without_data(content: Shape, with_data: bool) -> Shape:
    """A document without its bytes; its length and hashes stay."""
    return content if with_data else {name: value for name, value in content.items() if name != "data"}


def _instant(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

"""What all events of a record share, and the two shapes most of them have: an entry, and what follows one."""

from datetime import datetime, timedelta
from typing import ClassVar, Protocol
from uuid import UUID

from domain.acts import Event
from domain.entries import KINDS, PERSONAL, kept, person, subject
from domain.record_state import EntryState, Party, RecordState
from domain.sensitive_options import told_by
from domain.sensitivity import sensitivity_of
from domain.sequels import sequel_of
from domain.values import FormRef, JsonObject, Occurred, Who, earliest


class Folded(Protocol):
    """The part of a record that events see."""

    state: RecordState


class RecordEvent(Event):
    """Base of everything on a record's stream."""


class FilledIn(Protocol):
    """An event that brings a form."""

    who: Who
    originator_version: int
    occurred: Occurred
    form: FormRef
    content: JsonObject


def begun(event: FilledIn, kind: str, custodian: str) -> EntryState:
    """The entry that begins with the event."""
    row = KINDS[kind]
    return EntryState(
        kind=kind,
        form=event.form["name"],
        version=event.originator_version,
        occurred=event.occurred,
        subject=subject(kind, event.content),
        state=row.begins,
        kept=kept(kind, event.content),
        is_external=event.who["institution"] not in (None, custodian),
        parties=(party("begun", event.who),) if row.is_about_access else (),
        since=began(event.occurred).isoformat() if row.has_hours else None,
        sensitivity=sensitivity_of(kind, event.form["name"], event.content),
        options=told_by(event.form["name"], event.content),
    )


def party(part: str, who: Who) -> Party:
    """Who did it, for an entry about access."""
    by = who["authenticated"]
    return Party(part, who["actor"], f"{by['issuer']} {by['subject']}")


def began(occurred: Occurred) -> datetime:
    """The instant from which a term of hours is counted: as told, without what a device clock ran ahead."""
    return earliest(occurred) - timedelta(seconds=occurred.get("skew_s", 0))


class EntryRecorded(RecordEvent):
    """Base of the entries: a form filled in. The entry's id is the event's id.

    Never edited: EntryCorrected, EntryRetracted and EntryMisfiled follow it, and all of them stay in the log.
    """

    LIFECYCLE: ClassVar[str] = "originate"
    KIND: ClassVar[str]

    form: FormRef
    content: JsonObject

    def apply(self, aggregate: Folded) -> None:
        state = aggregate.state
        state.add(self.event_id, begun(self, self.KIND, state.custodian))
        if self.form["name"] in PERSONAL:
            state.tell_person(self.event_id, *person(self.content), self.occurred)


class EntryFollowed(RecordEvent):
    """Base of the sequels: something was done about an entry that stands."""

    LIFECYCLE: ClassVar[str] = "amend"
    OF: ClassVar[tuple[str, ...]]  # the collections whose entries it follows; ("entries",): any
    NAME: ClassVar[str]

    entry: UUID
    form: FormRef
    content: JsonObject

    def apply(self, aggregate: Folded) -> None:
        state = aggregate.state
        kind = state.entries[str(self.entry)].kind
        of = kind if kind in self.OF else self.OF[0]
        state.follow(self.entry, sequel_of(of, self.NAME).becomes, self.occurred)
        form = self.form["name"]
        state.guard(self.entry, sensitivity_of(of, form, self.content), told_by(form, self.content))
        if KINDS[kind].is_about_access:
            state.take_part(self.entry, party(self.NAME, self.who))

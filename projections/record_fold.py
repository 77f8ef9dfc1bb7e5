"""The fold behind every view of a record: its entries as they stand, and what befell it as a whole.

What the query does not let through is not folded: later events, and misfiled entries. Which sections may be
shown, and what was true by then, is for each view to ask.
"""

from collections.abc import Sequence
from functools import singledispatchmethod
from typing import Self
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain import record_events as events
from domain.entries import KINDS
from domain.ports import NOW, Recorded, RecordQuery, Stored
from domain.scalars import JsonValue
from domain.sequels import sequel_of
from domain.values import FormRef, JsonObject, Occurred, earliest
from projections.entry_view import EntryView, circumstances
from projections.record_lists import Shape


def _only_kind(identity: Shape) -> Shape:
    """An identity without what the document tells."""
    return {name: value for name, value in identity.items() if name not in ("number", "issuer", "reason")}


class RecordFold:
    """Feed it events in order. edition: of the view that is folded, for the error that stops it."""

    edition: str = "record-fold"

    def __init__(self, query: RecordQuery = NOW) -> None:
        self.query = query
        self.head: Shape = {}
        self.identities: list[Shape] = []
        self.wrong_numbers: set[JsonValue] = set()  # other persons', by links that were undone
        self.consents: list[Shape] = []
        self.closings: list[Shape] = []  # closings and reopenings, all of them
        self.is_closed = False
        self.former_numbers: list[Shape] = []
        self.mergings: list[Shape] = []  # mergings and unmergings, all of them
        self.merged_into: str | None = None
        self.misfiled: list[Shape] = []
        self.entries: dict[UUID, EntryView] = {}
        self.version = self.position = 0

    def fold(self, recorded: Sequence[Recorded]) -> Self:
        """Take in the events that the query lets through, by version and by when we learned them."""
        for one in recorded:
            if self.is_known(one.stored):
                self.version, self.position = one.stored.version, one.stored.position
                self.take(one.event, one.stored)
        return self

    @singledispatchmethod
    def take(self, event: DomainEvent, stored: Stored) -> None:
        """An event this edition does not know stops the fold: nothing is skipped silently."""
        raise TypeError(f"{self.edition} cannot fold {stored.topic}")

    @take.register
    def _created(self, event: events.Created, stored: Stored) -> None:
        self.head = {
            "record": str(event.originator_id),
            "number": event.number,
            "custodian": str(event.custodian),
            "channel": event.channel,
            "legal_basis": event.legal_basis,
            "created": circumstances(event, stored),
        }

    @take.register
    def _identity_linked(self, event: events.IdentityLinked, stored: Stored) -> None:
        """Of a link that is undone only the kind of document: its number is another person's."""
        shown = {name: value for name, value in event.identity.items() if name != "subject"}  # of a login
        told = {**shown, "event": str(event.event_id), **circumstances(event, stored)}
        number = event.identity.get("number", "")
        if event.event_id in self.query.masked:
            told = _only_kind(told)
            self.wrong_numbers.add(number)
        else:
            self.wrong_numbers.discard(number)  # linked again, rightly
        self.identities.append(told)

    @take.register
    def _identity_unlinked(self, event: events.IdentityUnlinked, stored: Stored) -> None:
        undone = {"event": str(stored.event), "reason": event.reason, **circumstances(event, stored)}
        self.identities = [
            {**_only_kind(one), "unlinked": undone} if one["event"] == str(event.link) else one
            for one in self.identities
        ]

    def _said(self, kind: str, form: FormRef, content: JsonObject) -> JsonObject:
        """A content without what is closed, and the number of another's document that it was copied from."""
        content = self.query.closed.left(kind, form["name"], content)
        if content.get("identity_number") not in self.wrong_numbers:
            return content
        return {name: value for name, value in content.items() if name != "identity_number"}

    def _why(self, entry: EntryView, form: FormRef, reason: str) -> str | None:
        """Why an entry was changed; not of a form of which something is closed: that may be why."""
        is_told = not self.query.closed.concerns(entry.kind, entry.form["name"], form["name"])
        return reason if is_told else None

    @take.register
    def _consent_given(self, event: events.ConsentGiven, stored: Stored) -> None:
        self.consents.append({"by": event.by, "paper": event.paper, **circumstances(event, stored)})

    @take.register
    def _entry_recorded(self, event: events.EntryRecorded, stored: Stored) -> None:
        self._begin(event.KIND, event, stored)

    @take.register
    def _entry_followed(self, event: events.EntryFollowed, stored: Stored) -> None:
        entry = None if event.entry in self.query.masked else self.entries[event.entry]
        sequel = sequel_of(entry.kind if entry and entry.kind in event.OF else event.OF[0], event.NAME)
        if entry is not None:
            entry.state = sequel.becomes or entry.state
            more = {"state": entry.state} if sequel.becomes else {}
            content = event.content if stored.event not in self.query.masked else {}
            content = self.query.closed.left(entry.kind, event.form["name"], content)
            entry.step(event.NAME, event, stored, form=dict(event.form), content=content, **more)
            if isinstance(event, events.EntryFiled):
                entry.filed = stored
        if sequel.begins:
            self._begin(event.OF[0], event, stored)

    def _begin(self, kind: str, event: events.EntryRecorded | events.EntryFollowed, stored: Stored) -> None:
        if stored.event in self.query.masked:
            return
        content = self._said(kind, event.form, event.content)
        entry = EntryView(kind, stored, event.occurred, event.form, content)
        entry.state = KINDS[kind].begins
        entry.is_external = event.who["institution"] not in (None, self.head["custodian"])
        entry.step("recorded", event, stored, form=dict(event.form), content=content)
        self.entries[stored.event] = entry

    @take.register
    def _entry_corrected(self, event: events.EntryCorrected, stored: Stored) -> None:
        if event.entry in self.query.masked:
            return
        entry = self.entries[event.entry]
        content = self._said(entry.kind, event.form, event.content)
        reason = self._why(entry, event.form, event.reason)
        entry.form, entry.content, entry.status = event.form, content, "corrected"
        entry.occurred = event.entry_occurred or entry.occurred
        entry.step(
            "corrected",
            event,
            stored,
            reason=reason,
            form=dict(event.form),
            content=content,
            entry_occurred=dict(entry.occurred),
        )

    @take.register
    def _entry_retracted(self, event: events.EntryRetracted, stored: Stored) -> None:
        if event.entry in self.query.masked:
            return
        entry = self.entries[event.entry]
        entry.status = "retracted"
        entry.step("retracted", event, stored, reason=self._why(entry, entry.form, event.reason))

    @take.register
    def _entry_misfiled(self, event: events.EntryMisfiled, stored: Stored) -> None:
        """Only that it happened: not what it was, nor whose it is."""
        self.misfiled.append({"entry": str(event.entry), **circumstances(event, stored)})

    @take.register
    def _number_given(self, event: events.NumberGiven, stored: Stored) -> None:
        former = {"number": self.head["number"], "reason": event.reason, **circumstances(event, stored)}
        self.former_numbers.append(former)
        self.head["number"] = event.number

    @take.register
    def _merged(self, event: events.Merged | events.Unmerged, stored: Stored) -> None:
        step = "merged" if isinstance(event, events.Merged) else "unmerged"
        told = {"step": step, "other": str(event.other), "goes_on": event.goes_on, "reason": event.reason}
        self.mergings.append({**told, **circumstances(event, stored)})
        if not event.goes_on:
            self.merged_into = str(event.other) if step == "merged" else None

    @take.register
    def _closed(self, event: events.Closed, stored: Stored) -> None:
        if self.was_true(event.occurred):
            self.is_closed = True
            told = {"step": "closed", "reason": event.reason, "note": event.note}
            self.closings.append({**told, **circumstances(event, stored)})

    @take.register
    def _reopened(self, event: events.Reopened, stored: Stored) -> None:
        if self.was_true(event.occurred):
            self.is_closed = False
            self.closings.append({"step": "reopened", "reason": event.reason, **circumstances(event, stored)})

    @take.register
    def _documents_erased(self, event: events.DocumentsErased, stored: Stored) -> None:
        """The entries stay, and say what there was."""
        for key in map(UUID, event.entries):
            if key not in self.query.masked and key in self.entries:
                self.entries[key].step("erased", event, stored, order=str(event.order))
        if event.order in self.entries:
            self.entries[event.order].state = "carried-out"

    @take.register
    def _erased(self, event: events.Erased, stored: Stored) -> None:
        """Of what came before nothing is shown, from now on and until its keys are destroyed."""
        told = {"record": str(event.originator_id), "custodian": str(event.custodian), "number": ""}
        left = RecordFold(self.query)
        left.head = {**told, "channel": "", "legal_basis": None, "created": circumstances(event, stored)}
        left.version, left.position = self.version, self.position
        vars(self).update(vars(left))

    @take.register
    def _erasure_ended(self, event: events.ErasureEnded, stored: Stored) -> None:
        """Nothing is shown of it."""

    def is_known(self, stored: Stored) -> bool:
        version, as_of = self.query.version, self.query.as_of
        return (version is None or stored.version <= version) and (
            as_of is None or stored.recorded_at <= as_of
        )

    def was_true(self, occurred: Occurred) -> bool:
        """Whether it had happened by the instant asked about."""
        valid_at = self.query.valid_at
        return valid_at is None or earliest(occurred) <= valid_at

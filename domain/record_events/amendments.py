"""What is done about an entry that was wrong: corrected, retracted, or found to be another resident's."""

from typing import ClassVar
from uuid import UUID

from domain.entries import PERSONAL, kept, person, subject
from domain.record_events.base import Folded, RecordEvent
from domain.sensitive_options import told_by
from domain.sensitivity import sensitivity_of
from domain.values import FormRef, JsonObject, Occurred


class EntryCorrected(RecordEvent):
    """An entry was found wrong; here is the whole of it as it should be, and why. The old one stays."""

    TOPIC: ClassVar[str] = "record.entry-corrected.v1"
    LIFECYCLE: ClassVar[str] = "amend"

    entry: UUID
    reason: str
    form: FormRef
    content: JsonObject
    entry_occurred: Occurred | None  # when the entry really occurred, if that was wrong too

    def apply(self, aggregate: Folded) -> None:
        state = aggregate.state
        kind, form, content = state.entries[str(self.entry)].kind, self.form["name"], self.content
        state.correct(
            self.entry,
            self.event_id,
            form=form,
            subject=subject(kind, content),
            kept=kept(kind, content),
            occurred=self.entry_occurred,
        )
        state.guard(self.entry, sensitivity_of(kind, form, content), told_by(form, content))
        if form in PERSONAL:
            state.tell_person(self.entry, *person(content), self.entry_occurred)


class EntryRetracted(RecordEvent):
    """An entry should never have been made; it no longer counts, and stays readable with the reason."""

    TOPIC: ClassVar[str] = "record.entry-retracted.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"

    entry: UUID
    reason: str

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.retract(self.entry)


class EntryMisfiled(RecordEvent):
    """The entry belongs to another resident: no view shows it any more, only the log and an auditor.

    moved_to, moved_entry: the right record and the entry it was written into again, in the same append; None
    where the right one is not known yet. The entry there names this event as its cause.
    """

    TOPIC: ClassVar[str] = "record.entry-misfiled.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"

    entry: UUID
    reason: str
    moved_to: UUID | None
    moved_entry: UUID | None

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.misfile(self.entry, is_moved=self.moved_to is not None)

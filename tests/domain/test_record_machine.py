"""A machine that looks for the sequence of steps that breaks the record's decisions."""

from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from domain.entries import FORMS, PROGRAMMES, programme_of
from domain.errors import (
    AllergyAlreadyRecorded,
    AlreadyEnrolled,
    EntryRetracted,
    FormNotAccepted,
    NotEnrolled,
    RecordClosed,
    RecordError,
    RecordNotClosed,
)
from domain.record import CLOSING_REASONS, Record
from tests.builders import (
    act,
    allergy_to,
    content,
    form_ref,
    record,
)

SUBSTANCES = st.sampled_from(["penicillin", "peanut", "latex"])
YEARS = st.integers(2000, 2026).map(str)


class RecordMachine(RuleBasedStateMachine):
    """Whatever is asked in whatever order, the record decides as a plain model, and nothing disappears."""

    entries: Bundle[UUID] = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.record = record()
        self.closed: str | None = None  # the year
        self.allergies: dict[UUID, str] = {}
        self.enrolled: dict[UUID, str] = {}
        self.standing: dict[UUID, str] = {}  # entry -> kind
        self.retracted: set[UUID] = set()
        self.expected = len(self.record.pending_events)

    def accepted(self, expected: type[RecordError] | None, command: object, *args: object) -> bool:
        """Run a command that must succeed, or fail with the error the model expects and leave no event."""
        assert callable(command)
        if expected is None:
            command(*args)
            self.expected += 1
            return True
        with pytest.raises(expected):
            command(*args)
        return False

    def refuses_care(self, year: str) -> bool:
        return self.closed is not None and int(year) > int(self.closed)

    @rule(target=entries, substance=SUBSTANCES, year=YEARS)
    def record_allergy(self, substance: str, year: str) -> UUID | MultipleResults[UUID]:
        taken = substance in self.allergies.values()
        error = RecordClosed if self.refuses_care(year) else AllergyAlreadyRecorded if taken else None
        context = act(year)
        command = self.record.add_entry
        if not self.accepted(
            error, command, context, "allergies", form_ref("allergy"), allergy_to(substance)
        ):
            return multiple()
        self.allergies[context.event_id] = substance
        self.standing[context.event_id] = "allergies"
        return context.event_id

    @rule(target=entries, programme=st.sampled_from(sorted(PROGRAMMES)), year=YEARS)
    def enrol(self, programme: str, year: str) -> UUID | MultipleResults[UUID]:
        taken = programme in self.enrolled.values()
        error = RecordClosed if self.refuses_care(year) else AlreadyEnrolled if taken else None
        context, filled = act(year), content("programme-enrolment", programme=programme)
        ref = form_ref("programme-enrolment")
        if not self.accepted(error, self.record.add_entry, context, "programmes", ref, filled):
            return multiple()
        self.enrolled[context.event_id] = programme
        self.standing[context.event_id] = "programmes"
        return context.event_id

    @rule(target=entries, form=st.sampled_from(FORMS["follow-ups"]), year=YEARS)
    def follow_up(self, form: str, year: str) -> UUID | MultipleResults[UUID]:
        enrolled = programme_of(form) in self.enrolled.values()
        error = RecordClosed if self.refuses_care(year) else None if enrolled else NotEnrolled
        context = act(year)
        command = self.record.add_entry
        if not self.accepted(error, command, context, "follow-ups", form_ref(form), content(form)):
            return multiple()
        self.standing[context.event_id] = form
        return context.event_id

    @rule(target=entries, year=YEARS)
    def attach_document(self, year: str) -> UUID:
        context = act(year)
        ref, filled = form_ref("document"), content("document")
        self.accepted(None, self.record.add_entry, context, "documents", ref, filled)
        self.standing[context.event_id] = "documents"
        return context.event_id

    @rule(entry=entries, substance=SUBSTANCES)
    def correct_allergy(self, entry: UUID, substance: str) -> None:
        others = {name for key, name in self.allergies.items() if key != entry}
        error: type[RecordError] | None = None
        if entry in self.retracted:
            error = EntryRetracted
        elif entry not in self.allergies:
            error = FormNotAccepted
        elif substance in others:
            error = AllergyAlreadyRecorded

        def command() -> None:
            filled = allergy_to(substance)
            self.record.correct(act(), entry, reason="misheard", form=form_ref("allergy"), content=filled)

        if self.accepted(error, command):
            self.allergies[entry] = substance

    @rule(entry=consumes(entries))
    def retract(self, entry: UUID) -> None:
        self.accepted(None, lambda: self.record.retract(act(), entry, reason="made in error"))
        self.accepted(EntryRetracted, lambda: self.record.retract(act(), entry, reason="again"))
        self.allergies.pop(entry, None)
        self.enrolled.pop(entry, None)
        self.retracted.add(entry)

    @rule(year=YEARS, reason=st.sampled_from(CLOSING_REASONS))
    def close(self, year: str, reason: str) -> None:
        error = None if self.closed is None else RecordClosed
        if self.accepted(error, lambda: self.record.close(act(year), reason=reason)):
            self.closed = year

    @rule()
    def reopen(self) -> None:
        error = RecordNotClosed if self.closed is None else None
        if self.accepted(error, lambda: self.record.reopen(act(), reason="came back")):
            self.closed = None

    @rule()
    def restore_from_a_snapshot(self) -> None:
        pending_events = self.record.pending_events
        self.record = Record.restore(self.record.id, self.record.state_to_json())
        self.record.pending_events.extend(pending_events)

    @invariant()
    def what_was_refused_left_nothing_and_the_rest_is_all_there(self) -> None:
        assert len(self.record.pending_events) == self.record.version == self.expected
        known = {UUID(entry) for entry in self.record.state.entries}
        assert known == set(self.standing)
        retracted = {UUID(key) for key, entry in self.record.state.entries.items() if entry.retracted}
        assert retracted == self.retracted

    @invariant()
    def replaying_the_events_gives_the_same_record(self) -> None:
        replayed = None
        for event in self.record.pending_events:
            replayed = event.mutate(replayed)
        assert isinstance(replayed, Record)
        assert replayed.state == self.record.state
        assert set(replayed.state.allergies.values()) == {str(entry) for entry in self.allergies}
        assert set(replayed.state.enrolments) == set(self.enrolled.values())


RecordMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestRecordMachine = RecordMachine.TestCase

"""What can happen to a record. `domain.record` nests these classes in the aggregate.

Topics are coarse, so that an envelope never tells a diagnosis: a follow-up's programme is in its content.
`apply` only folds into RecordState; whatever was once stored can always be applied again.
"""

from typing import ClassVar, Protocol
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.acts import Event
from domain.entries import person, subject
from domain.record_state import EntryState, RecordState
from domain.values import FormRef, JsonObject, Occurred


class Folded(Protocol):
    """The part of a record that events see."""

    state: RecordState


class RecordEvent(Event):
    """Base of everything on a record's stream."""


class Created(RecordEvent, Aggregate.Created):
    """A record was opened for a resident, by an institution, through a channel.

    legal_basis: the code of the rule that allows it without consent; else a ConsentGiven follows at once.
    access_stream: where reads of this record are told, apart, so that reading never conflicts with writing.
    """

    TOPIC: ClassVar[str] = "record.created.v1"
    LIFECYCLE: ClassVar[str] = "originate"
    originator_topic: ClassVar[str] = "record"  # type: ignore[misc]  # the library stores it; ours is the category

    number: str
    channel: str
    custodian: UUID
    access_stream: UUID
    legal_basis: str | None

    def apply(self, aggregate: Folded) -> None:
        state = aggregate.state
        state.number, state.custodian = self.number, str(self.custodian)
        state.access_stream = str(self.access_stream)


class IdentityLinked(RecordEvent):
    """The record was tied to an identity document, a temporary identity, or the resident's own login.

    The number stands here and nowhere outside the encrypted content; uniqueness is by claim.
    birth_date and sex are those an ID number tells, else None.
    """

    TOPIC: ClassVar[str] = "record.identity-linked.v1"
    LIFECYCLE: ClassVar[str] = "link"

    identity: JsonObject  # {"kind", "number"}, or for a login {"kind", "issuer", "subject"}
    birth_date: str | None
    sex: str | None

    def apply(self, aggregate: Folded) -> None:
        state, kind = aggregate.state, str(self.identity["kind"])
        if kind == "login":
            state.logins.append(f"{self.identity['issuer']} {self.identity['subject']}")
            return
        state.identities.append(kind)
        if self.birth_date is not None:
            state.know_person(self.birth_date, self.sex)
            state.identity_numbers.append(str(self.identity["number"]))


class ConsentGiven(RecordEvent):
    """The resident, or who may speak for them, agreed to the record."""

    TOPIC: ClassVar[str] = "record.consent-given.v1"
    LIFECYCLE: ClassVar[str] = "originate"

    by: str  # resident, guardian or representative
    paper: str | None  # SHA-256 (hex) of the signed form, where there is one

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.consented = True


class EntryRecorded(RecordEvent):
    """Base of the entries: a form filled in. The entry's id is the event's id.

    Never edited: EntryCorrected and EntryRetracted follow it, and all of them stay readable.
    """

    LIFECYCLE: ClassVar[str] = "originate"
    KIND: ClassVar[str]

    form: FormRef
    content: JsonObject

    def apply(self, aggregate: Folded) -> None:
        about = subject(self.KIND, self.content)
        entry = EntryState(self.KIND, self.form["name"], self.originator_version, about)
        aggregate.state.add(self.event_id, entry)


class BasicInformationRecorded(EntryRecorded):
    """The form 个人基本信息表 was filled in; a newer one supersedes it and both stay."""

    TOPIC: ClassVar[str] = "record.basic-information-recorded.v1"
    KIND: ClassVar[str] = "basic-information"

    def apply(self, aggregate: Folded) -> None:
        super().apply(aggregate)
        aggregate.state.know_person(*person(self.content))


class ExaminationRecorded(EntryRecorded):
    """A health examination (健康体检表)."""

    TOPIC: ClassVar[str] = "record.examination-recorded.v1"
    KIND: ClassVar[str] = "examinations"


class EncounterRecorded(EntryRecorded):
    """Care in the clinic or at home, told as SOAP (接诊记录表)."""

    TOPIC: ClassVar[str] = "record.encounter-recorded.v1"
    KIND: ClassVar[str] = "encounters"


class ProgrammeEnrolled(EntryRecorded):
    """The resident was taken into a programme of managed care, once at a time."""

    TOPIC: ClassVar[str] = "record.programme-enrolled.v1"
    KIND: ClassVar[str] = "programmes"


class FollowUpRecorded(EntryRecorded):
    """A follow-up within a programme. Which programme is in the form, out of the topic's sight."""

    TOPIC: ClassVar[str] = "record.follow-up-recorded.v1"
    KIND: ClassVar[str] = "follow-ups"


class ProblemRecorded(EntryRecorded):
    """A problem was put on the problem list."""

    TOPIC: ClassVar[str] = "record.problem-recorded.v1"
    KIND: ClassVar[str] = "problems"


class AllergyRecorded(EntryRecorded):
    """An allergy was added; a substance is active once only."""

    TOPIC: ClassVar[str] = "record.allergy-recorded.v1"
    KIND: ClassVar[str] = "allergies"


class MedicationStated(EntryRecorded):
    """A medication the resident takes or took, as prescribed or as told."""

    TOPIC: ClassVar[str] = "record.medication-stated.v1"
    KIND: ClassVar[str] = "medications"


class ImmunizationGiven(EntryRecorded):
    """A vaccine was given."""

    TOPIC: ClassVar[str] = "record.immunization-given.v1"
    KIND: ClassVar[str] = "immunizations"


class DocumentAttached(EntryRecorded):
    """A document kept whole, inline, with its hashes."""

    TOPIC: ClassVar[str] = "record.document-attached.v1"
    KIND: ClassVar[str] = "documents"


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
        corrected = aggregate.state.entries[str(self.entry)]
        aggregate.state.correct(
            self.entry, self.event_id, self.form["name"], subject(corrected.kind, self.content)
        )
        if corrected.kind == "basic-information":
            aggregate.state.know_person(*person(self.content))


class EntryRetracted(RecordEvent):
    """An entry should never have been made; it no longer counts, and stays readable with the reason."""

    TOPIC: ClassVar[str] = "record.entry-retracted.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"

    entry: UUID
    reason: str

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.retract(self.entry)


class Closed(RecordEvent):
    """Care under this record ended: death, moved out, lost, refused. `occurred` says since when.

    Refuses new care only; late entries, corrections, documents and reading go on.
    """

    TOPIC: ClassVar[str] = "record.closed.v1"
    LIFECYCLE: ClassVar[str] = "archive"

    reason: str
    note: str | None

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.closed_since, aggregate.state.closed_because = self.occurred, self.reason


class Reopened(RecordEvent):
    """A closed record takes care again: the resident came back, or the closing was wrong."""

    TOPIC: ClassVar[str] = "record.reopened.v1"
    LIFECYCLE: ClassVar[str] = "reactivate"

    reason: str

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.closed_since = aggregate.state.closed_because = None


ENTRIES: dict[str, type[EntryRecorded]] = {
    event.KIND: event
    for event in (
        BasicInformationRecorded,
        ExaminationRecorded,
        EncounterRecorded,
        ProgrammeEnrolled,
        FollowUpRecorded,
        ProblemRecorded,
        AllergyRecorded,
        MedicationStated,
        ImmunizationGiven,
        DocumentAttached,
    )
}

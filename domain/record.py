"""The record: everything done to one resident, and what may be done next.

The aggregate decides; it does not check forms (domain.forms), permissions (domain.access) or uniqueness
across records (claims, in domain.application). Its events and its state have modules of their own.
"""

from dataclasses import replace
from typing import ClassVar, cast
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain import record_events as events
from domain.acts import Act, begin, frame, make, revive
from domain.deciding import Proposed, may_decide, not_ones_own
from domain.entries import PERSONAL, accepts, person
from domain.erasure_rules import may_carry_out
from domain.errors import (
    ConsentMissing,
    EntryRetracted,
    FormNotAccepted,
    IdentityAlreadyLinked,
    IdentityDisagrees,
    ReasonMissing,
    RecordClosed,
    RecordNotClosed,
    UnknownCode,
    UnknownCollection,
    UnknownEntry,
)
from domain.grant_rules import amendable
from domain.identity import is_identity_number
from domain.record_errors import (
    CannotMerge,
    CannotMisfile,
    EntryMisfiled,
    IdentityNotLinked,
    LastIdentity,
    NotMerged,
    NumberKept,
    OutOfTurn,
)
from domain.record_events.whole import BEFORE_BIRTH
from domain.record_rules import accept, admit, may_follow, still_open, undisputed
from domain.record_state import EntryState, RecordState
from domain.sequels import ANY, sequel_of
from domain.values import FormRef, IdentityDocument, IdentityNumber, JsonObject, Occurred

CHANNELS = (
    "visit",
    "home-survey",
    "screening",
    "examination",
    "outpatient",
    "door-to-door",
    "import",
    BEFORE_BIRTH,
)
CONSENT_BY = ("resident", "guardian", "representative")
LEGAL_BASES = ("public-health-programme", "emergency", "statutory-order", "inherited-record")
RENUMBERING_REASONS = ("region-changed", "scheme-changed", "error")
CLOSING_REASONS = ("death", "moved-out", "lost", "refused")
ONE_ONLY = ("identity-card",)  # a person has one of these; other documents are renewed under new numbers


class Record(Aggregate):
    """One resident's record for life. Build it with `Record.create`."""

    TOPIC = "record"
    FOLD: ClassVar[str] = "record/11"  # edition of the fold: a snapshot of another one is thrown away

    Event = events.RecordEvent
    Created = events.Created
    IdentityLinked = events.IdentityLinked
    IdentityUnlinked = events.IdentityUnlinked
    ConsentGiven = events.ConsentGiven
    NumberGiven = events.NumberGiven
    EntryCorrected = events.EntryCorrected
    EntryRetracted = events.EntryRetracted
    EntryMisfiled = events.EntryMisfiled
    Merged = events.Merged
    Unmerged = events.Unmerged
    Closed = events.Closed
    Reopened = events.Reopened
    Erased = events.Erased
    DocumentsErased = events.DocumentsErased
    ErasureEnded = events.ErasureEnded

    def __init__(self) -> None:
        self.state = RecordState()

    @classmethod
    def create(
        cls,
        record_id: UUID,
        act: Act,
        *,
        number: str,
        channel: str,
        custodian: UUID,
        access_stream: UUID,
        consented: bool,
        legal_basis: str | None = None,
    ) -> "Record":
        """Open a record. Raises ConsentMissing unless consent follows or a legal basis is named."""
        if not consented and legal_basis is None:
            raise ConsentMissing
        _known(channel, CHANNELS, "channel")
        if legal_basis is not None:
            _known(legal_basis, LEGAL_BASES, "legal_basis")
        fields = {
            "number": number,
            "channel": channel,
            "custodian": custodian,
            "access_stream": access_stream,
            "legal_basis": legal_basis,
        }
        return begin(cls, make(cls.Created, act, record_id, cls.INITIAL_VERSION, **fields))

    def take_number(self, number: str) -> None:
        """Fill in the number before the first append: it is given out last, so that no refusal wastes one."""
        created = cast(events.Created, self.pending_events[0])
        self.pending_events[0] = replace(created, number=number)  # type: ignore[call-arg]  # it is a field
        self.state.number = number

    def give_consent(self, act: Act, *, by: str, paper: str | None = None) -> None:
        """Record that the resident, guardian or representative agreed. paper: SHA-256 of the signed form.

        It may be given more than once: by a guardian first, by the resident when they are old enough.
        Raises UnknownCode, RepresentationRefused, GuardianNeeded.
        """
        _known(by, CONSENT_BY, "consent.by")
        may_decide(self.state, act, by, "/by")
        self._trigger(self.ConsentGiven, act, by=by, paper=paper)

    def link_identity(self, act: Act, document: IdentityDocument) -> None:
        """Tie the record to an identity document, or to a temporary identity until there is one.

        Raises IdentityAlreadyLinked (a second identity card) or IdentityDisagrees (birth date or sex).
        """
        kind = document["kind"]
        if kind in self.state.identities and (kind in ONE_ONLY or kind == "temporary"):
            raise IdentityAlreadyLinked
        number = _identity_number(document)
        if number is not None:
            number.agrees(birth_date=self.state.birth_date, sex=self.state.sex)
        self._trigger(
            self.IdentityLinked,
            act,
            identity=dict(document),
            birth_date=number.birth_date.isoformat() if number else None,
            sex=number.sex if number else None,
        )

    def link_login(self, act: Act, *, issuer: str, subject: str) -> None:
        """Tie the record to the resident's own login (token issuer and subject).

        Raises IdentityAlreadyLinked, OwnLogin: staff who are residents here ask a colleague.
        """
        not_ones_own(act, {"issuer": issuer, "subject": subject}, "/login")
        if f"{issuer} {subject}" in self.state.logins:
            raise IdentityAlreadyLinked
        identity: JsonObject = {"kind": "login", "issuer": issuer, "subject": subject}
        self._trigger(self.IdentityLinked, act, identity=identity, birth_date=None, sex=None)

    def unlink_identity(self, act: Act, link: UUID, reason: str) -> None:
        """Take back a link that was wrong, by the event that made it. A login may be the last, no document.

        Raises IdentityNotLinked (by this record, or no more), LastIdentity, ReasonMissing.
        """
        _given(reason)
        linked = self.state.links.get(str(link))
        if linked is None:
            raise IdentityNotLinked
        if not linked.is_login and len(self.state.identities) == 1:
            raise LastIdentity
        self._trigger(self.IdentityUnlinked, act, link=link, reason=reason)

    def give_number(self, act: Act, number: str, reason: str) -> None:
        """Let the record go by a new number; the earlier ones stay. Raises NumberKept, UnknownCode."""
        _known(reason, RENUMBERING_REASONS, "reason")
        undisputed(self.state)
        if number in (self.state.number, *self.state.former_numbers):
            raise NumberKept
        self._trigger(self.NumberGiven, act, number=number, reason=reason)

    def add_entry(self, act: Act, kind: str, form: FormRef, content: JsonObject) -> UUID:
        """Add a checked form to a collection and return the entry's id, which is the event's.

        Raises UnknownCollection, FormNotAccepted, IdentityDisagrees, or what domain.record_rules refuses.
        """
        event_class = events.ENTRIES.get(kind)
        if event_class is None:
            raise UnknownCollection(tuple(events.ENTRIES))
        accepts(kind, form["name"])
        proposed = Proposed(act, kind, form, content)
        admit(self.state, proposed)
        self._accept(proposed)
        self._trigger(event_class, act, form=form, content=content)
        return act.event_id

    def follow(
        self, act: Act, of: str, name: str, entry_id: UUID, form: FormRef, content: JsonObject
    ) -> None:
        """Add what follows an entry, by the name domain.sequels has for it.

        Raises UnknownSequel, UnknownEntry, EntryRetracted, EntryMisfiled, OutOfTurn, or what its rule does.
        """
        sequel, entry = sequel_of(of, name), self.standing(entry_id)
        if of not in (entry.kind, ANY):
            raise UnknownEntry(entry_id)
        if sequel.after and entry.state not in sequel.after:
            raise OutOfTurn(entry_id, entry.state, sequel.after)
        proposed = Proposed(act, entry.kind, form, content, own=entry_id)
        if sequel.begins:
            admit(self.state, proposed)
        may_follow(self.state, entry, name, proposed)
        event_class = events.SEQUEL_EVENTS[of, name]
        self._trigger(event_class, act, entry=entry_id, form=form, content=content)

    def correct(
        self,
        act: Act,
        entry_id: UUID,
        *,
        reason: str,
        form: FormRef,
        content: JsonObject,
        entry_occurred: Occurred | None = None,
    ) -> None:
        """Put right an entry: the whole content as it should be. The earlier one stays readable.

        Raises UnknownEntry, EntryRetracted, NeverAmended, ReasonMissing, or what add_entry raises for the
        content.
        """
        entry = self.standing(entry_id)
        amendable(entry, entry_id)
        _given(reason)
        if form["name"] != entry.form:
            raise FormNotAccepted(entry.kind, form["name"], (entry.form,))
        if entry_occurred is not None:
            still_open(self.state, entry.kind, entry_occurred)
        self._accept(Proposed(act, entry.kind, form, content, own=entry_id))
        self._trigger(
            self.EntryCorrected,
            act,
            entry=entry_id,
            reason=reason,
            form=form,
            content=content,
            entry_occurred=entry_occurred,
        )

    def retract(self, act: Act, entry_id: UUID, *, reason: str) -> None:
        """Withdraw an entry made in error.

        Raises UnknownEntry, EntryRetracted, NeverAmended, ReasonMissing.
        """
        amendable(self.standing(entry_id), entry_id)
        _given(reason)
        self._trigger(self.EntryRetracted, act, entry=entry_id, reason=reason)

    def close(self, act: Act, *, reason: str, note: str | None = None) -> None:
        """End care under this record since `act.occurred`. Raises RecordClosed, UnknownCode."""
        _known(reason, CLOSING_REASONS, "reason")
        if self.is_closed:
            raise RecordClosed
        self._trigger(self.Closed, act, reason=reason, note=note)

    def reopen(self, act: Act, *, reason: str) -> None:
        """Take care up again. Raises RecordNotClosed, ReasonMissing."""
        if not self.is_closed:
            raise RecordNotClosed
        _given(reason)
        self._trigger(self.Reopened, act, reason=reason)

    def misfile(
        self, act: Act, entry_id: UUID, *, reason: str, moved_to: UUID | None, moved_entry: UUID | None
    ) -> None:
        """Hide an entry that is another resident's; with the right record, if it is known.

        An entry hidden before may be moved later, once.
        Raises UnknownEntry, NeverAmended, CannotMisfile, ReasonMissing.
        """
        _given(reason)
        entry = self.state.entry(entry_id)
        if entry is None:
            raise UnknownEntry(entry_id)
        amendable(entry, entry_id)
        if entry.is_moved or moved_to == self.id or (entry.misfiled and moved_to is None):
            raise CannotMisfile
        self._trigger(
            self.EntryMisfiled,
            act,
            entry=entry_id,
            reason=reason,
            moved_to=moved_to,
            moved_entry=moved_entry,
        )

    def merge(self, act: Act, other: "Record", *, goes_on: bool, reason: str) -> None:
        """Tell that this record and another are one person's. Raises CannotMerge, IdentityInDispute."""
        _given(reason)
        undisputed(self.state)
        if other.id == self.id or self.state.merged_into is not None or other.state.merged_into is not None:
            raise CannotMerge
        self._trigger(self.Merged, act, other=other.id, goes_on=goes_on, reason=reason)

    def unmerge(self, act: Act, other: UUID, *, goes_on: bool, reason: str) -> None:
        """Undo it. Raises NotMerged."""
        _given(reason)
        merged = self.state.absorbed if goes_on else [self.state.merged_into]
        if str(other) not in merged:
            raise NotMerged
        self._trigger(self.Unmerged, act, other=other, goes_on=goes_on, reason=reason)

    def erase(self, act: Act, order: UUID, **told: object) -> None:
        """Carry out an order about documents (entries), or about the whole record (told as Erased has it).

        Raises UnknownEntry, OutOfTurn, OwnHand, AnotherPersonDecides, OrderMissing.
        """
        may_carry_out(self.state, act, order)
        event_class = self.DocumentsErased if "entries" in told else self.Erased
        self._trigger(event_class, act, order=order, **told)

    def end_erasure(self, act: Act, keys: int) -> None:
        """Tell that what was to be destroyed is destroyed."""
        self._trigger(self.ErasureEnded, act, keys=keys)

    def standing(self, entry_id: UUID) -> EntryState:
        """An entry that still counts. Raises UnknownEntry, EntryRetracted, EntryMisfiled."""
        entry = self.state.entry(entry_id)
        if entry is None:
            raise UnknownEntry(entry_id)
        if entry.misfiled:
            raise EntryMisfiled(entry_id)
        if entry.retracted:
            raise EntryRetracted(entry_id)
        return entry

    @property
    def is_closed(self) -> bool:
        return self.state.closed_since is not None

    @property
    def is_erased(self) -> bool:
        return self.state.is_erased

    @property
    def custodian(self) -> UUID:
        return UUID(self.state.custodian)

    @property
    def access_stream(self) -> UUID:
        return UUID(self.state.access_stream)

    def state_to_json(self) -> JsonObject:
        """The whole aggregate for a snapshot; `restore` is the inverse, for the same FOLD."""
        return {**frame(self), "state": self.state.to_json()}

    @classmethod
    def restore(cls, record_id: UUID, snapshot: JsonObject) -> "Record":
        """The aggregate as it was when state_to_json was called."""
        record = revive(cls, record_id, snapshot)
        record.state = RecordState.from_json(cast(JsonObject, snapshot["state"]))
        return record

    def _trigger(self, event_class: type[events.RecordEvent], act: Act, **fields: object) -> None:
        self.trigger_event(event_class, **act.fields(), **fields)

    def _accept(self, proposed: Proposed) -> None:
        accept(self.state, proposed)
        if proposed.form["name"] in PERSONAL:
            self._agree(proposed.content)

    def _agree(self, content: JsonObject) -> None:
        """The form must tell what the linked identity number tells, and may not bring an unlinked number."""
        told = content.get("identity_number")
        if told is not None and told not in self.state.identity_numbers:
            raise IdentityDisagrees("identity_number")
        birth_date, sex = person(content)
        for number in self.state.identity_numbers:
            IdentityNumber(number).agrees(birth_date=birth_date, sex=sex)


def _identity_number(document: IdentityDocument) -> IdentityNumber | None:
    """The 18-character number of the document, if it bears one."""
    number = document.get("number", "")
    return IdentityNumber(number) if is_identity_number(number) else None


def _known(code: str, codes: tuple[str, ...], field: str) -> None:
    if code not in codes:
        raise UnknownCode(field, codes)


def _given(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing

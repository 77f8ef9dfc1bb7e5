"""The commands on a record. Each asks the gate, checks the form, lets the aggregate decide and appends."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain import forms
from domain.access import Facts
from domain.entries import forms_of
from domain.errors import (
    IdentityMissing,
    NotAvailable,
    NumbersExhausted,
    RecordError,
    RecordNumberTaken,
    SourceAlreadyImported,
    StaleVersion,
    UnknownCode,
)
from domain.gate import Gate, Pass, as_told
from domain.identity import claim_value
from domain.institution import Institution
from domain.institution_state import Login
from domain.numbering import RecordNumbers
from domain.ports import Answer, Claim
from domain.record import Record
from domain.requests import (
    Added,
    Correction,
    NewEntry,
    NewRecord,
    Opened,
    Outcome,
    Request,
    SourceId,
)
from domain.time import CHINA
from domain.values import FormRef, IdentityDocument, JsonObject, Occurred, RecordNumber, earliest


@dataclass(frozen=True)
class _Checked:
    """Content that satisfies its form."""

    form: FormRef
    content: JsonObject


class RecordCommands:
    """What can be asked to be done to a record. Mixed into `Records`."""

    gate: Gate
    numbers: RecordNumbers

    def create_record(self, request: Request, new: NewRecord) -> Opened:
        """Open a record at the caller's institution.

        Raises ConsentMissing, IdentityMissing, PersonHasRecord (names nothing), RecordNumberTaken,
        NumbersExhausted, ContentRefused, OccurredRefused, SourceAlreadyImported, or what the gate raises.
        """

        def attempt() -> Opened:
            passed = self.gate.enter(request, "create", Facts())
            for number in self._numbers(passed, new):
                record, claims = self._open(passed, new, number)
                try:
                    answer = self.gate.append(request, record, claims)
                except RecordNumberTaken:
                    if new.number is not None:
                        raise
                    continue  # somebody else was given the number meanwhile: try the next
                return self._opened(answer) if answer.repeated else Opened(record.id, number, answer)
            raise NumbersExhausted

        return self.gate.once(request, attempt, self._opened)

    def add_entry(self, request: Request, record_id: UUID, entry: NewEntry) -> Answer:
        """Add one entry at the end of the record; the entry's id is the stored event's.

        Raises RecordClosed, NotEnrolled, AlreadyEnrolled, AllergyAlreadyRecorded, UnknownCollection,
        UnknownProgramme, FormNotAccepted, ContentRefused, OccurredRefused or what the gate raises.
        """

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "add-entry", record_id)
            self._add(record, passed, entry)
            return self.gate.append(request, record, _sources([entry]))

        return self.gate.once_insisting(request, attempt)

    def add_entries(self, request: Request, record_id: UUID, entries: Sequence[NewEntry]) -> Added:
        """Add many entries in one append, each with its own outcome: one refused leaves the others.

        Entries whose source id was imported before are left out as known.
        """

        def attempt() -> Added:
            record, passed = self.gate.enter_record(request, "add-entry", record_id)
            known = set(self.gate.log.find_claims(_sources(entries)))
            outcomes = tuple(self._outcome(record, passed, entry, known) for entry in entries)
            stored = [entry for entry, one in zip(entries, outcomes, strict=True) if one.entry]
            if not stored:
                answered = self.gate.answered(request)  # by the first of two equal requests, meanwhile
                return _added(answered) if answered else Added(None, outcomes)
            try:
                answer = self.gate.append(request, record, _sources(stored))
            except SourceAlreadyImported:  # another import was faster: look again what is known
                raise StaleVersion(record_id, record.version) from None
            return _added(answer) if answer.repeated else Added(answer, outcomes)

        return self.gate.once(request, lambda: self.gate.insist(attempt), _added)

    def correct_entry(
        self, request: Request, record_id: UUID, expected_version: int, correction: Correction
    ) -> Answer:
        """Correct an entry the caller has seen.

        Raises StaleVersion, UnknownEntry, EntryRetracted, ReasonMissing, FormNotAccepted, ContentRefused.
        """

        def change(record: Record, passed: Pass) -> None:
            entry = record.standing(correction.entry)
            told = correction.entry_occurred or correction.occurred
            checked = _check(entry.form, correction.edition, told, correction.content)
            record.correct(
                self.gate.act(passed, correction.occurred),
                correction.entry,
                reason=correction.reason,
                form=checked.form,
                content=checked.content,
                entry_occurred=correction.entry_occurred,
            )

        return self._change_seen(request, "correct", record_id, expected_version, change)

    def retract_entry(
        self, request: Request, record_id: UUID, expected_version: int, entry: UUID, reason: str
    ) -> Answer:
        """Retract an entry the caller has seen.

        Raises StaleVersion, UnknownEntry, EntryRetracted, ReasonMissing.
        """

        def change(record: Record, passed: Pass) -> None:
            record.retract(self.gate.act(passed), entry, reason=reason)

        return self._change_seen(request, "retract", record_id, expected_version, change)

    def close_record(
        self,
        request: Request,
        record_id: UUID,
        expected_version: int,
        *,
        reason: str,
        since: Occurred,
        note: str | None = None,
        source_id: SourceId | None = None,
    ) -> Answer:
        """Close the record since a time. Raises StaleVersion, RecordClosed, UnknownCode."""
        cause = source_id.text if source_id else None
        claims = [source_id.claim] if source_id else []

        def change(record: Record, passed: Pass) -> None:
            record.close(self.gate.act(passed, since, cause), reason=reason, note=note)

        return self._change_seen(request, "close", record_id, expected_version, change, claims)

    def reopen_record(
        self, request: Request, record_id: UUID, expected_version: int, *, reason: str
    ) -> Answer:
        """Open a closed record again. Raises StaleVersion, RecordNotClosed, ReasonMissing."""

        def change(record: Record, passed: Pass) -> None:
            record.reopen(self.gate.act(passed), reason=reason)

        return self._change_seen(request, "reopen", record_id, expected_version, change)

    def link_identity(
        self, request: Request, record_id: UUID, document: IdentityDocument, occurred: Occurred | None = None
    ) -> Answer:
        """Tie the record to one more document.

        Raises PersonHasRecord, IdentityAlreadyLinked, IdentityDisagrees.
        """

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "link-identity", record_id)
            record.link_identity(self.gate.act(passed, occurred), document)
            return self.gate.append(request, record, _identities([document]))

        return self.gate.once_insisting(request, attempt)

    def link_login(self, request: Request, record_id: UUID, login: Login) -> Answer:
        """Tie the record to the resident's own login. Raises LoginTaken, IdentityAlreadyLinked."""

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "link-identity", record_id)
            record.link_login(self.gate.act(passed), **login)
            return self.gate.append(request, record, [_login(login)])

        return self.gate.once_insisting(request, attempt)

    def find_source(self, request: Request, source_id: SourceId) -> UUID | None:
        """The record that a source id was imported into, for the connector that imports again."""
        self.gate.enter(request, "find-source", Facts())
        return self.gate.log.find_claim(source_id.claim.namespace, source_id.claim.value)

    def _change_seen(
        self,
        request: Request,
        action: str,
        record_id: UUID,
        expected_version: int,
        change: Callable[[Record, Pass], None],
        claims: Sequence[Claim] = (),
    ) -> Answer:
        """Change the record at the version the caller saw. Raises StaleVersion if that is not its newest."""

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, action, record_id)
            if record.version != expected_version:
                raise StaleVersion(record_id, record.version)
            change(record, passed)
            return self.gate.append(request, record, claims)

        return self.gate.once(request, attempt, as_told)

    def _open(self, passed: Pass, new: NewRecord, number: str) -> tuple[Record, list[Claim]]:
        """The record with all it begins with, and what must be unique about it."""
        if passed.actor.institution is None:
            raise NotAvailable
        if not new.documents:
            raise IdentityMissing
        cause = new.source_id.text if new.source_id else None
        record = Record.create(
            self.gate.new_id(),
            self.gate.act(passed, new.occurred, cause),
            number=number,
            channel=new.channel,
            custodian=passed.actor.institution,
            access_stream=self.gate.new_id(),
            consented=new.consent is not None,
            legal_basis=new.legal_basis,
        )
        if new.consent:
            consented = self.gate.act(passed, new.occurred, cause)
            record.give_consent(consented, by=new.consent.by, paper=new.consent.paper)
        for document in new.documents:
            record.link_identity(self.gate.act(passed, new.occurred, cause), document)
        if new.login:
            record.link_login(self.gate.act(passed, new.occurred, cause), **new.login)
        for entry in new.entries:
            self._add(record, passed, entry)
        claims = [Claim("record-number", number), *_identities(new.documents), *_sources(new.entries)]
        claims += [_login(new.login)] if new.login else []
        claims += [new.source_id.claim] if new.source_id else []
        return record, claims

    def _opened(self, answer: Answer) -> Opened:
        """The record an earlier request opened."""
        record = self.gate.log.load(Record, answer.stored[0].stream)
        if record is None:
            raise NotAvailable
        return Opened(record.id, record.state.number, answer)

    def _numbers(self, passed: Pass, new: NewRecord) -> Iterator[str]:
        """The number given, or the free ones of the institution's area from the first gap found."""
        if new.number is not None:
            yield RecordNumber.parse(new.number).value
            return
        institution = self.gate.log.load(Institution, passed.actor.institution or UUID(int=0))
        if institution is None:
            raise NotAvailable
        yield from self.numbers.free(institution.state.area)

    def _outcome(self, record: Record, passed: Pass, entry: NewEntry, known: set[Claim]) -> Outcome:
        """known: the source ids imported before, and those met in this batch, which may name one twice."""
        claim = entry.source_id.claim if entry.source_id else None
        if claim in known:
            return Outcome(known=True)
        try:
            outcome = Outcome(entry=self._add(record, passed, entry))
        except RecordError as refusal:
            return Outcome(refusal=refusal)
        if claim:
            known.add(claim)
        return outcome

    def _add(self, record: Record, passed: Pass, entry: NewEntry) -> UUID:
        checked = _check(_form_of(entry), entry.edition, entry.occurred, entry.content)
        cause = entry.cause or (entry.source_id.text if entry.source_id else None)
        act = self.gate.act(passed, entry.occurred, cause)
        return record.add_entry(act, entry.kind, checked.form, checked.content)


def _form_of(entry: NewEntry) -> str:
    """The form named, or the only one its collection takes."""
    known = forms_of(entry.kind)
    if entry.form is None and len(known) > 1:
        raise UnknownCode("form")
    return entry.form or known[0]


def _check(name: str, edition: str | None, occurred: Occurred, content: object) -> _Checked:
    """Check content under the edition named, or the one in force when it occurred."""
    on = earliest(occurred).astimezone(CHINA).date()
    form = forms.get(name, edition) if edition else forms.current(name, on)
    return _Checked(form.ref, form.check(content))


def _added(first: Answer) -> Added:
    """A batch sent again: what the first stored; what it left out is not told again."""
    return Added(first, tuple(Outcome(entry=stored.event) for stored in first.stored))


def _sources(entries: Sequence[NewEntry]) -> list[Claim]:
    return [entry.source_id.claim for entry in entries if entry.source_id]


def _identities(documents: Sequence[IdentityDocument]) -> list[Claim]:
    values = (claim_value(document) for document in documents)
    return [Claim("identity", value) for value in values if value is not None]


def _login(login: Login) -> Claim:
    return Claim("login:resident", f"{login['issuer']} {login['subject']}")

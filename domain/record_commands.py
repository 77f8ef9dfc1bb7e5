"""The commands on a record that exists: ask the gate, check the form, let the aggregate decide, append."""

from collections.abc import Callable, Sequence
from uuid import UUID

from domain.access import Facts
from domain.errors import IdentityAlreadyLinked, RecordError, SourceAlreadyImported, StaleVersion
from domain.filling import check, fill, identities, login_claim, sources
from domain.gate import Gate, Pass, as_told
from domain.institution_state import Login
from domain.ports import Answer, Claim
from domain.record import Record
from domain.requests import Added, Correction, NewEntry, Outcome, Request, SourceId
from domain.values import IdentityDocument, Occurred


class RecordCommands:
    """What can be asked to be done to a record there is. Mixed into `Records`."""

    gate: Gate

    def add_entry(self, request: Request, record_id: UUID, entry: NewEntry) -> Answer:
        """Add one entry at the end of the record; the entry's id is the stored event's.

        Raises RecordClosed, NotEnrolled, AlreadyEnrolled, AllergyAlreadyRecorded, UnknownCollection,
        UnknownProgramme, FormNotAccepted, ContentRefused, OccurredRefused or what the gate raises.
        """

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "add-entry", record_id)
            fill(self.gate, record, passed, entry)
            return self.gate.append(passed, record, sources([entry]))

        return self.gate.once_insisting(request, attempt)

    def add_entries(self, request: Request, record_id: UUID, entries: Sequence[NewEntry]) -> Added:
        """Add many entries in one append, each with its own outcome: one refused leaves the others.

        Entries whose source id was imported before are left out as known.
        """

        def attempt() -> Added:
            record, passed = self.gate.enter_record(request, "add-entry", record_id)
            known = set(self.gate.log.find_claims(sources(entries)))
            outcomes = tuple(self._outcome(record, passed, entry, known) for entry in entries)
            stored = [entry for entry, one in zip(entries, outcomes, strict=True) if one.entry]
            if not stored:
                answered = self.gate.answered(request)  # by the first of two equal requests, meanwhile
                return _added(answered) if answered else Added(None, outcomes)
            try:
                answer = self.gate.append(passed, record, sources(stored))
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
            checked = check(entry.form, correction.edition, told, correction.content)
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
            claims = identities([document])
            if record_id in (self.gate.log.find_claim(one.namespace, one.value) for one in claims):
                raise IdentityAlreadyLinked
            self.gate.free(passed, claims)
            return self.gate.append(passed, record, claims)

        return self.gate.once_insisting(request, attempt)

    def link_login(self, request: Request, record_id: UUID, login: Login) -> Answer:
        """Tie the record to the resident's own login. Raises LoginTaken, IdentityAlreadyLinked."""

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "link-identity", record_id)
            record.link_login(self.gate.act(passed), **login)
            return self.gate.append(passed, record, [login_claim(login)])

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
            return self.gate.append(passed, record, claims)

        return self.gate.once(request, attempt, as_told)

    def _outcome(self, record: Record, passed: Pass, entry: NewEntry, known: set[Claim]) -> Outcome:
        """known: the source ids imported before, and those met in this batch, which may name one twice."""
        claim = entry.source_id.claim if entry.source_id else None
        if claim in known:
            return Outcome(known=True)
        try:
            outcome = Outcome(entry=fill(self.gate, record, passed, entry))
        except RecordError as refusal:
            return Outcome(refusal=refusal)
        if claim:
            known.add(claim)
        return outcome


def _added(first: Answer) -> Added:
    """A batch sent again: what the first stored; what it left out is not told again."""
    return Added(first, tuple(Outcome(entry=stored.event) for stored in first.stored))

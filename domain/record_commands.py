"""The commands on a record that exists: ask the gate, check the form, let the aggregate decide, append."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.access import Facts
from domain.errors import IdentityAlreadyLinked, RecordError, SourceAlreadyImported, StaleVersion
from domain.filling import (
    CARD,
    NO_ENTRY,
    action_of,
    claims_of,
    fill,
    follow,
    identities,
    login_claim,
    sources,
)
from domain.gate import Gate, Pass
from domain.institution_state import Login
from domain.ports import Answer, Claim
from domain.record import Record
from domain.record_amendments import RecordAmendments
from domain.record_errors import CardNumberTaken
from domain.requests import Added, Consent, NewEntry, NewSequel, Outcome, Request, SourceId
from domain.sequels import sequel_of
from domain.values import IdentityDocument, Occurred


class RecordCommands(RecordAmendments):
    """What can be asked to be done to a record there is. Mixed into `Records`."""

    gate: Gate

    def add_entry(self, request: Request, record_id: UUID, entry: NewEntry) -> Answer:
        """Add one entry at the end of the record; the entry's id is the stored event's.

        Raises UnknownCollection, FormNotAccepted, ContentRefused, OccurredRefused, what the record's rules
        refuse (domain.record_rules), or what the gate raises.
        """

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, action_of(entry), record_id)
            fill(self.gate, record, passed, entry)
            return self.gate.append(passed, record, [*sources([entry]), *claims_of(record)])

        return self.gate.once_insisting(request, attempt, on=record_id)

    def follow_entry(self, request: Request, record_id: UUID, sequel: NewSequel) -> Answer:
        """Add what follows an entry: an answer, an ending, its filing. Decided on its newest state.

        Raises UnknownSequel, UnknownEntry, OutOfTurn, ContentRefused, what the record's rules refuse, or what
        the gate raises.
        """

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, action_of(sequel), record_id)
            follow(self.gate, record, passed, sequel)
            return self.gate.append(passed, record, [*sources([sequel]), *claims_of(record)])

        return self.gate.once_insisting(request, attempt, on=record_id)

    def follow_entries(self, request: Request, record_id: UUID, sequels: Sequence[NewSequel]) -> Answer:
        """Add what follows many entries, in one append: all of it, or none if one is refused."""

        def attempt() -> Answer:
            record, passes = self._enter_for(request, record_id, sequels)
            for sequel in sequels:
                follow(self.gate, record, passes[action_of(sequel)], sequel)
            passed = passes[action_of(sequels[0])]
            return self.gate.append(passed, record, [*sources(sequels), *claims_of(record)])

        return self.gate.once_insisting(request, attempt, on=record_id)

    def add_entries(
        self, request: Request, record_id: UUID, entries: Sequence[NewEntry | NewSequel]
    ) -> Added:
        """Add many entries, and what follows them, in one append, each with its own outcome.

        One refused leaves the others. Those whose source id was imported before are left out as known.
        """

        def attempt() -> Added:
            record, passes = self._enter_for(request, record_id, entries)
            known = set(self.gate.log.find_claims(sources(entries)))
            batch = Batch(self.gate, record, passes, known)
            outcomes = tuple(batch.outcome(entry) for entry in entries)
            stored = [entry for entry, one in zip(entries, outcomes, strict=True) if one.entry]
            passed = passes[action_of(entries[0])] if entries else None
            if not stored or passed is None:
                answered = self.gate.answered(request)  # by the first of two equal requests, meanwhile
                return _added(answered) if answered else Added(None, outcomes)
            try:
                answer = self.gate.append(passed, record, [*sources(stored), *claims_of(record)])
            except SourceAlreadyImported:  # another import was faster: look again what is known
                raise StaleVersion(record_id, record.version) from None
            return _added(answer) if answer.repeated else Added(answer, outcomes)

        return self.gate.once(request, lambda: self.gate.insist(attempt), _added)

    def give_consent(
        self, request: Request, record_id: UUID, consent: Consent, occurred: Occurred | None = None
    ) -> Answer:
        """Record consent, given again or by whoever may decide now. Raises UnknownCode."""

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "consent", record_id)
            record.give_consent(self.gate.act(passed, occurred), by=consent.by, paper=consent.paper)
            return self.gate.append(passed, record)

        return self.gate.once_insisting(request, attempt, on=record_id)

    def _enter_for(
        self, request: Request, record_id: UUID, entries: Sequence[NewEntry | NewSequel]
    ) -> tuple[Record, dict[str, Pass]]:
        """The record, and a pass for each action that the entries ask for. Raises NotAvailable for any."""
        actions = list(dict.fromkeys(map(action_of, entries))) or ["add-entry"]
        record, passed = self.gate.enter_record(request, actions[0], record_id)
        passes = {actions[0]: passed}
        for action in actions[1:]:
            passes[action] = self.gate.must(passed, action, record)
        return record, passes

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

        return self.change_seen(request, "close", record_id, expected_version, change, claims)

    def reopen_record(
        self, request: Request, record_id: UUID, expected_version: int, *, reason: str
    ) -> Answer:
        """Open a closed record again. Raises StaleVersion, RecordNotClosed, ReasonMissing."""

        def change(record: Record, passed: Pass) -> None:
            record.reopen(self.gate.act(passed), reason=reason)

        return self.change_seen(request, "reopen", record_id, expected_version, change)

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

        return self.gate.once_insisting(request, attempt, on=record_id)

    def link_login(self, request: Request, record_id: UUID, login: Login) -> Answer:
        """Tie the record to the resident's own login. Raises LoginTaken, IdentityAlreadyLinked."""

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "link-identity", record_id)
            record.link_login(self.gate.act(passed), **login)
            return self.gate.append(passed, record, [login_claim(login)])

        return self.gate.once_insisting(request, attempt, on=record_id)

    def find_source(self, request: Request, source_id: SourceId) -> UUID | None:
        """The record that a source id was imported into, for the connector that imports again."""
        self.gate.enter(request, "find-source", Facts())
        return self.gate.log.find_claim(source_id.claim.namespace, source_id.claim.value)


@dataclass(frozen=True)
class Batch:
    """Many entries for one record. known: source ids met before, in the log or in this batch."""

    gate: Gate
    record: Record
    passes: Mapping[str, Pass]
    known: set[Claim]
    made: dict[SourceId, UUID] = field(default_factory=dict)

    def outcome(self, entry: NewEntry | NewSequel) -> Outcome:
        claim = entry.source_id.claim if entry.source_id else None
        if claim in self.known:
            return Outcome(known=True)
        try:
            made = self._add(entry)
        except RecordError as refusal:
            return Outcome(refusal=refusal)
        if entry.source_id and claim:
            self.known.add(claim)
            self.made[entry.source_id] = made
        return Outcome(entry=made)

    def _add(self, entry: NewEntry | NewSequel) -> UUID:
        passed = self.passes[action_of(entry)]
        self._card_is_free(entry)
        if isinstance(entry, NewEntry):
            return fill(self.gate, self.record, passed, entry)
        if isinstance(entry.entry, SourceId):
            entry = replace(entry, entry=self.made.get(entry.entry, NO_ENTRY))
        return follow(self.gate, self.record, passed, entry)

    def _card_is_free(self, entry: NewEntry | NewSequel) -> None:
        """Raise CardNumberTaken for a number met before: the claim in the append would refuse all of them."""
        number = entry.content.get("number") if isinstance(entry.content, dict) else None
        form = (
            entry.form or entry.kind if isinstance(entry, NewEntry) else sequel_of(entry.of, entry.name).form
        )
        if not isinstance(number, str) or form not in ("card", "cards", "card-replacement"):
            return
        claim = Claim(CARD, number)
        if claim in claims_of(self.record) or self.gate.log.find_claim(CARD, number) is not None:
            raise CardNumberTaken


def _added(first: Answer) -> Added:
    """A batch sent again: what the first stored; what it left out is not told again."""
    return Added(first, tuple(Outcome(entry=stored.event) for stored in first.stored))

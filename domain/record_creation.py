"""Opening a record: everything about it is checked before a number is given out for it."""

from collections.abc import Iterator
from uuid import UUID

from domain.access import Facts
from domain.acts import Act
from domain.deciding import may_decide
from domain.entries import SECTIONS, kind_of
from domain.errors import (
    IdentityMissing,
    NotAvailable,
    NumbersExhausted,
    RecordNumberTaken,
    UnknownCollection,
)
from domain.filling import check, claims_of, fill, identities, login_claim, sources
from domain.gate import Gate, Pass
from domain.identity import refuse
from domain.institution import Institution
from domain.numbering import RecordNumbers
from domain.ports import Answer, Claim
from domain.record import Record
from domain.record_events.whole import BEFORE_BIRTH
from domain.requests import NewRecord, Opened, Request
from domain.values import RecordNumber

NOT_YET = ""  # the number of a record that has not been given one


class RecordCreation:
    """How a record comes to be. Mixed into `Records`."""

    gate: Gate
    numbers: RecordNumbers

    def create_record(self, request: Request, new: NewRecord) -> Opened:
        """Open a record at the caller's institution.

        Raises ConsentMissing, IdentityMissing, PersonHasRecord (names nothing), RecordNumberTaken,
        NumbersExhausted, LoginTaken, ContentRefused, OccurredRefused, SourceAlreadyImported, or what the
        gate raises.
        """

        def attempt() -> Opened:
            passed = self.gate.enter(request, "create", Facts())
            record = self._open(passed, new)
            claims = [*claims_of(record), *_claims(new)]
            relatives = self._link_mother(request, passed, record, new)
            self.gate.free(passed, [*_paper(new), *claims])
            for number in self._numbers(passed, new):
                record.take_number(number)
                try:
                    answer = self.gate.append(passed, record, [_number(number), *claims], also=relatives)
                except RecordNumberTaken:
                    if new.number is not None:
                        self.gate.tell_holder(passed, [_number(number)])
                        raise
                    continue  # somebody else was given the number meanwhile: try the next
                return self._opened(answer) if answer.repeated else Opened(record.id, number, answer)
            raise NumbersExhausted

        return self.gate.once(request, lambda: self.gate.insist(attempt), self._opened)

    def _open(self, passed: Pass, new: NewRecord) -> Record:
        """The record with all it begins with."""
        if passed.actor.institution is None:
            raise NotAvailable
        if not new.documents:
            raise IdentityMissing
        cause = new.source_id.text if new.source_id else None
        record = Record.create(
            self.gate.new_id(),
            self.gate.act(passed, new.occurred, cause),
            number=NOT_YET,
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
            if kind_of(entry.kind).is_about_access:
                raise UnknownCollection(SECTIONS)  # each asks for a right of its own
            fill(self.gate, record, passed, entry)
        if new.consent:
            may_decide(record.state, consented, new.consent.by, "/consent/by")  # now that the age is told
        return record

    def _link_mother(self, request: Request, passed: Pass, child: Record, new: NewRecord) -> list[Record]:
        """Write on both records who is whose mother; hers is stored with the child's."""
        if new.mother is None:
            if new.channel == BEFORE_BIRTH:
                raise refuse("/mother", "must name the mother's record, for one opened before birth")
            return []
        mother, theirs = self.gate.enter_record(request, "add-entry", new.mother)
        _relate(child, self.gate.act(passed, new.occurred), "mother", mother)
        _relate(mother, self.gate.act(theirs, new.occurred), "child", child)
        return [mother]

    def _opened(self, answer: Answer) -> Opened:
        """The record an earlier request opened."""
        record = self.gate.log.load(Record, answer.stored[0].stream)
        if record is None:
            raise NotAvailable
        return Opened(record.id, record.state.number, answer)

    def _numbers(self, passed: Pass, new: NewRecord) -> Iterator[str]:
        """The number given on paper, or the free ones of the institution's area."""
        if new.number is not None:
            yield new.number
            return
        institution = self.gate.log.load(Institution, passed.actor.institution or UUID(int=0))
        if institution is None:
            raise NotAvailable
        yield from self.numbers.free(institution.state.area)


def _relate(record: Record, act: Act, relation: str, other: Record) -> None:
    checked = check("relationship", None, act.occurred, {"relation": relation, "record": str(other.id)})
    record.add_entry(act, "relationships", checked.form, checked.content)


def _claims(new: NewRecord) -> list[Claim]:
    """What must be unique about a record besides its number. Raises ContentRefused for one named twice.

    Documents come last: whoever is refused for anything else learns nothing about them.
    """
    own = [new.source_id.claim] if new.source_id else []
    imported = [*own, *sources(new.entries)]
    if len({*imported}) < len(imported):
        raise refuse("/entries", "must name a source id once only")
    documents = list[Claim]()
    for place, document in enumerate(new.documents):
        claims = identities([document])
        if any(claim in documents for claim in claims):
            raise refuse(f"/documents/{place}", "must be another document: one number is one document")
        documents += claims
    return [*([login_claim(new.login)] if new.login else []), *imported, *documents]


def _paper(new: NewRecord) -> list[Claim]:
    """The number given on paper. Raises ContentRefused."""
    return [_number(RecordNumber.parse(new.number).value)] if new.number is not None else []


def _number(number: str) -> Claim:
    return Claim("record-number", number)

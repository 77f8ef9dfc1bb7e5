"""Erasure by legal order, carried out by a second person. Mixed into `Records`.

First it is decided, in one append: the event that tells what stays, sealed under a new key, while the claims
on who the resident was are released. Then the old keys are destroyed; then it is told that this was done. A
claim of the first append, released by the last, finds what a crash left in between: it is finished later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain import record_events as events
from domain import retention
from domain.acts import Event
from domain.documents import Bringing, brings
from domain.erasure_errors import HasNoOwnKey
from domain.erasure_port import Eraser
from domain.erasure_rules import is_over, may_carry_out
from domain.errors import UnknownEntry
from domain.filling import identities, login_claim
from domain.gate import Gate, Pass
from domain.institution_state import Login
from domain.ports import Answer, Claim, Recorded
from domain.record import Record
from domain.released import release
from domain.requests import Principal, Request
from domain.values import IdentityDocument, JsonObject

NAMESPACE = "erasure"  # of the claims on what is not finished yet
FINISHING = Request(Principal("urn:lifelong:program", "lifelong", "start", "lifelong"), "legal")
# What of custody stays when the rest goes: whose record it was to keep, and how that began, moved and ended.
CUSTODY: dict[type[DomainEvent], tuple[str, ...]] = {
    events.Created: ("channel", "custodian", "legal_basis"),
    events.Closed: ("reason",),
    events.Reopened: (),
    events.Merged: ("other", "goes_on"),
    events.Unmerged: ("other", "goes_on"),
}

SAID = ("basis", "legal_basis", "authority", "certificate")  # by an order, for ever


@dataclass(frozen=True)
class _Order:
    """An order, and the events of the record that it is about."""

    id: UUID
    event: events.ErasureOrdered
    recorded: Sequence[Recorded]

    @property
    def events(self) -> list[DomainEvent]:
        return [one.event for one in self.recorded]

    @property
    def told(self) -> dict[str, object]:
        """What of it stays."""
        content = {name: self.event.content.get(name) for name in SAID}
        return {**content, "ordered_by": self.event.who}

    @property
    def documents(self) -> list[UUID] | None:
        """The entries that it names; None: the whole record."""
        named = self.event.content.get("entries")
        return [UUID(str(one)) for one in named] if isinstance(named, list) else None


class RecordErasure:
    """What can be asked to be erased. Mixed into `Records`."""

    gate: Gate
    eraser: Eraser

    def carry_out_erasure(self, request: Request, record_id: UUID, order: UUID) -> Answer:
        """Carry out an order that somebody else gave; afterwards nobody can read what it was about.

        Raises UnknownEntry, OutOfTurn, OwnHand, AnotherPersonDecides, OrderMissing, TermNotOver, HasNoOwnKey.
        """

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "erase", record_id)
            may_carry_out(record.state, self.gate.act(passed), order)
            recorded = self.gate.log.read(record.id, upto_version=record.version)
            ordered = next(one.event for one in recorded if one.stored.event == order)
            told = cast(events.ErasureOrdered, ordered)  # the state has it as an order
            return self._decide(record, passed, _Order(order, told, recorded))

        answer = self.gate.once_insisting(request, attempt, on=record_id)
        self.finish_erasure(record_id)
        return answer

    def finish_erasures(self) -> int:
        """Finish what a crash interrupted, and forget what other processes erased; how many were finished."""
        self.eraser.notice()
        unfinished = self.eraser.unfinished()
        for record_id in unfinished:
            self.finish_erasure(record_id)
        return len(unfinished)

    def erase_again(self, record_id: UUID) -> int:
        """Destroy what was erased of a record and came back with a copy of the keys; how many keys."""
        release(record_id)
        record = self.gate.log.load(Record, record_id)
        if record is None:
            return 0
        return self._destroy(record, [one.event for one in self.gate.log.read(record_id)])

    def finish_erasure(self, record_id: UUID) -> None:
        """Destroy what was decided to be destroyed, and tell so; nothing if that is done already."""
        log, claim = self.gate.log, _claim(record_id)
        if log.find_claim(claim.namespace, claim.value) is None:
            return
        release(record_id)
        record = log.load(Record, record_id)
        if record is None:
            return
        recorded = log.read(record_id, upto_version=record.version)
        keys = self._destroy(record, [one.event for one in recorded])
        self._end(record_id, keys)

    def _decide(self, record: Record, passed: Pass, order: _Order) -> Answer:
        """Store the decision, with the claim that finds it until it is finished."""
        claim = _claim(record.id)
        if order.documents is not None:
            documents = _own(record, order.documents)
            _have_keys(order.events, documents)
            term = retention.of_documents(order.events, documents)
            is_over(term, self.gate.today())
            named = [str(one) for one in documents]
            record.erase(self.gate.act(passed), order.id, entries=named, retention=_told(term))
            return self.gate.append(passed, record, [claim])
        term = retention.of_record(order.events)
        is_over(term, self.gate.today())
        custody = [line for one in order.recorded for line in _custody(one)]
        own, moved = _uploads_of_record(order.events)
        left = {"retention": _told(term), "custody": custody, "uploads": own, "spares": moved}
        record.erase(self.gate.act(passed), order.id, **order.told, **_kept(record), **left)
        with self.eraser.renewed(record.id):
            return self.gate.append(passed, record, [claim], _claims_of_person(order.events))

    def _destroy(self, record: Record, told: Sequence[DomainEvent]) -> int:
        if not record.is_erased:
            named = [UUID(key) for key, entry in record.state.entries.items() if entry.is_erased]
            return self.eraser.erase_documents(_uploads(told, named))
        erased = next(one for one in reversed(told) if isinstance(one, events.Erased))
        return self.eraser.erase_record(record.id, _ids(erased.uploads), _ids(erased.spares))

    def _end(self, record_id: UUID, keys: int) -> None:
        def attempt() -> Answer | None:
            claim = _claim(record_id)
            if self.gate.log.find_claim(claim.namespace, claim.value) is None:
                return None
            record = self.gate.log.load(Record, record_id)
            passed = self.gate.operate(FINISHING, "erase", "erasure-decided")
            if record is None:
                return None
            record.end_erasure(self.gate.act(passed), keys)
            return self.gate.append(passed, record, releases=[claim])

        self.gate.insist(attempt)


def _claim(record: UUID) -> Claim:
    return Claim(NAMESPACE, str(record))


def _kept(record: Record) -> dict[str, object]:
    """What of the record stays in its state."""
    return {
        "custodian": record.custodian,
        "access_stream": record.access_stream,
        "closed_because": record.state.closed_because,
    }


def _told(term: retention.Term) -> JsonObject:
    return {"edition": retention.EDITION, "term": term.name, "until": term.until.isoformat()}


def _custody(one: Recorded) -> list[JsonObject]:
    """The line of an event of custody; none of another event."""
    event, fields = one.event, CUSTODY.get(type(one.event))
    if fields is None or not isinstance(event, Event):
        return []
    said: JsonObject = {name: _plain(getattr(event, name)) for name in fields}
    place: JsonObject = {
        "event": str(one.stored.event),
        "topic": one.stored.topic,
        "version": one.stored.version,
        "institution": event.who["institution"],
    }
    return [{**place, **said}]


def _plain(value: object) -> str | bool | None:
    return str(value) if isinstance(value, UUID) else value  # type: ignore[return-value]  # texts and flags, by CUSTODY


def _claims_of_person(told: Sequence[DomainEvent]) -> list[Claim]:
    """What finds the resident: documents and logins. Numbers we gave out stay taken: they are given once."""
    undone = {one.link for one in told if isinstance(one, events.IdentityUnlinked)}
    claims: list[Claim] = []
    for one in told:
        if not isinstance(one, events.IdentityLinked) or one.event_id in undone:
            continue
        linked = one.identity
        if linked["kind"] == "login":
            claims.append(login_claim(Login(issuer=str(linked["issuer"]), subject=str(linked["subject"]))))
        else:
            claims += identities([_document(linked)])
    return claims


def _document(linked: JsonObject) -> IdentityDocument:
    return linked  # type: ignore[return-value]  # stored as it was linked


def _uploads_of_record(told: Sequence[DomainEvent]) -> tuple[list[str], list[str]]:
    """The uploads that the record's documents name, and those that were moved to the record of their own."""
    moved = {one.entry for one in told if isinstance(one, events.EntryMisfiled) and one.moved_to}
    documents = [one.event_id for one in told if isinstance(one, events.DocumentAttached)]
    own = _uploads(told, [one for one in documents if one not in moved])
    return [str(one) for one in own], [str(one) for one in _uploads(told, moved)]


def _ids(texts: Sequence[str] | None) -> list[UUID]:
    return [UUID(one) for one in texts or ()]


def _uploads(told: Sequence[DomainEvent], entries: Sequence[UUID] | set[UUID]) -> list[UUID]:
    """The uploads that these entries name, or named before they were corrected."""
    brought = [_content(one) for one in told for entry in entries if brings(one, entry)]
    return [UUID(str(content["blob"])) for content in brought if content.get("blob")]


def _content(event: DomainEvent) -> JsonObject:
    """What an event brought."""
    return event.content if isinstance(event, Bringing) else {}


def _own(record: Record, documents: Sequence[UUID]) -> Sequence[UUID]:
    """Those that were not found to be another's since the order. Raises UnknownEntry if all of them were."""
    own = [one for one in documents if not record.state.entries[str(one)].misfiled]
    if not own:
        raise UnknownEntry(documents[0])
    return own


def _have_keys(told: Sequence[DomainEvent], entries: Sequence[UUID]) -> None:
    """Raise HasNoOwnKey for a document whose bytes lie in the record's own events."""
    for entry in entries:
        if any(_content(one).get("data") for one in told if brings(one, entry)):
            raise HasNoOwnKey(entry)

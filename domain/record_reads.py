"""Reads. Nothing is answered before the access is recorded, with the digest of what will be shown."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.access import Facts
from domain.access_stream import RecordListed
from domain.acts import make
from domain.entries import KINDS
from domain.errors import NotAvailable, QueryRefused, UnknownCode
from domain.finding import claim_of, find
from domain.gate import Gate, Pass, denied
from domain.institution import Institution
from domain.ports import Recorded, RecordQuery, RecordRenderer, Rendered
from domain.record import Record
from domain.record_pages import RecordPages
from domain.requests import Found, Request, SearchKey, Shown
from domain.showing import Showing, limited, show


class RecordReads(RecordPages):
    """What can be asked to be shown. Mixed into `Records`."""

    gate: Gate
    render: RecordRenderer

    def read_record(
        self,
        request: Request,
        record_id: UUID,
        *,
        version: int | None = None,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
        with_documents: bool = False,
        only: Collection[str] = (),
    ) -> Shown:
        """The record now, at a version, as known at an instant, or as true at one.

        as_of, valid_at: aware. only: the sections asked for; else all. What is recorded to have been shown is
        those of them that the caller may see. Raises QueryRefused, UnknownCode, or what the gate raises.
        """
        if not set(only) <= KINDS.keys():
            raise UnknownCode("section", tuple(KINDS))
        query = past(version, as_of, valid_at, with_documents=with_documents)
        return self.show_folded(request, record_id, query, self.render.record, only=frozenset(only))

    def show_folded(
        self,
        request: Request,
        record_id: UUID,
        query: RecordQuery,
        render: Callable[[Sequence[Recorded], RecordQuery], Rendered],
        about: tuple[str, ...] = (),
        only: frozenset[str] = frozenset(),
        action: str = "read",
    ) -> Shown:
        """What a fold makes of the record, for whoever may do so, and no more than they may see.

        about: what was shown, if it was not the record as such. only: the sections asked for; none: all.
        """

        def attempt() -> Shown:
            record, passed = self.gate.enter_record(request, action, record_id)
            recorded = self._known(record, passed, query)
            shown = _narrowed(limited(self.gate, record, passed, query), only)
            rendered, last = render(recorded, shown), recorded[-1].stored
            sections = told_sections(shown, about)
            showing = Showing(rendered, last.version, last.position, sections, shown)
            return show(self.gate, record, passed, showing)

        return self.gate.insist(attempt)

    def search(self, request: Request, key: SearchKey) -> tuple[Found, ...]:
        """The record with this number or document, if the caller may see it; else nothing."""
        claim = claim_of(key)

        def attempt() -> tuple[Found, ...]:
            passed = self.gate.enter(request, "search", Facts())
            record = find(self.gate.log, claim)
            if record is None:
                self._tell(passed, key, (), None)
                return ()
            listing = self.gate.may(passed, "list", record)
            if not listing.decision.allowed:
                refused = replace(listing, action="search")
                self._tell(passed, key, [self.gate.refusal(refused, record)], record)
                return ()
            self._tell(passed, key, [_listed(self.gate, listing, key, record)], record)
            status = "closed" if record.is_closed else "open"
            return (Found(record.id, record.state.number, status, record.version),)

        return self.gate.insist(attempt)

    def _known(self, record: Record, passed: Pass, query: RecordQuery) -> list[Recorded]:
        """The events that the query may fold; at least one.

        Raises QueryRefused, recorded first: that there was nothing yet is something learned of the record.
        """
        if query.version is not None and query.version > record.version:
            self.gate.refuse(denied(passed, "version-not-there"), record)
            raise QueryRefused("version")
        recorded = self.gate.log.read(record.id, upto_version=query.version or record.version)
        if query.as_of is not None:
            recorded = [one for one in recorded if one.stored.recorded_at <= query.as_of]
        if not recorded:
            self.gate.refuse(denied(passed, "as-of-before-creation"), record)
            raise QueryRefused("as_of")
        return recorded

    def _tell(self, passed: Pass, key: SearchKey, told: Sequence[DomainEvent], record: Record | None) -> None:
        """Record a search with the searcher's institution and, in the same append, with the resident."""
        institution = passed.actor.institution
        if institution is None:
            raise NotAvailable
        shown = sum(isinstance(one, RecordListed) for one in told)
        act = self.gate.act(passed)
        searched = make(Institution.Searched, act, institution, 0, key_kind=key.kind, shown=shown)
        at_end = [institution, record.access_stream] if record else [institution]
        conditions = {record.id: record.version} if record else {}
        self.gate.log.append([searched, *told], at_end=at_end, conditions=conditions)


def _listed(gate: Gate, listing: Pass, key: SearchKey, record: Record) -> RecordListed:
    return make(
        RecordListed,
        gate.act(listing),
        record.access_stream,
        0,
        record=record.id,
        basis=listing.decision.basis,
        rules=list(listing.decision.rules),
        key_kind=key.kind,
    )


def _narrowed(query: RecordQuery, only: frozenset[str]) -> RecordQuery:
    """The query for no more than the sections asked for; none: for all that it lets through."""
    if not only:
        return query
    return replace(query, sections=only if query.sections is None else only & query.sections)


def told_sections(query: RecordQuery, about: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What was shown, as the access tells it: the sections, where they were not all; empty: of none."""
    if query.sections is None:
        return about or ("record",)
    return (*about, *sorted(query.sections))


def past(
    version: int | None, as_of: datetime | None, valid_at: datetime | None, *, with_documents: bool = False
) -> RecordQuery:
    """Which past is asked for; as_of, valid_at: aware. Raises QueryRefused."""
    if version is not None and version < 1:
        raise QueryRefused("version")
    return RecordQuery(version, _utc("as_of", as_of), _utc("valid_at", valid_at), with_documents)


def _utc(field: str, instant: datetime | None) -> datetime | None:
    if instant is not None and instant.tzinfo is None:
        raise QueryRefused(field)
    return instant.astimezone(UTC) if instant else None

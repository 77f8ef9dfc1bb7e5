"""Who of an institution looked at what, and which of it was unusual: for administrators and auditors.

Shown with ids and codes, never with content. Told before it is answered: each resident who stands on it finds
it in their own history, and the institution of whoever asks finds it in its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.access import Facts
from domain.access_stream import RecordListed
from domain.acts import make
from domain.errors import NotAvailable
from domain.gate import Gate, Pass
from domain.institution import Institution
from domain.looks import Look, LooksAsked, OpenFinding
from domain.record import Record
from domain.requests import FIRST_PAGE, PageAsked, Request
from domain.views import Views

ACCESSES, UNUSUAL = "accesses", "unusual-accesses"
AUDITOR = "auditor"


@dataclass(frozen=True)
class History:
    """A page, newest first, with the names of the practitioners by their ids. position: of the view."""

    position: int
    rows: Sequence[Look]
    names: Mapping[str, str]
    cursor: str | None


@dataclass(frozen=True)
class Findings:
    """A page of what waits for a review, newest first; names as of History."""

    position: int
    rows: Sequence[OpenFinding]
    names: Mapping[str, str]
    cursor: str | None


class Histories:
    """Mixed into `Records`."""

    gate: Gate
    views: Views

    def read_history(self, request: Request, asked: LooksAsked) -> History:
        """A page of what people of an institution looked at in a period. Raises QueryRefused."""

        def attempt() -> History:
            passed = self._enter_history(request, asked.institution)
            page = self.views.looks(asked, passed.scope)
            self._tell_history(
                passed,
                {look.record: look.stream for look in page.rows if look.record},
                what=ACCESSES,
                shown=len(page.rows),
                position=page.position,
                of=asked.institution,
                practitioner=asked.practitioner,
                since=_text(asked.since),
                until=_text(asked.until),
                before=asked.page.cursor,
            )
            names = self._names_at((asked.institution, look.practitioner) for look in page.rows)
            return History(page.position, page.rows, names, page.cursor)

        return self.gate.insist(attempt)

    def read_unusual(self, request: Request, page: PageAsked = FIRST_PAGE) -> Findings:
        """A page of the unusual accesses that wait for a review.

        For an auditor, of the institutions in the area of their own; for others, of their own institution.
        """

        def attempt() -> Findings:
            own = self.gate.caller(request).institution
            passed = self._enter_history(request, own)
            area = passed.actor.area if passed.decision.role == AUDITOR else None
            found = self.views.open_findings(page, replace(passed.scope, area=area))
            records = {one.record: self._stream(one.record) for one in found.rows if one.record}
            told = {"what": UNUSUAL, "shown": len(found.rows), "position": found.position}
            self._tell_history(passed, records, **told, before=page.cursor)
            names = self._names_at((one.institution, one.practitioner) for one in found.rows)
            return Findings(found.position, found.rows, names, found.cursor)

        return self.gate.insist(attempt)

    def _enter_history(self, request: Request, institution: UUID | None) -> Pass:
        found = self.gate.log.load(Institution, institution) if institution else None
        facts = Facts(institution=institution, area=found.state.area if found else None)
        return self.gate.enter(request, "read-history", facts)

    def _tell_history(self, passed: Pass, records: Mapping[UUID, UUID], **told: object) -> None:
        """On the institution of who asks, and on the access stream of each record named: in one append."""
        own = passed.actor.institution
        if own is None:
            raise NotAvailable  # only people of an institution are let through
        events: list[DomainEvent] = [make(Institution.HistoryRead, self.gate.act(passed), own, 0, **told)]
        for record, stream in records.items():
            shown = {"record": record, "basis": passed.decision.basis, "rules": list(passed.decision.rules)}
            listed = make(RecordListed, self.gate.act(passed), stream, 0, **shown, key_kind=told["what"])
            events.append(listed)
        self.gate.log.append(events, at_end=[own, *records.values()])

    def _stream(self, record_id: UUID) -> UUID:
        record = self.gate.log.load(Record, record_id)
        if record is None:
            raise NotAvailable  # a finding about a record that is not there: a broken log
        return record.access_stream

    def _names_at(self, people: Iterable[tuple[UUID, UUID | None]]) -> Mapping[str, str]:
        """The names of practitioners by their ids."""
        names: dict[str, str] = {}
        for institution, practitioner in dict.fromkeys(people):
            found = self.gate.log.load(Institution, institution) if practitioner else None
            held = found.state.practitioners.get(str(practitioner)) if found else None
            if held is not None:
                names[str(practitioner)] = held.name
        return names


def _text(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

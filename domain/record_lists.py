"""Lists over many records: who lies where, what is to be done, and who is found by a name.

A list is recorded before it is answered: a short event on the access stream of each resident shown and one
on the searcher's institution, in one append. Of whom the caller may not see the record, only the id is told.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.access import Facts
from domain.access_stream import RecordListed
from domain.acts import make
from domain.errors import NotAvailable, UnknownCode
from domain.finding import SEARCHED
from domain.gate import Gate, Pass
from domain.identity import refuse
from domain.institution import Institution
from domain.personal import Person, person_of
from domain.record import Record
from domain.requests import Request
from domain.scalars import Day, Text
from domain.views import Kept, ListAsked, Page, Task, TaskAsked, Views

ROSTER, TASKS = "roster", "tasks"
VALUES = {"birth-date": Day(partial=True)}  # what a value to search for must be, where not just a short text
ANY_TEXT = Text(200)


@dataclass(frozen=True)
class Listed:
    """A page of a list: each row with the person it is about. position: where the view was folded."""

    position: int
    rows: Sequence[tuple[Person, Kept | Task | None]]
    cursor: str | None


class RecordLists:
    """What can be asked of many records. Mixed into `Records`."""

    gate: Gate
    views: Views

    def find_residents(self, request: Request, kind: str, value: str, asked: ListAsked) -> Listed:
        """The residents in the custody of the caller's institution who are found by the value.

        Raises ContentRefused naming /kind or /value, QueryRefused.
        """
        if kind not in self.views.search_kinds:
            raise refuse("/kind", "must be one of: " + ", ".join((*SEARCHED, *self.views.search_kinds)))
        if not (rule := VALUES.get(kind, ANY_TEXT)).allows(value):
            raise refuse("/value", f"must be {rule.accepts}")

        def attempt() -> Listed:
            passed = self.gate.enter(request, "search", Facts())
            page = self.views.find(kind, value, _own(passed), asked)
            return self._listed(passed, kind, page, ((record, None) for record in page.rows), None)

        return self.gate.insist(attempt)

    def read_roster(self, request: Request, institution: UUID, asked: ListAsked) -> Listed:
        """The records in an institution's custody, now or as of an instant. Raises QueryRefused."""

        def page() -> Page[Kept]:
            return self.views.roster(institution, asked)

        return self._read(request, "read-roster", ROSTER, institution, page, asked)

    def read_tasks(self, request: Request, institution: UUID, what: TaskAsked, asked: ListAsked) -> Listed:
        """What is to be done at an institution. Raises UnknownCode, QueryRefused."""
        if what.kind is not None and what.kind not in self.views.task_kinds:
            raise UnknownCode("kind", self.views.task_kinds)

        def page() -> Page[Task]:
            return self.views.tasks(institution, what, asked)

        return self._read(request, "read-tasks", TASKS, institution, page, asked)

    def _read(
        self,
        request: Request,
        action: str,
        name: str,
        institution: UUID,
        read: Callable[[], Page[Kept] | Page[Task]],
        asked: ListAsked,
    ) -> Listed:
        def attempt() -> Listed:
            passed = self.gate.enter(request, action, Facts(institution=institution))
            page = read()
            upto = page.position if asked.as_of else None
            return self._listed(passed, name, page, ((row.record, row) for row in page.rows), upto)

        return self.gate.insist(attempt)

    def _listed(
        self,
        passed: Pass,
        name: str,
        page: Page[UUID] | Page[Kept] | Page[Task],
        rows: Iterable[tuple[UUID, Kept | Task | None]],
        upto: int | None,
    ) -> Listed:
        """The rows with their people, after every one of them has been told. upto: people as known then."""
        told = list(rows)
        records = {one: self.gate.log.load(Record, one) for one, _ in told}
        people: dict[UUID, Person] = {}
        events: list[RecordListed] = []
        for record in records.values():
            if record is not None:
                listing = self.gate.may(passed, "list", record)
                people[record.id] = person_of(self.gate, listing, record, upto)
                events.append(_told(self.gate, listing if listing.decision.allowed else passed, name, record))
        institution = _own(passed)
        searched = make(
            Institution.Searched, self.gate.act(passed), institution, 0, key_kind=name, shown=len(events)
        )
        known = [record for record in records.values() if record is not None]
        self.gate.log.append(
            [searched, *events],
            at_end=[institution, *(record.access_stream for record in known)],
            conditions={record.id: record.version for record in known},
        )
        shown = [(people.get(one, Person(one)), row) for one, row in told]
        return Listed(page.position, shown, page.cursor)


def _own(passed: Pass) -> UUID:
    """The caller's institution. Raises NotAvailable: only people of an institution are let through."""
    if passed.actor.institution is None:
        raise NotAvailable
    return passed.actor.institution


def _told(gate: Gate, listing: Pass, name: str, record: Record) -> RecordListed:
    listing = replace(listing, action="list")
    return make(
        RecordListed,
        gate.act(listing),
        record.access_stream,
        0,
        record=record.id,
        basis=listing.decision.basis,
        rules=list(listing.decision.rules),
        key_kind=name,
    )

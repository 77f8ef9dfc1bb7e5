"""Lists over many records: who lies where, what is to be done, and who is found by a name.

A list is recorded before it is answered: a short event on the access stream of each resident shown and one
on the searcher's institution, in one append. Of whom the caller may not see the record, only the id is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.access import Facts
from domain.access_stream import RecordListed
from domain.acts import make
from domain.errors import NotAvailable, QueryRefused, UnknownCode
from domain.finding import SEARCHED
from domain.gate import Gate, Pass
from domain.identity import refuse
from domain.institution import Institution
from domain.personal import Person, person_of
from domain.ports import RecordQuery
from domain.record import Record
from domain.requests import Request
from domain.scalars import Day, Text
from domain.showing import limited
from domain.view_scope import Scope
from domain.views import Hit, Kept, ListAsked, Page, Task, TaskAsked, Views

TO_THEM = ("referral", "grant")  # bases by an entry that is addressed to the caller's institution
ROSTER, TASKS = "roster", "tasks"
VALUES = {"birth-date": Day(partial=True)}  # what a value to search for must be, where not just a short text
ANY_TEXT = Text(200)


@dataclass(frozen=True)
class Listed:
    """A page of a list: each row with the person it is about. position: where the view was folded."""

    position: int
    rows: Sequence[tuple[Person, Hit | Kept | Task]]
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
            self._reached(asked)
            page = self.views.find(kind, value, _own(passed), asked, passed.scope)
            return self._listed(passed, kind, page, None)

        return self.gate.insist(attempt)

    def read_roster(self, request: Request, institution: UUID, asked: ListAsked) -> Listed:
        """The records in an institution's custody, now or as of an instant. Raises QueryRefused."""

        def page(scope: Scope) -> Page[Kept]:
            return self.views.roster(institution, asked, scope)

        return self._read(request, "read-roster", ROSTER, institution, page, asked)

    def read_tasks(self, request: Request, institution: UUID, what: TaskAsked, asked: ListAsked) -> Listed:
        """What is to be done at an institution. Raises UnknownCode, QueryRefused."""
        if what.kind is not None and what.kind not in self.views.task_kinds:
            raise UnknownCode("kind", self.views.task_kinds)

        def page(scope: Scope) -> Page[Task]:
            return self.views.tasks(institution, what, asked, scope)

        return self._read(request, "read-tasks", TASKS, institution, page, asked)

    def _read(
        self,
        request: Request,
        action: str,
        name: str,
        institution: UUID,
        read: Callable[[Scope], Page[Kept] | Page[Task]],
        asked: ListAsked,
    ) -> Listed:
        def attempt() -> Listed:
            passed = self.gate.enter(request, action, Facts(institution=institution))
            self._reached(asked)
            page = read(passed.scope)
            return self._listed(passed, name, page, page.position if asked.is_past else None)

        return self.gate.insist(attempt)

    def _reached(self, asked: ListAsked) -> None:
        """Raises QueryRefused for the cursor of a page that was never folded."""
        if asked.position is not None and asked.position > self.gate.log.position():
            raise QueryRefused("cursor")

    def _listed(
        self, passed: Pass, name: str, page: Page[Hit] | Page[Kept] | Page[Task], upto: int | None
    ) -> Listed:
        """The rows with their people, after every one of them has been told. upto: people as known then."""
        section = self.views.section_of(name)
        found = {one: self._look(passed, one) for one in dict.fromkeys(row.record for row in page.rows)}
        rows = [row for row in page.rows if _is_shown(found[row.record], row, section)]
        shown = {one: look for one, look in found.items() if one in {row.record for row in rows}}
        people = {one: self._person(one, look, upto) for one, look in shown.items()}
        self._tell_all(passed, name, [look for look in shown.values() if look])
        lines = [(people[row.record], row) for row in rows]
        return Listed(page.position, lines, page.cursor)

    def _look(self, passed: Pass, record_id: UUID) -> "_Look | None":
        """The record, whether the caller may see it on a list, and what of it."""
        record = self.gate.log.load(Record, record_id)
        if record is None:
            return None
        listing = self.gate.may(passed, "list", record)
        if not listing.decision.allowed:
            return _Look(record, replace(passed, action="list"), None)
        return _Look(record, listing, limited(self.gate, record, listing))

    def _person(self, record_id: UUID, look: "_Look | None", upto: int | None) -> Person:
        return person_of(self.gate, look.record, look.seen, upto) if look else Person(record_id)

    def _tell_all(self, passed: Pass, name: str, shown: Sequence["_Look"]) -> None:
        """Every resident shown, and the caller's institution, in one append."""
        institution = _own(passed)
        act = self.gate.act(passed)
        searched = make(Institution.Searched, act, institution, 0, key_kind=name, shown=len(shown))
        self.gate.log.append(
            [searched, *(_told(self.gate, look, name) for look in shown)],
            at_end=[institution, *(look.record.access_stream for look in shown)],
            conditions={look.record.id: look.record.version for look in shown},
        )


@dataclass(frozen=True)
class _Look:
    """A record that stands on a list. listing: the pass by which; seen: what of it; None: nothing."""

    record: Record
    listing: Pass
    seen: RecordQuery | None


def _is_shown(look: _Look | None, row: Hit | Kept | Task, section: str | None) -> bool:
    """What the resident keeps to themselves is on no list; who is asked, or let in, is told of that."""
    told = row.sections if isinstance(row, Task) else frozenset((section,) if section else ())
    if look is None or look.seen is None or look.listing.decision.basis in TO_THEM:
        return True
    return all(look.seen.shows(one) for one in told)


def _own(passed: Pass) -> UUID:
    """The caller's institution. Raises NotAvailable: only people of an institution are let through."""
    if passed.actor.institution is None:
        raise NotAvailable
    return passed.actor.institution


def _told(gate: Gate, look: _Look, name: str) -> RecordListed:
    decision = look.listing.decision
    return make(
        RecordListed,
        gate.act(look.listing),
        look.record.access_stream,
        0,
        record=look.record.id,
        basis=decision.basis,
        rules=list(decision.rules),
        key_kind=name,
    )

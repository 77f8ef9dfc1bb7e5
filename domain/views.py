"""What the domain asks of the views: lists over many records, folded from the log by `projections`.

A view holds ids, codes, days and keyed hashes. Whatever a caller is shown of a person comes from the record
itself, through the gate.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from domain.errors import QueryRefused, RecordError
from domain.list_cursors import Cursor, unpacked
from domain.looks import Look, LooksAsked, OpenFinding
from domain.requests import LONGEST_PAGE, USUAL_PAGE, PageAsked
from domain.view_scope import Scope

R = TypeVar("R")


@dataclass(frozen=True)
class ListAsked:
    """Which part of a list, and as of when. Raises QueryRefused.

    as_of: aware, UTC; the list as it was folded from what was recorded by then. cursor: as the page before
    named it; it keeps what the first page was asked for, so that all pages are of one list.
    """

    limit: int = USUAL_PAGE
    cursor: str | None = field(default=None, repr=False)
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= LONGEST_PAGE:
            raise QueryRefused("limit")
        if self.as_of is not None and self.as_of.tzinfo is None:
            raise QueryRefused("as_of")
        if self.cursor is not None:
            unpacked(self.cursor)

    @cached_property
    def begun(self) -> Cursor | None:
        """Where the page before ended; None for the first page."""
        return unpacked(self.cursor) if self.cursor else None

    def after(self, of: str) -> tuple[str, ...]:
        """The key of the last row of the page before; empty: from the beginning.

        of: the list and what is asked of it. Raises QueryRefused if the cursor is another list's.
        """
        if self.begun is None:
            return ()
        if self.begun.of != of:
            raise QueryRefused("cursor")
        return self.begun.key

    @property
    def position(self) -> int | None:
        """Where the first page was folded; None for the first page."""
        return self.begun.position if self.begun else None

    @property
    def is_past(self) -> bool:
        """Whether the list is that of an instant, people included."""
        return self.begun.is_past if self.begun else self.as_of is not None

    @property
    def on(self) -> date | None:
        """The day of the first page, where the list depends on one; None for the first page."""
        return self.begun.on if self.begun else None


@dataclass(frozen=True)
class Page(Generic[R]):
    """Rows, the position of the log they were folded at, and the cursor of the next page, if there is one."""

    position: int
    rows: tuple[R, ...]
    cursor: str | None = None


@dataclass(frozen=True)
class Hit:
    """A record that a search found. is_former: by a name that the resident went by before."""

    record: UUID
    is_former: bool = False


@dataclass(frozen=True)
class Kept:
    """A record on an institution's roster. since: the position of the last change."""

    record: UUID
    status: str
    area: str
    since: int


@dataclass(frozen=True)
class TaskAsked:
    """Of what kind (None: any), and due before which day; without a day: whatever has opened by `on`."""

    on: date
    kind: str | None = None
    due_before: date | None = None


@dataclass(frozen=True)
class Task:
    """Something to be done. what: the contact due, the field missing, how a referral stands.

    sections: the collections that it tells something of; who may not see them all is not told of the task.
    """

    record: UUID
    kind: str
    entry: UUID | None
    what: str
    programme: str | None
    opens: date | None
    due_by: date | None
    since: int
    sections: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CountAsked:
    """Records whose area begins with these digits, by these dimensions; ages are those of a day."""

    area: str
    by: tuple[str, ...]
    on: date


@dataclass(frozen=True)
class Counted:
    """One cell: a value for each dimension, and how many records; None: too few to be told."""

    cell: tuple[str | None, ...]
    records: int | None


class ViewNotReady(RecordError):
    """The view is being built, and cannot be asked yet."""

    code = "view-not-ready"
    title = "The view is being built."


class Views(Protocol):
    """The lists there are. Each method raises ViewNotReady while its view is being built.

    scope: whose rows the decision opens; of the others none is answered, whatever is asked for.
    """

    @property
    def task_kinds(self) -> tuple[str, ...]:
        """The kinds of tasks."""

    @property
    def search_kinds(self) -> tuple[str, ...]:
        """The kinds of values by which residents are found."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """By what records are counted."""

    @property
    def small_below(self) -> int:
        """A cell of fewer records is not told to outsiders."""

    def section_of(self, name: str) -> str | None:
        """The collection of which a search by this kind tells something; None: of none."""

    def find(self, kind: str, value: str, custodian: UUID, asked: ListAsked, scope: Scope) -> Page[Hit]:
        """The records in custody that are found by the value, in the order of their ids."""

    def roster(self, institution: UUID, asked: ListAsked, scope: Scope) -> Page[Kept]:
        """The records in an institution's custody, in the order of their ids."""

    def tasks(self, institution: UUID, what: TaskAsked, asked: ListAsked, scope: Scope) -> Page[Task]:
        """What is to be done at an institution, by the day on which it is due."""

    def count(self, what: CountAsked, as_of: datetime | None, scope: Scope) -> Page[Counted]:
        """How many records there are, cell by cell."""

    def looks(self, asked: LooksAsked, scope: Scope) -> Page[Look]:
        """Who of an institution looked at what, newest first. The cursor is the last position, as text."""

    def open_findings(self, page: PageAsked, scope: Scope) -> Page[OpenFinding]:
        """The unusual accesses that wait for a review, newest first; the cursor as above."""


class NoViews:
    """Where no views are kept: none is ever ready."""

    task_kinds: tuple[str, ...] = ()
    search_kinds: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    small_below = 0

    def section_of(self, name: str) -> str | None:
        return None

    def find(self, kind: str, value: str, custodian: UUID, asked: ListAsked, scope: Scope) -> Page[Hit]:
        raise ViewNotReady

    def roster(self, institution: UUID, asked: ListAsked, scope: Scope) -> Page[Kept]:
        raise ViewNotReady

    def tasks(self, institution: UUID, what: TaskAsked, asked: ListAsked, scope: Scope) -> Page[Task]:
        raise ViewNotReady

    def count(self, what: CountAsked, as_of: datetime | None, scope: Scope) -> Page[Counted]:
        raise ViewNotReady

    def looks(self, asked: LooksAsked, scope: Scope) -> Page[Look]:
        raise ViewNotReady

    def open_findings(self, page: PageAsked, scope: Scope) -> Page[OpenFinding]:
        raise ViewNotReady


NO_VIEWS = NoViews()

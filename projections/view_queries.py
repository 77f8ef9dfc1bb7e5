"""`domain.views.Views`: the lists, asked of the views' tables.

Pages are found by the key of the last row before, never by counting. The pages of a roster, a work list or
a count are all of one position, that of the first page or of the instant asked for.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import LiteralString, TypeVar
from uuid import UUID

from domain.errors import QueryRefused
from domain.list_cursors import Cursor
from domain.scalars import Day
from domain.view_scope import Scope
from domain.views import CountAsked, Counted, Hit, Kept, ListAsked, Page, Task, TaskAsked, ViewNotReady
from projections import population_counts
from projections.as_of import position_at
from projections.look_queries import LookQueries
from projections.projection import Projection, Tokens
from projections.reading import Seen, ViewReader
from projections.views import population, roster, search, tasks

R = TypeVar("R")
FIRST = UUID(int=0)
NEVER = "infinity"  # where no day is set: after all others
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)

_FIND = """
    SELECT record_id, is_former FROM search
    WHERE token = %s AND custodian = %s AND record_id > %s ORDER BY record_id LIMIT %s"""
_ROSTER: LiteralString = """
    SELECT record_id, status, area, from_position FROM roster
    WHERE custodian = %s AND record_id > %s AND {then} ORDER BY record_id LIMIT %s"""
_KEY: LiteralString = """(coalesce(due_by, 'infinity'), record_id, kind, coalesce(programme, ''), what,
    coalesce(entry, '00000000-0000-0000-0000-000000000000'))"""
_TASKS: LiteralString = """
    SELECT record_id, kind, entry, what, programme, opens, due_by, since_position FROM tasks
    WHERE institution = %s AND (lapses IS NULL OR lapses > %s)
      AND (%s::text IS NULL OR kind = %s)
      AND CASE WHEN %s::date IS NULL THEN opens IS NULL OR opens <= %s ELSE due_by < %s END
      AND {then} AND {key} > (%s::date, %s::uuid, %s, %s, %s, %s::uuid)
    ORDER BY {key} LIMIT %s""".replace("{key}", _KEY)
_NO_KEY = ("-infinity", str(FIRST), "", "", "", str(FIRST))


@dataclass(frozen=True)
class Asked:
    """One page of a view that has a past. position: at which it is asked; None: where it is folded now."""

    position: int | None

    def then(self, since: LiteralString) -> LiteralString:
        """The condition that a row holds."""
        if self.position is None:
            return "to_position IS NULL"
        return since + " <= %s AND (to_position IS NULL OR to_position > %s)"

    def at(self, seen: Seen) -> int:
        """The position of what was seen. Raises ViewNotReady if the view is not folded that far."""
        if self.position is not None and self.position > seen.position:
            raise ViewNotReady
        return seen.position if self.position is None else self.position

    @property
    def arguments(self) -> list[int]:
        return [] if self.position is None else [self.position, self.position]


class LogViews(LookQueries):
    """The views of one log. Safe for threads."""

    task_kinds = tasks.KINDS
    search_kinds = search.KINDS
    dimensions = population_counts.DIMENSIONS
    small_below = population_counts.SMALL_BELOW

    def __init__(self, reader: ViewReader, log_no: int, tokens: Tokens) -> None:
        self._reader = reader
        self._log_no = log_no
        self._tokens = tokens

    def section_of(self, name: str) -> str | None:
        return search.SECTIONS.get(name)

    def find(self, kind: str, value: str, custodian: UUID, asked: ListAsked, scope: Scope) -> Page[Hit]:
        of = f"search {custodian} {kind}"
        token = search.token(self._tokens, kind, search.written(kind, value))
        arguments = [token, custodian, _record(asked.after(of)), asked.limit + 1]
        seen = self._reader.read(search.PROJECTION, _FIND, arguments, scope)
        rows = [Hit(*row) for row in seen.rows]
        return _page(rows, _record_key, asked, Cursor(of, asked.position or seen.position, ()))

    def roster(self, institution: UUID, asked: ListAsked, scope: Scope) -> Page[Kept]:
        of = f"roster {institution}"
        after, then = _record(asked.after(of)), self._asked(roster.PROJECTION, asked)
        seen = self._reader.read(
            roster.PROJECTION,
            _ROSTER.replace("{then}", then.then("from_position")),
            [institution, after, *then.arguments, asked.limit + 1],
            scope,
        )
        rows = [Kept(*row) for row in seen.rows]
        return _page(rows, _record_key, asked, Cursor(of, then.at(seen), (), asked.is_past))

    def tasks(self, institution: UUID, what: TaskAsked, asked: ListAsked, scope: Scope) -> Page[Task]:
        of = f"tasks {institution} {what.kind or ''} {what.due_before or ''}"
        after, then = _task_after(asked.after(of)), self._asked(tasks.PROJECTION, asked)
        seen = self._reader.read(
            tasks.PROJECTION,
            _TASKS.replace("{then}", then.then("since_position")),
            [
                institution,
                what.on,
                what.kind,
                what.kind,
                what.due_before,
                what.on,
                what.due_before,
                *then.arguments,
                *after,
                asked.limit + 1,
            ],
            scope,
        )
        rows = [_task(*row) for row in seen.rows]
        return _page(rows, _task_key, asked, Cursor(of, then.at(seen), (), asked.is_past, what.on))

    def count(self, what: CountAsked, as_of: datetime | None, scope: Scope) -> Page[Counted]:
        then = self._asked(population.PROJECTION, ListAsked(as_of=as_of))
        statement, arguments = population_counts.statement(what, then.position)
        seen = self._reader.read(population.PROJECTION, statement, arguments, scope)
        return Page(then.at(seen), tuple(Counted(tuple(row[:-1]), row[-1]) for row in seen.rows))

    def _asked(self, projection: Projection, asked: ListAsked) -> Asked:
        if asked.position is not None:
            return Asked(asked.position)
        if asked.as_of is None:
            return Asked(None)
        return Asked(position_at(self._reader, self._log_no, projection, asked.as_of))


def _task(
    record: UUID,
    kind: str,
    entry: UUID | None,
    what: str,
    programme: str | None,
    opens: date | None,
    due_by: date | None,
    since: int,
) -> Task:
    sections = tasks.sections_of(kind, what, programme)
    return Task(record, kind, entry, what, programme, opens, due_by, since, sections)


def _page(rows: Sequence[R], key: Callable[[R], tuple[str, ...]], asked: ListAsked, told: Cursor) -> Page[R]:
    """The rows asked for. One row more that was found tells that there is a next page. told: its cursor."""
    shown = tuple(rows[: asked.limit])
    cursor = replace(told, key=key(shown[-1])).text if len(rows) > asked.limit else None
    return Page(told.position, shown, cursor)


def _record_key(row: Hit | Kept) -> tuple[str, ...]:
    return (str(row.record),)


def _record(after: Sequence[str]) -> UUID:
    """The inverse of `_record_key`. Raises QueryRefused."""
    if not after:
        return FIRST
    if len(after) != 1 or not ID.fullmatch(after[0]):
        raise QueryRefused("cursor")
    return UUID(after[0])


def _task_key(one: Task) -> tuple[str, ...]:
    due_by = one.due_by.isoformat() if one.due_by else NEVER
    return due_by, str(one.record), one.kind, one.programme or "", one.what, str(one.entry or FIRST)


def _task_after(after: Sequence[str]) -> Sequence[str]:
    """The inverse of `_task_key`. Raises QueryRefused."""
    if not after:
        return _NO_KEY
    if len(after) != len(_NO_KEY):
        raise QueryRefused("cursor")
    due_by, record, *_, entry = after
    if not (ID.fullmatch(record) and ID.fullmatch(entry) and (due_by == NEVER or Day().allows(due_by))):
        raise QueryRefused("cursor")
    return after

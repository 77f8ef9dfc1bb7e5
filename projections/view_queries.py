"""`domain.views.Views`: the lists, asked of the views' tables.

Pages are found by the key of the last row before, never by counting. The pages of a roster, a work list or
a count are all of one position, that of the first page or of the instant asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from domain.errors import QueryRefused
from domain.view_scope import Scope
from domain.views import CountAsked, Counted, Kept, ListAsked, Page, Task, TaskAsked, packed
from projections import population_counts
from projections.as_of import position_at
from projections.projection import Projection, Tokens
from projections.reading import ViewReader
from projections.views import population, roster, search, tasks

FIRST = UUID(int=0)
LAST_DAY = date.max  # where none is set: after all others

_FIND = """
    SELECT record_id FROM search
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

    @property
    def arguments(self) -> list[int]:
        return [] if self.position is None else [self.position, self.position]


class LogViews:
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

    def find(self, kind: str, value: str, custodian: UUID, asked: ListAsked, scope: Scope) -> Page[UUID]:
        token = search.token(self._tokens, kind, search.written(kind, value))
        after = _record(asked.after)
        arguments = [token, custodian, after, asked.limit + 1]
        seen = self._reader.read(search.PROJECTION, _FIND, arguments, scope)
        found = tuple(row[0] for row in seen.rows)
        keys = [[str(one)] for one in found]
        return Page(seen.position, found[: asked.limit], _cursor(seen.position, keys, asked.limit))

    def roster(self, institution: UUID, asked: ListAsked, scope: Scope) -> Page[Kept]:
        then = self._asked(roster.PROJECTION, asked)
        seen = self._reader.read(
            roster.PROJECTION,
            _ROSTER.replace("{then}", then.then("from_position")),
            [institution, _record(asked.after), *then.arguments, asked.limit + 1],
            scope,
        )
        position = seen.position if then.position is None else then.position
        rows = tuple(Kept(*row) for row in seen.rows)
        keys = [[str(one.record)] for one in rows]
        return Page(position, rows[: asked.limit], _cursor(position, keys, asked.limit))

    def tasks(self, institution: UUID, what: TaskAsked, asked: ListAsked, scope: Scope) -> Page[Task]:
        then = self._asked(tasks.PROJECTION, asked)
        key = asked.after or _NO_KEY
        if len(key) != len(_NO_KEY):
            raise QueryRefused("cursor")
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
                *key,
                asked.limit + 1,
            ],
            scope,
        )
        position = seen.position if then.position is None else then.position
        rows = tuple(_task(*row) for row in seen.rows)
        return Page(
            position, rows[: asked.limit], _cursor(position, [_task_key(one) for one in rows], asked.limit)
        )

    def count(self, what: CountAsked, as_of: datetime | None, scope: Scope) -> Page[Counted]:
        then = self._asked(population.PROJECTION, ListAsked(as_of=as_of))
        statement, arguments = population_counts.statement(what, then.position)
        seen = self._reader.read(population.PROJECTION, statement, arguments, scope)
        position = seen.position if then.position is None else then.position
        return Page(position, tuple(Counted(tuple(row[:-1]), row[-1]) for row in seen.rows))

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
    section = tasks.section_of(kind, what)
    return Task(record, kind, entry, what, programme, opens, due_by, since, section)


def _cursor(position: int, keys: Sequence[Sequence[str]], limit: int) -> str | None:
    """Of the next page, where one row more was found than is shown."""
    return packed(position, keys[limit - 1]) if len(keys) > limit else None


def _record(after: Sequence[str]) -> UUID:
    """Raises QueryRefused."""
    try:
        return UUID(after[0]) if after else FIRST
    except ValueError:
        raise QueryRefused("cursor") from None


def _task_key(one: Task) -> list[str]:
    due_by = one.due_by.isoformat() if one.due_by else "infinity"
    return [due_by, str(one.record), one.kind, one.programme or "", one.what, str(one.entry or FIRST)]

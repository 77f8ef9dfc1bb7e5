"""The lines of lists, as every format tells them."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.personal import Person
from domain.record_counts import Counts
from domain.record_lists import Listed
from domain.views import Hit, Kept, Task

PERSON: Final = ("record", "number", "name", "sex", "birth_date", "status", "version")
ROSTER: Final = (*PERSON, "area", "since")
TASKS: Final = (
    "kind",
    "what",
    "programme",
    "due_by",
    "overdue",
    "opens",
    *PERSON,
    "entry",
    "since",
)


def person(one: Person) -> dict[str, object]:
    """Who it is about, as far as the caller may see."""
    return {name: getattr(one, name) for name in PERSON if name != "record"} | {"record": str(one.record)}


def roster(listed: Listed) -> dict[str, object]:
    """A page of a roster. The status is that of the roster, at its position."""
    rows = [
        {**person(one), "status": row.status, "area": row.area, "since": row.since}
        for one, row in listed.rows
        if isinstance(row, Kept)
    ]
    return {"position": listed.position, "rows": rows, "next": listed.cursor}


def tasks(listed: Listed, on: date) -> dict[str, object]:
    """A page of a work list. overdue: whether the last day was before `on`."""
    rows = [{**person(one), **_task(row, on)} for one, row in listed.rows if isinstance(row, Task)]
    return {"position": listed.position, "rows": rows, "next": listed.cursor}


def found(listed: Listed) -> dict[str, object]:
    """A page of a search."""
    return {
        "found": [{**person(one), **_hit(one, row)} for one, row in listed.rows if isinstance(row, Hit)],
        "next": listed.cursor,
        "position": listed.position,
    }


def counts(counted: Counts) -> dict[str, object]:
    """Statistics, a line for each cell."""
    rows = [{**dict(zip(counted.by, one.cell, strict=True)), "records": one.records} for one in counted.cells]
    return {
        "position": counted.position,
        "by": list(counted.by),
        "small_below": counted.small_below,
        "rows": rows,
    }


def _hit(one: Person, row: Hit) -> Mapping[str, object]:
    """By what they were found, where the caller may see who it is."""
    return {"by_former_name": row.is_former if one.status else None}


def _task(row: Task, on: date) -> Mapping[str, object]:
    return {
        "kind": row.kind,
        "what": row.what,
        "entry": str(row.entry) if row.entry else None,
        "programme": row.programme,
        "opens": row.opens.isoformat() if row.opens else None,
        "due_by": row.due_by.isoformat() if row.due_by else None,
        "overdue": row.due_by is not None and row.due_by < on,
        "since": row.since,
    }

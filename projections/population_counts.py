"""How residents are counted: the statement for the dimensions asked for, and the groups that ages make."""

from collections.abc import Mapping
from datetime import date
from typing import Final, LiteralString

from domain.views import CountAsked
from projections.tables import table

_TOLD = table("population")
SMALL_BELOW: Final[int] = _TOLD["small"]["below"]
OPEN: Final = "open"
MONTHS = 12

# A dimension and what it is in the tables.
_COLUMNS: Final[Mapping[str, LiteralString]] = {
    "area": "p.area",
    "status": "p.status",
    "sex": "p.sex",
    "group": "g.group_name",
    "month": "p.opened_month",
}
DIMENSIONS: Final = tuple(_COLUMNS)

_GROUPS: LiteralString = """
    JOIN (SELECT record_id, group_name FROM population_group WHERE {then}
          UNION ALL
          SELECT record_id, ages.group_name
          FROM population JOIN unnest(%s::text[], %s::text[], %s::text[]) AS ages (group_name, first, last)
            ON birth_month BETWEEN ages.first AND ages.last WHERE {then}) AS g USING (record_id)"""


_SELECT: LiteralString = """
    SELECT {columns}, count(*) FROM (SELECT * FROM population WHERE {then}) AS p {groups}
    WHERE {conditions}"""


def statement(what: CountAsked, position: int | None) -> tuple[LiteralString, list[object]]:
    """The statement and its arguments. Without the dimension status only open records are counted."""
    columns: LiteralString = ", ".join([_COLUMNS[name] for name in what.by])
    then: LiteralString = "to_position IS NULL"
    at: list[object] = []
    if position is not None:
        then, at = "from_position <= %s AND (to_position IS NULL OR to_position > %s)", [position, position]
    groups: LiteralString = ""
    arguments: list[object] = [*at]
    if "group" in what.by:
        groups = _GROUPS.replace("{then}", then)
        arguments += [*at, *ages(what.on), *at]
    arguments.append(what.area)
    conditions: LiteralString = "starts_with(p.area, %s)"
    if "status" not in what.by:
        conditions += " AND p.status = %s"
        arguments.append(OPEN)
    told = _SELECT.replace("{then}", then).replace("{groups}", groups).replace("{conditions}", conditions)
    if not what.by:
        return told.replace("{columns},", ""), arguments
    return told.replace("{columns}", columns) + " GROUP BY " + columns + " ORDER BY " + columns, arguments


def ages(on: date) -> tuple[list[str], list[str], list[str]]:
    """Group names, and the first and last month of birth that belongs to each on the day."""
    rows = _TOLD["ages"]
    firsts = [_month(on, one["below"] - 1) if "below" in one else "0000-01" for one in rows]
    return [one["group"] for one in rows], firsts, [_month(on, one["from"]) for one in rows]


def _month(on: date, before: int) -> str:
    """The month so many months before that of the day."""
    year, month = divmod(on.year * MONTHS + on.month - 1 - before, MONTHS)
    return f"{year:04d}-{month + 1:02d}"

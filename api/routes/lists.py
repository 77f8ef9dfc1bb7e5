"""Lists over many records: an institution's roster, its work list, and statistics. As JSON, NDJSON or CSV."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import lines, spreadsheet
from api.deps import Reading, RecordsDep
from api.documentation import COMMON, problems
from api.instants import instant, list_page
from api.lined import Accept, Format
from api.list_models import CountsOut, RosterOut, TasksOut
from api.paging import LIMIT
from api.problems import Refusal
from api.routes.records import AS_OF
from api.strict_route import StrictRoute
from domain.scalars import Day
from domain.time import CHINA
from domain.views import TaskAsked
from projections.view_queries import LogViews

router = APIRouter(route_class=StrictRoute, tags=["lists"], prefix="/v1")

BY = f"what to count by, separated by commas: {', '.join(LogViews.dimensions)}"
KIND = f"only tasks of this kind: {', '.join(LogViews.task_kinds)}"
DUE = "only what is due before this day, YYYY-MM-DD, whether or not it has opened"
AREA = "the digits with which an area begins: 110101 a county, 110101001001 a village"
AsOf = Annotated[str | None, Query(description=AS_OF)]
Limit = Annotated[str | None, Query(description=LIMIT)]
Cursor = Annotated[
    str | None, Query(description="`next` of the page before; it keeps that one's position, past and day")
]


@router.get("/institutions/{institution_id}/roster", response_model=RosterOut, responses=problems(COMMON))
def read_roster(
    institution_id: UUID,
    reading: Reading,
    records: RecordsDep,
    as_of: AsOf = None,
    limit: Limit = None,
    cursor: Cursor = None,
    format: Format = None,
    accept: Accept = None,
) -> Response:
    """The records in an institution's custody, now or as of an instant, in the order of their ids.

    Each resident shown finds it in the access history. All pages are of the first page's position.
    """
    kind = spreadsheet.chosen(format, accept)
    asked = list_page(limit, cursor, as_of)
    whole = lines.roster(records.read_roster(reading, institution_id, asked))
    path = f"/v1/institutions/{institution_id}/roster"
    headers = _headers(whole, path, as_of=as_of, limit=limit, format=format)
    return spreadsheet.answer(whole, lines.ROSTER, kind, headers)


@router.get("/institutions/{institution_id}/tasks", response_model=TasksOut, responses=problems(COMMON))
def read_tasks(
    institution_id: UUID,
    reading: Reading,
    records: RecordsDep,
    kind: Annotated[str | None, Query(description=KIND)] = None,
    due_before: Annotated[str | None, Query(description=DUE)] = None,
    as_of: AsOf = None,
    limit: Limit = None,
    cursor: Cursor = None,
    format: Format = None,
    accept: Accept = None,
) -> Response:
    """What is to be done at an institution, by the day on which it is due; now or as of an instant.

    Each resident shown finds it in the access history. All pages are of the first page's position.
    """
    chosen = spreadsheet.chosen(format, accept)
    asked = list_page(limit, cursor, as_of)
    on = asked.on or _day(asked.as_of, records.gate.today())
    what = TaskAsked(on, kind, _due_before(due_before))
    whole = lines.tasks(records.read_tasks(reading, institution_id, what, asked), on)
    path = f"/v1/institutions/{institution_id}/tasks"
    more = {"kind": kind, "due_before": due_before, "as_of": as_of, "limit": limit, "format": format}
    return spreadsheet.answer(whole, lines.TASKS, chosen, _headers(whole, path, **more))


@router.get("/statistics", response_model=CountsOut, responses=problems(COMMON))
def read_statistics(
    reading: Reading,
    records: RecordsDep,
    area: Annotated[str, Query(description=AREA)],
    by: Annotated[str, Query(description=BY)] = "status",
    as_of: AsOf = None,
    format: Format = None,
    accept: Accept = None,
) -> Response:
    """How many records there are in an area. Without status among `by`, of open records only.

    Small cells are told only where the area is the caller's own institution's, or within its county, and
    never for research.
    """
    kind = spreadsheet.chosen(format, accept)
    dimensions = [one for one in by.split(",") if one]
    counted = records.count_records(reading, area, dimensions, instant("as_of", as_of))
    whole = lines.counts(counted)
    return spreadsheet.answer(whole, (*dimensions, "records"), kind, _headers(whole, "/v1/statistics"))


def _headers(whole: Mapping[str, object], path: str, **asked: str | None) -> dict[str, str]:
    """Where the list was folded, and a link to the next page (RFC 8288)."""
    headers = {"Log-Position": str(whole["position"])}
    if cursor := whole.get("next"):
        told = {name: value for name, value in {**asked, "cursor": str(cursor)}.items() if value}
        headers["Link"] = f'<{path}?{urlencode(told)}>; rel="next"'
    return headers


def _day(as_of: datetime | None, today: date) -> date:
    return as_of.astimezone(CHINA).date() if as_of else today


def _due_before(text: str | None) -> date | None:
    """Raises Refusal parameter-refused."""
    if text is None:
        return None
    if not Day().allows(text):
        raise Refusal("parameter-refused", parameter="due_before")
    return date.fromisoformat(text)

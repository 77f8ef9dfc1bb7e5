"""Who looked at what: of an institution in a period; what of it was unusual; what a resident is told of."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import history_lines, lined, spreadsheet
from api.answer_models import InstitutionKept
from api.answers import created
from api.deps import Asking, Reading, RecordsDep, ServiceDep
from api.documentation import COMMON, WRITING, body_examples, problems
from api.history_models import HistoryOut, ReviewIn, UnusualOut
from api.instants import beginning, instant, page
from api.lined import Accept, Format
from api.paging import Cursor, Limit, ListingDep
from api.strict_route import StrictRoute
from domain.looks import LooksAsked

router = APIRouter(route_class=StrictRoute, tags=["access"], prefix="/v1")

SINCE = "from this instant or day on (China standard time without an offset)"
UNTIL = "up to this instant, or the end of this day"
REVIEW = {"outcome": "explained", "note": "asked by telephone to look at a laboratory result"}


@router.get("/institutions/{institution_id}/accesses", response_model=HistoryOut, responses=problems(COMMON))
def read_history(
    institution_id: UUID,
    reading: Reading,
    records: RecordsDep,
    practitioner: Annotated[UUID | None, Query(description="only of this person")] = None,
    since: Annotated[str | None, Query(alias="from", description=SINCE)] = None,
    until: Annotated[str | None, Query(alias="to", description=UNTIL)] = None,
    limit: Limit = None,
    cursor: Cursor = None,
    format: Format = None,
    accept: Accept = None,
) -> Response:
    """Who of an institution looked at what in a period, or tried to: newest first, by ids and codes.

    For auditors of the county and administrators of the institution. Each resident named finds it in their
    own history, and so does the institution of whoever asks.
    """
    kind, asked = spreadsheet.chosen(format, accept), page(limit, cursor)
    begins, ends = beginning("from", since), instant("to", until)
    told = records.read_history(reading, LooksAsked(institution_id, practitioner, begins, ends, asked))
    whole = history_lines.history(told)
    path = f"/v1/institutions/{institution_id}/accesses"
    narrowed = {"practitioner": practitioner, "from": since, "to": until, "limit": limit, "format": format}
    return spreadsheet.answer(whole, history_lines.LOOK, kind, _headers(whole, path, narrowed))


@router.get("/unusual-accesses", response_model=UnusualOut, responses=problems(COMMON))
def read_unusual(
    reading: Reading,
    records: RecordsDep,
    limit: Limit = None,
    cursor: Cursor = None,
    format: Format = None,
    accept: Accept = None,
) -> Response:
    """The unusual accesses that wait for a review, newest first: a work list, recorded as the lists are.

    For an auditor those of the institutions in the area of their own; for an administrator their own.
    """
    kind, asked = spreadsheet.chosen(format, accept), page(limit, cursor)
    whole = history_lines.unusual(records.read_unusual(reading, asked))
    headers = _headers(whole, "/v1/unusual-accesses", {"limit": limit, "format": format})
    return spreadsheet.answer(whole, history_lines.FINDING, kind, headers)


@router.post(
    "/institutions/{institution_id}/unusual-accesses/{finding_id}/review",
    status_code=201,
    response_model=InstitutionKept,
    responses=problems(COMMON, WRITING),
    openapi_extra=body_examples({"explained": REVIEW}),
)
def review(
    institution_id: UUID,
    finding_id: UUID,
    body: ReviewIn,
    asking: Asking,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Say what an unusual access comes to. By an auditor, and never by the one who looked."""
    answer = records.review_unusual(asking, institution_id, finding_id, body.outcome, body.note)
    return created(service, answer, None, institution=institution_id)


@router.get("/records/{record_id}/notices", response_model=dict[str, object], responses=problems(COMMON))
def read_notices(listing: ListingDep) -> Response:
    """The accesses that the resident is given notice of, newest first, in plain words.

    By the rules they chose (the collection notice-rules), else: by other institutions, in emergencies, and
    what was refused. A page may be short and yet have a next one. Recorded as an access.
    """
    body = listing.records.read_notices(listing.reading, listing.record, listing.page)
    return listing.told(body, lined.ACCESSES, "notices")


def _headers(whole: Mapping[str, object], path: str, asked: Mapping[str, object]) -> dict[str, str]:
    """Where the list was folded, and a link to the next page (RFC 8288)."""
    headers = {"Log-Position": str(whole["position"])}
    if cursor := whole["next"]:
        told = {name: str(value) for name, value in {**asked, "cursor": cursor}.items() if value}
        headers["Link"] = f'<{path}?{urlencode(told)}>; rel="next"'
    return headers

"""The audit trail of a record: everything done to it and everybody who looked."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api import lined
from api.deps import Reading, RecordsDep
from api.documentation import COMMON, problems
from api.instants import page
from api.lined import Accept, Format
from api.routes.records import Cursor, Limit
from api.spreadsheet import chosen
from api.strict_route import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["records"], prefix="/v1/records")


@router.get("/{record_id}/audit-trail", response_model=dict[str, object], responses=problems(COMMON))
def read_trail(
    record_id: UUID,
    reading: Reading,
    records: RecordsDep,
    limit: Limit = None,
    cursor: Cursor = None,
    format: Format = None,
    accept: Accept = None,
) -> Response:
    """Every event of every stream about the record, newest first, in plain words (Chinese and English).

    With place, leaf hash and both times: when it occurred and when it was recorded. By the page, each of
    which is recorded as an access. For the resident, and the record manager in custody.
    """
    asked, kind = page(limit, cursor), chosen(format, accept)
    body = records.read_trail(reading, record_id, asked)
    return lined.page(body, lined.TRAIL, kind, f"/v1/records/{record_id}/audit-trail", asked.limit, format)

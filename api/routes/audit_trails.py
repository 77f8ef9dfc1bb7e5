"""The audit trail of a record: everything done to it and everybody who looked."""

from fastapi import APIRouter
from starlette.responses import Response

from api import lined
from api.documentation import COMMON, problems
from api.paging import ListingDep
from api.strict_route import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["records"], prefix="/v1/records")


@router.get("/{record_id}/audit-trail", response_model=dict[str, object], responses=problems(COMMON))
def read_trail(listing: ListingDep) -> Response:
    """Every event of every stream about the record, newest first, in plain words (Chinese and English).

    With place, leaf hash and both times: when it occurred and when it was recorded. By the page, each of
    which is recorded as an access. For the resident, and the record manager in custody.
    """
    body = listing.records.read_trail(listing.reading, listing.record, listing.page)
    return listing.told(body, lined.TRAIL, "audit-trail")

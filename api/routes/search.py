"""Finding a record by a number of the person's. Numbers never stand in an address, so it is a POST."""

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import FoundRecords
from api.answers import told
from api.deps import Reading, RecordsDep
from api.documentation import COMMON, WRITING, body_examples, problems
from api.models import SearchIn
from api.strict_route import StrictRoute
from domain.requests import SearchKey

router = APIRouter(route_class=StrictRoute, tags=["records"], prefix="/v1/search")
EXAMPLES: dict[str, object] = {
    "by record number": {"kind": "record-number", "value": "11010100100100001"},
    "by identity card": {"kind": "identity-card", "value": "11010519491231002X"},
}


@router.post(
    "",
    response_model=FoundRecords,
    responses=problems(COMMON, WRITING),
    openapi_extra=body_examples(EXAMPLES),
)
def search(body: SearchIn, reading: Reading, records: RecordsDep) -> Response:
    """The record, if there is one that the caller may see; an empty list otherwise. Recorded either way."""
    found = records.search(reading, SearchKey(body.kind, body.value, body.issuer))
    listed = [
        {"record": str(one.record), "number": one.number, "status": one.status, "version": one.version}
        for one in found
    ]
    return told({"found": listed})

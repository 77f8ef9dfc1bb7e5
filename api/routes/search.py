"""Finding records by what is known of a person, which never stands in an address: so it is a POST."""

from fastapi import APIRouter
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api import lines
from api.answers import told
from api.beat import says_nothing
from api.deps import Reading, RecordsDep
from api.documentation import COMMON, WRITING, body_examples, problems
from api.list_models import FoundOut, LookUpIn
from api.strict_route import StrictRoute
from domain.finding import SEARCHED
from domain.requests import USUAL_PAGE, SearchKey
from domain.views import ListAsked

router = APIRouter(route_class=StrictRoute, tags=["records"], prefix="/v1/search")
EXAMPLES: dict[str, object] = {
    "by record number": {"kind": "record-number", "value": "11010100100100001"},
    "by identity card": {"kind": "identity-card", "value": "11010519491231002X"},
    "by the beginning of a name": {"kind": "name-prefix", "value": "王小"},
    "by pinyin initials": {"kind": "initials", "value": "wxm", "limit": 20},
}


@router.post(
    "",
    response_model=FoundOut,
    responses=problems(COMMON, WRITING),
    openapi_extra=body_examples(EXAMPLES),
)
def search(body: LookUpIn, http: HttpRequest, reading: Reading, records: RecordsDep) -> Response:
    """By a number: the record, if there is one that the caller may see; an empty list otherwise.

    By what several may share: the residents in the custody of the caller's institution, by the page.
    Recorded either way.
    """
    if body.kind not in SEARCHED:
        asked = ListAsked(USUAL_PAGE if body.limit is None else body.limit, body.cursor)
        return told(lines.found(records.find_residents(reading, body.kind, body.value, asked)))
    found = records.search(reading, SearchKey(body.kind, body.value, body.issuer))
    if not found:
        says_nothing(http)
    listed = [
        {"record": str(one.record), "number": one.number, "status": one.status, "version": one.version}
        for one in found
    ]
    return told({"found": listed})

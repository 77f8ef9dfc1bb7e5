"""Replaying an access: the bytes that somebody saw, made again and compared with the digest recorded then."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from api.answers import JSON
from api.deps import Reading, RecordsDep
from api.documentation import COMMON, problems
from api.routes.uploads import flow_of
from api.strict_route import StrictRoute
from domain.record_replays import Replayed

router = APIRouter(route_class=StrictRoute, tags=["records"], prefix="/v1/records")

WHY = {
    409: "nothing-to-replay: the access showed nothing; edition-unknown; replay-differs: what can be made "
    "again is not what was shown then, which is recorded."
}


@router.get(
    "/{record_id}/accesses/{event}/replay",
    response_model=dict[str, object],
    responses=problems(COMMON, WHY),
)
def replay(
    record_id: UUID, event: UUID, http: HttpRequest, reading: Reading, records: RecordsDep
) -> Response:
    """What an access showed, byte for byte: folded again at its place in the log, in the edition of its view.

    For the resident, who speaks for them, and the record manager in custody. An auditor, and whoever may not
    see now all that was shown then, gets its shape: what the view has at its top, by name and type.
    Replay-Sha256 is the digest over what was shown then; Replay-Decision says whether the decision is
    the same when made again under the policy of its day. The replay is recorded before it is answered.
    """
    replayed = records.replay(reading, record_id, event)
    headers = _headers(replayed)
    if replayed.document is not None:
        headers["Content-Length"] = str(replayed.document.length)
        body = flow_of(http).sent(replayed.document.pieces())
        return StreamingResponse(body, 200, headers, media_type="application/octet-stream")
    return Response(replayed.body, 200, headers, media_type=JSON)


def _headers(replayed: Replayed) -> dict[str, str]:
    """None of what they tell is content."""
    return {
        "Replay-Event": str(replayed.access),
        "Replay-Sha256": str(replayed.sha256),
        "Replay-Matched": "true" if replayed.matched else "false",
        "Replay-Shape": "true" if replayed.is_shape else "false",
        "Replay-Decision": replayed.decision,
        "Replay-Recorded-As": str(replayed.recorded_as),
        "View-Edition": str(replayed.edition),
    }

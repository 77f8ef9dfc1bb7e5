"""Emergency summaries, issued ahead: what saves a life must be at hand where the network is dead."""

import hashlib
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.answers import JSON
from api.deps import Reading, RecordsDep, ServiceDep
from api.documentation import COMMON, problems
from api.strict_route import StrictRoute
from evidence import canonical
from evidence.summary_note import SummaryNote
from store import clock

router = APIRouter(route_class=StrictRoute, tags=["courses"], prefix="/v1/records/{record_id}")


@router.get("/emergency-summary", response_model=dict[str, object], responses=problems(COMMON))
def issue_summary(record_id: UUID, reading: Reading, records: RecordsDep, service: ServiceDep) -> Response:
    """Allergies, blood group, long-term medicines, conditions and contacts, dated and signed.

    For the clinic in custody. `summary` is canonical JSON, whose SHA-256 the recorded access carries; `note`
    is signed with the log's receipt key over that digest, so that both are checked without the network.
    """
    issued = records.issue_summary(reading, record_id)
    shown, signer, origin = issued.shown, service.opened.signer, service.opened.origin
    at, digest = clock.text(clock.from_datetime(issued.at)), hashlib.sha256(shown.body).hexdigest()
    told = SummaryNote(origin, str(record_id), shown.version, shown.position, at, digest)
    note = canonical.encode(told.signed(signer).decode())
    headers = {"Log-Position": str(shown.position), "View-Edition": shown.edition}
    return Response(b'{"note":%b,"summary":%b}' % (note, shown.body), 200, headers, media_type=JSON)

"""The evidence of a record: a package that proves itself, streamed; its issuing is recorded before that."""

import base64
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from api.deps import Reading, RecordsDep
from api.documentation import COMMON, Documented, problems
from api.instants import version_number
from api.problems import Refusal
from api.routes.uploads import flow_of
from api.strict_route import StrictRoute
from domain.evidence_port import PARTS, Selection
from domain.record_evidence import Issued
from domain.scalars import Day

router = APIRouter(route_class=StrictRoute, tags=["records"], prefix="/v1/records")

ZIP: Final = "application/zip"
ANSWER: Documented = {200: {"description": "A BagIt 1.0 bag, zipped.", "content": {ZIP: {}}}}
WHY: Final = {422: "evidence-too-large: ask for less at a time."}
DAY: Final = Day()
SWITCH: Final = {"yes": True, "no": False}

First = Annotated[str | None, Query(description="from this version of the record on")]
Last = Annotated[str | None, Query(description="up to this version")]
Section = Annotated[list[str] | None, Query(description="sections whose content is shown; else all")]
Since = Annotated[str | None, Query(alias="from", description="content from this day on, YYYY-MM-DD")]
Until = Annotated[str | None, Query(alias="to", description="content up to this day")]
Withhold = Annotated[list[str] | None, Query(description=f"parts never shown: {', '.join(PARTS)}")]
Accesses = Annotated[str | None, Query(description="no: without the history of accesses")]


@router.get("/{record_id}/evidence", response_class=Response, responses={**problems(COMMON, WHY), **ANSWER})
def issue(
    record_id: UUID,
    http: HttpRequest,
    reading: Reading,
    records: RecordsDep,
    first: First = None,
    last: Last = None,
    section: Section = None,
    since: Since = None,
    until: Until = None,
    withhold: Withhold = None,
    accesses: Accesses = None,
) -> Response:
    """A package of evidence: sealed events with their proofs, what of their content is open to the caller,
    keys, a readable report, and a program that checks it all with nothing but Python.

    For the resident and who speaks for them; the record manager in custody; an auditor, who gets no content.
    What is not asked for or not open stays as a commitment, so that the chain of events is whole all the
    same.
    Evidence-Event is the event by which the issuing was recorded, Repr-Digest the digest that it carries.
    """
    selection = Selection(
        version_number(first),
        version_number(last),
        frozenset(section or ()),
        _day("from", since),
        _day("to", until),
        frozenset(withhold or ()),
        _switch(accesses),
    )
    issued = records.issue_evidence(reading, record_id, selection)
    body = flow_of(http).sent(issued.packed.pieces())
    return StreamingResponse(body, 200, _headers(issued), media_type=ZIP)


def _headers(issued: Issued) -> dict[str, str]:
    packed = issued.packed
    return {
        "Content-Length": str(packed.length),
        "Content-Disposition": f'attachment; filename="evidence-{issued.event}.zip"',
        "Repr-Digest": f"sha-256=:{_base64(packed.sha256)}:",
        "Evidence-Event": str(issued.event),
        "Evidence-Tree-Size": str(packed.size),
        "Cache-Control": "no-store",
    }


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def _day(name: str, text: str | None) -> date | None:
    if text is not None and not DAY.allows(text):
        raise Refusal("parameter-refused", parameter=name, accepts=DAY.accepts)
    return date.fromisoformat(text) if text else None


def _switch(text: str | None) -> bool:
    if text is None:
        return True
    if text not in SWITCH:
        raise Refusal("parameter-refused", parameter="accesses", accepts="yes or no")
    return SWITCH[text]

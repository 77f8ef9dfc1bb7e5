"""The key that receipts are signed with, for whoever wants to check one without us."""

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from api.deps import ServiceDep
from api.documentation import FOUND, OPEN, problems
from api.problems import Refusal
from api.strict_route import OpenRoute

router = APIRouter(route_class=OpenRoute, tags=["log"], prefix="/v1/logs")


@router.get("/{log_no}/receipt-key", response_class=PlainTextResponse, responses=problems(OPEN, FOUND))
async def receipt_key(log_no: str, service: ServiceDep) -> PlainTextResponse:
    """The verifier key of the log's receipts, one line (C2SP signed-note vkey)."""
    if log_no != str(service.opened.log_no):
        raise Refusal("no-such-address")
    return PlainTextResponse(f"{service.opened.signer.verifier}\n")

"""Tying a record to one more document of the resident, or to their own login."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import RecordKept, Warned
from api.answers import created, last
from api.deps import Asking, RecordsDep, ServiceDep
from api.documentation import COMMON, WRITING, body_examples, problems
from api.models import IdentityIn, checked
from api.strict_route import StrictRoute
from domain.application import Records
from domain.errors import ContentRefused
from domain.identity import oddities
from domain.ports import Answer
from domain.requests import Request

router = APIRouter(route_class=StrictRoute, tags=["records"], prefix="/v1/records")
EXAMPLES: dict[str, object] = {
    "a passport": {"document": {"kind": "passport", "number": "E00000000", "issuer": "CN"}},
    "a login": {"login": {"issuer": "https://issuer.example", "subject": "resident-7"}},
}


class IdentityKept(RecordKept):
    """What a record is tied to now. warnings: only where there are any."""

    warnings: list[Warned] | None = None


@router.post(
    "/{record_id}/identities",
    status_code=201,
    response_model=IdentityKept,
    responses=problems(COMMON, WRITING),
    openapi_extra=body_examples(EXAMPLES),
)
def link(
    record_id: UUID, body: IdentityIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Link a document or a login. 409 if another record is tied to it, naming nothing."""
    answer = _link(records, body.told_by(asking), record_id, body)
    location = f"/v1/records/{record_id}?version={last(answer).version}"
    odd = oddities(body.document.value()) if body.document else []
    told = [{"field": f"/document{one['field']}", "reason": one["reason"]} for one in odd]
    return created(service, answer, location, record=record_id, **({"warnings": told} if told else {}))


def _link(records: Records, asking: Request, record_id: UUID, body: IdentityIn) -> Answer:
    if body.document and not body.login:
        document = checked(body.document, "/document")
        return records.link_identity(asking, record_id, document, body.occurred)
    if body.login and not body.document:
        return records.link_login(asking, record_id, body.login.value())
    raise ContentRefused([{"field": "", "reason": "must have one of document and login"}])

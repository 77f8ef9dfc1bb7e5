"""Erasure by legal order: the order is an entry like others (erasure-orders), this carries it out."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import RecordKept
from api.answers import created
from api.deps import Asking, RecordsDep, ServiceDep
from api.documentation import COMMON, WRITING, change_example, problems
from api.models import ErasureIn
from api.strict_route import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["erasure"], prefix="/v1/records")


@router.post(
    "/{record_id}/erasures",
    status_code=201,
    response_model=RecordKept,
    responses=problems(COMMON, WRITING),
    openapi_extra=change_example("erasures"),
)
def carry_out(
    record_id: UUID, body: ErasureIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Carry out an order that another person gave: its keys are destroyed. 409 before the term is over."""
    answer = records.carry_out_erasure(body.told_by(asking), record_id, body.order)
    return created(service, answer, f"/v1/records/{record_id}/audit-trail", record=record_id)

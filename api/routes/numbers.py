"""A new number for a record, and another area for an institution: what a change of regions asks for."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.answer_models import InstitutionKept, RecordKept, Warned
from api.answers import created
from api.changing import ChangeDep
from api.deps import Asking, RecordsDep, ServiceDep
from api.documentation import COMMON, DECIDED, WRITING, body_examples, problems
from api.models import SINCE, Circumstances, Instant, Word, coded
from api.strict_route import StrictRoute
from domain.record import RENUMBERING_REASONS
from domain.record_number import RecordNumber
from domain.values import Input, Occurred, occurred

router = APIRouter(route_class=StrictRoute, prefix="/v1")

NUMBER = "given already, on paper or by the county; else the next free one of the custodian's present area"
Why = Annotated[Word, coded(RENUMBERING_REASONS)]


class NumberIn(Circumstances):
    """Why a record goes by another number, and which, if that is settled."""

    reason: Why
    number: Word | None = Field(None, description=NUMBER)


class AreaIn(Input):
    """The area in which an institution lies since a time."""

    area: Word = Field(description="12 digits of the administrative division")
    since: Instant | None = Field(None, description=SINCE)

    @property
    def occurred(self) -> Occurred | None:
        """Raises OccurredRefused."""
        return occurred(self.since) if self.since else None


class NumberKept(RecordKept):
    """The number a record goes by now. warnings: only where there are any."""

    number: str
    warnings: list[Warned] | None = None


@router.post(
    "/records/{record_id}/numbers",
    status_code=201,
    tags=["records"],
    response_model=NumberKept,
    responses=problems(COMMON, WRITING, DECIDED),
    openapi_extra=body_examples({"after a region changed": {"reason": "region-changed"}}),
)
def renumber(body: NumberIn, change: ChangeDep) -> Response:
    """Give a record a new number. The earlier ones find it for ever and are given to no other."""
    answer = change.decide(
        body,
        lambda told, version: change.records.renumber_record(
            told, change.record, version, body.reason, body.number
        ),
    )
    number = change.records.number_given(answer)
    odd = RecordNumber.parse(number).warnings() if body.number else []
    return change.kept(answer, number=number, **({"warnings": odd} if odd else {}))


@router.post(
    "/institutions/{institution_id}/areas",
    status_code=201,
    tags=["institutions"],
    response_model=InstitutionKept,
    responses=problems(COMMON, WRITING),
    openapi_extra=body_examples({"after a region changed": {"area": "110101001009"}}),
)
def change_area(
    institution_id: UUID, body: AreaIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Let an institution number new records under another area; those it numbered keep their numbers."""
    answer = records.change_area(asking, institution_id, body.area, body.occurred)
    return created(service, answer, None, institution=institution_id)

"""Consent given again, and what other institutions add to a record without reading it."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import Kept, RecordKept
from api.answers import created
from api.deps import Asking, RecordsDep, ServiceDep
from api.documentation import COMMON, WRITING, change_example, problems
from api.models import ConsentGivenIn, ContributionIn
from api.problems import below
from api.strict_route import StrictRoute
from domain.errors import ContentRefused
from domain.requests import SearchKey

router = APIRouter(route_class=StrictRoute, tags=["entries"], prefix="/v1")


@router.post(
    "/records/{record_id}/consents",
    status_code=201,
    response_model=RecordKept,
    responses=problems(COMMON, WRITING),
    openapi_extra=change_example("consents"),
)
def consent(
    record_id: UUID, body: ConsentGivenIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """Consent given after it was withdrawn, or by whoever may decide now."""
    answer = records.give_consent(body.told_by(asking), record_id, body.value(), body.occurred)
    location = f"/v1/records/{record_id}?version={answer.stored[0].version}"
    return created(service, answer, location, record=record_id)


@router.post(
    "/contributions",
    status_code=201,
    response_model=Kept,
    responses=problems(COMMON, WRITING),
    openapi_extra=change_example("contributions"),
)
def contribute(body: ContributionIn, asking: Asking, records: RecordsDep, service: ServiceDep) -> Response:
    """Add an entry to the record that a card, number or document finds; nothing of the record is told.

    It stands as external until a record manager of the institution in custody files it.
    """
    key = SearchKey(body.find.kind, body.find.value, body.find.issuer)
    try:
        answer = records.contribute(body.told_by(asking), key, body.entry(body.collection))
    except ContentRefused as refused:
        raise _placed(refused) from None
    return created(service, answer, None)


def _placed(refused: ContentRefused) -> ContentRefused:
    """Fields of the key are named below it, those of the form below the content."""
    is_key = refused.form is None
    return below("/find" if is_key else "/content", refused)

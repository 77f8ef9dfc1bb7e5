"""What depends on what the caller saw, and needs If-Match: correcting, retracting, closing, reopening."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import EntryKept, RecordKept
from api.answers import created, last
from api.deps import Asking, ExpectedVersion, RecordsDep, ServiceDep
from api.documentation import COMMON, DECIDED, WRITING, change_example, problems
from api.models import ClosingIn, CorrectionIn, ReopeningIn, RetractionIn
from api.problems import below
from api.service import Service
from api.strict_route import StrictRoute
from domain.errors import ContentRefused
from domain.ports import Answer
from domain.requests import Correction

router = APIRouter(route_class=StrictRoute, tags=["corrections and closing"], prefix="/v1/records")
PROBLEMS = problems(COMMON, WRITING, DECIDED)


@router.post(
    "/{record_id}/corrections",
    status_code=201,
    response_model=EntryKept,
    responses=PROBLEMS,
    openapi_extra=change_example("corrections"),
)
def correct(
    record_id: UUID,
    body: CorrectionIn,
    asking: Asking,
    seen: ExpectedVersion,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Correct an entry: its whole content as it should be, and why. Both versions stay readable."""
    correction = Correction(
        body.entry, body.reason, body.content, body.occurred, body.edition, body.entry_occurred
    )
    told = body.told_by(asking)
    try:
        answer = seen.decide(lambda version: records.correct_entry(told, record_id, version, correction))
    except ContentRefused as refused:
        raise below("/content", refused) from None
    return _created(service, answer, record_id, entry=body.entry)


@router.post(
    "/{record_id}/retractions",
    status_code=201,
    response_model=EntryKept,
    responses=PROBLEMS,
    openapi_extra=change_example("retractions"),
)
def retract(
    record_id: UUID,
    body: RetractionIn,
    asking: Asking,
    seen: ExpectedVersion,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Retract an entry that should not be there. It stays readable, with who, when and why."""
    told = body.told_by(asking)
    answer = seen.decide(
        lambda version: records.retract_entry(told, record_id, version, body.entry, body.reason)
    )
    return _created(service, answer, record_id, entry=body.entry)


@router.post(
    "/{record_id}/closing",
    status_code=201,
    response_model=RecordKept,
    responses=PROBLEMS,
    openapi_extra=change_example("closing"),
)
def close(
    record_id: UUID,
    body: ClosingIn,
    asking: Asking,
    seen: ExpectedVersion,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Close the record since a time: death, moved-out, lost, refused. Late results are still accepted."""
    told, since = body.told_by(asking), body.occurred
    answer = seen.decide(
        lambda version: records.close_record(
            told, record_id, version, reason=body.reason, since=since, note=body.note
        )
    )
    return _created(service, answer, record_id)


@router.post(
    "/{record_id}/reopening",
    status_code=201,
    response_model=RecordKept,
    responses=PROBLEMS,
    openapi_extra=change_example("reopening"),
)
def reopen(
    record_id: UUID,
    body: ReopeningIn,
    asking: Asking,
    seen: ExpectedVersion,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Open a closed record again."""
    told = body.told_by(asking)
    answer = seen.decide(lambda version: records.reopen_record(told, record_id, version, reason=body.reason))
    return _created(service, answer, record_id)


def _created(service: Service, answer: Answer, record_id: UUID, **names: object) -> Response:
    location = f"/v1/records/{record_id}?version={last(answer).version}"
    return created(service, answer, location, record=record_id, **names)

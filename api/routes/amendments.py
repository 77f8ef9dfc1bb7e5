"""Putting right what concerns two records, at the version seen: misfiled, wrongly linked, merged."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import EntryKept, RecordKept
from api.answers import created, last
from api.deps import Asking, ExpectedVersion, RecordsDep, ServiceDep
from api.documentation import COMMON, DECIDED, WRITING, change_example, problems
from api.models import MergingIn, MisfilingIn, UnlinkingIn
from api.service import Service
from api.strict_route import StrictRoute
from domain.ports import Answer
from domain.requests import Misfiling

router = APIRouter(route_class=StrictRoute, tags=["corrections and closing"], prefix="/v1/records")
PROBLEMS = problems(COMMON, WRITING, DECIDED)


@router.post(
    "/{record_id}/misfilings",
    status_code=201,
    response_model=EntryKept,
    responses=PROBLEMS,
    openapi_extra=change_example("misfilings"),
)
def misfile(
    record_id: UUID,
    body: MisfilingIn,
    asking: Asking,
    seen: ExpectedVersion,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Hide an entry that is another resident's, and write it into the right record in the same append."""
    told, misfiling = body.told_by(asking), Misfiling(body.entry, body.reason, body.to)
    answer = seen.decide(lambda version: records.misfile_entry(told, record_id, version, misfiling))
    return _created(service, answer, record_id, entry=body.entry)


@router.post(
    "/{record_id}/unlinkings",
    status_code=201,
    response_model=RecordKept,
    responses=PROBLEMS,
    openapi_extra=change_example("unlinkings"),
)
def unlink(
    record_id: UUID,
    body: UnlinkingIn,
    asking: Asking,
    seen: ExpectedVersion,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Untie the record from another person's document or login: whose it is can be linked to it at once."""
    told = body.told_by(asking)
    answer = seen.decide(
        lambda version: records.unlink_identity(told, record_id, version, body.link, body.reason)
    )
    return _created(service, answer, record_id)


@router.post(
    "/{record_id}/mergings",
    status_code=201,
    response_model=RecordKept,
    responses=PROBLEMS,
    openapi_extra=change_example("mergings"),
)
def merge(
    record_id: UUID,
    body: MergingIn,
    asking: Asking,
    seen: ExpectedVersion,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Tell that this record and another are one person's; the other one goes on."""
    told = body.told_by(asking)
    answer = seen.decide(
        lambda version: records.merge_records(told, record_id, version, body.into, body.reason)
    )
    return _created(service, answer, record_id)


@router.post(
    "/{record_id}/unmergings",
    status_code=201,
    response_model=RecordKept,
    responses=PROBLEMS,
    openapi_extra=change_example("unmergings"),
)
def unmerge(
    record_id: UUID,
    body: MergingIn,
    asking: Asking,
    seen: ExpectedVersion,
    records: RecordsDep,
    service: ServiceDep,
) -> Response:
    """Undo a merging: each record stands by itself again."""
    told = body.told_by(asking)
    answer = seen.decide(
        lambda version: records.unmerge_records(told, record_id, version, body.into, body.reason)
    )
    return _created(service, answer, record_id)


def _created(service: Service, answer: Answer, record_id: UUID, **names: object) -> Response:
    location = f"/v1/records/{record_id}?version={last(answer).version}"
    return created(service, answer, location, record=record_id, **names)

"""What follows an entry: one route for each row of domain.sequels, all alike; and filing many at once."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.adding import follow
from api.answer_models import EntriesFiled, EntryKept
from api.answers import created
from api.deps import Asking, RecordsDep, ServiceDep
from api.documentation import COMMON, WRITING, body_examples, change_example, problems, sequel_example
from api.models import FilingsIn, SequelIn
from api.strict_route import StrictRoute
from domain import forms
from domain.requests import NewSequel
from domain.sequels import ANY, SEQUELS

router = APIRouter(route_class=StrictRoute, tags=["what follows an entry"], prefix="/v1/records")


def following(of: str, name: str) -> Callable[..., Response]:
    """The route's function for one row."""

    def follow_entry(
        record_id: UUID,
        entry_id: UUID,
        body: SequelIn,
        asking: Asking,
        records: RecordsDep,
        service: ServiceDep,
    ) -> Response:
        answer = follow(records, asking, record_id, of, name, entry_id, body)
        location = f"/v1/records/{record_id}?version={answer.stored[0].version}"
        return created(service, answer, location, record=record_id, entry=entry_id)

    return follow_entry


def _title(form: str) -> str:
    return next(one.title for one in forms.registry if one.name == form)


@router.post(
    "/{record_id}/filings",
    status_code=201,
    response_model=EntriesFiled,
    responses=problems(COMMON, WRITING),
    openapi_extra=change_example("filings"),
)
def file_entries(
    record_id: UUID, body: FilingsIn, asking: Asking, records: RecordsDep, service: ServiceDep
) -> Response:
    """File many entries in one append: all of them, or none if one cannot be."""
    filed = [NewSequel(ANY, "filing", entry, {}, body.occurred, cause=body.cause) for entry in body.entries]
    answer = records.follow_entries(body.told_by(asking), record_id, filed)
    location = f"/v1/records/{record_id}?version={answer.stored[-1].version}"
    return created(service, answer, location, record=record_id, entries=[str(one) for one in body.entries])


for _of, _rows in SEQUELS.items():
    for _name, _sequel in _rows.items():
        router.add_api_route(
            f"/{{record_id}}/{_of}/{{entry_id}}/{_name}",
            following(_of, _name),
            methods=["POST"],
            status_code=201,
            name=f"{_name}_of_{_of}",
            summary=f"{_name.capitalize()}, of {_of} ({_title(_sequel.form)})",
            description="Decided on the entry as it stands; the same Idempotency-Key adds nothing twice.",
            response_model=EntryKept,
            responses=problems(COMMON, WRITING),
            openapi_extra=body_examples({_sequel.form: sequel_example(_sequel.form)}),
        )

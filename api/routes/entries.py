"""Adding an entry to a record: one route for each collection, all alike."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.adding import add, worth_a_look
from api.answer_models import EntryKept
from api.answers import created
from api.deps import Asking, RecordsDep, ServiceDep
from api.documentation import COMMON, WRITING, body_examples, entry_examples, problems
from api.models import EntryIn
from api.strict_route import StrictRoute
from domain import forms
from domain.entries import FORMS

router = APIRouter(route_class=StrictRoute, tags=["entries"], prefix="/v1/records")


def adding(kind: str) -> Callable[..., Response]:
    """The route's function for one collection."""

    def add_entry(
        record_id: UUID, body: EntryIn, asking: Asking, records: RecordsDep, service: ServiceDep
    ) -> Response:
        answer = add(records, asking, record_id, kind, body)
        stored = answer.stored[0]
        location = f"/v1/records/{record_id}?version={stored.version}"
        odd = worth_a_look(body, kind)
        return created(service, answer, location, record=record_id, entry=stored.event, **odd)

    return add_entry


def titles(kind: str) -> str:
    """The official names of the forms a collection takes."""
    return "、".join(dict.fromkeys(form.title for form in forms.registry if form.name in FORMS[kind]))


for _kind in FORMS:
    router.add_api_route(
        f"/{{record_id}}/{_kind}",
        adding(_kind),
        methods=["POST"],
        status_code=201,
        name=f"add_{_kind}",
        summary=f"Add to {_kind} ({titles(_kind)})",
        description="Stored at the end of the record; a retry under the same Idempotency-Key adds nothing.",
        response_model=EntryKept,
        responses=problems(COMMON, WRITING),
        openapi_extra=body_examples(entry_examples(_kind)),
    )

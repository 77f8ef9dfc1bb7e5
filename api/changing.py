"""What routes share that change a record at the version the caller saw: who asks, which one, the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.responses import Response

from api.answers import created, last
from api.deps import Asking, ExpectedVersion, RecordsDep, Seen, ServiceDep
from api.documentation import COMMON, DECIDED, WRITING, change_example, problems
from api.models import Circumstances
from api.service import Service
from domain.application import Records
from domain.ports import Answer
from domain.requests import Request

Route = TypeVar("Route", bound=Callable[..., Response])
Act = Callable[[Request, int], Answer]  # the request as told, and the version it is decided on


@dataclass(frozen=True)
class Change:
    """A change of a record, as it was asked for."""

    record: UUID
    records: Records
    _asking: Request
    _seen: Seen
    _service: Service

    def decide(self, body: Circumstances, act: Act) -> Answer:
        """Act on the version seen. Raises StaleVersion, or what act does."""
        told = body.told_by(self._asking)
        return self._seen.decide(lambda version: act(told, version))

    def kept(self, answer: Answer, **names: object) -> Response:
        """201: stored; the record can be read as it is now."""
        location = f"/v1/records/{self.record}?version={last(answer).version}"
        return created(self._service, answer, location, record=self.record, **names)


async def change(
    record_id: UUID, asking: Asking, seen: ExpectedVersion, records: RecordsDep, service: ServiceDep
) -> Change:
    """The change that the address and the headers ask for."""
    return Change(record_id, records, asking, seen, service)


ChangeDep = Annotated[Change, Depends(change)]


def changes(router: APIRouter, name: str, model: type[BaseModel]) -> Callable[[Route], Route]:
    """Make a function the route of that name below a record."""
    return router.post(
        f"/{{record_id}}/{name}",
        status_code=201,
        response_model=model,
        responses=problems(COMMON, WRITING, DECIDED),
        openapi_extra=change_example(name),
    )

"""The views as an administrator looks after them: how far each is, and having one built anew."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from api.answers import JSON, told
from api.deps import Reading, RecordsDep
from api.documentation import COMMON, FOUND, WRITING, body_examples, problems
from api.problems import Refusal
from api.strict_route import StrictRoute
from api.views import Views
from domain.values import Input
from evidence import canonical
from projections import telling
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from projections.status import Building

router = APIRouter(route_class=StrictRoute, tags=["operation"], prefix="/v1/projections")
PROBLEMS: Final = problems(COMMON, FOUND)
NDJSON: Final = "application/x-ndjson"
EVERY_S = 0.5


class RebuildIn(Input):
    """How a view is to be built anew."""

    jobs: Annotated[int, Field(ge=1, le=64, description="processes that fold at the same time")] = 1


async def views(request: HttpRequest) -> Views:
    """The views of this service."""
    return Views(request.app.state.service)


ViewsDep = Annotated[Views, Depends(views)]


@router.get("", response_model=dict[str, object], responses=PROBLEMS)
def statuses(reading: Reading, records: RecordsDep, views: ViewsDep) -> Response:
    """How far every view is behind the log, who runs it, where it stopped."""
    records.operate_views(reading)
    return told({"projections": [telling.told(one) for one in views.all()]})


@router.get("/{name}", response_model=dict[str, object], responses=PROBLEMS)
def status(name: str, reading: Reading, records: RecordsDep, views: ViewsDep) -> Response:
    """How far one view is."""
    records.operate_views(reading)
    return told(telling.told(views.one(_named(name))))


@router.post(
    "/{name}/rebuilds",
    status_code=202,
    response_model=dict[str, object],
    responses=problems(COMMON, FOUND, {status: WRITING[status] for status in (413, 415, 422)}),
    openapi_extra=body_examples({"with two processes": {"jobs": 2}}),
)
def rebuild(name: str, body: RebuildIn, reading: Reading, records: RecordsDep, views: ViewsDep) -> Response:
    """Have a view built anew beside the one that is read, which is replaced when it is done.

    Asked again meanwhile, it is the same rebuild. Location tells how far it is.
    """
    records.operate_views(reading)
    projection = _named(name)
    generation = views.rebuild(projection, body.jobs)
    building = _found(views, projection, generation)
    location = f"/v1/projections/{name}/rebuilds/{generation}"
    content = canonical.encode(telling.progress(building))
    return Response(content, 202, {"Location": location}, media_type=JSON)


@router.get("/{name}/rebuilds/{generation}", response_model=dict[str, object], responses=PROBLEMS)
def progress(name: str, generation: int, reading: Reading, records: RecordsDep, views: ViewsDep) -> Response:
    """How far a rebuild is; its phase is done when the view is read from it."""
    records.operate_views(reading)
    return told(telling.progress(_found(views, _named(name), generation)))


@router.get("/{name}/rebuilds/{generation}/progress", response_class=StreamingResponse, responses=PROBLEMS)
async def follow(
    name: str, generation: int, reading: Reading, records: RecordsDep, views: ViewsDep
) -> StreamingResponse:
    """The same as lines of NDJSON, one for each step forward, until it is done, stuck or dropped."""
    await run_in_threadpool(records.operate_views, reading)
    projection = _named(name)
    await run_in_threadpool(_found, views, projection, generation)
    return StreamingResponse(_steps(views, projection, generation), media_type=NDJSON)


async def _steps(views: Views, projection: Projection, generation: int) -> AsyncIterator[bytes]:
    line, last = b"", b""
    while (building := await run_in_threadpool(views.building, projection, generation)) is not None:
        line = canonical.encode(telling.progress(building)) + b"\n"
        if line != last:
            yield line
        if building.is_over:
            return
        last = line
        await asyncio.sleep(EVERY_S)


def _named(name: str) -> Projection:
    if name not in PROJECTIONS:
        raise Refusal("no-such-address", accepts=", ".join(PROJECTIONS))
    return PROJECTIONS[name]


def _found(views: Views, projection: Projection, generation: int) -> Building:
    building = views.building(projection, generation)
    if building is None:
        raise Refusal("no-such-address")
    return building

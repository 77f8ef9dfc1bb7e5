"""Many entries at once: one JSON line each, one result line each."""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest

from api.batch import NDJSON, Batch, Duplex
from api.deps import Reading, ServiceDep
from api.documentation import COMMON, batch_body, problems
from api.strict_route import StrictRoute, check_type

router = APIRouter(route_class=StrictRoute, tags=["entries"], prefix="/v1/batches")


@router.post(
    "",
    response_class=Duplex,
    responses=problems(COMMON, {415: "The body is not NDJSON."}),
    openapi_extra=batch_body(),
)
async def add_batch(request: HttpRequest, reading: Reading, service: ServiceDep) -> Duplex:
    """Add many entries. Each line has its own key and its own result; one refused harms no other.

    Lines for one record are taken in order. Sending a batch again, whole or in part, adds nothing twice.
    Nothing of it is read for somebody who is not known here.
    """
    check_type(request, NDJSON)
    await run_in_threadpool(service.records.who_calls, reading)
    batch = Batch(service, reading, request.app.state.batch_threads)
    return Duplex(batch.results(request.stream()), media_type=NDJSON)

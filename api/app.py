"""The application: routes, problems and the outermost layer put together."""

import os
from asyncio import create_task, wait
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
import psycopg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api import erasures, logs
from api.batch import SIDE_BY_SIDE
from api.document_flow import DocumentFlow
from api.documentation import complete
from api.door import Door
from api.metrics import Metrics
from api.middleware import Edge
from api.problems import Refusal, respond, tell
from api.readiness import Readiness
from api.routes import ROUTERS
from api.service import Service, open_service
from api.validation import refusal_of
from domain.errors import LogUnavailable, RecordError
from store.settings import Settings

THREADS = 128  # requests decided at the same time; the group commit stores what they append together
DESCRIPTION = """
Residents' health records (居民健康档案), kept for a whole life. Every command is stored as an event and
answered with a signed receipt; every read is recorded before it is answered. Errors are problem documents
(RFC 9457). HEAD is answered 405, except of uploads: reading is recorded, and a read that shows nothing is
none.
"""


class Documented(FastAPI):
    """The application with its OpenAPI document as `api.documentation` completes it."""

    def openapi(self) -> dict[str, Any]:
        """The document; made once."""
        if self.openapi_schema is None:
            complete(super().openapi())
        return self.openapi_schema or {}


def create_app(service: Service, on_close: Callable[[], None] | None = None) -> FastAPI:
    """The web application on an open service. on_close: called when the server stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        app.state.batch_threads = anyio.CapacityLimiter(SIDE_BY_SIDE)
        app.state.documents = DocumentFlow(service.records)
        sweeping = create_task(app.state.documents.sweep_now_and_then())
        forgetting = create_task(erasures.finish_now_and_then(service.records))
        logs.log.info("started", origin=service.opened.origin)
        yield
        sweeping.cancel()
        forgetting.cancel()
        await wait([sweeping, forgetting])
        logs.log.info("stopped", origin=service.opened.origin)
        if on_close:
            await anyio.to_thread.run_sync(on_close)

    app = Documented(
        title="Lifelong",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # ours needs no script from elsewhere: api.docs_page
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the path asked for, whatever stands in it
    )
    app.state.service = service
    app.state.metrics = Metrics(service)
    app.state.door = Door.from_settings(service.settings, service.tokens, app.state.metrics)
    app.state.readiness = Readiness(service)
    for router in ROUTERS:
        app.include_router(router)
    _handle_errors(app)
    app.add_middleware(Edge, metrics=app.state.metrics, log_no=service.opened.log_no)
    return app


def from_environment() -> FastAPI:
    """For `uvicorn api.app:from_environment --factory`: settings from LIFELONG_*, closed when it stops."""
    logs.take_over()
    stack = ExitStack()
    service = stack.enter_context(open_service(Settings.from_environment(os.environ)))
    return create_app(service, stack.close)


def _handle_errors(app: FastAPI) -> None:
    async def told(request: Request, error: Exception) -> Response:
        return respond(tell(_known(error)), request)

    for kind in (
        RecordError,
        Refusal,
        RequestValidationError,
        HTTPException,
        psycopg.OperationalError,
    ):
        app.add_exception_handler(kind, told)


def _known(error: Exception) -> RecordError | Refusal:
    """What the libraries around us raise, as what we say."""
    if isinstance(error, RecordError | Refusal):
        return error
    if isinstance(error, RequestValidationError):
        return refusal_of(error)
    if isinstance(error, HTTPException):
        codes = {404: "no-such-address", 405: "method-not-allowed"}
        return Refusal(codes.get(error.status_code, "request-refused"), error.headers)
    return LogUnavailable()  # the database is away, or every connection to it is taken

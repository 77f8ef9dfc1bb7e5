"""The outermost layer: request id, headers of every answer, one log line; no error gets past it."""

import time
from collections.abc import MutableMapping
from typing import Any, Final
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.beat import is_silent, next_beat
from api.logs import frames, log
from api.metrics import Metrics
from api.problem_texts import INTERNAL
from api.problems import Told, respond

HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CLIENT_GONE: Final = 499  # in the log only: nobody is there to be answered
UNMATCHED: Final = "unmatched"
PROOF: Final = "https://c2sp.org/tlog-proof"


class Edge:
    """Plain ASGI, so that streamed answers stream."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log_no: int) -> None:
        self._app = app
        self._metrics = metrics
        self._proofs = f'"/v1/logs/{log_no}/proofs/{{position}}"; rel="{PROOF}"'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        exchange = _Exchange(scope, send, self._proofs)
        try:
            await self._app(scope, receive, exchange.send)
        except ClientDisconnect:
            exchange.status = CLIENT_GONE
        except Exception as error:  # whatever broke: the caller gets a problem, the operator the place
            log.error(
                "failed",
                request_id=exchange.id,
                error=type(error).__name__,
                frames=frames(error),
                route=exchange.route,
            )
            if exchange.status == 0:
                told = Told("internal-error", INTERNAL, {}, {})
                await respond(told, Request(scope))(scope, receive, exchange.send)
        finally:
            self._tell(exchange)

    def _tell(self, exchange: "_Exchange") -> None:
        seconds = time.perf_counter() - exchange.began
        method, route, problem = exchange.method, exchange.route, exchange.problem
        self._metrics.answered(method, route, exchange.status, seconds, problem)
        log.info(
            "answered",
            request_id=exchange.id,
            method=method,
            route=route,
            status=exchange.status,
            duration_ms=round(seconds * 1000, 1),
            **({"error": problem} if problem else {}),
        )


class _Exchange:
    """One request and what became of it."""

    def __init__(self, scope: Scope, send: Send, proofs: str) -> None:
        self._proofs = proofs
        self.id = str(uuid4())
        self.began = time.perf_counter()
        self.status = 0
        self.method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._scope = scope
        self._send = send

    @property
    def route(self) -> str:
        """The template of the route, never the path asked for."""
        return str(getattr(self._scope.get("route"), "path", UNMATCHED))

    @property
    def problem(self) -> str | None:
        state: MutableMapping[str, Any] = self._scope.get("state", {})
        found = state.get("problem")
        return str(found) if found else None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            if "Log-Position" in headers:  # it tells of events: where each of them is proved (RFC 9652)
                headers["Link-Template"] = self._proofs
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if is_silent(self._scope):
                await next_beat(self.began)
        await self._send(message)

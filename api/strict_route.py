"""The order in which a request is looked at: token, parameters, size and type, JSON; then the route itself.

Nothing of a body is read for somebody who may not call, and nothing of it reaches pydantic before it is
strict JSON.
"""

from collections.abc import Callable, Coroutine
from typing import Final, get_args

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api import strict_json
from api.door import Door
from api.problems import Refusal
from domain.requests import Principal

LARGEST_BODY: Final = 1_572_864  # bytes: a document of 1 MB in base64, and the fields around it
PARSED_AT_ONCE: Final = 65_536  # bytes; a longer body is parsed on a thread, so that others are not held up
JSON: Final = "application/json"

Handler = Callable[[Request], Coroutine[object, object, Response]]


class OpenRoute(APIRoute):
    """A route for everybody: its parameters are looked at, nothing else."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            _check_parameters(self, request)
            return await handle(request)

        return handler


class StrictRoute(APIRoute):
    """A route for callers with a token, and its body, if it has one, strict JSON."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            request.state.principal = await principal(request)
            _check_parameters(self, request)
            if self.body_field is None:
                return await handle(request)
            return await handle(await _StrictRequest.of(request))

        return handler


class _StrictRequest(Request):
    """A request whose body was read and parsed before FastAPI asks for it."""

    _value: object

    @classmethod
    async def of(cls, request: Request) -> "_StrictRequest":
        strict = cls(request.scope, request.receive)
        check_type(request, JSON)
        body = await read(request, LARGEST_BODY)
        if not body.strip():
            raise Refusal("body-missing")
        strict._body = body
        strict._value = await _parsed(body)
        request.state.body = body
        return strict

    async def json(self) -> object:
        return self._value


async def _parsed(body: bytes) -> object:
    if len(body) <= PARSED_AT_ONCE:
        return strict_json.parse(body)
    return await run_in_threadpool(strict_json.parse, body)


async def principal(request: Request) -> Principal:
    """Who calls. Raises Refusal, as the door does."""
    door: Door = request.app.state.door
    return await door.principal(request)


def check_type(request: Request, accepted: str) -> None:
    """Raises Refusal media-type-refused."""
    told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if told != accepted or encoding != "identity":
        raise Refusal("media-type-refused", accepted=accepted)


async def read(request: Request, largest: int) -> bytes:
    """The body, without ever holding more than is accepted. Raises Refusal body-too-large."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > largest:
        raise Refusal("body-too-large", largest=largest)
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > largest:
            raise Refusal("body-too-large", largest=largest)
    return bytes(held)


def _check_parameters(route: APIRoute, request: Request) -> None:
    """A misspelt parameter would be answered with something else than was asked for, and so one of two."""
    known = _known(route.dependant)
    for name in request.query_params:
        if name not in known:
            raise Refusal("parameter-unknown", None, **_named(name))
        takes_several = list[str] in (known[name], *get_args(known[name]))
        if len(request.query_params.getlist(name)) > 1 and not takes_several:
            raise Refusal("parameter-refused", parameter=name)


def _known(dependant: Dependant) -> dict[str, object]:
    """The parameters that a route takes, or what it depends on, and their types."""
    known: dict[str, object] = {one.alias: one.field_info.annotation for one in dependant.query_params}
    for further in dependant.dependencies:
        known |= _known(further)
    return known


def _named(name: str) -> dict[str, object]:
    return {"parameter": name} if strict_json.KEY.fullmatch(name) else {}

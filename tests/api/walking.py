"""Every operation of an application, as a request that only the gate stands in the way of."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.api.served import Json

PARAMETER: Final = re.compile(r"\{(\w+)(?::\w+)?\}")
CONVERTER: Final = re.compile(r":\w+}")  # of a parameter: the description of the API leaves it out
# What a request must name beside its body; a route reads what it knows.
HEADERS: Final = {
    "If-Match": '"1"',
    "Tus-Resumable": "1.0.0",
    "Upload-Length": "4",
    "Upload-Offset": "0",
    "X-HTTP-Method-Override": "PATCH",
}
QUERY: Final = {"area": "110101"}
NOBODYS: Final = "00000000-0000-4000-8000-000000000000"  # an id that was given to nothing
NDJSON, BYTES = "application/x-ndjson", "application/offset+octet-stream"


@dataclass(frozen=True, order=True)
class Operation:
    """A method of a path, as its route was declared."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations(app: FastAPI) -> Iterator[Operation]:
    """Every one that is served, in the OpenAPI document or not."""
    for route in iter_route_contexts(app.routes):
        assert route.path and route.methods, f"{route.original_route}: no route that this test can ask"
        for method in route.methods:
            yield Operation(method, CONVERTER.sub("}", route.path))


@dataclass(frozen=True)
class Target:
    """What the requests are about: the values of path parameters, and what bodies name.

    entries: for the paths that name one: by collection, or by collection and what follows it. changes: of
    the example sent, by path.
    """

    values: Mapping[str, str]
    entries: Mapping[str, str]
    changes: Mapping[str, Json]

    def path(self, operation: Operation) -> str:
        """The address asked; for a parameter that nobody gave a value, with an id of nobody's."""
        words = operation.path.removeprefix("/v1/records/{record_id}/").split("/")
        entry = self.entries.get(f"{words[0]}/{words[-1]}") or self.entries.get(words[0], NOBODYS)
        values = {"entry_id": entry, **self.values}
        return PARAMETER.sub(lambda found: values.get(found[1], NOBODYS), operation.path)


class Asker:
    """Sends any operation to a server, as anybody."""

    def __init__(self, client: httpx.Client, document: Mapping[str, Any], target: Target) -> None:
        self.client, self.document, self.target = client, document, target

    def ask(self, operation: Operation, authorization: Mapping[str, str]) -> httpx.Response:
        """authorization: the headers that say who asks, and what for."""
        described = self.document["paths"].get(operation.path, {}).get(operation.method.lower(), {})
        required = [one["name"] for one in described.get("parameters", []) if one.get("required")]
        query = {name: QUERY[name] for name in required if name in QUERY}
        kind, body = self._body(operation, described.get("requestBody", {}).get("content", {}))
        headers = {**HEADERS, "Content-Type": kind, **authorization}
        path = self.target.path(operation)
        return self.client.request(operation.method, path, params=query, content=body, headers=headers)

    def _body(self, operation: Operation, content: Mapping[str, Any]) -> tuple[str, bytes]:
        """The documented example, about the target."""
        changes = self.target.changes.get(operation.path, {})
        if NDJSON in content:
            return NDJSON, json.dumps({**content[NDJSON]["example"], **changes}).encode() + b"\n"
        if BYTES in content:
            return BYTES, b"%PDF"
        if "application/json" not in content:
            return "application/json", b""
        examples = content["application/json"]["examples"]
        return "application/json", json.dumps({**next(iter(examples.values()))["value"], **changes}).encode()


def code(answer: httpx.Response) -> str:
    """The code of the problem answered; "" if it is none, or was asked for with HEAD."""
    is_problem = answer.headers.get("Content-Type") == "application/problem+json" and answer.content
    return str(answer.json()["type"]).removeprefix("/problems/") if is_problem else ""

"""RFC 9457 problems: the only place where errors meet HTTP.

A problem's `type` is `/problems/<code>`, stable for ever, and resolves to a page of its own. What it
says is our own text and the safe facts of the error: never a value that was sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.problem_texts import DOMAIN, EDGE, INTERNAL, Problem
from domain.errors import ContentRefused, FieldProblem, RecordError, StaleVersion
from evidence import canonical

MEDIA_TYPE: Final = "application/problem+json"
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


class Refusal(Exception):
    """A request refused at the edge, before the domain was asked. facts: safe to show."""

    def __init__(self, code: str, headers: Mapping[str, str] | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.headers = dict(headers or {})
        self.facts = facts


@dataclass(frozen=True)
class Told:
    """A problem as it will be told: which, with what facts and headers."""

    code: str
    problem: Problem
    facts: Mapping[str, object]
    headers: Mapping[str, str]

    def body(self, instance: str | None) -> dict[str, object]:
        """The problem document."""
        told: dict[str, object] = {
            "type": f"/problems/{self.code}",
            "title": self.problem.title,
            "status": self.problem.status,
            "detail": self.problem.mend,
        }
        return {**self.facts, **told, **({"instance": instance} if instance else {})}


def tell(error: RecordError | Refusal) -> Told:
    """The problem of an error. An error missing from the table is a bug and answers 500."""
    if isinstance(error, Refusal):
        edge = EDGE[error.code]
        return Told(error.code, edge, error.facts, {**_retry(edge), **error.headers})
    row = DOMAIN.get(type(error))
    if row is None:
        return Told("internal-error", INTERNAL, {}, {})
    problem = row.problem(type(error))
    headers = _retry(problem)
    if isinstance(error, StaleVersion):
        headers["ETag"] = etag(error.current)
    return Told(error.code, problem, error.facts, headers)


def respond(told: Told, request: Request) -> Response:
    """The HTTP answer of a problem."""
    request.state.problem = told.code
    headers = dict(told.headers)
    content = canonical.encode(told.body(instance(request)))
    return Response(content, told.problem.status, headers, media_type=MEDIA_TYPE)


def instance(request: Request) -> str | None:
    """The path asked for, if it can hold nothing but ids: the route's own words and UUIDs in it."""
    path = getattr(request.scope.get("route"), "path", None)
    if path is None:
        return None
    values = {name: str(value) for name, value in request.scope.get("path_params", {}).items()}
    names = PARAMETER.findall(path)
    if not all(UUID_TEXT.fullmatch(values.get(name, "")) for name in names):
        return None
    return PARAMETER.sub(lambda found: values[found[1]].lower(), path)


def etag(version: int) -> str:
    """A record's version as strong entity tag."""
    return f'"{version}"'


def below(pointer: str, refused: ContentRefused) -> ContentRefused:
    """The same refusal with its fields named from the top of the request's body."""
    problems: list[FieldProblem] = [
        {"field": pointer + one["field"], "reason": one["reason"]} for one in refused.problems
    ]
    return ContentRefused(problems, form=refused.form, edition=refused.edition)


def _retry(problem: Problem) -> dict[str, str]:
    return {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}

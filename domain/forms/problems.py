"""pydantic's refusals in our words: a JSON pointer and what is accepted there, never the value."""

import re
from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.errors import FieldProblem

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
MOST = 50  # problems reported at once
REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this form",
    "model_type": "must be an object",
    "list_type": "must be a list",
}


def problems(refusal: ValidationError) -> list[FieldProblem]:
    """One problem per refused field, in the order of the form, 50 at most."""
    errors = refusal.errors(include_url=False, include_input=False)
    return list(_distinct(_problem(error) for error in errors[:MOST]))


def _distinct(found: Iterator[FieldProblem]) -> Iterator[FieldProblem]:
    """Each problem once: many unknown names would otherwise repeat the same line."""
    seen: set[tuple[str, str]] = set()
    for problem in found:
        key = problem["field"], problem["reason"]
        if key not in seen:
            seen.add(key)
            yield problem


def _problem(error: ErrorDetails) -> FieldProblem:
    kind, where = error["type"], error["loc"]
    if kind in ("extra_forbidden", "invalid_key"):
        return _unknown(where)
    pointer = "".join(f"/{part}" for part in where)
    if kind == "refused":
        context = error["ctx"]
        return {"field": pointer + context["field"], "reason": context["reason"]}
    return {"field": pointer, "reason": REASONS.get(kind, "is not accepted")}


def _unknown(where: tuple[int | str, ...]) -> FieldProblem:
    """Names an unknown field only if it looks like one; else it may be a value in the wrong place."""
    pointer = "".join(f"/{part}" for part in where[:-1])
    name = where[-1]
    if isinstance(name, str) and NAME.fullmatch(name):
        return {"field": f"{pointer}/{name}", "reason": REASONS["extra_forbidden"]}
    return {"field": pointer, "reason": "has a field whose name is not one of [a-z][a-z0-9_]*"}

"""pydantic's refusals of a body or a parameter in our words: where, and what is accepted; never the value."""

from collections.abc import Sequence
from typing import cast

from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails

from api.problems import Refusal
from api.strict_json import KEY, pointer
from domain.errors import ContentRefused, FieldProblem, RecordError

MOST = 50  # fields named at once
ID = "an id as answered when the thing was made, a UUID: 00000000-0000-4000-8000-000000000000"
REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not a field here",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "uuid_type": "must be an id, a UUID",
    "uuid_parsing": "must be an id, a UUID",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "is not written as it must be",
    "too_long": "has too many items",
}


def refusal_of(error: RequestValidationError) -> RecordError | Refusal:
    """The refusal of a whole request."""
    errors = cast("Sequence[ErrorDetails]", error.errors())  # untyped in FastAPI
    if errors and errors[0]["loc"][0] == "path":
        return Refusal("no-such-address", parameter=str(errors[0]["loc"][1]), accepts=ID)
    if errors and errors[0]["loc"][0] == "query":
        return Refusal("parameter-refused", parameter=str(errors[0]["loc"][1]))
    return content_refused(errors, within=1)


def content_refused(errors: Sequence[ErrorDetails], within: int = 0) -> ContentRefused:
    """One problem per refused field. within: how many leading parts of its place are not the body's."""
    return ContentRefused([_problem(one, within) for one in errors[:MOST]])


def _problem(error: ErrorDetails, within: int) -> FieldProblem:
    where = [str(part) for part in error["loc"][within:]]
    if error["type"] == "refused":  # a rule of ours, which says what it accepts
        context = error["ctx"]
        return {"field": pointer(where) + context["field"], "reason": context["reason"]}
    if error["type"] == "extra_forbidden" and not KEY.fullmatch(where[-1]):
        return {
            "field": pointer(where[:-1]),
            "reason": "has a field whose name is not one of [a-z][a-z0-9_]*",
        }
    return {"field": pointer(where), "reason": REASONS.get(error["type"], "is not accepted")}

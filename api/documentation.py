"""What the OpenAPI document says beyond the routes themselves: examples from the forms, problems, headers."""

from datetime import datetime
from typing import Any, Final

from api.answer_models import ProblemOut
from api.problems import MEDIA_TYPE
from domain import forms
from domain.entries import FORMS
from domain.time import CHINA

Documented = dict[int | str, dict[str, Any]]  # FastAPI's own type of `responses`

COMMON: Final = {
    400: "A header, a parameter or the JSON is not acceptable.",
    401: "No token, or one that is not accepted.",
    403: "The caller is not known here, or may not do this for this purpose.",
    404: "Not there, or not for this caller: deliberately the same answer.",
    503: "Nothing was stored; send the same request again.",
}
WRITING: Final = {
    409: "The record stands against it.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The content is refused, naming fields and never values.",
}
DECIDED: Final = {
    412: "The record has changed since the version named.",
    428: "If-Match is missing.",
}


def problems(*tables: dict[int, str]) -> Documented:
    """The problem answers of a route."""
    said = {status: text for table in tables for status, text in table.items()}
    schema = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    return {
        status: {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, text in sorted(said.items())
    }


def body_examples(examples: dict[str, object]) -> dict[str, Any]:
    """The request's body with examples by name."""
    values = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"content": {"application/json": {"examples": values}}}}


def entry_examples(kind: str) -> dict[str, object]:
    """A whole request for each form a collection takes."""
    today = datetime.now(CHINA).date()
    return {
        name: {
            "occurred_at": "2026-06-01T09:30:00+08:00",
            "form": name,
            "content": forms.current(name, today).example,
        }
        for name in FORMS[kind]
    }


def record_example() -> dict[str, object]:
    """A whole request for a new record."""
    return {
        "channel": "visit",
        "occurred_at": "2026-06-01T09:30:00+08:00",
        "documents": [{"kind": "identity-card", "number": "11010519491231002X"}],
        "consent": {"by": "resident"},
    }


def batch_body() -> dict[str, Any]:
    """The body of a batch: NDJSON, an object a line."""
    line = {
        "key": "tablet-7/000123",
        "record": "00000000-0000-4000-8000-000000000000",
        "collection": "allergies",
        "occurred_at": "2026-06-01T09:30:00+08:00",
        "content": forms.current("allergy", datetime.now(CHINA).date()).example,
    }
    return {"requestBody": {"required": True, "content": {"application/x-ndjson": {"example": line}}}}


def complete(document: dict[str, Any]) -> None:
    """Name what a problem looks like, and take out the framework's own, which is never sent."""
    schemas = document["components"]["schemas"]
    schemas["ProblemOut"] = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schemas["ProblemOut"].pop("$defs", {}))
    for operation in (one for path in document["paths"].values() for one in path.values()):
        told = operation["responses"].get("422", {})
        if "HTTPValidationError" in str(told):
            del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)

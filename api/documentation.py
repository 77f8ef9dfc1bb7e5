"""What the OpenAPI document says beyond the routes themselves: examples from the forms, problems, headers."""

from datetime import datetime
from typing import Any, Final

from api.answer_models import ProblemOut
from api.problems import MEDIA_TYPE
from domain import forms
from domain.access import POLICY
from domain.entries import FORMS
from domain.time import CHINA

Documented = dict[int | str, dict[str, Any]]  # FastAPI's own type of `responses`

COMMON: Final = {
    400: "A header, a parameter or the JSON is not acceptable.",
    401: "No token, or one that is not accepted.",
    403: "The caller is not known here, or may not do this for this purpose.",
    404: "Not there, or not for this caller: deliberately the same answer.",
    410: "The record was erased by legal order.",
    429: "Too many tokens of this caller were refused; one that is accepted is never held up.",
    503: "Away or busy; whether it was stored may be in doubt. Send it again under the same Idempotency-Key: "
    "if it was stored you get the first answer.",
}
OPEN: Final = {400: "A parameter that is not known here."}
FOUND: Final = {404: "There is nothing of that name."}
WRITING: Final = {
    409: "The record stands against it.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The content is refused, naming fields and never values.",
}
DECIDED: Final = {
    412: "The record has changed since the version named.",
    428: "If-Match is missing; it is needed here.",
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


def sequel_example(form: str) -> dict[str, object]:
    """A whole request for what follows an entry."""
    content = forms.current(form, datetime.now(CHINA).date()).example
    return {"occurred_at": "2026-06-01T10:00:00+08:00", "content": content}


def record_example() -> dict[str, object]:
    """A whole request for a new record."""
    return {
        "channel": "visit",
        "occurred_at": "2026-06-01T09:30:00+08:00",
        "documents": [{"kind": "identity-card", "number": "11010519491231002X"}],
        "consent": {"by": "resident"},
    }


ID: Final = "00000000-0000-4000-8000-000000000000"


def change_examples() -> dict[str, dict[str, object]]:
    """A whole request for each change of what is there, by the last word of its path."""
    at = "2026-06-02T10:00:00+08:00"
    content = forms.current("allergy", datetime.now(CHINA).date()).example
    return {
        "corrections": {
            "entry": ID,
            "reason": "typed for the wrong drug",
            "occurred_at": at,
            "content": content,
        },
        "retractions": {"entry": ID, "reason": "belongs to another resident"},
        "filings": {"occurred_at": at, "entries": [ID]},
        "misfilings": {"entry": ID, "reason": "of a resident of the same name", "to": ID},
        "unlinkings": {"link": ID, "reason": "the card of a resident of the same name"},
        "mergings": {"into": ID, "reason": "opened twice: once under a temporary identity"},
        "unmergings": {"into": ID, "reason": "two residents of the same name after all"},
        "consents": {"by": "resident", "occurred_at": "2026-06-02"},
        "registration-refusals": {"by": "resident", "occurred_at": "2026-06-02", "reason": "no wish for one"},
        "contributions": {
            "find": {"kind": "card", "value": "SL-2026-000117"},
            "collection": "allergies",
            "occurred_at": at,
            "content": content,
        },
        "closing": {"reason": "moved-out", "occurred_at": "2026-06-02", "note": "to another county"},
        "reopening": {"reason": "came back"},
        "erasures": {"order": ID},
        "licences": {
            "practitioner": ID,
            "licence": {"kind": "医师执业证书", "number": "110110000000001", "until": "2031-06-30"},
        },
        "leavings": {"practitioner": ID, "since": "2026-06-30"},
        "roles": {"practitioner": ID, "role": "record-manager", "until": "2026-12-31"},
        "guidance": {"by": ID},
        "role-endings": {"practitioner": ID, "role": "record-manager"},
    }


def change_example(name: str) -> dict[str, Any]:
    """The body of such a request."""
    return body_examples({name: change_examples()[name]})


def batch_body() -> dict[str, Any]:
    """The body of a batch: NDJSON, an object a line."""
    line = {
        "key": "tablet-7/000123",
        "record": ID,
        "collection": "allergies",
        "occurred_at": "2026-06-01T09:30:00+08:00",
        "content": forms.current("allergy", datetime.now(CHINA).date()).example,
    }
    return {"requestBody": {"required": True, "content": {"application/x-ndjson": {"example": line}}}}


def purposes() -> str:
    """Every purpose of use, and the roles for which some rule of the policy in force allows it."""
    return "What the request is for. " + "; ".join(
        f"{purpose}: {', '.join(_roles(purpose)) or 'nobody yet'}" for purpose in POLICY.purposes
    )


def _roles(purpose: str) -> list[str]:
    allowing = [rule for rule in POLICY.rules if rule.effect == "allow" and purpose in rule.purposes]
    return list(dict.fromkeys(role for rule in allowing for role in rule.roles))


def _complete_header(parameter: dict[str, Any]) -> None:
    """What is required and accepted of our headers: missing, they have problems of their own."""
    if parameter["name"] == "Purpose-Of-Use":
        parameter["required"] = True
        parameter["description"] = purposes()
        parameter["schema"] = {"type": "string", "enum": list(POLICY.purposes)}
    if parameter["name"] == "If-Match":
        parameter["required"] = True
        parameter["schema"] = {"type": "string", "examples": ['"7"']}


def complete(document: dict[str, Any]) -> None:
    """Name what a problem looks like and which headers are required; take out what is never sent."""
    schemas = document["components"]["schemas"]
    schemas["ProblemOut"] = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schemas["ProblemOut"].pop("$defs", {}))
    for operation in (one for path in document["paths"].values() for one in path.values()):
        for parameter in operation.get("parameters", []):
            _complete_header(parameter)
        told = operation["responses"].get("422", {})
        if "HTTPValidationError" in str(told):
            del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)

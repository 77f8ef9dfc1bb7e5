"""The forms that entries are written on: what they check, by edition, with an example."""

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answers import JSON
from api.documentation import FOUND, OPEN, problems
from api.problems import Refusal
from api.strict_route import OpenRoute
from domain import forms
from domain.entries import FORMS
from domain.forms import Form, FormUnknown
from domain.time import CHINA

router = APIRouter(route_class=OpenRoute, tags=["forms"], prefix="/v1/forms")


@router.get("", response_model=dict[str, list[dict[str, object]]], responses=problems(OPEN))
def listed() -> Response:
    """Every form and edition, and the collections that take it."""
    return _told({"forms": [_headed(form) for form in forms.registry]})


@router.get("/{name}", response_model=dict[str, object], responses=problems(OPEN, FOUND))
def shown(
    name: str, edition: Annotated[str | None, Query(description="else the one in force today")] = None
) -> Response:
    """One form: its JSON schema, all that it checks, an example, and the digest written into every entry."""
    form = _form(name, edition)
    return _told(
        {
            **_headed(form),
            "rules": form.description["rules"],
            "json_schema": form.json_schema(),
            "example": form.example,
        }
    )


def _form(name: str, edition: str | None) -> Form:
    try:
        return forms.get(name, edition) if edition else forms.current(name, datetime.now(CHINA).date())
    except FormUnknown:
        raise Refusal("no-such-address", accepts="a form and edition that GET /v1/forms lists") from None


def _headed(form: Form) -> dict[str, object]:
    return {
        **form.ref,
        "title": form.title,
        "source": form.source,
        "valid_from": form.valid_from.isoformat(),
        "collections": [kind for kind, names in FORMS.items() if form.name in names],
    }


def _told(content: dict[str, object]) -> Response:
    """JSON Schema has keys such as `$ref`, which lie outside the canonical profile."""
    return Response(orjson.dumps(content), media_type=JSON)

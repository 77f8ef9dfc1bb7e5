"""The codes that records are written in: value sets by edition and regions by revision, for everybody."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.answers import told
from api.documentation import FOUND, OPEN, problems
from api.problems import Refusal
from api.strict_route import OpenRoute
from domain import regions
from domain.scalars import Day
from domain.time import CHINA
from domain.value_sets import Edition, ValueSet, value_sets

router = APIRouter(route_class=OpenRoute, tags=["codes"], prefix="/v1")
DAY = Day()


@router.get("/value-sets", response_model=dict[str, list[dict[str, object]]], responses=problems(OPEN))
def listed() -> Response:
    """Every value set with its editions: the code systems known here, and what forms let choose from."""
    every = value_sets().values()
    return told(
        {"value_sets": [{**_headed(one), "editions": [*map(_edition, one.editions)]} for one in every]}
    )


@router.get("/value-sets/{name}", response_model=dict[str, object], responses=problems(OPEN, FOUND))
def shown(name: str) -> Response:
    """One value set: each edition with its source and codes; without codes only their shape is checked."""
    one = value_sets().get(name)
    if one is None:
        raise Refusal("no-such-address", accepts="a name that GET /v1/value-sets lists")
    editions = [{**_edition(edition), "codes": _codes(edition)} for edition in one.editions]
    return told({**_headed(one), "editions": editions})


@router.get("/regions/{code}", response_model=dict[str, object], responses=problems(OPEN, FOUND))
def region(
    code: str, on: Annotated[str | None, Query(description="a day, YYYY-MM-DD; else today")] = None
) -> Response:
    """A province, city or county as the revision of GB/T 2260 of that day has it, and what became of it."""
    if code not in regions.table():
        raise Refusal("no-such-address", accepts="six digits of GB/T 2260, of a county, city or province")
    day = _day(on)
    names = [
        {"name": one.name, "since": one.since, **({"until": one.until} if one.until else {})}
        for one in regions.table()[code]
    ]
    return told(
        {
            "code": code,
            "revision": regions.revision_on(day),
            "existed": regions.existed(code, day),
            "names": regions.names_of(code, day),
            "history": names,
            "successors": list(regions.successors(code)),
        }
    )


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(CHINA).date()
    if not DAY.allows(text):
        raise Refusal("parameter-refused", parameter="on", accepts=DAY.accepts)
    return date.fromisoformat(text)


def _headed(one: ValueSet) -> dict[str, object]:
    says = {"code_is": one.says} if one.says else {}
    return {"name": one.name, "title": one.title, "systems": list(one.systems), **says}


def _edition(one: Edition) -> dict[str, object]:
    return {
        "edition": one.edition,
        "valid_from": one.valid_from.isoformat(),
        "source": one.source,
        "forms": list(one.forms),
    }


def _codes(one: Edition) -> list[dict[str, object]]:
    """Each code with its display and, where a form offers it, the value written there."""
    values = {code: value for value, code in one.values.items()}
    return [
        {"code": code, "display": display, **({"value": values[code]} if code in values else {})}
        for code, display in one.codes.items()
    ]

"""What each problem means: the page that a problem's type resolves to."""

from fastapi import APIRouter
from starlette.responses import Response

from api.answers import told
from api.problem_texts import explanations
from api.problems import Refusal
from api.strict_route import OpenRoute

router = APIRouter(route_class=OpenRoute, tags=["problems"])


@router.get("/problems", response_model=dict[str, list[str]])
async def listed() -> Response:
    """Every problem there is."""
    return told({"problems": sorted(explanations())})


@router.get("/problems/{code}", response_model=dict[str, object])
async def explained(code: str) -> Response:
    """What a problem means and how to mend it."""
    problem = explanations().get(code)
    if problem is None:
        raise Refusal("no-such-address")
    told_so = {"type": f"/problems/{code}", "status": problem.status, "title": problem.title}
    return told({**told_so, "detail": problem.mend})

"""What each problem means: the page that a problem's type resolves to."""

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import ProblemExplained
from api.answers import told
from api.documentation import FOUND, OPEN, problems
from api.problem_texts import explanations
from api.problems import Refusal
from api.strict_route import OpenRoute

router = APIRouter(route_class=OpenRoute, tags=["problems"])


@router.get("/problems", response_model=dict[str, list[str]], responses=problems(OPEN))
async def listed() -> Response:
    """Every problem there is."""
    return told({"problems": sorted(explanations())})


@router.get("/problems/{code}", response_model=ProblemExplained, responses=problems(OPEN, FOUND))
async def explained(code: str) -> Response:
    """What a problem means, its status, and how to mend it."""
    problem = explanations().get(code)
    if problem is None:
        raise Refusal("no-such-address", accepts="a problem that GET /problems lists")
    return told(
        {
            "type": f"/problems/{code}",
            "status": problem.status,
            "title": problem.title,
            "meaning": problem.meaning,
            "detail": problem.mend,
        }
    )

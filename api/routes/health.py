"""Whether the process lives, whether it can serve, and what it counts."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import told
from api.documentation import problems
from api.metrics import Metrics
from api.problems import Refusal
from api.readiness import OK, Readiness
from api.strict_route import OpenRoute

router = APIRouter(route_class=OpenRoute, tags=["operation"])


@router.get("/healthz", response_model=dict[str, str])
async def healthz() -> Response:
    """The process lives."""
    return told({"status": "alive"})


@router.get(
    "/readyz", response_model=dict[str, object], responses=problems({503: "Not ready; checks says why."})
)
def readyz(request: Request) -> Response:
    """The database answers, clocks agree, keys can be read, no fence stands: a command would be stored.

    Asked once a second at most; in between the last answer is given again.
    """
    held: Readiness = request.app.state.readiness
    found = held.checks()
    if any(said != OK for said in found.values()):
        raise Refusal("not-ready", checks=found)
    return told({"status": "ready", "checks": found})


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Counters in Prometheus' text format."""
    held: Metrics = request.app.state.metrics
    return Response(held.text(), media_type="text/plain; version=0.0.4")

"""The documentation, for people."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.docs_page import page
from api.strict_route import OpenRoute

router = APIRouter(route_class=OpenRoute, tags=["documentation"], include_in_schema=False)


@router.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Every route with its fields, examples and problems."""
    return HTMLResponse(page(request.app.openapi()))

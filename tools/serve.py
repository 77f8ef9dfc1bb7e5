"""`lifelong serve`: the API, in this process or in several."""

import socket
from contextlib import ExitStack

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from api import logs
from api.app import create_app, from_environment
from api.auth import Tokens
from api.service import open_service
from store.database import open_database
from store.settings import Settings
from store.settling import settle
from tools.beside import views
from tools.listening import address, configure, listen, serve
from tools.output import USAGE, CommandFailed, say
from tools.runtime import stop_in_order


def application() -> FastAPI:
    """What each of several workers serves: set up from the environment, then settled for a long life."""
    app = from_environment()
    settle()
    return app


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until SIGINT or SIGTERM. Raises CommandFailed naming every setting that is missing."""
    _demand_an_issuer(settings)
    stop_in_order()
    with ExitStack() as stack:
        listening = stack.enter_context(listen(host, port))
        at = address(host, listening)
        if workers > 1:
            Tokens.from_settings(settings)  # a wrong setting is told once, not by every worker
            database = stack.enter_context(open_database(settings))  # ours, so that workers may come and go
            stack.enter_context(views(settings, database))
            say(f"serving on {at} with {workers} workers; Ctrl-C stops")
            supervise(configure("tools.serve:application", workers=workers), listening)
            return
        logs.take_over()
        service = stack.enter_context(open_service(settings))
        stack.enter_context(views(settings, service.database))
        app = create_app(service)
        settle()
        say(f"serving on {at}; Ctrl-C stops")
        serve(configure(app), listening)


def _demand_an_issuer(settings: Settings) -> None:
    needed = {
        "LIFELONG_OIDC_ISSUER": settings.oidc_issuer,
        "LIFELONG_OIDC_AUDIENCE": settings.oidc_audience,
    }
    missing = [variable for variable, value in needed.items() if not value]
    if missing:
        raise CommandFailed(f"not set, and needed to validate tokens: {', '.join(missing)}", USAGE)


def supervise(config: uvicorn.Config, listening: socket.socket) -> None:
    """Run several processes until stopped; one that ends is started again."""
    Multiprocess(config, sockets=[listening]).run()

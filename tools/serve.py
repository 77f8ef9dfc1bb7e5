"""`lifelong serve`: the API, in this process or in several."""

import os
import socket
from contextlib import ExitStack, suppress

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from api import logs
from api.app import create_app, from_environment
from api.auth import Tokens
from api.service import open_service
from store.database import open_database
from store.settings import Settings
from tools.beside import views
from tools.output import UNAVAILABLE, USAGE, CommandFailed, say
from tools.runtime import settle, stop_in_order

BACKLOG = 2048
DRAIN_S = 20  # how long running requests may go on after the signal to stop


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, before anything else is started. Raises CommandFailed when the port is taken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise CommandFailed(
            f"cannot listen on {host} port {port}: {reason}; choose another with --port or LIFELONG_PORT",
            UNAVAILABLE,
        ) from None


def address(host: str, listening: socket.socket) -> str:
    """Where it can be reached, as the beginning of a URL."""
    named = f"[{host}]" if ":" in host else host
    return f"http://{named}:{listening.getsockname()[1]}"


def application() -> FastAPI:
    """What each of several workers serves: set up from the environment, then settled for a long life."""
    app = from_environment()
    settle()
    return app


def configure(app: Starlette | str, *, workers: int | None = None) -> uvicorn.Config:
    """Logs carry no addresses: requests are counted in /metrics instead."""
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        log_config=None,  # api.logs has taken over
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who is believed about addresses is a setting of ours: api.addresses
        timeout_graceful_shutdown=DRAIN_S,
    )


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


def serve(config: uvicorn.Config, listening: socket.socket) -> None:
    """Run in this process until stopped. Raises CommandFailed if the application did not start."""
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # uvicorn has stopped in order and passes the signal on
        server.run(sockets=[listening])
    if not server.started:
        raise CommandFailed("the application did not start", UNAVAILABLE)


def supervise(config: uvicorn.Config, listening: socket.socket) -> None:
    """Run several processes until stopped; one that ends is started again."""
    Multiprocess(config, sockets=[listening]).run()

"""`lifelong serve`: the API, in this process or in several."""

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import uvicorn

from store.database import open_database
from store.settings import Settings
from tools.output import UNAVAILABLE, CommandFailed, say
from tools.runtime import settle

if TYPE_CHECKING:
    from fastapi import FastAPI

BACKLOG = 2048
DRAIN_S = 20  # how long running requests may go on after the signal to stop


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, before anything else is started. Raises CommandFailed when the port is taken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = f"{host}:{port} cannot be listened on: {error.strerror or error}"
        raise CommandFailed(f"{reason}; choose another port with --port", UNAVAILABLE) from None


def application() -> "FastAPI":
    """What each process serves: set up from the environment, then settled for a long life."""
    from api.app import from_environment  # here: the parent of several workers does not need it

    app = from_environment()
    settle()
    return app


def configure(app: "FastAPI | str", *, workers: int | None = None) -> uvicorn.Config:
    """Logs carry no addresses: requests are counted in /metrics instead."""
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
    )


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    with ExitStack() as stack:
        listening = stack.enter_context(listen(host, port))
        # The server is this process's, so that workers may come and go without it.
        stack.enter_context(open_database(settings))
        say(f"serving on http://{host}:{listening.getsockname()[1]} with {workers} worker(s); Ctrl-C stops")
        serve(configure("tools.serve:application", workers=workers), listening)


def serve(config: uvicorn.Config, listening: socket.socket) -> None:
    """Run until stopped. Raises CommandFailed if the application did not start."""
    if config.workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, target=uvicorn.Server(config).run, sockets=[listening]).run()
        return
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # uvicorn has stopped in order and passes the signal on
    if not server.started:
        raise CommandFailed("the application did not start", UNAVAILABLE)

"""A port, and an application served on it until stopped. Nothing of what is served is loaded here."""

import os
import socket
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

from tools.output import UNAVAILABLE, CommandFailed

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


def serve(config: uvicorn.Config, listening: socket.socket) -> None:
    """Run in this process until stopped. Raises CommandFailed if the application did not start."""
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # uvicorn has stopped in order and passes the signal on
        server.run(sockets=[listening])
    if not server.started:
        raise CommandFailed("the application did not start", UNAVAILABLE)

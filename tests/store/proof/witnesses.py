"""Witnesses of the tests: real ones behind a real port, in this process."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evidence import trust
from evidence.note import Verifier
from evidence.signing import Cosigner
from evidence.trust import Trust
from evidence.witness import Witness
from evidence.witness_state import WitnessState
from tools.witness import application


@dataclass
class Running:
    """One witness at work. url: where checkpoints are added."""

    verifier: Verifier
    url: str
    state: WitnessState


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """The application on a port of its own; the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def running(folder: Path, number: int, origin: str, verifiers: Sequence[Verifier]) -> Iterator[Running]:
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    cosigner = Cosigner(f"witness.example/w{number}", key, lambda: int(time.time()))
    with ExitStack() as stack:
        state = stack.enter_context(closing(WitnessState(folder / f"w{number}.sqlite")))
        witness = Witness([cosigner], {origin: verifiers}, state)
        url = stack.enter_context(serving(application(witness, state)))
        yield Running(cosigner.verifier, url, state)


Answering = Callable[[bytes], Response]


def answering(answer: Answering) -> Starlette:
    """Something that is no witness and answers whatever it likes."""

    async def add_checkpoint(request: Request) -> Response:
        return answer(await request.body())

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])


def policy(log: Sequence[Verifier], witnesses: Sequence[tuple[Verifier, str]], quorum: int) -> Trust:
    """The witnesses, of which so many must sign."""
    names = [f"w{at}" for at in range(len(witnesses))]
    lines = [f"log {one}" for one in log]
    lines += [f"witness {name} {key} {url}" for name, (key, url) in zip(names, witnesses, strict=True)]
    lines += [f"group all-of-them {quorum} {' '.join(names)}", "quorum all-of-them"]
    return trust.parse("\n".join(lines).encode())

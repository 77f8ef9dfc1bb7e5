"""`lifelong witness`: a small server of its own that signs what other people's logs may not take back.

Run by an auditor or another institution, on a machine of theirs: it needs no database and no Lifelong beside
it, only its state and its keys, which go together. One that lost its state is retired, not started anew.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from evidence.errors import ProofError
from evidence.note import Verifier
from evidence.signing import Cosigner, LineSigner, MlDsaSigner
from evidence.witness import LARGEST_REQUEST, Witness
from evidence.witness_state import WitnessState
from store.proof.keys import now
from tools.listening import address, configure, listen, serve
from tools.output import UNAVAILABLE, USAGE, CommandFailed, say

SEED = 32
KEY, STATE = "key", "state.sqlite"


def run(*, folder: Path, name: str, logs: Sequence[str], host: str, port: int) -> None:
    """Serve until stopped. logs: verifier keys, several for a log that signs by several."""
    refuse_without_memory(folder)
    with listen(host, port) as listening, closing(WitnessState(folder / STATE)) as state:
        signers = keys(folder, name)
        say(f"witnessing on {address(host, listening)}; keys, for other people's policies:")
        for one in signers:
            print(one.verifier, flush=True)
        serve(configure(application(Witness(signers, known(logs), state), state)), listening)


def refuse_without_memory(folder: Path) -> None:
    """Raises CommandFailed for keys whose state is gone: what they signed is forgotten, and must not fork."""
    state = folder / STATE
    if (folder / KEY).exists() and not (state.exists() and state.stat().st_size):
        raise CommandFailed(
            f"{folder / STATE} is lost: this witness does not know any more what it signed. Retire it, and "
            "begin another one in another folder, whose keys others have to be told",
            UNAVAILABLE,
        )


def keys(folder: Path, name: str) -> tuple[LineSigner, LineSigner]:
    """The witness's two keys, made at first use: a file that nobody else may read."""
    path = folder / KEY
    if not path.exists():
        _begin(path)
    seeds = path.read_bytes()
    if len(seeds) != 2 * SEED:
        raise CommandFailed(f"{path}: expected the {2 * SEED} bytes of a witness's keys", USAGE)
    try:
        return (
            Cosigner(name, Ed25519PrivateKey.from_private_bytes(seeds[:SEED]), now),
            MlDsaSigner(name, MLDSA44PrivateKey.from_seed_bytes(seeds[SEED:]), now),
        )
    except ValueError as wrong:
        raise CommandFailed(f"--name: {wrong}", USAGE) from None


def _begin(path: Path) -> None:
    """Make the file, whole or not at all; one that somebody else made meanwhile stays."""
    beside = path.with_name(f"{KEY}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(os.urandom(2 * SEED))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(beside)
    beside.unlink()


def known(vkeys: Sequence[str]) -> Mapping[str, Sequence[Verifier]]:
    """The keys by the origin of their log. Raises CommandFailed."""
    found: dict[str, list[Verifier]] = {}
    for vkey in vkeys:
        try:
            verifier = Verifier.parse(vkey)
        except ProofError as wrong:
            raise CommandFailed(f"--log: {wrong}", USAGE) from None
        found.setdefault(verifier.name, []).append(verifier)
    return found


def application(witness: Witness, state: WitnessState) -> Starlette:
    """add-checkpoint, and what the witness knows: which logs, how far, and what it refused."""

    async def add_checkpoint(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("a request of more bytes than a checkpoint needs\n", status_code=413)
        answer = await run_in_threadpool(witness.add_checkpoint, body)
        return Response(answer.body, answer.status, media_type=answer.content_type)

    async def logs(request: Request) -> Response:
        told = await run_in_threadpool(state.logs)
        return JSONResponse([{"origin": origin, "size": size, "at": at} for origin, size, at in told])

    async def refusals(request: Request) -> Response:
        told = await run_in_threadpool(state.refused)
        return JSONResponse(
            [
                {
                    "origin": one.origin,
                    "reason": one.reason,
                    "offered": one.offered.decode(),
                    "held": one.held.decode(),
                    "at": one.at,
                }
                for one in told
            ]
        )

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/logs", logs),
            Route("/refusals", refusals),
        ]
    )


async def _body(request: Request) -> bytes | None:
    """What was sent; None if it is more than any checkpoint needs."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_REQUEST:
            return None
    return body

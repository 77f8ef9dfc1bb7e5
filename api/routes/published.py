"""What is public of a log: its checkpoint, its tiles, its keys, and the proof of any event by its position.

Hashes and signatures only: whoever knows an event's leaf hash, from a receipt or an audit trail, shows by
them that it stands where it was said to stand, without asking us.
"""

import re
from datetime import datetime

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from api.answer_models import KeysOut
from api.deps import ServiceDep
from api.documentation import FOUND, OPEN, problems
from api.problems import Refusal
from api.service import Service
from api.strict_route import OpenRoute
from evidence import canonical
from evidence.tiles import WIDTH, TileId
from store import clock
from store.proof.key_history import key_history

router = APIRouter(route_class=OpenRoute, tags=["log"], prefix="/v1/logs/{log_no}")
PROBLEMS = problems(OPEN, FOUND)
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-cache"
TILE = re.compile(
    r"([0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)
POSITION = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


@router.get("/checkpoint", response_class=PlainTextResponse, responses=PROBLEMS)
async def checkpoint(log_no: str, service: ServiceDep) -> Response:
    """The newest checkpoint (C2SP tlog-checkpoint): a note signed by the log, and cosigned by witnesses."""
    note = await run_in_threadpool(_ours(log_no, service).published.checkpoint)
    if note is None:
        raise Refusal("not-published-yet")
    return PlainTextResponse(note, headers={"Cache-Control": NEVER})


@router.get("/tile/{path:path}", response_class=Response, responses=PROBLEMS)
async def tile(log_no: str, path: str, service: ServiceDep) -> Response:
    """A tile of the tree (C2SP tlog-tiles): up to 256 hashes of 32 bytes. A full one never changes."""
    asked = _tile(path)
    data = await run_in_threadpool(_ours(log_no, service).published.tile, asked) if asked else None
    if data is None:
        raise Refusal("no-such-address")
    return Response(data, media_type="application/octet-stream", headers={"Cache-Control": FOREVER})


@router.get("/proofs/{position}", response_class=PlainTextResponse, responses=PROBLEMS)
async def proof(log_no: str, position: str, service: ServiceDep) -> Response:
    """The proof (C2SP tlog-proof) that the event at a position is in the newest public tree.

    404 with Retry-After while it is not there yet.
    """
    if not POSITION.fullmatch(position):
        raise Refusal("no-such-address")
    found = await run_in_threadpool(_ours(log_no, service).published.proof, int(position))
    if found is None:
        raise Refusal("not-published-yet")
    return PlainTextResponse(found.encode(), headers={"Cache-Control": NEVER})


@router.get("/keys", response_class=PlainTextResponse, responses=PROBLEMS)
async def keys(log_no: str, service: ServiceDep) -> Response:
    """The verifier keys of the log's checkpoints, receipts and evidence packages, one a line (C2SP vkey).

    Those that sign now first, then those that did (keys/history). Get them by a second path, too: who can
    change what we say here could change these.
    """
    terms = await run_in_threadpool(lambda: list(key_history(_ours(log_no, service).opened)))
    newest_first = sorted(terms, key=lambda one: one.until is not None)
    told = "".join(f"{vkey}\n" for one in newest_first for vkey in one.verifiers)
    return PlainTextResponse(told, headers={"Cache-Control": NEVER})


@router.get("/keys/history", response_model=list[KeysOut], responses=PROBLEMS)
async def history(log_no: str, service: ServiceDep) -> Response:
    """Which keys sign and signed the log's checkpoints, receipts and packages, from when to when.

    Each change is an event of the log, signed by the old keys and the new ones.
    """
    terms = await run_in_threadpool(lambda: list(key_history(_ours(log_no, service).opened)))
    told = [
        {
            "purpose": one.purpose,
            "generation": one.generation,
            "vkeys": [str(verifier) for verifier in one.verifiers],
            "since": _text(one.since),
            "until": _text(one.until),
        }
        for one in terms
    ]
    return Response(canonical.encode(told), media_type="application/json", headers={"Cache-Control": NEVER})


def _text(instant: datetime | None) -> str | None:
    return clock.text(clock.from_datetime(instant)) if instant else None


def _ours(log_no: str, service: Service) -> Service:
    if log_no != str(service.opened.log_no):
        raise Refusal("no-such-address")
    return service


def _tile(path: str) -> TileId | None:
    """The tile that a path names; None if it is written in another way than the specification's."""
    found = TILE.fullmatch(path)
    if found is None:
        return None
    width = int(found[3]) if found[3] else WIDTH
    asked = TileId(int(found[1]), int(re.sub("[x/]", "", found[2])), width)
    is_partial = (width < WIDTH) == bool(found[3])
    return asked if is_partial and asked.path == f"tile/{path}" else None

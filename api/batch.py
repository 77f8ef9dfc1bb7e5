"""A batch: lines read as they arrive, decided in parallel, answered in order.

Upload and answer do not wait for each other: a client may send everything before it reads anything. What
it has not read yet lies in a file, so that no batch takes more memory than a chunk of lines.
What has arrived whole is done even if the connection breaks; a line cut off in the middle is not.
"""

from asyncio import Task, create_task
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Final, ParamSpec, Self, TypeAlias, TypeVar

import anyio
import anyio.to_thread
from pydantic import Field, ValidationError, model_validator
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api import strict_json
from api.adding import add, follow, worth_a_look
from api.answers import kept
from api.deps import KEY_PATTERN, request_key
from api.logs import frames, log
from api.models import EntryIn, Id, SequelIn, Word, coded
from api.problem_texts import INTERNAL
from api.problems import Refusal, Told, tell
from api.service import Service
from api.spool import Spool
from api.strict_route import LARGEST_BODY
from api.validation import content_refused
from domain.entries import KINDS
from domain.errors import RecordError
from domain.ports import Answer
from domain.requests import Request
from domain.scalars import refused
from domain.sequels import ANY
from evidence import canonical

NDJSON: Final = "application/x-ndjson"
CHUNK: Final = 512  # lines decided together, so that the group commit has something to group
SIDE_BY_SIDE: Final = 16  # threads of all batches together; the other callers keep theirs
MOST_LINES: Final = 50_000
LARGEST_CHUNK: Final = 16_777_216  # bytes

Result = dict[str, object]
P = ParamSpec("P")
T = TypeVar("T")


class LineIn(EntryIn):
    """An entry or what follows one, where it belongs, and the key under which it may be sent again."""

    key: Annotated[
        str, Field(pattern=KEY_PATTERN, description="unlike any other of yours: its Idempotency-Key")
    ]
    record: Id
    collection: Annotated[str, Field(max_length=40), coded((*KINDS, ANY))]
    follows: Id | None = Field(None, description="the entry that this follows; with sequel")
    sequel: Word | None = Field(None, description="what follows the entry, as in the address of its route")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.follows is None) != (self.sequel is None):
            missing = "/sequel" if self.follows else "/follows"
            raise refused("must be given, since the other of follows and sequel is", missing)
        return self

    def following(self) -> SequelIn:
        """The line as the body of the sequel's own route."""
        return SequelIn.model_validate(self.model_dump(include=set(SequelIn.model_fields)))


@dataclass(frozen=True)
class Line:
    """One line as it arrived, counted from 1; or why it was not even read."""

    number: int
    text: bytes
    refusal: Refusal | None = None


Groups: TypeAlias = "deque[list[tuple[Line, LineIn | Told]]]"


class Duplex(StreamingResponse):
    """An answer that streams while the request is still being read.

    The library's own listens for a disconnect beside it, and would swallow pieces of the upload.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


class Batch:
    """One upload by one caller for one purpose. threads: shared with all other batches."""

    def __init__(self, service: Service, asking: Request, threads: anyio.CapacityLimiter) -> None:
        self._service = service
        self._asking = asking
        self._threads = threads

    async def results(self, upload: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The result lines, in the order of the lines."""
        with Spool(self._service.settings.data) as done:
            work = create_task(self._work(upload, done))
            try:
                async for piece in done.pieces():
                    yield piece
                await work
            finally:
                await _finish(work)

    async def _work(self, upload: AsyncIterator[bytes], done: Spool) -> None:
        """Decide chunk by chunk; what has arrived is done although nobody may read the results any more."""
        try:
            async for lines in _chunks(_lines(upload)):
                results = await self._decide(lines)
                done.put(b"".join(canonical.encode(result) + b"\n" for result in results))
        finally:
            done.end()

    async def _decide(self, lines: Sequence[Line]) -> list[Result]:
        """Lines for one record one after the other, records side by side."""
        read = await self._in_thread(self._read_all, lines)
        groups: dict[object, list[tuple[Line, LineIn | Told]]] = {}
        for line, found in zip(lines, read, strict=True):
            group = found.record if isinstance(found, LineIn) else line.number
            groups.setdefault(group, []).append((line, found))
        results: dict[int, Result] = {}
        waiting = deque(groups.values())
        async with anyio.create_task_group() as tasks:
            for _ in range(min(SIDE_BY_SIDE, len(groups))):
                tasks.start_soon(self._in_thread, self._add_all, waiting, results)
        return [results[line.number] for line in lines]

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Done beside the event loop: parsing too, or one long chunk would hold up every other caller."""
        return await anyio.to_thread.run_sync(partial(work, *arguments, **named), limiter=self._threads)

    def _read_all(self, lines: Sequence[Line]) -> list["LineIn | Told"]:
        return [self._read(line) for line in lines]

    def _add_all(self, waiting: Groups, results: dict[int, Result]) -> None:
        """Take group after group, as the others do, until none is left."""
        with suppress(IndexError):
            while True:
                for line, found in waiting.popleft():
                    results[line.number] = self._result(line, found)

    def _read(self, line: Line) -> "LineIn | Told":
        """The line, or the problem with it."""
        try:
            if line.refusal:
                raise line.refusal
            value = strict_json.parse(line.text)
            return LineIn.model_validate(value)
        except ValidationError as error:
            return tell(content_refused(error.errors(include_url=False, include_input=False)))
        except Refusal as refusal:
            return tell(refusal)

    def _result(self, line: Line, found: "LineIn | Told") -> Result:
        if isinstance(found, Told):
            return _refused(line, found)
        try:
            return self._add(line, found)
        except (RecordError, Refusal) as refusal:
            return _refused(line, tell(refusal), found.key)
        except Exception as error:  # a line that breaks us must not break its neighbours
            log.error("failed", route="/v1/batches", error=type(error).__name__, frames=frames(error))
            return _refused(line, Told("internal-error", INTERNAL, {}, {}), found.key)

    def _add(self, line: Line, entry: LineIn) -> Result:
        principal, purpose = self._asking.principal, self._asking.purpose
        key = request_key(principal, entry.key, ["POST", "/v1/batches", purpose], line.text)
        answer, names = self._write(replace(self._asking, key=key), entry)
        told = kept(self._service, answer.stored[0], record=entry.record, **names)
        return {"line": line.number, "key": entry.key, "status": 201, "repeated": answer.repeated, **told}

    def _write(self, asking: Request, line: LineIn) -> tuple[Answer, dict[str, object]]:
        """Store the line; the answer, and the names it is told by."""
        records, of = self._service.records, line.collection
        if line.follows is not None and line.sequel is not None:
            answer = follow(records, asking, line.record, of, line.sequel, line.follows, line.following())
            return answer, {"entry": line.follows}
        answer = add(records, asking, line.record, of, line)
        return answer, {"entry": answer.stored[0].event, **worth_a_look(line, of)}


def _refused(line: Line, told: Told, key: str | None = None) -> Result:
    """A refused line. The key is repeated only from a line that could be read."""
    named = {"key": key} if key is not None else {}
    return {"line": line.number, **named, "status": told.problem.status, "problem": told.body(None)}


async def _lines(upload: AsyncIterator[bytes]) -> AsyncIterator[Line]:
    """The lines of an upload, without white lines. A line too long is passed over, holding none of it."""
    held, number, too_long = bytearray(), 0, False
    try:
        async for piece in upload:
            *ends, rest = piece.split(b"\n")
            for end in ends:
                held += end
                number += 1
                if too_long or len(held) > LARGEST_BODY:
                    yield Line(number, b"", Refusal("body-too-large", largest=LARGEST_BODY))
                elif held.strip():
                    yield Line(number, bytes(held.strip()))
                held, too_long = bytearray(), False
            held += rest
            if len(held) > LARGEST_BODY:
                held, too_long = bytearray(), True
    except ClientDisconnect:
        return  # the line that was being sent is lost with the connection; the client sends it again
    if too_long:
        yield Line(number + 1, b"", Refusal("body-too-large", largest=LARGEST_BODY))
    elif held.strip():
        yield Line(number + 1, bytes(held.strip()))


async def _chunks(lines: AsyncIterator[Line]) -> AsyncIterator[list[Line]]:
    """Lines by the chunk; beyond MOST_LINES one refusal, and an end."""
    chunk: list[Line] = []
    size = count = 0
    async for line in lines:
        count += 1
        if count > MOST_LINES:
            chunk.append(Line(line.number, b"", Refusal("batch-too-long", most=MOST_LINES)))
            break
        chunk.append(line)
        size += len(line.text)
        if len(chunk) == CHUNK or size > LARGEST_CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


async def _finish(work: "Task[None]") -> None:
    """Let what has been read be done, even while the answer is being given up."""
    with anyio.CancelScope(shield=True):
        await work

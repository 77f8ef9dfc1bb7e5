"""Bytes of documents on their way in and out: as they come, a chunk of each in memory at most.

Whatever asks the database runs on a few threads of its own. A connection that is slow holds no thread and no
connection of the database between two of its chunks.
"""

from asyncio import wait, wrap_future
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final, ParamSpec, TypeVar

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest

from api.logs import frames, log
from api.problems import Refusal
from domain.application import Records
from domain.document_errors import UploadTooLong
from domain.document_port import Inflow, Upload
from store.blobs import CONNECTIONS

MOST_AT_ONCE: Final = 256  # uploads that are being received; each holds a chunk and what the server buffers
SILENCE_S: Final = 60.0  # how long nothing may come
PATIENCE_S: Final = 20.0  # how long the last request of an upload waits for the check
SWEEP_EVERY_S: Final = 3600.0

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class DocumentFlow:
    """The uploads and downloads of one process."""

    records: Records
    threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(CONNECTIONS))
    under_way: int = 0

    async def receive(self, request: HttpRequest, open_inflow: Callable[[], Inflow]) -> Upload:
        """Take the body of a request. What came before the connection broke is kept.

        Raises UploadTooLong, OffsetMoved, Refusal uploads-busy or upload-stalled, ClientDisconnect.
        """
        if self.under_way >= MOST_AT_ONCE:
            raise Refusal("uploads-busy")
        self.under_way += 1
        try:
            return await self._received(request, await self.in_thread(open_inflow))
        finally:
            self.under_way -= 1

    async def sent(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces of a document, each read when the one before has been taken."""
        while piece := await self.in_thread(next, pieces, b""):
            yield piece

    async def sweep_now_and_then(self) -> None:
        """Remove what was abandoned, at the start and once an hour."""
        while True:
            try:
                await self.in_thread(self.records.documents.sweep)
            except Exception as error:  # the database is away: the next time
                log.warning("not swept", error=type(error).__name__, frames=frames(error))
            await anyio.sleep(SWEEP_EVERY_S)

    async def in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Done beside the event loop, by one of a few threads."""
        return await anyio.to_thread.run_sync(partial(work, *arguments, **named), limiter=self.threads)

    async def _received(self, request: HttpRequest, inflow: Inflow) -> Upload:
        announced = request.headers.get("content-length", "0")
        if announced.isdecimal() and int(announced[:20]) > inflow.room:
            raise UploadTooLong(inflow.room)
        try:
            await self._fill(inflow, request.stream())
        except (ClientDisconnect, Refusal):
            await self.in_thread(inflow.finish)
            raise
        upload = await self.in_thread(inflow.finish)
        if upload.is_whole:
            await self._checked(upload)
        return upload

    async def _fill(self, inflow: Inflow, body: AsyncIterator[bytes]) -> None:
        while (piece := await _next(body)) is not None:
            if len(piece) > inflow.room:
                raise UploadTooLong(inflow.room)
            rest = memoryview(piece)
            while rest:
                rest = inflow.fill(rest)
                if inflow.is_full:
                    await self.in_thread(inflow.store)

    async def _checked(self, upload: Upload) -> None:
        """Mostly an entry can name it at once; if the check takes long or fails, that is told then.

        Waited for in a way that never cancels it: others may wait for the same check.
        """
        check = wrap_future(await self.in_thread(self.records.documents.check, upload.id))
        await wait([check], timeout=PATIENCE_S)
        if check.done() and not check.cancelled():
            check.exception()  # is looked at, so that nobody logs that it was not


async def _next(body: AsyncIterator[bytes]) -> bytes | None:
    """The next piece of a body; None at its end. Raises Refusal upload-stalled."""
    try:
        with anyio.fail_after(SILENCE_S):
            return await anext(body, None)
    except TimeoutError:
        raise Refusal("upload-stalled", {"Connection": "close"}) from None

"""Sends follow-ups or reads records as fast as they are answered, over keep-alive connections.

In a process of its own. Speaks HTTP/1.1 by hand: a client library would cost more than the server, on the
same machine.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import uvloop

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class NotAnswered(Exception):
    """The server answered something else than it should."""


@dataclass(frozen=True)
class Workload:
    """The same follow-up to records at random, each request under a key of its own."""

    base: str
    records: Sequence[str]
    headers: Mapping[str, str]
    body: object
    answer: ClassVar[bytes] = b"HTTP/1.1 201"

    def run(self, connections: int, seconds: float) -> tuple[float, list[float]]:
        """Requests per second, and how long each took, in seconds."""
        return uvloop.run(self._run(connections, seconds))

    async def _run(self, connections: int, seconds: float) -> tuple[float, list[float]]:
        took: list[float] = []
        until = time.perf_counter() + seconds
        began = time.perf_counter()
        await asyncio.gather(*(self._connection(until, took) for _ in range(connections)))
        return len(took) / (time.perf_counter() - began), took

    async def _connection(self, until: float, took: list[float]) -> None:
        address, clock = urlsplit(self.base), time.perf_counter
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        named = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        asked = self.asked(f"Host: {address.netloc}\r\n{named}", address.path)
        while (before := clock()) < until:
            writer.write(next(asked))
            await _answer(reader, self.answer)
            took.append(clock() - before)
        writer.close()
        await writer.wait_closed()

    def asked(self, head: str, path: str) -> Iterator[bytes]:
        """Requests without end. head: the headers of each; path: what the address begins with."""
        body = json.dumps(self.body, ensure_ascii=False).encode()
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        while True:
            line = f"POST {path}/v1/records/{self.record}/follow-ups HTTP/1.1\r\n"
            yield f"{line}{head}Idempotency-Key: {uuid4()}\r\n\r\n".encode() + body

    @property
    def record(self) -> str:
        """One of the records."""
        return random.choice(self.records)  # noqa: S311  # a workload, not a secret


@dataclass(frozen=True)
class Readings(Workload):
    """Records at random, read."""

    body: object = None
    answer: ClassVar[bytes] = b"HTTP/1.1 200"

    def asked(self, head: str, path: str) -> Iterator[bytes]:
        while True:
            yield f"GET {path}/v1/records/{self.record} HTTP/1.1\r\n{head}\r\n".encode()


async def _answer(reader: asyncio.StreamReader, expected: bytes) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    rest = await reader.readexactly(int(length[1])) if length else b""
    if not head.startswith(expected):
        raise NotAnswered(rest.decode(errors="replace")[:500])

"""Sends follow-ups over keep-alive connections as fast as they are answered, in a process of its own.

Speaks HTTP/1.1 by hand: a client library would cost more than the server, on the same machine.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import uvloop

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class NotAnswered(Exception):
    """The server answered something else than 201."""


@dataclass(frozen=True)
class Workload:
    """The same follow-up to records at random, each request under a key of its own."""

    base: str
    records: Sequence[str]
    headers: Mapping[str, str]
    body: object

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
        body = json.dumps(self.body, ensure_ascii=False).encode()
        named = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = (
            f"Host: {address.netloc}\r\n{named}Content-Type: application/json\r\nContent-Length: {len(body)}"
        )
        while (before := clock()) < until:
            path = f"/v1/records/{random.choice(self.records)}/follow-ups"  # noqa: S311  # a workload, not a secret
            asked = f"POST {path} HTTP/1.1\r\n{head}\r\nIdempotency-Key: {uuid4()}\r\n\r\n"
            writer.write(asked.encode() + body)
            await _answer(reader)
            took.append(clock() - before)
        writer.close()
        await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    rest = await reader.readexactly(int(length[1])) if length else b""
    if not head.startswith(b"HTTP/1.1 201"):
        raise NotAnswered(rest.decode(errors="replace")[:500])

"""Pairs of questions that must not be told apart: by what is answered, and by how long it takes.

How long is compared as a rank statistic of both kinds asked in turn, never as a time: the area under the
curve of whoever would guess the kind from the time alone. 0.5 is guessing.
"""

import random
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# What differs from answer to answer of the same kind, too.
BY_REQUEST = re.compile(rb"^(x-request-id|date): .*$", re.IGNORECASE | re.MULTILINE)
ID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)

Ask = Callable[[bytes], bytes]
Pair = tuple[bytes, bytes]  # of what is not for the caller, and of what is not there


@contextmanager
def connected(base: str) -> Iterator[Ask]:
    """Sends requests over one connection, and gives back the answers, byte for byte."""
    address = urlsplit(base)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(request: bytes) -> bytes:
            connection.sendall(request)
            raw = bytearray()
            while True:
                came = connection.recv(65536)
                assert came, "the server hung up"
                raw += came
                head, found, body = raw.partition(b"\r\n\r\n")
                if found and (told := LENGTH.search(head + b"\r\n")) and len(body) >= int(told[1]):
                    return bytes(raw)

        yield ask


@dataclass
class Compared:
    """Answers of two kinds, without what any two answers differ in, and what each took."""

    answers: tuple[set[bytes], set[bytes]] = field(default_factory=lambda: (set(), set()))
    took: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    @property
    def auc(self) -> float:
        """How well the time tells the kinds apart, whichever is slower: 0.5 not at all, 1 always."""
        one = area(*self.took)
        return max(one, 1 - one)


def compare(base: str, pairs: Sequence[Pair], connections: int = 1) -> Compared:
    """Ask both of each pair, in an order drawn for each, over some connections at once."""
    compared, shares = Compared(), [pairs[one::connections] for one in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        for _ in pool.map(lambda share: _ask(base, share, compared), shares):
            pass
    return compared


def _ask(base: str, pairs: Sequence[Pair], compared: Compared) -> None:
    with connected(base) as ask:
        for pair in pairs:
            for kind in random.sample((0, 1), k=2):
                before = time.perf_counter()
                answer = ask(pair[kind])
                compared.took[kind].append(time.perf_counter() - before)
                compared.answers[kind].add(ID.sub(b"<id>", BY_REQUEST.sub(b"", answer)))


def area(ones: Sequence[float], others: Sequence[float]) -> float:
    """The part of all pairs of a one and an other in which the one is greater; ties count half."""
    ranked = sorted([(value, 1) for value in ones] + [(value, 0) for value in others])
    total, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        middle = (place + end + 1) / 2  # of the ranks place + 1 … end, which are equal
        total += middle * sum(kind for _, kind in ranked[place:end])
        place = end
    return (total - len(ones) * (len(ones) + 1) / 2) / (len(ones) * len(others))


def request(path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A GET, or where there is a body a POST."""
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    line = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{named}"
    return f"{line}Content-Length: {len(body)}\r\n\r\n".encode() + body

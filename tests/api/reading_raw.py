"""A client that reads what a socket really gives, to its last byte, and keeps it with what was asked for."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Heard:
    """What came back for one request: maybe all of it, maybe nothing."""

    asked: str
    raw: bytearray = field(default_factory=bytearray)

    @property
    def status(self) -> bytes:
        return bytes(self.raw[9:12])

    @property
    def body(self) -> bytes:
        return bytes(self.raw.partition(END_OF_HEAD)[2])

    @property
    def headers(self) -> dict[str, str]:
        """Once all of them have come; names in small letters."""
        head, found, _ = self.raw.partition(END_OF_HEAD)
        lines = (line.decode().partition(": ") for line in head.split(b"\r\n")[1:]) if found else ()
        return {name.lower(): value for name, _, value in lines}

    @property
    def length(self) -> int | None:
        """Of the whole body, once the head has come."""
        told = self.headers.get("content-length")
        return None if told is None else int(told)

    @property
    def is_whole(self) -> bool:
        return self.length is not None and len(self.body) == self.length

    @property
    def has_content(self) -> bool:
        return self.status == b"200" and len(self.body) > 0

    @property
    def digest(self) -> str:
        """SHA-256 of the body, hex."""
        return sha256(self.body).hexdigest()


def read_until_it_dies(base: str, requests: Iterator[tuple[str, bytes]], heard: list[Heard]) -> None:
    """Ask one after the other on one connection, until the other side is gone."""
    address = urlsplit(base)
    try:
        with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
            for name, sent in requests:
                one = Heard(name)
                heard.append(one)
                connection.sendall(sent)
                while not one.is_whole:
                    if not (came := connection.recv(512)):
                        return
                    one.raw += came
    except OSError:  # refused, reset, or broken in the middle
        return


def asker(headers: dict[str, str]) -> Callable[[str, bytes], bytes]:
    """Makes requests as somebody: a GET, or a POST where there is a body."""
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    def asked(path: str, body: bytes) -> bytes:
        line = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{named}"
        return f"{line}Content-Length: {len(body)}\r\n\r\n".encode() + body

    return asked

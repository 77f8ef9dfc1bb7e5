"""Random bytes from the operating system, fetched by the page.

Each call to the system gives up the interpreter's lock, and with many threads getting it back costs
more than the bytes. A page belongs to one thread, no byte is handed out twice, and a forked child
throws its parent's page away.
"""

import os
import threading
from uuid import UUID

PAGE = 4096

_generation = 0
_local = threading.local()


def take(size: int) -> bytes:
    """Random bytes, at most a page, for salts, nonces and ids."""
    page, at, generation = getattr(_local, "page", (b"", 0, -1))
    if at + size > len(page) or generation != _generation:
        page, at = os.urandom(PAGE), 0
    _local.page = (page, at + size, _generation)
    taken: bytes = page[at : at + size]
    return taken


def random_uuid() -> UUID:
    """A random UUID (version 4)."""
    return UUID(bytes=take(16), version=4)


def _forget() -> None:
    global _generation
    _generation += 1


os.register_at_fork(after_in_child=_forget)

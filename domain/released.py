"""Whose content may be decrypted in this request: what a decision opened, and nothing else.

Deciding needs the record's state, which is folded for it. But what its events say, in order to show it, is
decrypted only after the gate has let the caller through to that record: a read that went round the gate meets
this. It holds for the request at hand, since each runs in a context of its own, and ends with it.

It guards against mistakes in our own code, as the row-level security of the views does; who runs code of
their own in the process has its keys.
"""

from contextvars import ContextVar
from typing import Final
from uuid import UUID

OF_A_RESIDENT: Final = ("record.", "access.")  # how the topics of what is guarded begin
_released: ContextVar[frozenset[UUID] | None] = ContextVar("released", default=frozenset())


class NotReleased(Exception):
    """Content was to be read that no decision of this request opened: a bug, and nothing is told."""


def release(*streams: UUID) -> None:
    """Let the content of these streams be read for the rest of the request."""
    released = _released.get()
    if released is not None:
        _released.set(released.union(streams))


def release_all() -> None:
    """For whoever looks behind the gate by right, such as a test: everything, in this context."""
    _released.set(None)


def demand(stream: UUID, topic: str) -> None:
    """Raises NotReleased, if the event is a resident's and its stream was not released."""
    released = _released.get()
    if released is not None and stream not in released and topic.startswith(OF_A_RESIDENT):
        raise NotReleased(f"stream {stream} was not released to this request")

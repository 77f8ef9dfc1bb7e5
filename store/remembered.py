"""What this process has folded lately, so that the next decision on it needs only what happened since.

Never the truth: whoever takes an aggregate from here reads the events after its version from the log before
deciding anything. What lies here is never changed; a command gets a copy of its own, so that one that fails
leaves nothing behind.
"""

import threading
from collections import OrderedDict
from typing import Protocol, cast
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.ports import A
from store.append import ClaimHash

MOST_EVENTS = 100_000  # folded into all that is remembered; of each some 400 bytes stay in memory
MOST_LOGINS = 10_000
OVERHEAD = 20  # what an aggregate takes besides, counted in events


class _State(Protocol):
    def copy(self) -> "_State": ...


class _Stateful(Protocol):
    """Our aggregates keep all they remember in one state."""

    state: _State


def copy(aggregate: A) -> A:
    """The same aggregate, to be changed without changing this one."""
    twin = object.__new__(type(aggregate))
    vars(twin).update(vars(aggregate))
    twin._pending_events = []
    cast(_Stateful, twin).state = cast(_Stateful, aggregate).state.copy()
    return twin


class Remembered:
    """The aggregates used last, up to a number of events folded into them. Safe for several threads."""

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self._most = most
        self._weight = 0  # guarded by _lock, as the rest
        self._held: OrderedDict[UUID, Aggregate] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate as it was when it was last folded; not to be changed."""
        with self._lock:
            held = self._held.get(stream)
            if held is None:
                return None
            self._held.move_to_end(stream)
        return held if isinstance(held, kind) else None

    def put(self, aggregate: Aggregate) -> None:
        """Remember the aggregate, from now on not to be changed, unless a newer one is there."""
        with self._lock:
            held = self._held.get(aggregate.id)
            if held is not None and held.version >= aggregate.version:
                return
            self._weight += _weight(aggregate) - (_weight(held) if held else 0)
            self._held[aggregate.id] = aggregate
            self._held.move_to_end(aggregate.id)
            while self._weight > self._most and self._held:
                self._weight -= _weight(self._held.popitem(last=False)[1])

    def forget(self, stream: UUID) -> None:
        """Remember nothing of the aggregate."""
        with self._lock:
            held = self._held.pop(stream, None)
            self._weight -= _weight(held) if held is not None else 0


class Homes:
    """Which streams claims led to when they were last looked up: a guess at what to look up with them."""

    def __init__(self) -> None:
        self._streams: dict[ClaimHash, UUID] = {}

    def seen(self, claim: ClaimHash, stream: UUID | None) -> UUID | None:
        """The stream as it was found, which is remembered of logins only: others are looked up once."""
        if stream is not None and claim.namespace.startswith("login:"):
            if len(self._streams) >= MOST_LOGINS:
                self._streams.clear()
            self._streams[claim] = stream
        return stream

    def last(self, claim: ClaimHash) -> UUID | None:
        return self._streams.get(claim)


def _weight(aggregate: Aggregate) -> int:
    return OVERHEAD + aggregate.version

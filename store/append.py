"""One append: what a caller asks the log to store together or not at all, and what became of it."""

from _thread import LockType, allocate_lock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from store.envelope import Draft


class ClaimHash(NamedTuple):
    """A claim as the database knows it: a keyed hash of 32 bytes in its namespace."""

    namespace: str
    value_hash: bytes


class RequestHash(NamedTuple):
    """An idempotency key and the request it was first used for, as keyed hashes of 32 bytes."""

    key: bytes
    request: bytes


class Outcome(NamedTuple):
    """The events of an append lie at first_position … first_position + events − 1."""

    first_position: int
    events: int
    repeated: bool


@dataclass(slots=True)
class Append:
    """conditions: stream → the version that must be its head, 0 for none. confirms_clock: an operator's
    word that the log may run ahead of the clock."""

    drafts: Sequence[Draft]
    conditions: Mapping[UUID, int] = field(default_factory=dict)
    claims: Sequence[ClaimHash] = ()
    releases: Sequence[ClaimHash] = ()
    request: RequestHash | None = None
    confirms_clock: bool = False

    outcome: Outcome | None = None
    error: Exception | None = None
    waiter: LockType = field(default_factory=allocate_lock, repr=False)

    def settle(self, verdict: Outcome | Exception) -> None:
        if isinstance(verdict, Exception):
            self.error = verdict
        else:
            self.outcome = verdict

    @property
    def is_settled(self) -> bool:
        return self.outcome is not None or self.error is not None

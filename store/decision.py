"""Decides each append of a batch, given what the log looks like under the lock. Pure: no database, no clock.

A stale append, or one whose claim is taken, is refused alone; the rest get the next positions in order.
"""

from dataclasses import dataclass, field
from uuid import UUID

from domain.errors import ClaimTaken, KeyReused, LogFenced, RecordError, StaleVersion
from store.append import Append, ClaimHash, Outcome


@dataclass(slots=True)
class Head:
    """A stream's last event: its version (−1: none yet) and leaf hash."""

    version: int = -1
    leaf: bytes | None = None


@dataclass(slots=True)
class Seen:
    """What the log looks like under the lock, moved on by each append that is decided."""

    position: int
    at: int
    asked: int  # our clock, before the database was asked for its own
    database_clock: int
    heads: dict[UUID, Head]
    claims: dict[ClaimHash, UUID]
    requests: dict[bytes, tuple[bytes, Outcome]]
    is_fenced: bool = False
    placed: list[Append] = field(default_factory=list)
    started: set[UUID] = field(default_factory=set)
    confirmed: int | None = None  # up to which instant an operator has confirmed; None: not looked up
    verdicts: list[tuple[Append, Outcome | RecordError]] = field(default_factory=list)


def check(append: Append, seen: Seen) -> None:
    """Refuse an append whose conditions, versions or claims no longer hold. Changes nothing."""
    if seen.is_fenced:
        raise LogFenced
    for stream, version in append.conditions.items():
        head = seen.heads.get(stream, _NO_HEAD).version
        if max(head, 0) != version:
            raise StaleVersion(stream, max(head, 0))
    expected: dict[UUID, int] = {}
    for draft in append.drafts:
        head = expected.get(draft.stream, seen.heads.get(draft.stream, _NO_HEAD).version)
        if draft.version is not None and not _continues(draft.version, head):
            raise StaleVersion(draft.stream, max(head, 0))
        expected[draft.stream] = _next(head) if draft.version is None else draft.version
    for claim in append.claims:
        if claim in seen.claims and claim not in append.releases:
            raise ClaimTaken(claim.namespace)


_NO_HEAD = Head()


def _continues(version: int, head: int) -> bool:
    """A stream's first version is 1; the library's own cases also begin at 0."""
    return version == head + 1 or (head < 0 and version == 1)


def _next(head: int) -> int:
    return max(head, 0) + 1


def place(append: Append, seen: Seen, at: int) -> Outcome:
    """Give the events their places; everything has been checked."""
    first = seen.position + 1
    for draft in append.drafts:
        head = seen.heads.get(draft.stream)
        if head is None:
            head = seen.heads[draft.stream] = Head()
            seen.started.add(draft.stream)
        version = _next(head.version) if draft.version is None else draft.version
        seen.position += 1
        draft.place(position=seen.position, at=at, version=version, previous=head.leaf)
        head.version, head.leaf = version, draft.leaf
        seen.at, at = at, at + 1
    for claim in append.releases:
        seen.claims.pop(claim, None)
    seen.claims.update(dict.fromkeys(append.claims, append.drafts[0].stream))
    outcome = Outcome(first, len(append.drafts), repeated=False)
    if append.request:
        seen.requests[append.request.key] = (append.request.request, outcome)
    seen.placed.append(append)
    return outcome


def first_answer(append: Append, seen: Seen) -> Outcome | KeyReused | None:
    """What the append's key was answered before: KeyReused if another request was; None if it is new."""
    known = seen.requests.get(append.request.key) if append.request else None
    if known is None or append.request is None:
        return None
    request, outcome = known
    return outcome._replace(repeated=True) if request == append.request.request else KeyReused()

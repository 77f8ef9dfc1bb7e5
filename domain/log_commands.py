"""What the operator can do to the log itself, each recorded with who did it on the log's own stream."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC
from typing import Protocol, cast
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.acts import make
from domain.errors import ClaimTaken, ContentRefused
from domain.gate import Gate
from domain.log_stream import (
    ClockConfirmed,
    HeadsListed,
    KeyRotated,
    LogAdopted,
    LogClosed,
    ProjectionSkipped,
)
from domain.ports import Answer, Claim
from domain.requests import Request
from domain.scalars import JsonObject, Text

OWN_STREAM = Claim("log", "own")
REASON = Text(500)


class ConfirmableLog(Protocol):
    """The part of an event log that an operator's confirmation needs."""

    def find_claim(self, namespace: str, value: str) -> UUID | None: ...

    def append(
        self,
        events: Sequence[DomainEvent],
        *,
        at_end: Collection[UUID],
        claims: Sequence[Claim],
        confirms_clock: bool,
    ) -> Answer:
        """confirms_clock: these events are stored although the log is ahead of the clock."""


def confirm_clock(log: ConfirmableLog, gate: Gate, request: Request, reason: str) -> Answer:
    """Let appends go on although the clock is behind the log's last event: the operator's act, recorded.

    Who may call this is the operator's machine account, not the policy. Raises ContentRefused.
    """
    _given(reason)
    clock = gate.clock().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    act = gate.act(gate.operate(request, "confirm-clock"))

    def attempt(stream: UUID, claims: Sequence[Claim]) -> Answer:
        confirmed = make(ClockConfirmed, act, stream, 0, clock=clock, reason=reason)
        return log.append([confirmed], at_end=[stream], claims=claims, confirms_clock=True)

    return _on_own_stream(log, gate.new_id, attempt)


def skip_event(
    log: ConfirmableLog,
    gate: Gate,
    request: Request,
    *,
    projection: str,
    version: int,
    position: int,
    reason: str,
) -> Answer:
    """Record that a view goes on without an event: the operator's act, as above. Raises ContentRefused."""
    _given(reason)
    act = gate.act(gate.operate(request, "skip-event"))
    told = {"projection": projection, "edition": version, "position": position, "reason": reason}

    def attempt(stream: UUID, claims: Sequence[Claim]) -> Answer:
        skipped = make(ProjectionSkipped, act, stream, 0, **told)
        return log.append([skipped], at_end=[stream], claims=claims, confirms_clock=False)

    return _on_own_stream(log, gate.new_id, attempt)


def tell_heads(
    log: ConfirmableLog,
    gate: Gate,
    request: Request,
    *,
    size: int,
    streams: int,
    root: str,
    root_512: str | None,
) -> Answer:
    """Tell a head list in the log: the program's own act, as the operator set it up."""
    act = gate.act(gate.operate(request, "tell-heads"))
    told = {"size": size, "streams": streams, "root": root, "root_512": root_512}

    def attempt(stream: UUID, claims: Sequence[Claim]) -> Answer:
        listed = make(HeadsListed, act, stream, 0, **told)
        return log.append([listed], at_end=[stream], claims=claims, confirms_clock=False)

    return _on_own_stream(log, gate.new_id, attempt)


def tell_rotation(log: ConfirmableLog, gate: Gate, request: Request, rotated: JsonObject) -> Answer | None:
    """Tell that other keys sign from now on: the operator's act, as above. None if that was told before.

    rotated: the fields of KeyRotated.
    """
    act = gate.act(gate.operate(request, "rotate-key"))
    told = rotation_claim(str(rotated["signs"]), cast(int, rotated["generation"]))

    def attempt(stream: UUID, claims: Sequence[Claim]) -> Answer:
        event = make(KeyRotated, act, stream, 0, **rotated)
        return log.append([event], at_end=[stream], claims=[*claims, told], confirms_clock=False)

    if log.find_claim(told.namespace, told.value) is not None:
        return None
    return _on_own_stream(log, gate.new_id, attempt)


def rotation_claim(purpose: str, generation: int) -> Claim:
    """Held by the event that told of a generation of signing keys, which is found by it."""
    return Claim("signing-key", f"{purpose}/{generation}")


def close_log(log: ConfirmableLog, gate: Gate, request: Request, *, next_origin: str, reason: str) -> Answer:
    """Tell in the log that another one goes on: the operator's act, as above. Raises ContentRefused."""
    _given(reason)
    act = gate.act(gate.operate(request, "close-log"))

    def attempt(stream: UUID, claims: Sequence[Claim]) -> Answer:
        closed = make(LogClosed, act, stream, 0, next_origin=next_origin, reason=reason)
        return log.append([closed], at_end=[stream], claims=claims, confirms_clock=False)

    return _on_own_stream(log, gate.new_id, attempt)


def adopt_log(
    log: ConfirmableLog,
    gate: Gate,
    request: Request,
    *,
    origin: str,
    size: int,
    root: str,
    note_sha256: str,
    reason: str,
) -> Answer:
    """Begin a log with the last checkpoint of the one it goes on for. Raises ContentRefused."""
    _given(reason)
    act = gate.act(gate.operate(request, "adopt-log"))
    told = {"origin": origin, "size": size, "root": root, "note_sha256": note_sha256, "reason": reason}

    def attempt(stream: UUID, claims: Sequence[Claim]) -> Answer:
        adopted = make(LogAdopted, act, stream, 0, **told)
        return log.append([adopted], at_end=[stream], claims=claims, confirms_clock=False)

    return _on_own_stream(log, gate.new_id, attempt)


def _given(reason: str) -> None:
    if not REASON.allows(reason):
        raise ContentRefused([{"field": "/reason", "reason": f"must be {REASON.accepts}"}])


def _on_own_stream(
    log: ConfirmableLog, new_id: Callable[[], UUID], attempt: Callable[[UUID, Sequence[Claim]], Answer]
) -> Answer:
    """Append to the log's own stream, beginning it if this is its first event."""
    known = log.find_claim(OWN_STREAM.namespace, OWN_STREAM.value)
    if known:
        return attempt(known, [])
    try:
        return attempt(new_id(), [OWN_STREAM])
    except ClaimTaken:  # somebody else began it meanwhile
        return _on_own_stream(log, new_id, attempt)

"""Which policies and other definitions the log has adopted: whole, on the log's own stream, by digest."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from domain.acts import Event, make
from domain.errors import ClaimTaken, StaleVersion
from domain.gate import Gate
from domain.log_commands import OWN_STREAM
from domain.log_stream import DefinitionAdopted, PolicyAdopted
from domain.ports import Claim, EventLog, Recorded, Stored
from domain.requests import Principal, Request
from domain.values import EditionRef, JsonObject, JsonValue

Adoption = TypeVar("Adoption", PolicyAdopted, DefinitionAdopted)
STARTING = Request(Principal("urn:lifelong:program", "lifelong", "start", "lifelong"), "management")


class OwnStream(Protocol):
    """The part of an event log that reading its own stream needs."""

    def find_claim(self, namespace: str, value: str) -> UUID | None: ...

    def read(self, stream: UUID, *, upto_position: int | None = None) -> list[Recorded]: ...


class Definition(Protocol):
    """A rule as data. ref: name, edition and the digest of its description."""

    @property
    def ref(self) -> EditionRef: ...
    @property
    def description(self) -> JsonObject: ...


def adopt_policy(gate: Gate, request: Request = STARTING) -> Stored | None:
    """Adopt the policy that the gate decides by, unless it is the newest adopted; where it then stands.

    For the start of a service: processes that start at once adopt it once.
    """

    def missing(told: Sequence[Recorded]) -> list[JsonObject]:
        newest = [one.digest for one in _of(told, PolicyAdopted)][-1:]
        known = newest == [gate.policy.ref["digest"]]
        return [] if known else [_fields(gate.policy.ref, policy=gate.policy.description)]

    stored = _adopt(gate, request, "adopt-policy", PolicyAdopted, missing)
    return stored[0] if stored else None


def adopt_definitions(
    gate: Gate, request: Request, kind: str, definitions: Iterable[Definition]
) -> Sequence[Stored]:
    """Likewise those definitions of a kind that are not the newest of their name; together, in order."""
    wanted = [*definitions]

    def missing(told: Sequence[Recorded]) -> list[JsonObject]:
        newest = {one.name: one.digest for one in _of(told, DefinitionAdopted) if one.kind == kind}
        new = (one for one in wanted if newest.get(one.ref["name"]) != one.ref["digest"])
        return [_fields(one.ref, kind=kind, definition=one.description) for one in new]

    return _adopt(gate, request, "adopt-definitions", DefinitionAdopted, missing)


def adopted(log: OwnStream, upto_position: int | None = None) -> dict[str, JsonObject]:
    """The policies adopted until a position, by digest, oldest first."""
    return {one.digest: one.policy for one in _of(_told(log, upto_position), PolicyAdopted)}


def adopted_definitions(log: OwnStream, kind: str, upto_position: int | None = None) -> dict[str, JsonObject]:
    """Likewise the definitions of a kind."""
    found = _of(_told(log, upto_position), DefinitionAdopted)
    return {one.digest: one.definition for one in found if one.kind == kind}


def _own_stream(log: OwnStream | EventLog) -> UUID | None:
    return log.find_claim(OWN_STREAM.namespace, OWN_STREAM.value)


def _told(log: OwnStream, upto_position: int | None) -> Sequence[Recorded]:
    stream = _own_stream(log)
    return log.read(stream, upto_position=upto_position) if stream else []


def _of(told: Sequence[Recorded], adoption: type[Adoption]) -> list[Adoption]:
    return [one.event for one in told if isinstance(one.event, adoption)]


def _fields(ref: EditionRef, **more: JsonValue) -> JsonObject:
    return {"name": ref["name"], "edition": ref["edition"], "digest": ref["digest"], **more}


def _adopt(
    gate: Gate,
    request: Request,
    action: str,
    adoption: type[Event],
    missing: Callable[[Sequence[Recorded]], Sequence[JsonObject]],
) -> Sequence[Stored]:
    """Append what is missing from what the log's own stream tells, in one append.

    Behind this very version, so that of two who adopt at once one finds that it is done.
    """
    while True:
        stream = _own_stream(gate.log)
        told = gate.log.read(stream) if stream else []
        lacking, own = missing(told), stream or gate.new_id()
        if not lacking:
            return []
        events = [
            make(adoption, gate.act(gate.operate(request, action)), own, version, **fields)
            for version, fields in enumerate(lacking, len(told) + 1)
        ]
        claims: list[Claim] = [] if told else [OWN_STREAM]
        try:
            return gate.log.append(events, claims=claims).stored
        except (StaleVersion, ClaimTaken):  # another process was faster: by this, or by another act
            continue

"""Which policies the log has adopted: each stands whole on the log's own stream, under its digest."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.acts import make
from domain.errors import ClaimTaken, StaleVersion
from domain.gate import Gate
from domain.log_commands import OWN_STREAM
from domain.log_stream import PolicyAdopted
from domain.ports import Claim, EventLog, Recorded, Stored
from domain.requests import Principal, Request
from domain.values import JsonObject

STARTING = Request(Principal("urn:lifelong:program", "lifelong", "start", "lifelong"), "management")


class OwnStream(Protocol):
    """The part of an event log that reading its own stream needs."""

    def find_claim(self, namespace: str, value: str) -> UUID | None: ...

    def read(self, stream: UUID, *, upto_position: int | None = None) -> list[Recorded]: ...


def adopt_policy(gate: Gate, request: Request = STARTING) -> Stored | None:
    """Adopt the policy that the gate decides by, unless it is the newest adopted; where it then stands.

    For the start of a service: processes that start at once adopt it once.
    """
    while True:
        stream = _own_stream(gate.log)
        told = gate.log.read(stream) if stream else []
        newest = _adoptions(told)
        if newest and newest[-1].digest == gate.policy.ref["digest"]:
            return None
        try:
            return _adopt(gate, request, stream or gate.new_id(), len(told))
        except (StaleVersion, ClaimTaken):  # another process was faster: by this, or by another act
            continue


def adopted(log: OwnStream, upto_position: int | None = None) -> dict[str, JsonObject]:
    """The policies adopted until a position, by digest, oldest first."""
    stream = _own_stream(log)
    told = log.read(stream, upto_position=upto_position) if stream else []
    return {one.digest: one.policy for one in _adoptions(told)}


def _own_stream(log: OwnStream | EventLog) -> UUID | None:
    return log.find_claim(OWN_STREAM.namespace, OWN_STREAM.value)


def _adoptions(told: Sequence[Recorded]) -> list[PolicyAdopted]:
    return [one.event for one in told if isinstance(one.event, PolicyAdopted)]


def _adopt(gate: Gate, request: Request, stream: UUID, version: int) -> Stored:
    """Behind this very version, so that of two who adopt at once one finds that it is done."""
    ref = gate.policy.ref
    event = make(
        PolicyAdopted,
        gate.act(gate.operate(request, "adopt-policy")),
        stream,
        version + 1,
        name=ref["name"],
        edition=ref["edition"],
        digest=ref["digest"],
        policy=gate.policy.description,
    )
    claims: list[Claim] = [] if version else [OWN_STREAM]
    return gate.log.append([event], claims=claims).stored[0]

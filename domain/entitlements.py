"""The ways in that a record itself gives: who may read what of it, for what, at an instant.

Expiry is by date alone: nothing has to happen, and nobody to look, for a way in to be over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from domain.record_state import RecordState
from domain.time import CHINA

CARE = frozenset(("care", "emergency", "public_health"))
READING = ("issued", "accepted", "requested")  # states in which the receiver reads, and may answer


@dataclass(frozen=True)
class Entitlement:
    """One way in. to: an institution; of an emergency the practitioner who opened it.

    entry: the entry of the record that gives it. sections: the collections it opens. sensitive: the classes
    of sensitive entries (domain.sensitivity) that it includes; others stay hidden in an open section.
    """

    kind: Literal["referral", "grant", "emergency", "disclosure"]
    entry: UUID
    to: UUID
    purposes: frozenset[str]
    sections: frozenset[str]
    sensitive: frozenset[str] = frozenset()


def entitlements(state: RecordState, now: datetime) -> tuple[Entitlement, ...]:
    """Those that hold at the instant (aware). A last day is a civil day in China, and still counts."""
    return tuple(_referrals(state, now.astimezone(CHINA).date().isoformat()))


def _referrals(state: RecordState, today: str) -> Iterator[Entitlement]:
    """The institution that the resident was sent to, or that was asked for its opinion."""
    for key, entry in state.entries.items():
        if entry.kind not in ("referrals", "consultations") or not entry.stands or entry.state not in READING:
            continue
        kept = entry.kept or {}
        if today <= str(kept["until"]):
            sections = frozenset(cast("list[str]", kept["sections"]))
            yield Entitlement("referral", UUID(key), UUID(str(kept["to"])), CARE, sections)

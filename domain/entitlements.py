"""The ways in that a record itself gives: who may read what of it, for what, at an instant.

Expiry is by date alone: nothing has to happen, and nobody to look, for a way in to be over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, cast
from uuid import UUID

from domain.entries import SECTIONS
from domain.record_state import EntryState, RecordState
from domain.sensitivity import CLASSES
from domain.time import CHINA
from domain.values import JsonObject

CARE = frozenset(("care", "emergency", "public_health"))
EMERGENCY = frozenset(("emergency",))
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
    moment = _Moment(state, now, now.astimezone(CHINA).date().isoformat())
    ways = ((key, entry, WAYS[entry.kind]) for key, entry in state.entries.items() if entry.kind in WAYS)
    found = (way(UUID(key), entry, moment) for key, entry, way in ways if entry.stands)
    return tuple(one for one in found if one is not None)


class _Moment(NamedTuple):
    state: RecordState
    now: datetime
    today: str


def _referral(key: UUID, entry: EntryState, at: _Moment) -> Entitlement | None:
    """To whom the resident was sent, or whose opinion was asked: with what it is itself about."""
    kept = entry.kept or {}
    if entry.state not in READING or str(kept["until"]) < at.today:
        return None
    about = frozenset((entry.sensitivity or "").split())
    return Entitlement("referral", key, _to(kept), CARE, _names(kept, "sections"), about)


def _grant(key: UUID, entry: EntryState, at: _Moment) -> Entitlement | None:
    """The applicant, with both decisions and in its term, for nothing but its purpose."""
    kept = entry.kept or {}
    if entry.state != "active" or not str(kept["since"]) <= at.today <= str(kept["until"]):
        return None
    return Entitlement(
        "grant", key, _to(kept), _for(kept), _names(kept, "sections"), _names(kept, "sensitive")
    )


def _disclosure(key: UUID, entry: EntryState, at: _Moment) -> Entitlement | None:
    """The institution that keeps the record, which hands over what the certificate names."""
    kept = entry.kept or {}
    if entry.state != "active" or str(kept["until"]) < at.today:
        return None
    to, sections = UUID(at.state.custodian), _names(kept, "sections")
    return Entitlement("disclosure", key, to, _for(kept), sections, _names(kept, "sensitive"))


def _emergency(key: UUID, entry: EntryState, at: _Moment) -> Entitlement | None:
    """The practitioner who opened it, for its hours, and while the resident lives: all of the record."""
    opener = entry.parties[0].actor
    ends = datetime.fromisoformat(str(entry.since)) + timedelta(hours=cast(int, (entry.kept or {})["hours"]))
    if entry.state != "open" or opener is None or at.now >= ends or at.state.closed_because == "death":
        return None
    return Entitlement("emergency", key, UUID(opener), EMERGENCY, frozenset(SECTIONS), frozenset(CLASSES))


WAYS: Mapping[str, Callable[[UUID, EntryState, _Moment], Entitlement | None]] = {
    "referrals": _referral,
    "consultations": _referral,
    "access-applications": _grant,
    "statutory-disclosures": _disclosure,
    "emergency-accesses": _emergency,
}


def _to(kept: JsonObject) -> UUID:
    return UUID(str(kept["to"]))


def _for(kept: JsonObject) -> frozenset[str]:
    return frozenset((str(kept["purpose"]),))


def _names(kept: JsonObject, field: str) -> frozenset[str]:
    return frozenset(cast("list[str]", kept.get(field, [])))

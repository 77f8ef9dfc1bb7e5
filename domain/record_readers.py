"""Who else may see a record and who speaks for the resident, on a day, as the record itself tells it."""

from datetime import date, datetime, time
from typing import cast
from uuid import UUID

from domain.age_bands import CAPACITY
from domain.deciding import below
from domain.entitlements import READING, entitlements
from domain.record_rules import INCAPACITY
from domain.record_state import EntryState, RecordState
from domain.time import CHINA

APPLYING = ("applied", "approved", "active")  # states in which an applicant may take an application back


def readers(state: RecordState, on: date) -> dict[UUID, frozenset[str]]:
    """The institutions that a referral or consultation lets read on a day, and which sections."""
    allowed: dict[UUID, frozenset[str]] = {}
    for one in entitlements(state, datetime.combine(on, time(12), CHINA)):
        if one.kind == "referral":
            allowed[one.to] = allowed.get(one.to, frozenset()) | one.sections
    return allowed


def asked(state: RecordState) -> frozenset[UUID]:
    """The institutions from which a referral or consultation awaits an answer."""
    entries = state.standing("referrals", "consultations")
    return frozenset(UUID(str((entry.kept or {})["to"])) for entry in entries if entry.state in READING)


def applicants(state: RecordState) -> frozenset[UUID]:
    """The institutions that applied for access, and may take that back."""
    entries = state.standing("access-applications")
    return frozenset(UUID(str((entry.kept or {})["to"])) for entry in entries if entry.state in APPLYING)


def speakers(state: RecordState, on: date) -> dict[str, str]:
    """Whose login ("issuer subject") speaks for the resident on a day, and in which role."""
    found: dict[str, str] = {}
    for entry in state.standing("guardians", "representatives"):
        kept = entry.kept or {}
        login, until = kept.get("login"), kept.get("until")
        if entry.state != "active" or not isinstance(login, dict) or (until and str(until) < on.isoformat()):
            continue
        role = "guardian" if entry.kind == "guardians" else str(kept.get("capacity", "representative"))
        if (role == "heir") is not (state.closed_because == "death"):
            continue  # death ends guardianship and agency (民法典第三十九条、第一百七十三条); heirs follow
        if role != "guardian" or _below_capacity(state, entry, on):
            found[f"{login['issuer']} {login['subject']}"] = role
    return found


def _below_capacity(state: RecordState, entry: EntryState, on: date) -> bool:
    """A minor's guardian speaks until the resident is of age; an incapable adult's goes on."""
    if (entry.kept or {}).get("basis") in INCAPACITY or state.birth_date is None:
        return True
    return below(state, CAPACITY, on) is not None


def restricted(state: RecordState, on: date) -> frozenset[str]:
    """The sections that the resident keeps to themselves on a day."""
    sections: set[str] = set()
    for entry in state.standing("restrictions"):
        until = (entry.kept or {}).get("until")
        if entry.state == "active" and not (until and str(until) < on.isoformat()):
            sections.update(cast("list[str]", (entry.kept or {})["sections"]))
    return frozenset(sections)

"""Who else may see a record and who speaks for the resident, on a day, as the record itself tells it."""

from datetime import date, datetime, time
from typing import cast
from uuid import UUID

from domain.deciding import speaks_as
from domain.entitlements import READING, entitlements
from domain.record_state import RecordState
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
        login, role = (entry.kept or {}).get("login"), speaks_as(state, entry, on)
        if role is None or not isinstance(login, dict):
            continue
        if (role == "heir") is (state.closed_because == "death"):
            found[f"{login['issuer']} {login['subject']}"] = role
    return found  # death ends guardianship and agency (民法典第三十九条、第一百七十三条); heirs follow


def restricted(state: RecordState, on: date) -> frozenset[str]:
    """The sections that the resident keeps to themselves on a day."""
    sections: set[str] = set()
    for entry in state.standing("restrictions"):
        until = (entry.kept or {}).get("until")
        if entry.state == "active" and not (until and str(until) < on.isoformat()):
            sections.update(cast("list[str]", (entry.kept or {})["sections"]))
    return frozenset(sections)

"""What the policy may know of a record when somebody asks: folded from the record and its institution."""

from datetime import datetime
from uuid import UUID

from domain.access import Actor, Facts
from domain.age_bands import CAPACITY, PERSONAL_DATA, is_below
from domain.entitlements import entitlements
from domain.institution import Institution
from domain.ports import Streams
from domain.record import Record
from domain.record_readers import applicants, asked
from domain.record_state import RecordState
from domain.scalars import first_day
from domain.time import CHINA

NOTHING = Facts()


def facts_of(log: Streams, record: Record | None, actor: Actor, now: datetime) -> Facts:
    """The facts at an instant. Of a record that is not there: none, found out in the same steps."""
    elsewhere = _elsewhere(log, record, actor)
    if record is None:
        return NOTHING
    state = record.state
    return Facts(
        record=record.id,
        custodian=record.custodian,
        entitlements=entitlements(state, now),
        asked=asked(state),
        applicants=applicants(state),
        guided_by=_id(elsewhere.state.guided_by) if elsewhere else None,
        area=elsewhere.state.area if elsewhere else actor.area,
        dead=state.closed_because == "death",
        adolescent=_is_adolescent(state, now),
        opted_out=_is_any(state, "research-opt-outs"),
        held=_is_any(state, "legal-holds"),
    )


def _elsewhere(log: Streams, record: Record | None, actor: Actor) -> Institution | None:
    """The institution in custody, where it is not the actor's own, of which nothing more need be known.

    For a record that is not there it is the actor's own, so that looking takes as long.
    """
    custodian = record.custodian if record else actor.institution
    if custodian is None or actor.institution is None or (record and custodian == actor.institution):
        return None
    return log.load(Institution, custodian)


def _is_adolescent(state: RecordState, now: datetime) -> bool:
    """Old enough to decide on their own data (个人信息保护法第三十一条), not yet of age (民法典第十七条)."""
    born, on = first_day(state.birth_date) if state.birth_date else None, now.astimezone(CHINA).date()
    return born is not None and bool(is_below(CAPACITY, born, on)) and not is_below(PERSONAL_DATA, born, on)


def _is_any(state: RecordState, kind: str) -> bool:
    return any(entry.state == "active" for entry in state.standing(kind))


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None

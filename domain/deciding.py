"""What is about to be written into a record, and who may decide it: the ground that the rules stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain.acts import Act
from domain.age_bands import CAPACITY, PERSONAL_DATA, is_below
from domain.record_errors import GuardianNeeded, OwnLogin, RepresentationRefused
from domain.record_state import EntryState, RecordState
from domain.scalars import first_day
from domain.time import CHINA
from domain.values import FormRef, JsonObject, earliest, latest

SPEAKERS = ("resident", "guardian", "representative", "heir")  # roles in which one acts for the resident
INCAPACITY = ("court", "mandate")  # bases on which somebody of age has a guardian


def civil_day(act: Act) -> date:
    """The day in China on which it occurred."""
    return earliest(act.occurred).astimezone(CHINA).date()


@dataclass(frozen=True)
class Proposed:
    """What is about to be written. own: the entry it replaces, when it is a correction."""

    act: Act
    kind: str
    form: FormRef
    content: JsonObject
    own: UUID | None = None

    @property
    def day(self) -> date:
        """The civil day, in China, on which it occurred."""
        return civil_day(self.act)


EntryRule: TypeAlias = Callable[[RecordState, Proposed], None]
SequelRule: TypeAlias = Callable[[RecordState, EntryState, Proposed], None]


def may_decide(state: RecordState, act: Act, by: object, field: str) -> None:
    """Raise unless who speaks is who is said to (in the field named), alive, and old enough to.

    Of what staff write down counts the day on which it was decided; who speaks here decides today.
    """
    role, speaks_here = act.who["role"], act.who["role"] in SPEAKERS
    if speaks_here and by != role:
        raise RepresentationRefused(field)
    died = state.closed_since if state.closed_because == "death" else None
    is_over = died is not None and (speaks_here or earliest(act.occurred) > latest(died))
    if died is None if by == "heir" else is_over:
        raise RepresentationRefused(field)
    decided_on = act.told_on if speaks_here and act.told_on else civil_day(act)
    too_young = below(state, PERSONAL_DATA, decided_on)
    if by == "resident" and too_young is not None:
        raise GuardianNeeded(too_young)


def below(state: RecordState, about: str, on: date) -> str | None:
    """The law by which the resident is too young on the day; None if old enough, or of unknown age.

    Who is known to be born in a year or month was born on its first day: nobody is held to be too young who
    may be old enough.
    """
    born = first_day(state.birth_date) if state.birth_date is not None else None
    band = is_below(about, born, on) if born is not None else None
    return band.source if band else None


def speaks_as(state: RecordState, entry: EntryState, on: date) -> str | None:
    """The role that an appointment gives on a day; None: it is over, or the resident came of age."""
    kept = entry.kept or {}
    until = kept.get("until")
    if entry.state != "active" or (until and str(until) < on.isoformat()):
        return None
    if entry.kind != "guardians":
        return str(kept.get("capacity", "representative"))
    is_of_age = state.birth_date is not None and below(state, CAPACITY, on) is None
    return None if is_of_age and kept.get("basis") not in INCAPACITY else "guardian"


def not_ones_own(act: Act, login: object, field: str) -> None:
    """Raise OwnLogin where staff would make themselves somebody who speaks for the resident."""
    by = act.who["authenticated"]
    if login == {"issuer": by["issuer"], "subject": by["subject"]}:
        raise OwnLogin(field)

"""What the rules are applied to: a resident's entries in order, and the few other facts they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.age_bands import age
from domain.follow_up_rules.spans import whole_months
from domain.scalars import JsonObject


@dataclass(frozen=True)
class Entry:
    """A form filled in, as it stands: corrected, not retracted and not masked.

    on: the first day, in China, on which it may have happened. ended: since when it holds no longer (a
    problem resolved), None while it does.
    """

    id: UUID
    form: str
    on: date
    content: JsonObject = field(repr=False)
    ended: date | None = None


@dataclass(frozen=True)
class Enrolment:
    """A time in a programme, from the day of enrolment on; until: the day of leaving it."""

    programme: str
    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True)
class Facts:
    """A resident as the rules see them. entries: in the order in which they occurred.

    birth_date: as told; may be a month or year only, which is then taken from its first day.
    opened_on: the day the record was opened, before which nothing was asked for.
    """

    entries: Sequence[Entry] = ()
    birth_date: date | None = None
    sex: str | None = None
    enrolments: Sequence[Enrolment] = ()
    opened_on: date | None = None

    def years(self, on: date) -> int | None:
        """Completed years of age on the day."""
        return age(self.birth_date, on) if self.birth_date else None

    def months(self, on: date) -> int | None:
        """Completed months of age on the day."""
        return whole_months(self.birth_date, on) if self.birth_date else None

    def enrolment(self, programme: str, on: date) -> Enrolment | None:
        """The newest time in the programme that holds on the day."""
        held = [one for one in self.enrolments if one.programme == programme and one.holds(on)]
        return max(held, key=lambda one: one.since, default=None)

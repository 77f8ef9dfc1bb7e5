"""A record's entries as they stand, and the record as a whole: kept lean, for the folds of views."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from domain import record_events as events
from domain.acts import Event
from domain.entries import PERSONAL, person
from domain.follow_up_rules import Entry
from domain.ports import Stored
from domain.record_events.whole import BEFORE_BIRTH
from domain.record_number import RecordNumber
from domain.scalars import first_day
from domain.time import CHINA
from domain.values import JsonObject, Occurred
from projections.life import ENDINGS


@dataclass(slots=True)
class Standing:
    """An entry as it stands. content: what the view keeps of it."""

    id: UUID
    kind: str
    form: str
    content: JsonObject
    begins: datetime  # the first instant at which it may have happened
    version: int
    institution: UUID | None  # whose act it was
    state: str
    is_filed: bool = False
    is_retracted: bool = False
    endings: list[date] = field(default_factory=list)
    for_rules: Entry | None = None  # as the follow-up rules see it; made anew whenever it changes

    @property
    def order(self) -> tuple[object, int]:
        """By when it happened; of equals by when it was recorded."""
        return self.begins, self.version

    @property
    def on(self) -> date:
        """The first day, in China, on which it may have happened."""
        return self.begins.astimezone(CHINA).date()

    @property
    def ended(self) -> date | None:
        """The first day on which it holds no longer."""
        told = self.content.get(ENDINGS.get(self.kind, ("", ""))[1])
        own = first_day(told) if isinstance(told, str) else None
        return min([*self.endings, *([own] if own else [])], default=None)


class Resident:
    """The record as its steps left it."""

    def __init__(self) -> None:
        self.entries: dict[UUID, Standing] = {}
        self.custodian: UUID | None = None
        self.area = ""
        self.opened: Occurred | None = None
        self.opened_unborn = self.is_closed = self.is_merged = False
        self.identity: tuple[str | None, str | None] = (None, None)  # birth date and sex by a document

    def standing(self, *kinds: str) -> Iterator[Standing]:
        """The entries of these collections that count."""
        return (one for one in self.entries.values() if one.kind in kinds and not one.is_retracted)

    def newest(self, kind: str) -> Standing | None:
        """The one that holds now: the latest to occur; of equals the later recorded."""
        return max(self.standing(kind), key=lambda one: one.order, default=None)

    @property
    def is_unborn(self) -> bool:
        return self.opened_unborn and not any(self.standing("births"))

    @property
    def takes_care(self) -> bool:
        """Whether anything is still to be done for the resident under this record."""
        return not (self.is_closed or self.is_merged)

    @property
    def status(self) -> str:
        """unborn, open, closed, or merged: another record of the same person goes on."""
        if self.is_merged:
            return "merged"
        return "closed" if self.is_closed else "unborn" if self.is_unborn else "open"

    @property
    def person(self) -> tuple[str | None, str | None]:
        """Birth date and sex: of the newest entry that tells them, else of an identity document."""
        telling = [one for one in self.entries.values() if one.form in PERSONAL and not one.is_retracted]
        told = [person(one.content) for one in sorted(telling, key=lambda one: one.order, reverse=True)]
        told.append(self.identity)
        born = next((birth_date for birth_date, _ in told if birth_date), None)
        return born, next((sex for _, sex in told if sex), None)

    @property
    def born(self) -> date | None:
        """The first day on which the resident may have been born."""
        return first_day(self.person[0]) if self.person[0] else None

    def befall(self, event: Event) -> None:
        """Something befell the record as a whole."""
        match event:
            case events.Created():
                self.custodian, self.area, self.opened = (
                    event.custodian,
                    area_of(event.number),
                    event.occurred,
                )
                self.opened_unborn = event.channel == BEFORE_BIRTH
            case events.NumberGiven():
                self.area = area_of(event.number)
            case events.IdentityLinked() if event.birth_date is not None:
                self.identity = event.birth_date, event.sex
            case events.Closed() | events.Reopened():
                self.is_closed = isinstance(event, events.Closed)
            case events.Merged() | events.Unmerged() if not event.goes_on:
                self.is_merged = isinstance(event, events.Merged)
            case _:
                pass


def day_of(stored: Stored) -> date:
    """The day, in China, on which we learned it."""
    return stored.recorded_at.astimezone(CHINA).date()


def area_of(number: str) -> str:
    """The digits before the sequence, under whatever scheme the number has."""
    *area, _ = RecordNumber.parse(number).segments.values()
    return "".join(area)

"""A record as the courses of a life see it: its entries that stand and may be shown, in order, and whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

from domain import record_events as events
from domain.entries import PERSONAL, person
from domain.ports import Recorded, RecordQuery
from domain.scalars import first_day
from domain.time import CHINA
from domain.values import JsonObject, Occurred, Who, earliest, occurred
from projections.entry_view import EntryView, instant_text
from projections.record_fold import RecordFold
from projections.record_lists import Shape

# How entries of a kind end: the sequel that ends them, and the field in which it, or the entry, tells when.
ENDINGS = {
    "problems": ("resolution", "abated_on"),
    "medications": ("stop", "stopped_on"),
    "programmes": ("exit", ""),
}


@dataclass(frozen=True)
class Life:
    """The fold, and the events it took in."""

    fold: RecordFold
    known: Sequence[Recorded]

    @cached_property
    def entries(self) -> list[EntryView]:
        """The entries that stand and had happened by then, in the order in which they did."""
        fold = self.fold
        standing = [
            entry
            for entry in fold.entries.values()
            if entry.status != "retracted" and fold.query.shows(entry.kind) and fold.was_true(entry.occurred)
        ]
        return sorted(standing, key=in_order)

    def content(self, entry: EntryView) -> JsonObject:
        """What the entry says, without an end that came after the instant asked about."""
        return entry.true_at(self.fold.query.valid_at)

    @cached_property
    def person(self) -> tuple[str | None, str | None]:
        """Birth date and sex: of the newest entry that tells them, else of an identity document."""
        told = [person(entry.content) for entry in reversed(self.entries) if entry.form["name"] in PERSONAL]
        if self.fold.query.shows("basic-information"):
            linked = [one.event for one in self.known if isinstance(one.event, events.IdentityLinked)]
            right = [one for one in linked if one.event_id not in self.fold.query.masked]
            told += [(one.birth_date, one.sex) for one in reversed(right)]
        born = next((birth_date for birth_date, _ in told if birth_date), None)
        return born, next((sex for _, sex in told if sex), None)

    @property
    def born(self) -> date | None:
        """The first day on which the resident may have been born."""
        return first_day(self.person[0]) if self.person[0] else None

    @property
    def died(self) -> date | None:
        """The day of death, if that is why the record is closed."""
        last = self.fold.closings[-1] if self.fold.closings else {}
        is_death = last.get("step") == "closed" and last.get("reason") == "death"
        return day(cast(Occurred, last["occurred"])) if is_death else None

    def frame(self, edition: str) -> Shape:
        """What every course tells of itself."""
        fold = self.fold
        return {
            "view": edition,
            "record": fold.head["record"],
            "version": fold.version,
            "position": fold.position,
            "as_of": instant_text(fold.query.as_of),
            "valid_at": instant_text(fold.query.valid_at),
            "status": "closed" if fold.is_closed else "open",
            "sections": sorted(fold.query.sections) if fold.query.sections is not None else None,
        }


def life(recorded: Sequence[Recorded], query: RecordQuery) -> Life:
    """The record as far as the query lets it through. Raises KeyError if it was not created by then."""
    fold = RecordFold(query).fold(recorded)
    return Life(fold, [one for one in recorded if fold.is_known(one.stored)])


def in_order(entry: EntryView) -> tuple[object, int]:
    """By when it happened; of equals by when it was recorded."""
    return earliest(entry.occurred), entry.first.version


def day(when: Occurred) -> date:
    """The first day, in China, on which it may have happened."""
    return earliest(when).astimezone(CHINA).date()


def ended(entry: EntryView) -> date | None:
    """The first day on which the entry holds no longer, as it or its ending tells; None while it does."""
    sequel, field = ENDINGS.get(entry.kind, ("", ""))
    told = [_told(entry.content, field)]
    for step in entry.steps:
        if step["step"] == sequel:
            content = cast(JsonObject, step["content"])
            told.append(_told(content, field) or day(cast(Occurred, step["occurred"])))
    return min((one for one in told if one is not None), default=None)


def _told(content: JsonObject, field: str) -> date | None:
    value = content.get(field)
    return day(occurred(value)) if isinstance(value, str) else None


def author(entry: EntryView) -> Who:
    """Who says what the entry says now: whoever corrected it last, else who recorded it."""
    said = [step["who"] for step in entry.steps if step["step"] in ("recorded", "corrected")]
    return cast(Who, said[-1])

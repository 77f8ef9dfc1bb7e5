"""Conditions as data: what a rule asks of an entry, of the follow-ups before it, and of the resident.

A condition never raises: what is not told, or told in a way nobody foresaw, does not hold.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt

from domain.follow_up_rules.facts import Entry, Facts
from domain.measurements import Measurement, pointed
from domain.scalars import JsonValue

COMPARISONS: Mapping[str, tuple[str, Callable[[Decimal, Decimal], bool]]] = {
    "ge": ("≥", ge),
    "gt": (">", gt),
    "le": ("≤", le),
    "lt": ("<", lt),
}


@dataclass(frozen=True)
class Sight:
    """What a condition looks at. entry: the one judged, if any; run: the follow-ups up to it, newest last,
    each by its day and the classes that fit it."""

    facts: Facts
    on: date
    entry: Entry | None = None
    run: Sequence[tuple[date, frozenset[str]]] = ()


class Condition(ABC):
    """One condition: whether it holds, and the same in words for the table that people read."""

    @abstractmethod
    def holds(self, sight: Sight) -> bool:
        """Never raises."""

    @abstractmethod
    def words(self) -> str:
        """The condition as a short sentence."""

    def within(self) -> Iterable["Condition"]:
        """The conditions it is made of."""
        return ()


@dataclass(frozen=True)
class All(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, sight: Sight) -> bool:
        return all(part.holds(sight) for part in self.parts)

    def words(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)

    def within(self) -> Iterable[Condition]:
        return self.parts


@dataclass(frozen=True)
class Some(Condition):
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, sight: Sight) -> bool:
        return any(part.holds(sight) for part in self.parts)

    def words(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)

    def within(self) -> Iterable[Condition]:
        return self.parts


@dataclass(frozen=True)
class Not(Condition):
    """The part does not hold; so it is true where nothing is told."""

    part: Condition

    def holds(self, sight: Sight) -> bool:
        return not self.part.holds(sight)

    def words(self) -> str:
        return f"not {_bracketed(self.part)}"

    def within(self) -> Iterable[Condition]:
        return (self.part,)


@dataclass(frozen=True)
class Limits:
    """Comparisons with decimal numbers, all of which must hold."""

    limits: tuple[tuple[str, Decimal], ...]

    def allow(self, value: object) -> bool:
        number = _number(value)
        return number is not None and all(COMPARISONS[name][1](number, limit) for name, limit in self.limits)

    def words(self) -> str:
        return " and ".join(f"{COMPARISONS[name][0]} {limit}" for name, limit in self.limits)


@dataclass(frozen=True)
class Field(Condition):
    """A value of the entry: at a pointer, or a measurement wherever the form has it.

    With no list and no limits: it is told. Of several values, one is enough.
    """

    source: str | Measurement
    among: tuple[str, ...] = ()
    not_among: tuple[str, ...] = ()
    starts: str = ""
    limits: Limits = Limits(())

    def holds(self, sight: Sight) -> bool:
        return any(self._fits(value) for value in self._values(sight))

    def words(self) -> str:
        name = f"`{self.source}`" if isinstance(self.source, str) else self.source.name
        said = [
            f"is {' or '.join(self.among)}" if self.among else "",
            f"is other than {' or '.join(self.not_among)}" if self.not_among else "",
            f"begins with {self.starts}" if self.starts else "",
            self.limits.words(),
        ]
        return f"{name} {' and '.join(part for part in said if part) or 'is told'}"

    def _values(self, sight: Sight) -> Iterable[JsonValue]:
        if sight.entry is None:
            return ()
        form, content = sight.entry.form, sight.entry.content
        if isinstance(self.source, str):
            return pointed(content, self.source)
        unit = self.source.places[0].unit
        return (value for place, value in self.source.values(form, content) if place.unit == unit)

    def _fits(self, value: JsonValue) -> bool:
        return (
            (not self.among or value in self.among)
            and (not self.not_among or value not in self.not_among)
            and (not self.starts or (isinstance(value, str) and value.startswith(self.starts)))
            and (not self.limits.limits or self.limits.allow(value))
        )


@dataclass(frozen=True)
class Age(Condition):
    """Completed years or months of age on the day of the entry, or on the day asked."""

    unit: str
    limits: Limits

    def holds(self, sight: Sight) -> bool:
        facts = sight.facts
        return self.limits.allow(facts.years(sight.on) if self.unit == "years" else facts.months(sight.on))

    def words(self) -> str:
        return f"age {self.limits.words()} {self.unit}"


@dataclass(frozen=True)
class Sex(Condition):
    """The resident's sex."""

    sex: str

    def holds(self, sight: Sight) -> bool:
        return sight.facts.sex == self.sex

    def words(self) -> str:
        return f"sex is {self.sex}"


@dataclass(frozen=True)
class Enrolled(Condition):
    """In the programme on the day."""

    programme: str

    def holds(self, sight: Sight) -> bool:
        return sight.facts.enrolment(self.programme, sight.on) is not None

    def words(self) -> str:
        return f"enrolled in {self.programme}"


@dataclass(frozen=True)
class On(Condition):
    """The entry is on one of the forms."""

    forms: tuple[str, ...]

    def holds(self, sight: Sight) -> bool:
        return sight.entry is not None and sight.entry.form in self.forms

    def words(self) -> str:
        return f"on {' or '.join(self.forms)}"


@dataclass(frozen=True)
class InARow(Condition):
    """The last follow-ups, up to this one and on so many different days, were all of the class."""

    name: str
    days: int

    def holds(self, sight: Sight) -> bool:
        days: set[date] = set()
        for day, classes in reversed(sight.run):
            if self.name not in classes:
                break
            days.add(day)
        return len(days) >= self.days

    def words(self) -> str:
        return self.name if self.days == 1 else f"{self.name} on {self.days} days in a row"


@dataclass(frozen=True)
class There(Condition):
    """There is an entry on one of the forms, by the day and not ended, that satisfies the condition."""

    forms: tuple[str, ...]
    where: Condition

    def holds(self, sight: Sight) -> bool:
        return self.first(sight) is not None

    def first(self, sight: Sight) -> Entry | None:
        """The earliest such entry."""
        return next((entry for entry in sight.facts.entries if self._fits(entry, sight)), None)

    def words(self) -> str:
        said = self.where.words()
        return f"there is a {' or '.join(self.forms)}" + (f" with {said}" if said else "")

    def within(self) -> Iterable[Condition]:
        return (self.where,)

    def _fits(self, entry: Entry, sight: Sight) -> bool:
        if entry.form not in self.forms or entry.on > sight.on:
            return False
        if entry.ended is not None and entry.ended <= sight.on:
            return False
        return self.where.holds(Sight(sight.facts, entry.on, entry))


ALWAYS = All(())


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def _bracketed(part: Condition) -> str:
    return (
        f"({part.words()})"
        if isinstance(part, All | Some) and len(tuple(part.within())) > 1
        else part.words()
    )

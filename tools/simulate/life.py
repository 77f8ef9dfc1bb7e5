"""One life: a record as it is opened, and what is done to it since, in the order in which it happened.

A function of (seed, number) alone. What one person writes in a row makes one act, which is stored in one
append; what a later act refers to has a name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.identity import IdentityDocument
from domain.requests import NewEntry, NewRecord
from domain.scalars import JsonObject
from domain.values import Occurred
from tools.simulate.people import Person

DOCTOR, MANAGER, SPECIALIST = "doctor", "manager", "specialist"  # of the custodian; of the county's hospital
MOST_AT_ONCE = 150  # entries of one act
WRITING = timedelta(minutes=10)


@dataclass(frozen=True)
class Step:
    """One thing done to a record, when and by whom."""

    when: datetime
    by: str

    @property
    def written(self) -> datetime:
        """When it was written down."""
        return self.when + WRITING


@dataclass(frozen=True)
class Entry(Step):
    """An entry, which others may refer to by its name. late: how long after the fact it was written down."""

    entry: NewEntry
    name: str | None = None
    late: timedelta = timedelta(0)

    @property
    def written(self) -> datetime:
        return self.when + WRITING + self.late


@dataclass(frozen=True)
class Sequel(Step):
    """What follows an entry: its name in domain.sequels, and its form filled in."""

    collection: str
    of: str
    sequel: str
    content: JsonObject


@dataclass(frozen=True)
class Correction(Step):
    """An entry put right, as a whole."""

    of: str
    reason: str
    content: JsonObject


@dataclass(frozen=True)
class Retraction(Step):
    """An entry made in error."""

    of: str
    reason: str


@dataclass(frozen=True)
class Link(Step):
    """One more document of the resident's."""

    document: IdentityDocument


@dataclass(frozen=True)
class Closing(Step):
    """The end of care under the record."""

    reason: str
    since: Occurred
    note: str | None = None


@dataclass(frozen=True)
class Reopening(Step):
    """Care is taken up again."""

    reason: str


@dataclass(frozen=True)
class Act:
    """What one person writes in a row: entries and what follows them together, anything else alone."""

    by: str
    steps: tuple[Step, ...]

    @property
    def is_batch(self) -> bool:
        return isinstance(self.steps[0], Entry | Sequel)

    @property
    def is_claimable(self) -> bool:
        """Whether the log can hold, with the act itself, a claim that says it was done."""
        return self.is_batch or isinstance(self.steps[0], Closing)


@dataclass(frozen=True)
class Life:
    """A resident's whole life: the opening with its first entries, then the acts."""

    person: Person
    by: str
    opened: datetime
    new: NewRecord
    first: tuple[Entry, ...]
    acts: tuple[Act, ...]

    def entries(self) -> Iterator[Entry | Sequel]:
        """All that is written on a form."""
        yield from self.first
        for act in self.acts:
            yield from (step for step in act.steps if isinstance(step, Entry | Sequel))

    def places(self) -> Mapping[str, tuple[int, int]]:
        """Where the named entries are: act (0: the opening), and place in it."""
        found = {step.name: (0, place) for place, step in enumerate(self.first) if step.name}
        for number, act in enumerate(self.acts, start=1):
            for place, step in enumerate(act.steps):
                if isinstance(step, Entry) and step.name:
                    found[step.name] = (number, place)
        return found


def in_order(steps: Sequence[Step]) -> tuple[tuple[Entry, ...], tuple[Act, ...]]:
    """The entries that the opening takes, which are those of the same hand, and the acts after it.

    An act at the end that nobody could tell to have been done is left out.
    """
    left = sorted(steps, key=lambda step: step.when)  # stable: what is told first comes first
    first = 0
    while (
        first < min(len(left), MOST_AT_ONCE) and isinstance(left[first], Entry) and left[first].by == DOCTOR
    ):
        first += 1
    opening = tuple(step for step in left[:first] if isinstance(step, Entry))
    acts = [act for some in _between_others(left[first:]) for act in _grouped(some)]
    while acts and not acts[-1].is_claimable:
        acts.pop()
    return opening, tuple(acts)


def _between_others(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Stretches of entries and sequels, with what is done alone between them.

    The hospital's answers reach the record at the end of a stretch, all together, and make one act; then
    what the record manager files does.
    """
    own, others, filed = list[Step](), list[Step](), list[Step]()
    for step in steps:
        if isinstance(step, Entry | Sequel):
            {SPECIALIST: others, MANAGER: filed}.get(step.by, own).append(step)
        else:
            yield [*own, *others, *filed, step]
            own, others, filed = [], [], []
    yield [*own, *others, *filed]


def _grouped(steps: Sequence[Step]) -> Iterator[Act]:
    group: list[Step] = []
    for step in steps:
        if group and not (_together(group[-1], step) and len(group) < MOST_AT_ONCE):
            yield Act(group[0].by, tuple(group))
            group = []
        group.append(step)
    if group:
        yield Act(group[0].by, tuple(group))


def _together(one: Step, other: Step) -> bool:
    return isinstance(one, Entry | Sequel) and isinstance(other, Entry | Sequel) and one.by == other.by

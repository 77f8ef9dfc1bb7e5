"""What the rules say of each follow-up: its classes, whether it is urgent, and what is due next by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.follow_up_rules.conditions import Sight
from domain.follow_up_rules.facts import Entry, Facts
from domain.follow_up_rules.table import Programme, Rule
from domain.measurements import pointed

LOOK_BACK, FOLLOW_UP = "look-back", "follow-up"


@dataclass(frozen=True)
class Cited:
    """The rule something was decided by: its id, and the edition, source and confidence it has."""

    id: str
    edition: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Chosen:
    """What the practitioner wrote on the form, as text; None: nothing."""

    class_: str | None
    next_on: str | None


@dataclass(frozen=True)
class Assessment:
    """A follow-up judged by the edition in force on its day.

    class_: the first of the classes that fit. next_by: the last day of the next contact; what: what it is
    for. rule: the step that decided it, None where no step fitted.
    """

    programme: str
    entry: UUID
    on: date
    classes: tuple[Cited, ...]
    class_: str | None
    urgent: tuple[Cited, ...]
    refer: bool
    next_by: date | None
    what: str
    rule: Cited | None
    ends: bool
    chosen: Chosen


def assess(programme: Programme, facts: Facts) -> list[Assessment]:
    """Each follow-up of the programme, in order.

    One is judged by what stood before it on the same or an earlier day, never by what came after.
    """
    run: list[tuple[date, frozenset[str]]] = []
    return [_judged(programme, facts, entry, run) for entry in follow_ups(programme, facts)]


def newest(programme: Programme, facts: Facts) -> Assessment | None:
    """The last that `assess` tells, judging of those before it only as many days as a row may ask for."""
    found = list(follow_ups(programme, facts))
    days = sorted({entry.on for entry in found})[-programme.longest_row :]
    run: list[tuple[date, frozenset[str]]] = []
    judged = [_judged(programme, facts, entry, run) for entry in found if days and entry.on >= days[0]]
    return judged[-1] if judged else None


def follow_ups(programme: Programme, facts: Facts) -> Iterator[Entry]:
    """The entries that are follow-ups of the programme."""
    table = programme.table
    return (
        entry
        for entry in facts.entries
        if entry.form in table.forms and table.counts.holds(Sight(facts, entry.on, entry))
    )


def cited(programme: Programme, rule: Rule, on: date) -> Cited:
    """The rule under the edition in force on the day."""
    return Cited(rule.id, programme.edition(on).edition, rule.source, rule.confidence)


def _judged(
    programme: Programme, facts: Facts, entry: Entry, run: list[tuple[date, frozenset[str]]]
) -> Assessment:
    """The follow-up judged; adds it to the run."""
    table, on = programme.table, entry.on
    plain = Sight(facts, on, entry)
    classes = [rule for rule in programme.among(table.classes, on) if rule.when.holds(plain)]
    run.append((on, frozenset(rule.name for rule in classes)))
    sight = Sight(facts, on, entry, run)
    steps = [step for step in programme.among(table.steps, on) if step.when.holds(sight)]
    first = steps[0] if steps else None
    return Assessment(
        programme=programme.name,
        entry=entry.id,
        on=on,
        classes=tuple(cited(programme, rule, on) for rule in classes),
        class_=classes[0].name if classes else None,
        urgent=tuple(cited(programme, step, on) for step in steps if step.urgent),
        refer=bool(first and first.refer),
        next_by=first.next.after(on) if first and first.next else None,
        what=LOOK_BACK if first and first.refer else FOLLOW_UP,
        rule=cited(programme, first, on) if first else None,
        ends=bool(first and first.ends),
        chosen=_chosen(programme, entry),
    )


def _chosen(programme: Programme, entry: Entry) -> Chosen:
    where = programme.table.chosen
    return Chosen(_text(entry, where.class_at), _text(entry, where.next_on))


def _text(entry: Entry, pointer: str) -> str | None:
    return next((value for value in pointed(entry.content, pointer) if isinstance(value, str)), None)

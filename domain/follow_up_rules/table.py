"""The rules table: for each programme who is followed up, when, what is urgent, and what the classes lead to.

One file per programme in `data/`. Rules are never changed: a changed rule is a new one under a new edition,
and a rule that stays names all the editions it belongs to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.follow_up_rules.conditions import ALWAYS, Condition, InARow, There
from domain.follow_up_rules.reading import condition
from domain.follow_up_rules.spans import Span
from domain.values import EditionRef, JsonObject, digest

Confidence = Literal["certain", "cited", "uncertain"]
When = Annotated[Condition, BeforeValidator(condition)]
Duration = Annotated[Span, BeforeValidator(Span.parse)]


class Row(BaseModel):
    """A line of a table file: unknown keys are refused, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Title(Row):
    """What it is called, for people."""

    zh: str
    en: str


class Rule(Row):
    """What every rule has.

    confidence: "certain", compared with the source; "cited", as the source is usually quoted; "uncertain",
    where the source leaves it open and the value is ours. note: what a reader should know.
    """

    id: str
    editions: tuple[str, ...]
    source: str
    confidence: Confidence
    note: str = ""


class WhoRule(Rule):
    """Whom the programme is for, and since when: enrolled, of an age, or with an entry that calls for it.

    unless: keeps out. scope: whom the specification means; who is enrolled outside it is followed up too,
    and the answer says so.
    """

    enrolled: str | None = None
    from_age: Duration | None = None
    to_age: Duration | None = None
    trigger: When | None = None
    unless: When | None = None
    scope: When = ALWAYS


class ClassRule(Rule):
    """A class that a follow-up falls into. Several may fit; the first in the file is shown."""

    name: str
    when: When


class StepRule(Rule):
    """What follows from a follow-up. The first that fits decides; of the urgent ones, all are told.

    next: by when the next contact is due. refer: to a higher institution; the next contact then looks back.
    ends: nothing more is due.
    """

    when: When
    urgent: bool = False
    refer: bool = False
    next: Duration | None = None
    ends: bool = False


class IntervalRule(Rule):
    """A contact that comes back: due so long after the last entry on the forms that counts.

    first: so long after the beginning, while there is none; else `every`.
    """

    what: str
    title: Title
    forms: tuple[str, ...]
    counts: When = ALWAYS
    every: Duration
    first: Duration | None = None


class ContactRule(Rule):
    """A contact at an age, or so long after another day. done: the entry that makes it good.

    opens, by: counted from the anchor, the first and the last day. lapses: from when it cannot be made good.
    """

    what: str
    title: Title
    anchor: str
    opens: Duration
    by: Duration
    lapses: Duration | None = None
    forms: tuple[str, ...]
    done: When = ALWAYS
    unless: When | None = None


class AnchorPlace(Row):
    """Where a day to count from is told: a date at a pointer, or weeks (and days) of gestation on the day.

    before: the anchor lies so many days before the date that is told; after: after it.
    """

    forms: tuple[str, ...] = ()
    date: str = ""
    weeks: str = ""
    days: str = ""
    anchor: str = ""
    before: Duration = Span()
    after: Duration = Span()


class Chosen(Row):
    """Where the forms ask what the practitioner chose: shown beside, never in the place of the rule."""

    class_at: str = "/classification"
    next_on: str = "/next_on"


class Edition(Row):
    """An edition of a programme's rules, in force from a day until the next."""

    edition: str
    valid_from: date
    source: str


class Table(Row):
    """A programme's file as it is written.

    forms: on which its follow-ups are told, as far as `counts`. referred: on the follow-up itself, that the
    referral was made; else an entry on `referral` forms tells it.
    """

    programme: str
    title: Title
    note: str = ""
    forms: tuple[str, ...] = ()
    counts: When = ALWAYS
    chosen: Chosen = Chosen()
    referred: When | None = None
    follow_up: Title = Title(zh="随访", en="follow-up")
    editions: tuple[Edition, ...] = Field(min_length=1)
    anchors: dict[str, tuple[AnchorPlace, ...]] = {}
    who: tuple[WhoRule, ...]
    classes: tuple[ClassRule, ...] = ()
    steps: tuple[StepRule, ...] = ()
    intervals: tuple[IntervalRule, ...] = ()
    contacts: tuple[ContactRule, ...] = ()


R = TypeVar("R", bound=Rule)


@dataclass(frozen=True)
class Programme:
    """A programme's rules, looked up by the day. written: the file as data, from which digests are made."""

    table: Table
    written: JsonObject = field(repr=False)

    @property
    def name(self) -> str:
        return self.table.programme

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of the file."""
        table = self.table
        return (*table.who, *table.classes, *table.steps, *table.intervals, *table.contacts)

    @cached_property
    def longest_row(self) -> int:
        """On how many days in a row, at most, a rule looks at how follow-ups were judged."""
        asked = [one for rule in self.rules for one in _conditions(rule)]
        return max((one.days for one in asked if isinstance(one, InARow)), default=1)

    def edition(self, on: date) -> Edition:
        """The edition in force on the day; care from before the first is judged by the first."""
        found = self._editions[0]
        for one in self._editions:
            if one.valid_from <= on:
                found = one
        return found

    @cached_property
    def _editions(self) -> tuple[Edition, ...]:
        """Oldest first."""
        return tuple(sorted(self.table.editions, key=lambda one: one.valid_from))

    def among(self, rules: Sequence[R], on: date) -> Sequence[R]:
        """Those of the rules that the edition in force on the day has."""
        edition = self.edition(on).edition
        return [rule for rule in rules if edition in rule.editions]

    def who(self, on: date) -> WhoRule | None:
        """For whom the programme was on the day."""
        return next(iter(self.among(self.table.who, on)), None)

    def ref(self, on: date) -> EditionRef:
        """Name, edition and digest of the rules in force on the day."""
        edition = self.edition(on).edition
        return EditionRef(name=f"follow-up-rules/{self.name}", edition=edition, digest=self._digests[edition])

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {one.edition: digest(_of_edition(self.written, one.edition)) for one in self.table.editions}


def _conditions(rule: Rule) -> Iterator[Condition]:
    """Every condition of a rule, and those that it is made of."""
    asked = [value for _, value in rule if isinstance(value, Condition)]
    while asked:
        one = asked.pop()
        yield one
        asked += one.within()


def programme(written: JsonObject) -> Programme:
    """A programme from its file as data. Raises ValueError where it is no table."""
    table = Table.model_validate(written)
    known = {one.edition for one in table.editions}
    found = Programme(table, written)
    for rule in found.rules:
        if not set(rule.editions) <= known:
            raise ValueError(f"{rule.id} names an edition that is not there")
    for who in table.who:
        if not isinstance(who.trigger, There | None):
            raise ValueError(f"{who.id} is triggered by an entry that is there, or by nothing")
    _check_anchors(table)
    return found


def _check_anchors(table: Table) -> None:
    """An anchor builds only on those before it, so that looking one up always comes to an end."""
    known = {"birth", "start"}
    for name, places in table.anchors.items():
        if not {place.anchor for place in places if place.anchor} <= known:
            raise ValueError(f"the anchor {name} builds on one that is not above it")
        known.add(name)
    if not {contact.anchor for contact in table.contacts} <= known:
        raise ValueError(f"{table.programme} counts from a day that it does not name")


def _of_edition(written: JsonObject, edition: str) -> JsonObject:
    """What of a file an edition consists of: a new edition leaves the digests of the others as they were."""
    return {
        key: [one for one in value if _belongs(one, edition)] if isinstance(value, list) else value
        for key, value in written.items()
    }


def _belongs(row: object, edition: str) -> bool:
    """A row without editions, such as a form's name, belongs to all."""
    if not isinstance(row, dict):
        return True
    if "valid_from" in row:
        return bool(row["edition"] == edition)
    editions = row.get("editions", [edition])
    return isinstance(editions, list) and edition in editions

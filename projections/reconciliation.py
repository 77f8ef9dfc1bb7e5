"""Medications and allergies across sources: who states what, since when, and where they contradict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.measurements import pointed
from domain.ports import NOW, Recorded, RecordQuery
from domain.time import CHINA
from domain.values import JsonObject, JsonValue
from projections.entry_view import EntryView
from projections.life import Life, author, day, ended, in_order, life
from projections.naming import Named, grouped
from projections.record_lists import Shape
from projections.tables import table

RECONCILIATION = "reconciliation/1"
ACTIVE, STOPPED, DENIED = "active", "stopped", "denied"

_TOLD = table("reconciliation")
PLACES: Mapping[str, list[dict[str, Any]]] = {name: _TOLD[name] for name in ("medications", "allergies")}
OPTIONS: Mapping[str, str] = _TOLD["options"]
DENIALS: Mapping[str, dict[str, str]] = _TOLD["denials"]


@dataclass(frozen=True)
class Statement:
    """That one entry states one thing.

    until: since when it holds no longer. is_lasting: it is stated until it ends, not of its own day only.
    """

    entry: EntryView
    named: Named
    is_lasting: bool = True
    until: date | None = None
    is_denied: bool = False

    @property
    def source(self) -> tuple[object, str]:
        """Who states it, and on what: an institution may know two things by two forms."""
        return self.institution, self.entry.form["name"]

    @property
    def institution(self) -> str | None:
        return author(self.entry)["institution"]

    @property
    def standing(self) -> str:
        if self.is_denied:
            return DENIED
        return STOPPED if self.until is not None else ACTIVE

    def to_json(self) -> Shape:
        return {
            "entry": str(self.entry.first.event),
            "form": self.entry.form["name"],
            "institution": self.institution,
            "occurred": dict(self.entry.occurred),
            "standing": self.standing,
            "until": self.until.isoformat() if self.until else None,
            "name": self.named.name,
            "coding": self.named.coding,
            "filing": "external" if self.entry.is_external and self.entry.filed is None else "own",
        }


def reconciliation(recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Shape:
    """Each medication and allergy with the statements about it, oldest first."""
    told = life(recorded, query)
    on = query.valid_at.astimezone(CHINA).date() if query.valid_at else None
    medications = [_group(group) for group in _grouped("medications", told, on)]
    denials = _denials(told)
    allergies = [_group(group, denials) for group in _grouped("allergies", told, on)]
    return {
        **told.frame(RECONCILIATION),
        "medications": medications,
        "allergies": allergies,
        "no_drug_allergy_stated": [one.to_json() for one in denials],
    }


def _grouped(about: str, told: Life, on: date | None) -> list[list[Statement]]:
    statements = [one for entry in told.entries for one in _statements(about, told, entry, on)]
    return grouped((one.named, one) for one in statements)


def _statements(about: str, told: Life, entry: EntryView, on: date | None) -> Iterator[Statement]:
    """What an entry states, by the table. An end that lies after the day asked is not told yet."""
    until = ended(entry)
    over = until if until is not None and (on is None or until <= on) else None
    for place in PLACES[about]:
        if place["form"] == entry.form["name"]:
            for named in _names(place, told.content(entry)):
                yield Statement(entry, named, bool(place.get("lasting")), over)


def _names(place: Mapping[str, Any], content: JsonObject) -> Iterator[Named]:
    for value in pointed(content, place.get("coding", "")) if "coding" in place else ():
        yield _coded(value)
    for value in pointed(content, place["name"]) if "name" in place else ():
        yield Named(str(value))
    for value in pointed(content, place["code"]) if "code" in place else ():
        if value in OPTIONS:
            yield Named(OPTIONS[str(value)])


def _coded(value: JsonValue) -> Named:
    if not isinstance(value, dict):
        return Named(str(value))
    display = value.get("display")
    return Named(str(display) if display else None, f"{value.get('system')}|{value.get('code')}")


def _denials(told: Life) -> list[Statement]:
    """The sources whose newest word on drug allergies is that there is none."""
    newest: dict[object, Statement] = {}
    for entry in told.entries:
        if entry.form["name"] in DENIALS:
            one = Statement(entry, Named(), is_denied=True)
            newest[one.source] = one
    return [one for one in newest.values() if _denies(told.content(one.entry), one.entry.form["name"])]


def _denies(content: JsonObject, form: str) -> bool:
    return DENIALS[form]["option"] in pointed(content, DENIALS[form]["at"])


def _group(statements: Sequence[Statement], denials: Sequence[Statement] = ()) -> Shape:
    """The newest word of each source counts; a denial counts against an allergy to a drug."""
    against = [one for one in denials if any(_is_of_a_drug(statement) for statement in statements)]
    said = sorted([*statements, *against], key=lambda one: in_order(one.entry))
    newest = list({one.source: one for one in said}.values())
    standings = {one.standing for one in newest if not _is_overtaken(one, newest)}
    return {
        "names": _distinct(one.named.name for one in statements),
        "codings": _distinct(one.named.coding for one in statements),
        "standing": standings.pop() if len(standings) == 1 else "contradictory",
        "sources": [_source(one) for one in newest],
        "statements": [one.to_json() for one in statements],
    }


def _is_overtaken(one: Statement, others: Sequence[Statement]) -> bool:
    """Taken on its day, and stopped later by whoever says so."""
    if one.is_lasting or one.standing != ACTIVE:
        return False
    return any(other.until is not None and day(one.entry.occurred) <= other.until for other in others)


def _source(statement: Statement) -> Shape:
    """What a source says last."""
    told = statement.to_json()
    return {name: told[name] for name in ("institution", "form", "entry", "standing", "occurred", "until")}


def _is_of_a_drug(statement: Statement) -> bool:
    """The form of basic information asks about drugs only; an allergy entry tells its category."""
    return statement.entry.form["name"] in DENIALS or statement.entry.content.get("category") == "medication"


def _distinct(values: Iterator[str | None]) -> list[str]:
    return list(dict.fromkeys(one for one in values if one))

"""Reading values out of FHIR JSON that may have any shape: what is not as it should be is not there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast, get_args

from domain.errors import OccurredRefused
from domain.scalars import Rule, Text, first_day
from domain.value_set_shapes import refusal
from domain.values import CodeSystem, CodeText, JsonObject, Occurred, ShortText, occurred
from tools.fhir.bundle import JsonMap

DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}", re.ASCII)


def rule_of(annotation: object) -> Rule:
    """The rule inside a checked type of the forms, such as `Annotated[str, Text(200)]`."""
    return cast(Rule, get_args(annotation)[1])


SYSTEM, CODE, DISPLAY = (rule_of(one) for one in (CodeSystem, CodeText, ShortText))
LINE, NAME, PROSE = Text(200), Text(100), Text(4000, lines=True)


def at(value: object, *path: str) -> object:
    """What stands under the names; where a list is on the way, its first element counts."""
    for name in path:
        value = value[0] if isinstance(value, list) and value else value
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: object, *path: str, rule: Rule = LINE) -> str | None:
    """The text under the names, if a form would take it."""
    found = at(value, *path)
    return found if isinstance(found, str) and rule.allows(found) else None


def rows(value: object, *path: str) -> list[JsonMap]:
    """The objects of the list under the names."""
    found = at(value, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def day(value: object, *path: str) -> str | None:
    """The date of a FHIR date or dateTime, in the offset it was told in."""
    found = at(value, *path)
    match = DAY.match(found) if isinstance(found, str) else None
    return match[0] if match and first_day(match[0]) else None


@dataclass(frozen=True)
class Told:
    """A time as told; not whole if its time of day cannot be placed and was left out."""

    when: Occurred
    is_whole: bool


def time_told(value: object) -> Told | None:
    """A FHIR date or dateTime. Only the day is believed of one whose time of day has no offset, as FHIR asks
    for, or does not exist: what instant was meant cannot be known, and none is made up.
    """
    if not isinstance(value, str):
        return None
    try:
        return Told(occurred(value), is_whole=True)
    except OccurredRefused:
        its_day = day(value) if value[10:11] == "T" else None
        return Told(occurred(its_day), is_whole=False) if its_day else None


def coding(concept: object) -> JsonObject | None:
    """The first coding of a CodeableConcept that a form takes; the display as shown, else left out."""
    return next(iter(_codings(concept)), None)


def codings(concepts: Iterable[object], most: int) -> list[JsonObject] | None:
    """One coding for each concept, each once; None if there is none."""
    found: list[JsonObject] = []
    for concept in concepts:
        one = coding(concept)
        if one is not None and one not in found:
            found.append(one)
    return found[:most] or None


def codes(concept: object) -> set[tuple[str, str]]:
    """All codes of a concept, as (system, code)."""
    return {(str(one["system"]), str(one["code"])) for one in _codings(concept)}


def code_in(concept: object) -> str | None:
    """The first code of a concept whose list FHIR fixes, such as a clinical status."""
    return next((str(one["code"]) for one in _codings(concept)), None)


def _codings(concept: object) -> list[JsonObject]:
    given = [one for one in rows(concept, "coding") if SYSTEM.allows(one.get("system"))]
    return [_coding(one) for one in given if CODE.allows(one.get("code")) and _is_possible(one)]


def _is_possible(given: JsonMap) -> bool:
    """Whether the system, if it is known here, can have such a code."""
    return refusal(str(given["system"]), str(given["code"])) is None


def _coding(given: JsonMap) -> JsonObject:
    found: JsonObject = {"system": str(given["system"]), "code": str(given["code"])}
    for name in ("version", "display"):
        if (shown := text(given, name, rule=DISPLAY)) is not None:
            found[name] = shown
    return found


def human_name(value: object, *path: str) -> str | None:
    """The first HumanName: as written, else given names and family name."""
    names = rows(value, *path)
    if not names:
        return None
    given = at(names[0], "given")
    parts = [part for part in given if isinstance(part, str)] if isinstance(given, list) else []
    family = text(names[0], "family", rule=NAME)
    joined = " ".join([*parts, *([family] if family else [])])
    return text(names[0], "text", rule=NAME) or (joined if NAME.allows(joined) else None)


def filled(**fields: object) -> JsonObject:
    """The fields that are filled."""
    return {name: value for name, value in fields.items() if value not in (None, {}, [])}  # type: ignore[misc]  # object → JsonValue: the form checks

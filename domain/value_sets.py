"""The value sets known here, by name and edition: code systems of data/value_sets.json, and choices of forms.

A form refuses by itself what is not one of its choices. A coding may name any system: one that is not known
here passes, one that is known must have a possible code (domain.value_set_shapes), and a code that its
edition does not have is accepted and told to whoever wrote it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TypeVar, get_args

from pydantic import BaseModel

from domain import forms
from domain.errors import FieldProblem
from domain.forms.model import Code
from domain.value_set_shapes import ListedEdition, ListedSystem, listed, refusal
from domain.values import CodingIn

T = TypeVar("T")
CODING = {"system", "code", "version", "display"}
BLOCKS = (dict, list)


@dataclass(frozen=True)
class Edition:
    """A value set as one edition has it. codes: code → display; empty where only the shape is known.

    values: what programs write on a form instead of the code (value → code); forms: those that offer it.
    """

    edition: str
    valid_from: date
    source: str
    codes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValueSet:
    """A value set by name. systems: URIs under which codings name it; says: what its codes look like."""

    name: str
    title: str
    systems: tuple[str, ...] = ()
    says: str | None = None
    editions: tuple[Edition, ...] = ()

    def edition(self, version: str | None, on: date) -> Edition | None:
        """The edition a coding names as "2016" or "GB/T 14396-2016"; else the one in force on the day.

        Before the first edition, the first.
        """
        named = [one for one in self.editions if version and version.split("-")[-1] == one.edition]
        in_force = [one for one in self.editions if one.valid_from <= on]
        return next(iter([*named, *in_force[-1:], *self.editions]), None)


@cache
def value_sets() -> Mapping[str, ValueSet]:
    """Every value set by name, in alphabetical order."""
    systems = {one["name"]: _system(one) for one in listed()}
    offered = {name: one for name, one in _offered().items() if name not in systems}
    return dict(sorted({**systems, **offered}.items()))


@cache
def _by_system() -> Mapping[str, ValueSet]:
    return {system: one for one in value_sets().values() for system in one.systems}


def impossible(content: object) -> list[FieldProblem]:
    """The codings in content that satisfies its form whose code can be none of its system.

    No form asks it, since what a system's codes look like is the system's to say, and forms never change.
    """
    return [
        {"field": f"{pointer}/code", "reason": reason}
        for pointer, coding in _codings(content)
        if (reason := refusal(str(coding["system"]), str(coding["code"])))
    ]


def oddities(content: object, on: date) -> list[FieldProblem]:
    """The codings in accepted content whose code their edition does not have.

    on: the day it occurred, which decides on the edition where the coding names none.
    """
    return [
        {"field": f"{pointer}/code", "reason": reason}
        for pointer, coding in _codings(content)
        if (reason := _odd(coding, on))
    ]


def _odd(coding: Mapping[str, object], on: date) -> str | None:
    known = _by_system().get(str(coding["system"]))
    version = coding.get("version")
    edition = known.edition(str(version) if version else None, on) if known else None
    if edition is None or not edition.codes or coding["code"] in edition.codes:
        return None
    return f"is not a code of {edition.source}"


def _codings(content: object) -> list[tuple[str, Mapping[str, object]]]:
    """Whatever has the fields of a coding and no others, with its JSON pointer.

    Asked of every content: so only blocks are visited, and the pointer is written for what is found.
    """
    found = list[tuple[str, Mapping[str, object]]]()
    waiting: list[tuple[tuple[object, ...], object]] = [((), content)]
    for path, block in waiting:
        if isinstance(block, dict):
            if "system" in block and "code" in block and block.keys() <= CODING:
                found.append(("".join(f"/{part}" for part in path), block))
            waiting += [((*path, name), one) for name, one in block.items() if type(one) in BLOCKS]
        elif isinstance(block, list):
            waiting += [((*path, place), one) for place, one in enumerate(block) if type(one) in BLOCKS]
    return found


def _system(one: ListedSystem) -> ValueSet:
    editions = tuple(_edition(edition) for edition in one["editions"])
    return ValueSet(one["name"], one["title"], tuple(one["uris"]), one["says"], editions)


def _edition(one: ListedEdition) -> Edition:
    told = one["edition"], date.fromisoformat(one["valid_from"]), one["source"]
    if "codes_of" not in one:
        return Edition(*told, codes=one.get("codes", {}))
    (choice,) = (choice for choice in _choices() if choice.__name__ == one["codes_of"])
    return Edition(*told, *_codes(choice), _choices()[choice])


@cache
def has_codings(model: type[BaseModel]) -> bool:
    """Whether a form has a coding anywhere; most have none, and need not be searched."""
    return CodingIn in _of(model, CodingIn)


@cache
def _choices() -> Mapping[type[Code], tuple[str, ...]]:
    """The choices that forms offer, and the names of the forms that offer each."""
    found = dict[type[Code], tuple[str, ...]]()
    for form in forms.registry:
        for choice in dict.fromkeys(_of(form.model, Code)):
            found[choice] = tuple(dict.fromkeys((*found.get(choice, ()), form.name)))
    return found


def _of(kind: object, wanted: type[T]) -> Iterator[type[T]]:
    """The classes of a kind in a form, a block, a list or an optional field."""
    if isinstance(kind, type) and issubclass(kind, wanted):
        yield kind
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for one in kind.model_fields.values():
            yield from _of(one.annotation, wanted)
    else:
        for part in get_args(kind):
            yield from _of(part, wanted)


def _offered() -> Mapping[str, ValueSet]:
    """The choices of forms as value sets; two choices of one name are two editions of it, by their forms."""
    found = dict[str, ValueSet]()
    for choice, names in _choices().items():
        form = min((one for one in forms.registry if one.name in names), key=lambda one: one.valid_from)
        edition = Edition(form.edition, form.valid_from, choice.value_set, *_codes(choice), names)
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", choice.__name__).lower()
        before = found[name].editions if name in found else ()
        found[name] = ValueSet(name, choice.value_set, editions=(*before, edition))
    return found


def _codes(choice: type[Code]) -> tuple[dict[str, str], dict[str, str]]:
    """Code → display, and value → code; a choice without a code of its own for each goes by its values."""
    has_codes = len({one.code for one in choice}) == len(choice)
    values = {one.value: one.code if has_codes else one.value for one in choice}
    return {values[one.value]: one.label for one in choice}, values

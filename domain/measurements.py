"""What is measured on which form: one table, read by the follow-up rules and by the time series.

The table is `data/measurements.toml`; a new form's measurement is a line there.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from domain.scalars import JsonObject, JsonValue


@dataclass(frozen=True)
class Place:
    """Where a form tells it: a JSON pointer, and the unit in which the form asks for it."""

    form: str
    pointer: str
    unit: str


@dataclass(frozen=True)
class Measurement:
    """One measured quantity by name, wherever it is written down."""

    name: str
    title: str
    places: tuple[Place, ...]

    def values(self, form: str, content: JsonObject) -> Iterator[tuple[Place, JsonValue]]:
        """The values that an entry on the form tells, in the order of the table."""
        for place in self.places:
            if place.form == form:
                yield from ((place, value) for value in pointed(content, place.pointer))


def pointed(content: JsonValue, pointer: str) -> Iterator[JsonValue]:
    """The values at a JSON pointer; `*` stands for every line of a list, and what is not there is none."""
    first, _, rest = pointer.removeprefix("/").partition("/")
    if isinstance(content, list) and first == "*":
        below = content
    elif isinstance(content, dict) and first in content:
        below = [content[first]]
    else:
        return
    for one in below:
        if rest:
            yield from pointed(one, f"/{rest}")
        elif one is not None:
            yield one


def _load() -> Mapping[str, Measurement]:
    text = files("domain").joinpath("data", "measurements.toml").read_text(encoding="utf-8")
    return {name: _measurement(name, told) for name, told in tomllib.loads(text).items()}


def _measurement(name: str, told: Mapping[str, Any]) -> Measurement:
    return Measurement(name, told["title"], tuple(_places(told["forms"], told["unit"])))


def _places(forms: Mapping[str, Any], unit: str) -> Iterator[Place]:
    """A form has one pointer or several; `pointer unit` where the form asks in another unit."""
    for form, pointers in forms.items():
        for pointer in pointers if isinstance(pointers, list) else [pointers]:
            where, _, other = pointer.partition(" ")
            yield Place(form, where, other or unit)


MEASUREMENTS = _load()

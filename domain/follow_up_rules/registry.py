"""The programmes we hold, read from their files when first asked for."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from domain.follow_up_rules.table import Programme, programme
from domain.values import JsonObject, JsonValue

# In the order in which people look for them.
NAMES = (
    "hypertension",
    "suspected-hypertension",
    "type-2-diabetes",
    "severe-mental-disorder",
    "tuberculosis",
    "suspected-tuberculosis",
    "copd",
    "elderly",
    "maternal",
    "child",
    "child-tcm",
    "immunization-card",
)


class Rules:
    """Programmes by name."""

    def __init__(self, programmes: Iterable[Programme]) -> None:
        self._by_name: Mapping[str, Programme] = {one.name: one for one in programmes}

    def __iter__(self) -> Iterator[Programme]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Programme:
        """Raises KeyError."""
        return self._by_name[name]


@cache
def national() -> Rules:
    """The rules in force."""
    return Rules(programme(_read(name)) for name in NAMES)


def _read(name: str) -> JsonObject:
    text = files("domain.follow_up_rules").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return written(text)


def written(text: str) -> JsonObject:
    """A table file as JSON-shaped data: days as text."""
    return {key: _plain(value) for key, value in tomllib.loads(text).items()}


def _plain(value: object) -> JsonValue:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):  # a boolean is an int
        return value
    raise ValueError(f"a rules table has no {type(value).__name__}")

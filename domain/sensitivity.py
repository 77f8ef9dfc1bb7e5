"""Which entries are more closely guarded than the rest: by their form, their programme, or a coded diagnosis.

The table is `data/sensitivity.toml`. What an entry said before it was corrected can still be read in its
history, so an entry that was of a class once stays of it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from domain import forms
from domain.scalars import JsonObject, JsonValue
from domain.value_sets import has_codings

CATEGORY = 3  # characters of an ICD-10 code that name its category: E11 of E11.900


@dataclass(frozen=True)
class SensitivityClass:
    """forms, programmes: names; icd10: first and last category of each range, inclusive."""

    name: str
    title: str
    source: str
    forms: frozenset[str]
    programmes: frozenset[str]
    icd10: tuple[tuple[str, str], ...]

    def has(self, code: str) -> bool:
        """Whether an ICD-10 code lies in one of the ranges."""
        category = code[:CATEGORY].upper()
        return any(first <= category <= last for first, last in self.icd10)


def _read() -> tuple[frozenset[str], Mapping[str, SensitivityClass]]:
    text = files("domain").joinpath("data", "sensitivity.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    return frozenset(told["systems"]), {name: _class(name, one) for name, one in told["classes"].items()}


def _class(name: str, told: Mapping[str, Any]) -> SensitivityClass:  # Any: as TOML has it
    ranges = tuple((one[:CATEGORY], one[-CATEGORY:]) for one in told["icd10"])
    forms, programmes = frozenset(told["forms"]), frozenset(told["programmes"])
    return SensitivityClass(name, told["title"], told["source"], forms, programmes, ranges)


ICD10, CLASSES = _read()
_BY_FORM = {form: one.name for one in CLASSES.values() for form in one.forms}
_BY_PROGRAMME = {programme: one.name for one in CLASSES.values() for programme in one.programmes}


def sensitivity_of(kind: str, form: str, content: JsonObject) -> str | None:
    """The class of an entry of a collection; of several their names with blanks between; None: of none."""
    found = {_BY_FORM.get(form)}
    if kind == "programmes":
        found.add(_BY_PROGRAMME.get(str(content.get("programme"))))
    if _may_code(form):
        found.update(one.name for code in _codes(content) for one in CLASSES.values() if one.has(code))
    return _text(found)


@cache
def _may_code(form: str) -> bool:
    """Whether an edition of the form has a coding; one that this release does not hold may have."""
    editions = [one.model for one in forms.registry if one.name == form]
    return not editions or any(map(has_codings, editions))


def joined(one: str | None, other: str | None) -> str | None:
    """What an entry is that was of both."""
    if one is None or other is None or one == other:
        return one or other
    return _text({*one.split(), *other.split()})


def covered(sensitivity: str | None, included: frozenset[str]) -> bool:
    """Whether whoever is let in to these classes may see an entry: of several classes, to each of them."""
    return sensitivity is None or included.issuperset(sensitivity.split())


def _text(names: set[str | None]) -> str | None:
    return " ".join(sorted(name for name in names if name)) or None


def _codes(value: JsonValue) -> Iterator[str]:
    """The ICD-10 codes anywhere in it."""
    if isinstance(value, dict):
        if value.get("system") in ICD10:
            yield str(value.get("code", ""))
        for one in value.values():
            if isinstance(one, dict | list):
                yield from _codes(one)
    elif isinstance(value, list):
        for one in value:
            yield from _codes(one)

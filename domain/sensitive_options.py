"""Options of forms that tell what is guarded where it is a coded diagnosis: tuberculosis by its number.

The table is `data/sensitive_options.toml`, by edition. An entry with such an option is shown like any other;
to whom the class is not open without the options of that class, and without the answers that deny them: so a
form that names one and a form that names none look the same. What is left out depends on the content, the
edition and the classes alone, so that it can be left out again years later.
"""

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Any, TypeAlias, cast

from domain.entries import FORMS
from domain.scalars import JsonObject, JsonValue

Part: TypeAlias = tuple[str, str]
"""A collection and a class."""
Path: TypeAlias = tuple[str, ...]
EMPTY: tuple[JsonValue, ...] = (None, {}, [])


@dataclass(frozen=True)
class OptionField:
    """A field of a form with such options, as the table has it. options, icd10: by value."""

    form: str
    paths: tuple[Path, ...]
    options: Mapping[str, str]
    icd10: Mapping[str, str]
    by: str | None
    none: str | None
    none_in: Path | None
    along: tuple[Path, ...]

    def told(self, content: JsonObject) -> Iterator[str]:
        """The classes of the options that the content names."""
        for path in self.paths:
            value = _at(content, path)
            for one in value if isinstance(value, list) else [value]:
                if (found := self.options.get(self._option(one))) is not None:
                    yield found

    def left(self, content: JsonValue, classes: Collection[str]) -> JsonValue:
        """The content without what is of the classes, and without what would tell that something is not."""
        closed = {value for value, name in self.options.items() if name in classes}
        if not closed:
            return content
        gone = {*closed, self.none} if self.none_in is None else closed
        for path in self.paths:
            content = _changed(content, path, lambda value: self._without(value, gone))
        for path in self.along:
            content = _changed(content, path, lambda value: None)
        if self.none_in is not None:
            content = _changed(content, self.none_in, lambda value: self._without(value, {self.none}))
        return content

    def _without(self, value: JsonValue, gone: Collection[str | None]) -> JsonValue:
        """A list without the options; what is no list is told by what it does not say, and goes."""
        return [one for one in value if self._option(one) not in gone] if isinstance(value, list) else None

    def _option(self, one: JsonValue) -> str:
        return str(one.get(self.by or "", "")) if isinstance(one, dict) else str(one)


@dataclass(frozen=True)
class OptionEdition:
    """The table as one edition has it."""

    edition: str
    valid_from: date
    source: str
    fields: tuple[OptionField, ...]

    @cached_property
    def of_form(self) -> Mapping[str, tuple[OptionField, ...]]:
        names = {one.form for one in self.fields}
        return {name: tuple(one for one in self.fields if one.form == name) for name in names}

    @cached_property
    def parts(self) -> frozenset[Part]:
        """Each collection whose forms have such options, with each of their classes."""
        kinds = ((kind, one) for one in self.fields for kind, forms in FORMS.items() if one.form in forms)
        return frozenset((kind, name) for kind, one in kinds for name in one.options.values())


def _read() -> Mapping[str, OptionEdition]:
    text = files("domain").joinpath("data", "sensitive_options.toml").read_text(encoding="utf-8")
    return {one["edition"]: _edition(one) for one in tomllib.loads(text)["editions"]}


def _edition(told: Mapping[str, Any]) -> OptionEdition:  # Any: as TOML has it
    fields = tuple(_field(one) for one in told["fields"])
    return OptionEdition(told["edition"], told["valid_from"], told["source"], fields)


def _field(told: Mapping[str, Any]) -> OptionField:  # Any: as above
    return OptionField(
        form=told["form"],
        paths=tuple(map(_path, told["pointers"])),
        options={one["value"]: one["class"] for one in told["options"]},
        icd10={one["value"]: one["icd10"] for one in told["options"]},
        by=told.get("by"),
        none=told.get("none"),
        none_in=_path(told["none_in"]) if "none_in" in told else None,
        along=tuple(map(_path, told.get("along", ()))),
    )


def _path(pointer: str) -> Path:
    return tuple(pointer[1:].split("/"))


EDITIONS = _read()


def in_force(on: date) -> OptionEdition:
    """The newest edition that had begun by the day; before the first, the first."""
    first, *_ = every = sorted(EDITIONS.values(), key=lambda one: one.valid_from)
    return next((one for one in reversed(every) if one.valid_from <= on), first)


def told_by(form: str, content: JsonObject) -> str | None:
    """The classes that options of a form tell, by any edition, with blanks between; None: none."""
    fields = (one for edition in EDITIONS.values() for one in edition.of_form.get(form, ()))
    return " ".join(sorted({name for one in fields for name in one.told(content)})) or None


@dataclass(frozen=True)
class Closed:
    """The options that are not for whoever asks: of these classes in these collections, by an edition."""

    edition: str = ""
    parts: frozenset[Part] = frozenset()

    def left(self, kind: str, form: str, content: JsonObject) -> JsonObject:
        """What may be shown of a form filled in."""
        left: JsonValue = content
        for one, classes in self._of(kind, form):
            left = one.left(left, classes)
        return cast(JsonObject, left)

    def concerns(self, kind: str, *forms: str) -> bool:
        """Whether the forms have options that are left out, whether or not one of them was chosen."""
        return any(
            not classes.isdisjoint(one.options.values())
            for form in forms
            for one, classes in self._of(kind, form)
        )

    def hides(self, kind: str, classes: str | None) -> frozenset[str]:
        """Those of an entry's classes that are left out of it."""
        return frozenset(one for one in (classes or "").split() if (kind, one) in self.parts)

    def leaves_out_no_more_than(self, other: "Closed", kinds: Collection[str]) -> bool:
        """Whether of these collections all that is left by the other is left by this one."""
        parts = {part for part in self.parts if part[0] in kinds}
        return not parts or (self.edition == other.edition and parts <= other.parts)

    def _of(self, kind: str, form: str) -> Iterator[tuple[OptionField, frozenset[str]]]:
        if classes := frozenset(name for of, name in self.parts if of == kind):
            yield from ((one, classes) for one in EDITIONS[self.edition].of_form.get(form, ()))

    def to_json(self) -> JsonObject:
        """As an access keeps it; nothing where nothing is closed."""
        parts: list[JsonValue] = [[*part] for part in sorted(self.parts)]
        return {"closed": {"edition": self.edition, "parts": parts}} if parts else {}

    @classmethod
    def from_json(cls, parameters: JsonObject) -> "Closed":
        """The inverse, of all that an access keeps of its question."""
        told = cast("dict[str, Any] | None", parameters.get("closed"))  # Any: as to_json wrote it
        return cls(told["edition"], frozenset((kind, name) for kind, name in told["parts"])) if told else OPEN


OPEN = Closed()


def _at(content: JsonValue, path: Path) -> JsonValue:
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def _changed(block: JsonValue, path: Path, change: Callable[[JsonValue], JsonValue]) -> JsonValue:
    """The block with what stands at the path changed; what is empty then is left out, all the way up."""
    if not path:
        return change(block)
    if not isinstance(block, dict) or path[0] not in block:
        return block
    inner = _changed(block[path[0]], path[1:], change)
    return {
        name: inner if name == path[0] else one
        for name, one in block.items()
        if name != path[0] or inner not in EMPTY
    }

"""A form as data and as a table: one line per field, made from the same rules that check it."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel

from domain.forms.lists import Rows, Several
from domain.forms.model import Code
from domain.scalars import JsonObject, JsonValue, Rule


def describe(model: type[BaseModel]) -> JsonObject:
    """Fields (pointer → rule) and rules across fields of a form, complete enough to digest."""
    fields: JsonObject = dict(_fields(model, ""))
    rules: JsonObject = dict(_rules(model, ""))
    return {"fields": fields, "rules": rules}


def _fields(model: type[BaseModel], above: str) -> Iterator[tuple[str, JsonValue]]:
    for name, info in model.model_fields.items():
        kind, marks = _bare(info.annotation, tuple(info.metadata))
        line: JsonObject = {"title": info.title or "", "required": info.is_required()}
        pointer = f"{above}/{name}"
        if get_origin(kind) is list:
            line["list"] = _merged(marks)
            kind, marks = _bare(get_args(kind)[0], ())
            pointer += "/*"
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield pointer, {**line, "kind": "block"}
            yield from _fields(kind, pointer)
        elif isinstance(kind, type) and issubclass(kind, Code):
            yield pointer, {**line, **kind.describe()}
        else:
            yield pointer, {**line, **_merged(marks)}


def _rules(model: type[BaseModel], above: str) -> Iterator[tuple[str, JsonValue]]:
    if rules := getattr(model, "rules", ()):
        yield above, list(rules)
    for name, info in model.model_fields.items():
        kind, _ = _bare(info.annotation, ())
        pointer = f"{above}/{name}"
        if get_origin(kind) is list:
            kind, _ = _bare(get_args(kind)[0], ())
            pointer += "/*"
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _rules(kind, pointer)


def _bare(annotation: object, marks: tuple[object, ...]) -> tuple[object, tuple[object, ...]]:
    """The type without `| None` and `Annotated`, and the marks found on the way."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            marks = (*marks, *more)
        elif get_origin(annotation) in (Union, UnionType):
            (annotation,) = (part for part in get_args(annotation) if part is not NoneType)
        else:
            return annotation, marks


def _merged(marks: tuple[object, ...]) -> JsonObject:
    """What the marks describe. A mark we do not know would be a check missing from the digest."""
    described: JsonObject = {}
    for mark in marks:
        if not isinstance(mark, Rule | Several | Rows):
            raise TypeError(f"the mark {type(mark).__name__} of a form field does not describe itself")
        described.update(mark.describe())
    if not described:
        raise TypeError("a form field has no rule")
    return described

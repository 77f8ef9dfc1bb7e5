"""Every field of every form as test cases, and a form's example with one value changed."""

from collections.abc import Iterator

import pytest

from domain import forms
from domain.forms import Form, FormRefused
from domain.scalars import JsonObject

Case = tuple[Form, str, JsonObject]  # a form, a field's pointer, and the field as described

CANARY = "Canary-Zhang-7731"
EVERY = list(forms.registry)


def fields() -> Iterator[Case]:
    for form in EVERY:
        described = form.description["fields"]
        assert isinstance(described, dict)
        for pointer, field in described.items():
            assert isinstance(field, dict)
            yield form, pointer, field


LEAVES = [case for case in fields() if case[2]["kind"] != "block"]
NUMBERS = [case for case in LEAVES if case[2]["kind"] in ("decimal", "integer")]
BLOCKS = [case for case in fields() if case[2]["kind"] == "block"]


def named(case: Case) -> str:
    return f"{case[0].name}{case[1]}"


def with_value(form: Form, pointer: str, value: object) -> object:
    """The example with the value at the pointer; blocks that the example leaves out are made up around it."""
    return planted(form.example, pointer.split("/")[1:], value)


def planted(content: object, path: list[str], value: object) -> object:
    if not path:
        return value
    first, *rest = path
    if first == "*":
        return [planted(content[0] if isinstance(content, list) else None, rest, value)]
    block = content if isinstance(content, dict) else {}
    return {**block, first: planted(block.get(first), rest, value)}


def refusal(form: Form, content: object) -> FormRefused:
    with pytest.raises(FormRefused) as caught:
        form.check(content)
    return caught.value


def refused_fields(error: FormRefused) -> list[str]:
    return [problem["field"] for problem in error.problems]

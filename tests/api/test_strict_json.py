"""The reader of JSON: what it accepts it reads as everybody does, and it never breaks."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.problems import Refusal
from api.strict_json import parse, pointer
from evidence.canonical import LARGEST_INTEGER

# Texts without control characters but line feed and tab; surrogates cannot be written in UTF-8.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"))
scalars = texts | st.booleans() | st.none() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


@given(values)
def test_what_is_in_the_profile_is_read_as_it_was_written(value: object) -> None:
    for ascii_only in (True, False):
        assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary() | st.text().map(str.encode))
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 200_000)
@example(b'{"a":' * 200_000)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        parse(body)
    except Refusal as refusal:
        assert refusal.code == "json-refused"


@given(st.floats())
def test_no_float_is_accepted_however_it_is_written(number: float) -> None:
    with pytest.raises(Refusal):
        parse(json.dumps([number]).encode())


@pytest.mark.parametrize("number", [LARGEST_INTEGER, -LARGEST_INTEGER])
def test_integers_are_exact_up_to_their_limits(number: int) -> None:
    assert parse(str(number).encode()) == number
    with pytest.raises(Refusal):
        parse(str(number + (1 if number > 0 else -1)).encode())


def test_a_pointer_names_fields_and_places_and_hides_what_may_be_a_value() -> None:
    assert pointer(["content", "diagnoses", "0", "王小明"]) == "/content/diagnoses/0/?"
    assert pointer(["11010519491231002"]) == "/?"


@given(st.integers(1, 64))
def test_nesting_is_accepted_up_to_64(depth: int) -> None:
    body = b"[" * depth + b"]" * depth

    parse(body)

    with pytest.raises(Refusal):
        parse(b"[" * 65 + body + b"]" * 65)

"""Canonical bytes: one spelling for each value, and no way round it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import LARGEST_INTEGER, Json, NotCanonical, decode, encode
from tests.testdata import EVIDENCE, needs_testdata

keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)


@given(values)
def test_what_is_encoded_is_decoded_again_and_has_no_other_bytes(value: Json) -> None:
    data = encode(value)

    assert decode(data) == value
    assert encode(decode(data)) == data


@given(values)
def test_the_bytes_are_those_of_a_plain_reading_of_rfc_8785(value: Json) -> None:
    """Inside the profile RFC 8785 is: keys sorted, no white space, only the escapes JSON demands."""
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert encode(value) == plain.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        {"Key": 1},
        {"": 1},
        {"a b": 1},
        {1: "a"},
        (1,),
        b"x",
        "\ud800",
        {"a": {1}},
    ],
    ids=repr,
)
def test_a_value_outside_the_profile_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{ "a":1}',
        b'{"a":1}\n',
        b"1.0",
        b"1e2",
        b"NaN",
        b"-0",
        b'"\\u0041"',
        b'"\\ud800"',
        b'"\xff"',
        b"9007199254740993",
        b"",
        b"{",
        b'{"A":1}',
        b"\xef\xbb\xbf1",
        b"[1,]",
    ],
    ids=repr,
)
def test_bytes_with_another_spelling_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        decode(data)


def test_a_refusal_says_where_and_never_what() -> None:
    with pytest.raises(NotCanonical) as refusal:
        encode({"a": [{"temperature": 36.6}]})

    assert refusal.value.where == "/a/0/temperature"
    assert "36.6" not in str(refusal.value)


def test_nesting_has_an_end() -> None:
    value: Json = 1
    for _ in range(65):
        value = [value]

    with pytest.raises(NotCanonical, match="deeper"):
        encode(value)


@needs_testdata
@pytest.mark.parametrize("name", ["arrays", "french", "structures"])
def test_published_vectors_inside_the_profile(name: str) -> None:
    """The vectors hold keys and numbers outside the profile; strings are compared as they stand."""
    given_text = json.loads((EVIDENCE / "rfc8785-jcs" / "input" / f"{name}.json").read_text("utf-8"))
    expected = (EVIDENCE / "rfc8785-jcs" / "output" / f"{name}.json").read_text("utf-8")

    for text in _texts(given_text):
        assert encode(text).decode() in expected


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in _texts(one)]

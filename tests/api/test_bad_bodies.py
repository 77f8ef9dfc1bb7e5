"""A body that is not JSON as two readers would read it alike, not of the shape asked for, or too long."""

import json

import pytest

from tests.api.bad_input import SECRET, assert_safe, encounter, inside, problem
from tests.api.served import Served


@pytest.fixture
def record(served: Served) -> str:
    return served.open_record()


WRITTEN_WRONG = {
    "truncated": (encounter()[:-20], "not complete, well-formed JSON", None),
    "empty braces missing": (b"{", "not complete, well-formed JSON", None),
    "two values": (b"{} {}", "not complete, well-formed JSON", None),
    "key twice": (inside(b'"a": 1, "a": 2'), "an object that names a key twice", "/content"),
    "key twice below": (
        inside(b'"x": [{"a": 1, "a": 1}]'),
        "an object that names a key twice",
        "/content/x/0",
    ),
    "float": (inside(b'"temperature": 36.6'), "a number with a fraction", "/content/temperature"),
    "exponent": (inside(b'"x": 1e3'), "a number with a fraction", "/content/x"),
    "NaN": (inside(b'"x": NaN'), "NaN or Infinity", "/content/x"),
    "Infinity": (inside(b'"x": [-Infinity]'), "NaN or Infinity", "/content/x/0"),
    "2^53": (inside(b'"x": 9007199254740992'), "an integer beyond", "/content/x"),
    "-2^53": (inside(b'"x": -9007199254740992'), "an integer beyond", "/content/x"),
    "5000 digits": (inside(b'"x": ' + b"9" * 5000), "an integer beyond", "/content/x"),
    "lone surrogate": (inside(rb'"x": "\ud800"'), "half of a surrogate pair", "/content/x"),
    "surrogate as a key": (inside(rb'"\udc00": 1'), "half of a surrogate pair", "/content"),
    "NUL": (inside(rb'"x": "a\u0000b"'), "a control character", "/content/x"),
    "NUL as it is": (inside(b'"x": "a\x00b"'), "not complete, well-formed JSON", None),
    "delete": (inside(rb'"x": "\u007f"'), "a control character", "/content/x"),
    "not UTF-8": (inside(b'"x": "\xff"'), "text that is not valid UTF-8", ""),
    "surrogate in UTF-8": (inside(b'"x": "\xed\xa0\x80"'), "text that is not valid UTF-8", ""),
    "UTF-16": (encounter().decode().encode("utf-16"), "text that is not valid UTF-8", ""),
    "65 deep": (inside(b'"x": ' + b"[" * 65 + b"]" * 65), "nesting deeper than 64", None),
    "100,000 deep": (b"[" * 100_000 + b"]" * 100_000, "nesting deeper than 64", None),
    "a value as key": (inside(b'"' + SECRET.encode() + b'": 1.5'), "a number with a fraction", "/content/?"),
}


@pytest.mark.parametrize("name", WRITTEN_WRONG)
def test_json_that_two_readers_could_understand_differently_is_refused(
    served: Served, record: str, name: str
) -> None:
    body, reason, pointer = WRITTEN_WRONG[name]
    position = served.position

    answer = served.post(f"/v1/records/{record}/encounters", body)

    told = problem(answer, 400, "json-refused")
    assert str(told["reason"]).startswith(reason)
    assert pointer is None or told["pointer"] == pointer
    assert_safe(answer)
    assert served.position == position


SHAPED_WRONG = {
    "unknown field": (encounter(weight=70), "/weight"),
    "unknown field of the form": (inside(b'"weight": 70'), "/content/weight"),
    "a value as a field": (encounter(**{SECRET: 1}), ""),
    "text where true belongs": (encounter(about="true"), "/about"),
    "number where text belongs": (encounter(occurred_at=2026), "/occurred_at"),
    "text where an object belongs": (encounter(content=SECRET), "/content"),
    "list where an object belongs": (b"[]", ""),
    "text alone": (json.dumps(SECRET).encode(), ""),
    "null": (b"null", ""),
    "missing": (b'{"content": {}}', "/occurred_at"),
    "not an id": (encounter(author=SECRET), "/author"),
}


@pytest.mark.parametrize("name", SHAPED_WRONG)
def test_a_body_of_the_wrong_shape_is_refused_naming_the_field(
    served: Served, record: str, name: str
) -> None:
    body, field = SHAPED_WRONG[name]
    position = served.position

    answer = served.post(f"/v1/records/{record}/encounters", body)

    told = problem(answer, 422, "content-refused")
    assert isinstance(told["problems"], list)
    assert field in [one["field"] for one in told["problems"]], told
    assert_safe(answer)
    assert served.position == position


def test_a_body_that_does_not_say_how_long_it_is_may_not_be_longer_either(
    served: Served, record: str
) -> None:
    pieces = (b" " * 65_536 for _ in range(100))

    answer = served.client.post(
        f"/v1/records/{record}/encounters", content=pieces, headers=served.headers("nurse", "care")
    )

    problem(answer, 413, "body-too-large")

"""Reads JSON without forgiving anything: what two readers could understand differently is refused.

Duplicate keys, floats, NaN, integers beyond ±(2^53−1), lone surrogates, control characters, deep nesting
and anything that is not complete UTF-8 JSON. A refusal names the place by JSON pointer, never the value.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Never

from api.problems import Refusal
from evidence.canonical import DEEPEST, LARGEST_INTEGER

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # line feed and tab may stand in a text
SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
LONGEST_INTEGER: Final = 17  # characters


@dataclass(frozen=True)
class _Refused:
    """Stands in the parsed value where something was that is not accepted, so that the place is known."""

    reason: str


FLOAT = _Refused("a number with a fraction or exponent; a decimal is written as text")
NOT_A_NUMBER = _Refused("NaN or Infinity, which JSON does not have")
TOO_LARGE = _Refused("an integer beyond ±(2^53−1)")
TWICE = _Refused("an object that names a key twice")

Object = dict[str, object]


def parse(body: bytes) -> object:
    """The value of a JSON text. Raises Refusal json-refused with reason and pointer."""
    try:
        value: object = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        _refuse("text that is not valid UTF-8")
    except json.JSONDecodeError as error:
        raise Refusal("json-refused", reason="not complete, well-formed JSON", character=error.pos) from None
    except RecursionError:
        _refuse(f"nesting deeper than {DEEPEST}")
    _walk(value, ())
    return value


def _object(pairs: list[tuple[str, object]]) -> object:
    found = dict(pairs)
    return found if len(found) == len(pairs) else TWICE


def _integer(digits: str) -> object:
    value = int(digits) if len(digits) <= LONGEST_INTEGER else LARGEST_INTEGER + 1
    return value if -LARGEST_INTEGER <= value <= LARGEST_INTEGER else TOO_LARGE


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=lambda digits: FLOAT,
    parse_int=_integer,
    parse_constant=lambda name: NOT_A_NUMBER,
)


def _walk(value: object, where: tuple[str, ...]) -> None:
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, _Refused):
        _refuse(value.reason, where)
    elif isinstance(value, dict | list):
        if len(where) >= DEEPEST:
            _refuse(f"nesting deeper than {DEEPEST}", where[:4])
        members = value.items() if isinstance(value, dict) else ((str(n), one) for n, one in enumerate(value))
        for key, inner in members:
            _check_text(key, where)
            _walk(inner, (*where, key))


def _check_text(text: str, where: Sequence[str]) -> None:
    if CONTROL.search(text):
        _refuse("a control character", where)
    if not text.isascii() and SURROGATE.search(text):
        _refuse("half of a surrogate pair", where)


def _refuse(reason: str, where: Sequence[str] = ()) -> Never:
    raise Refusal("json-refused", reason=reason, pointer=pointer(where))


def pointer(where: Sequence[str]) -> str:
    """A JSON pointer. A key that does not look like a field of ours may be a value: it is not repeated."""
    return "".join(
        f"/{key if KEY.fullmatch(key) or (key.isdecimal() and len(key) < 6) else '?'}" for key in where
    )

"""One byte form for JSON: RFC 8785 restricted so that two honest encoders cannot differ.

Inside the profile (keys `[a-z][a-z0-9_]*`; strings, booleans, null, arrays, objects and integers
within ±(2^53−1); no floats; valid UTF-8) sorting keys by code point equals sorting by UTF-16, and
no number has two spellings. Decimals travel as strings, which also keeps the clinician's precision.
"""

import re
from functools import lru_cache
from typing import TypeAlias

import orjson

from evidence.errors import ProofError

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64
_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


class NotCanonical(ProofError):
    """The value or the bytes lie outside the profile; `where` is a JSON pointer into them."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{reason} at {where or '/'}")
        self.reason = reason
        self.where = where

    def inside(self, name: str) -> "NotCanonical":
        """The same refusal one level further out: built while unwinding, so success pays nothing."""
        return NotCanonical(self.reason, f"/{name}{self.where}")


def encode(value: object) -> bytes:
    """The canonical bytes of a value inside the profile. Raises NotCanonical."""
    _check(value, 0)
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        raise NotCanonical("text that is not valid UTF-8") from None


def decode(data: bytes) -> Json:
    """The value of canonical bytes. Raises NotCanonical if encoding it again would give other bytes.

    Comparing is what refuses duplicate keys, spare white space and second spellings, which every
    JSON parser accepts.
    """
    try:
        value: Json = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise NotCanonical("not JSON") from None
    if encode(value) != data:
        raise NotCanonical("not in canonical form")
    return value


def _check(value: object, depth: int) -> None:
    if type(value) is str or type(value) is bool or value is None:
        return
    if type(value) is int:
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise NotCanonical("an integer beyond ±(2^53−1)")
    elif depth >= DEEPEST:
        raise NotCanonical(f"nesting deeper than {DEEPEST}")
    elif type(value) is dict:
        _check_object(value, depth + 1)
    elif type(value) is list:
        _check_array(value, depth + 1)
    else:
        raise NotCanonical(f"a value of type {type(value).__name__}")


def _check_object(members: dict[object, object], depth: int) -> None:
    for key, inner in members.items():
        if type(key) is not str or not _is_key(key):
            raise NotCanonical("a key outside [a-z][a-z0-9_]*")
        if type(inner) is str:  # as most are: not worth a call
            continue
        try:
            _check(inner, depth)
        except NotCanonical as error:
            raise error.inside(key) from None


@lru_cache(maxsize=4096)
def _is_key(key: str) -> bool:
    """The same few keys come again in every body."""
    return _KEY.match(key) is not None


def _check_array(items: list[object], depth: int) -> None:
    for index, inner in enumerate(items):
        try:
            _check(inner, depth)
        except NotCanonical as error:
            raise error.inside(str(index)) from None

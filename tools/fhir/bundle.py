"""Reading a FHIR bundle: every resource as parsed JSON and as the very bytes it has in the file.

The bytes are cut out, never written anew: a decimal such as 6.10, the order of fields and the spacing are
what the source sent, and their hash is what it would compute itself (https://hl7.org/fhir/R4/json.html).
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, cast

from tools.fhir.resource_types import RESOURCE_TYPES

JsonMap: TypeAlias = dict[str, object]

SPACE = re.compile(r"[ \t\r\n]*")
FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
DIGITS = 40  # of a whole number: more is no measurement, and costs quadratic time to read


class BundleUnreadable(Exception):
    """The file is no bundle that can be read. The message is safe: it repeats nothing of the file."""


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of a bundle, equal to itself only. type: a resource type of FHIR R4, else "unknown"."""

    type: str
    value: JsonMap = field(repr=False)
    raw: bytes = field(repr=False)
    full_url: str | None = field(default=None, repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()

    @cached_property
    def reference(self) -> str:
        """`Type/id`; where the source gave no id, the digest of the bytes stands for it."""
        given = self.value.get("id")
        known = isinstance(given, str) and FHIR_ID.fullmatch(given) is not None
        return f"{self.type}/{given if known else self.digest}"


@dataclass(frozen=True)
class Bundle:
    """The resources of one file, in its order. sha256: hex, of the whole file; size: its bytes.

    empty_entries: how many entries hold no resource, such as a deletion; there is nothing of them to keep.
    """

    resources: tuple[Resource, ...]
    sha256: str
    size: int
    empty_entries: int = 0


def read_file(path: Path) -> Bundle:
    """Raises BundleUnreadable."""
    try:
        data = path.read_bytes()
    except OSError:
        raise BundleUnreadable("the file cannot be read") from None
    return read(data)


def read(data: bytes) -> Bundle:
    """A bundle from its bytes: UTF-8 JSON without duplicate keys. Raises BundleUnreadable."""
    try:
        entries = _bundle(_Cursor(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise BundleUnreadable("the file is not UTF-8 text") from None
    except (json.JSONDecodeError, RecursionError):
        raise BundleUnreadable("the file is not JSON, or ends too early") from None
    resources = tuple(one for one in entries if one is not None)
    return Bundle(resources, hashlib.sha256(data).hexdigest(), len(data), len(entries) - len(resources))


class _Cursor:
    """A place in a JSON text, moved by what is read there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        match = SPACE.match(self.text, self.place)
        self.place = match.end() if match else self.place
        return self.text[self.place : self.place + 1]

    def take(self, character: str) -> None:
        if self.peek() != character:
            raise json.JSONDecodeError("unexpected", "", self.place)
        self.place += 1

    def value(self) -> object:
        self.peek()
        value, self.place = DECODER.raw_decode(self.text, self.place)
        return cast(object, value)

    def members(self) -> Iterator[str]:
        """The keys of an object; whoever iterates reads each one's value before the next."""
        met: set[str] = set()
        for _ in self._parts("{", "}"):
            key = self.value()
            if not isinstance(key, str) or key in met:
                raise BundleUnreadable("an object names a field twice, or by something else than text")
            met.add(key)
            self.take(":")
            yield key

    def elements(self) -> Iterator[None]:
        """A turn for each element of a list; whoever iterates reads it."""
        yield from self._parts("[", "]")

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        self.take(opening)
        more = self.peek() != closing
        while more:
            yield
            more = self.peek() == ","
            if more:
                self.take(",")
        self.take(closing)


def _bundle(cursor: _Cursor) -> list[Resource | None]:
    """What each entry of the bundle holds."""
    kind: object = None
    entries: list[Resource | None] = []
    if cursor.peek() != "{":
        raise BundleUnreadable("the file is not a FHIR bundle")
    for key in cursor.members():
        if key == "entry":
            if cursor.peek() != "[":
                raise BundleUnreadable("the entries of the bundle are not a list")
            entries = [_entry(cursor) for _ in cursor.elements()]
        else:
            value = cursor.value()
            kind = value if key == "resourceType" else kind
    if cursor.peek():
        raise BundleUnreadable("something follows the bundle in the file")
    if kind != "Bundle":
        raise BundleUnreadable("the file is not a FHIR bundle")
    return entries


def _entry(cursor: _Cursor) -> Resource | None:
    """The resource of an entry; an entry may have none, such as a deletion."""
    if cursor.peek() != "{":
        raise BundleUnreadable("an entry of the bundle is not an object")
    full_url: object = None
    found: tuple[object, str] | None = None
    for key in cursor.members():
        cursor.peek()
        start = cursor.place
        value = cursor.value()
        if key == "resource":
            found = value, cursor.text[start : cursor.place]
        elif key == "fullUrl":
            full_url = value
    return _resource(*found, full_url if isinstance(full_url, str) else None) if found else None


def _resource(value: object, text: str, full_url: str | None) -> Resource:
    if not isinstance(value, dict):
        raise BundleUnreadable("an entry of the bundle holds something else than a resource")
    named = value.get("resourceType")
    kind = named if isinstance(named, str) and named in RESOURCE_TYPES else "unknown"
    return Resource(kind, value, text.encode(), full_url)


def _distinct(pairs: list[tuple[str, object]]) -> JsonMap:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BundleUnreadable("an object names a field twice")
    return value


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise BundleUnreadable("a number has too many digits")
    return int(digits)


def _no_number(name: str) -> object:
    raise BundleUnreadable("NaN and Infinity are not JSON")


DECODER = json.JSONDecoder(
    parse_float=Decimal, parse_int=_whole, parse_constant=_no_number, object_pairs_hook=_distinct
)

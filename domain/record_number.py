"""The number of a record, under a numbering scheme that is data. It never appears in errors or reprs.

Giving out the next number of an area is domain.record_numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NotRequired, TypedDict, cast

from domain.errors import FieldProblem
from domain.identity import data, provinces, refuse


class _Segment(TypedDict):
    name: str
    digits: int
    standard: NotRequired[str]
    usual: NotRequired[list[list[str]]]
    lowest: NotRequired[int]


class Scheme(TypedDict):
    """One way of building record numbers, valid from a day, with its source."""

    id: str
    source: str
    valid_from: str
    segments: list[_Segment]


@cache
def schemes() -> Mapping[str, Scheme]:
    """Record number schemes by id."""
    entries = cast("list[Scheme]", data("record_number_schemes")["schemes"])
    return {scheme["id"]: scheme for scheme in entries}


@dataclass(frozen=True)
class RecordNumber:
    """A record number under a scheme; the national one is 6 county + 3 town + 3 village + 5 sequence."""

    value: str = field(repr=False)
    scheme: str = "national-17"

    @classmethod
    def parse(cls, text: str, scheme: str = "national-17") -> "RecordNumber":
        """Raises ContentRefused naming /record_number, not the number."""
        entry = schemes().get(scheme)
        if entry is None:
            raise refuse("/scheme", "must be one of: " + ", ".join(schemes()))
        digits = sum(segment["digits"] for segment in entry["segments"])
        if not re.fullmatch(rf"[0-9]{{{digits}}}", text, re.ASCII):
            raise refuse("/record_number", f"must be {digits} digits")
        number = cls(text, scheme)
        number._check(entry)
        return number

    def _check(self, entry: Scheme) -> None:
        parts = self.segments
        if "county" in parts and parts["county"][:2] not in provinces():
            raise refuse("/record_number", "must begin with a county of GB/T 2260")
        for segment in entry["segments"]:
            if int(parts[segment["name"]]) < segment.get("lowest", 0):
                raise refuse("/record_number", f"its {segment['name']} must be {segment['lowest']} or more")

    @property
    def segments(self) -> dict[str, str]:
        """Segment name → digits, in the order of the scheme."""
        parts: dict[str, str] = {}
        start = 0
        for segment in schemes()[self.scheme]["segments"]:
            parts[segment["name"]] = self.value[start : start + segment["digits"]]
            start += segment["digits"]
        return parts

    def warnings(self) -> list[FieldProblem]:
        """What is unusual but accepted, as oddities of entries are told.

        The printed ranges of the village segment are broken by most real codes (of 620,573 published
        village-level codes 487,144 lie in 200-399), so they are a warning and never a refusal.
        """
        parts = self.segments
        return [
            {
                "field": "/record_number",
                "reason": f"its {segment['name']} lies outside the ranges of the specification",
            }
            for segment in schemes()[self.scheme]["segments"]
            if (ranges := segment.get("usual"))
            and not any(low <= parts[segment["name"]] <= high for low, high, _ in ranges)
        ]

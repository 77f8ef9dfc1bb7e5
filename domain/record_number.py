"""The number of a record, under a numbering scheme that is data. It never appears in errors or reprs.

Numbers of every scheme are accepted when read, wherever they come from; which scheme an area gives numbers
out under is its choice, by date. Giving out the next number of an area is domain.numbering.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NotRequired, TypedDict, cast

from domain import regions
from domain.errors import FieldProblem
from domain.identity import data, provinces, refuse
from domain.scalars import Day

CHOICE = re.compile(r"([1-9][0-9]{1,11})=([a-z0-9-]{1,40})(?:@([0-9]{4}-[0-9]{2}-[0-9]{2}))?", re.ASCII)


class _Segment(TypedDict):
    name: str
    digits: int
    standard: NotRequired[str]
    usual: NotRequired[list[list[str]]]
    lowest: NotRequired[int]


class Scheme(TypedDict):
    """One way of building record numbers: valid from a day, given out by its issuer, with its source.

    The last segment is the sequence; those before it are the area.
    """

    id: str
    source: str
    issuer: str
    valid_from: str
    segments: list[_Segment]


@cache
def schemes() -> Mapping[str, Scheme]:
    """Record number schemes by id."""
    entries = cast("list[Scheme]", data("record_number_schemes")["schemes"])
    return {scheme["id"]: scheme for scheme in entries}


def usual_scheme() -> str:
    """The scheme of areas that chose no other."""
    return str(data("record_number_schemes")["usual"])


@dataclass(frozen=True)
class SchemeChoice:
    """The areas beginning with these digits give out numbers under a scheme since a day."""

    area: str
    scheme: str
    since: date = date.min


def choices(text: str) -> tuple[SchemeChoice, ...]:
    """The choices written as "110101=grid-20@2026-07-01, 1102=grid-20"; without a day: since ever.

    Raises ValueError, which says what is expected and repeats nothing.
    """
    return tuple(_choice(part.strip()) for part in text.split(","))


def _choice(text: str) -> SchemeChoice:
    found = CHOICE.fullmatch(text)
    area, scheme, since = found.groups() if found else ("", "", "")
    if not area or (since and not Day().allows(since)):
        raise ValueError("expected AREA=SCHEME or AREA=SCHEME@YYYY-MM-DD, separated by commas")
    if scheme not in schemes():
        raise ValueError("expected one of the schemes " + ", ".join(schemes()))
    return SchemeChoice(area, scheme, date.fromisoformat(since) if since else date.min)


def scheme_of(area: str, on: date, chosen: Sequence[SchemeChoice] = ()) -> str:
    """The scheme under which an area gives out numbers on a day: the closest choice, of those the newest."""
    valid = [one for one in chosen if area.startswith(one.area) and one.since <= on]
    closest = max(valid, key=lambda one: (len(one.area), one.since), default=None)
    return closest.scheme if closest else usual_scheme()


def digits(scheme: str) -> int:
    """How many digits the numbers of a scheme have."""
    return sum(segment["digits"] for segment in schemes()[scheme]["segments"])


def last_sequence(scheme: str) -> int:
    """The highest sequence number that an area can give out."""
    return int(10 ** schemes()[scheme]["segments"][-1]["digits"]) - 1


@dataclass(frozen=True)
class RecordNumber:
    """A record number under a scheme; the national one is 6 county + 3 town + 3 village + 5 sequence."""

    value: str = field(repr=False)
    scheme: str = "national-17"

    @classmethod
    def parse(cls, text: str, scheme: str | None = None) -> "RecordNumber":
        """scheme: else the one that has so many digits. Raises ContentRefused naming /record_number only."""
        if scheme is not None and scheme not in schemes():
            raise refuse("/scheme", "must be one of: " + ", ".join(schemes()))
        possible = {digits(one): one for one in ([scheme] if scheme else schemes())}
        if len(text) not in possible or not re.fullmatch(r"[0-9]+", text, re.ASCII):
            raise refuse("/record_number", f"must be {' or '.join(map(str, possible))} digits")
        number = cls(text, possible[len(text)])
        number._check()
        return number

    @classmethod
    def issue(cls, area: str, sequence: int, scheme: str) -> "RecordNumber":
        """The number of a place in an area's sequence.

        Raises ContentRefused if the area or the place is none of the scheme.
        """
        return cls.parse(f"{area}{sequence:0{len(str(last_sequence(scheme)))}d}", scheme)

    def _check(self) -> None:
        parts = self.segments
        if parts["county"][:2] not in provinces():
            raise refuse("/record_number", "must begin with a county of GB/T 2260")
        for segment in schemes()[self.scheme]["segments"]:
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
        village-level codes 487,144 lie in 200-399), so they are a warning and never a refusal. So is a county
        that no revision of GB/T 2260 has: the newest ones are not held, and some zones number by themselves.
        """
        parts = self.segments
        odd = [
            f"its {segment['name']} lies outside the ranges of the specification"
            for segment in schemes()[self.scheme]["segments"]
            if (ranges := segment.get("usual"))
            and not any(low <= parts[segment["name"]] <= high for low, high, _ in ranges)
        ]
        if parts["county"] not in regions.table():
            odd.insert(0, "its county is in no revision of GB/T 2260 held here")
        return [{"field": "/record_number", "reason": reason} for reason in odd]

"""Provinces, cities and counties of GB/T 2260 by revision: their names, and what a removed code became.

The table (data/regions.csv, which names its source) reaches from the revision of December 2002 to that of
July 2016. A revision tells what stood on the last day of its month. A day before the first one is answered
by the first, a day after the last by the last; the change itself lies between two revisions.
Towns and villages are not held: nothing here asks for more of them than their digits.
"""

import csv
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

WITHOUT_REVISIONS = ("81", "82", "83", "9")  # Hong Kong, Macao, Taiwan residents, foreigners: no counties


@dataclass(frozen=True, slots=True)
class Region:
    """One name under one code. since: the first revision that has it; until: the first without ("": none).

    became: the codes under which it goes on, as far as the revisions tell.
    """

    code: str
    name: str
    since: str
    until: str
    became: tuple[str, ...]

    def stands_in(self, revision: str) -> bool:
        return self.since <= revision and (not self.until or revision < self.until)


@cache
def table() -> Mapping[str, tuple[Region, ...]]:
    """Every code with its names in order of time. Read once, when first asked for."""
    text = files("domain").joinpath("data", "regions.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    known: dict[str, tuple[Region, ...]] = {}
    for row in csv.DictReader(lines):
        region = Region(row["code"], row["name"], row["since"], row["until"], tuple(row["became"].split()))
        known[region.code] = (*known.get(region.code, ()), region)
    return known


@cache
def revisions() -> tuple[str, ...]:
    """The revisions held, as YYYY-MM, oldest first."""
    every = (region for regions in table().values() for region in regions)
    return tuple(sorted({month for region in every for month in (region.since, region.until) if month}))


def revision_on(on: date) -> str:
    """The newest revision of that day; before the first one, the first."""
    return revisions()[max(bisect_right(_days(), on) - 1, 0)]


def region_on(code: str, on: date) -> Region | None:
    """The region that bears the six-digit code in the revision of that day."""
    revision = revision_on(on)
    return next((one for one in table().get(code, ()) if one.stands_in(revision)), None)


def name_of(code: str, on: date) -> str | None:
    """The name of the region in the revision of that day; None if the code is not in it."""
    region = region_on(code, on)
    return region.name if region else None


def names_of(code: str, on: date) -> list[str]:
    """The names of the province, the city and the county, as far as the code names them on that day."""
    levels = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
    return [name for level in levels if (name := name_of(level, on))]


def existed(code: str, on: date) -> bool:
    """Whether the code is in the revision of that day."""
    return region_on(code, on) is not None


def successors(code: str) -> tuple[str, ...]:
    """The codes under which the last region of this code goes on in the newest revision.

    Empty for a code that stands, for one that is not known, and where the revisions do not tell.
    """
    found = dict[str, None]()
    waiting = [table()[code][-1]] if code in table() else []
    for region in waiting:  # grows: a successor may have ended too
        for next_code in region.became:
            heir = next(one for one in table()[next_code] if not one.until or one.until > region.until)
            if heir.until:
                waiting.append(heir)
            else:
                found[next_code] = None
    return tuple(found)


def oddity(code: str, born: date) -> str | None:
    """Why the region of an identity number is odd for somebody born on that day; None where it is not.

    The number may be given long after birth and is then kept for life: so a region that existed at birth or
    later is right. Codes from before the first revision, or after the last, cannot be told from slips.
    """
    if code.startswith(WITHOUT_REVISIONS):
        return None
    known = table().get(code)
    if known is None:
        is_covered = _days()[0] <= born <= _days()[-1]
        return "its region is in no revision of GB/T 2260" if is_covered else None
    ended = known[-1].until
    if ended and born > _last_day(ended):
        return "its region was dissolved before the birth"
    return None


@cache
def _days() -> tuple[date, ...]:
    return tuple(_last_day(month) for month in revisions())


def _last_day(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])

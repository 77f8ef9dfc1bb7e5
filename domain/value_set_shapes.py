"""Which codes are possible at all in a code system known here: their shape and their check digit.

Asked for every coding on every form, so it is one look-up and one match. Whether an edition has the code is
domain.value_sets.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NotRequired, TypedDict, cast

from domain.identity import data


class ListedEdition(TypedDict):
    """One edition as listed. Without codes only the shape is known; codes_of: those of a form's choice."""

    edition: str
    valid_from: str
    source: str
    codes: NotRequired[dict[str, str]]
    codes_of: NotRequired[str]


class ListedSystem(TypedDict):
    """One code system as listed; `check` covers the first group of `shape`, where that is there."""

    name: str
    title: str
    uris: list[str]
    shape: str
    says: str
    check: NotRequired[str]
    editions: list[ListedEdition]


@dataclass(frozen=True)
class Shape:
    """What a code of a system looks like; `says` completes "must be …"."""

    expression: re.Pattern[str]
    says: str
    check: Callable[[str], bool] | None

    def allows(self, code: str) -> bool:
        found = self.expression.fullmatch(code)
        if found is None:
            return False
        return self.check is None or found[1] is None or self.check(found[1])


def listed() -> list[ListedSystem]:
    """The code systems of data/value_sets.json."""
    return cast("list[ListedSystem]", data("value_sets")["systems"])


def refusal(system: str, code: str) -> str | None:
    """What a code of the system must be, if this one is none; None for systems not known here."""
    shape = _shapes().get(system)
    return None if shape is None or shape.allows(code) else f"must be {shape.says}"


@cache
def _shapes() -> Mapping[str, Shape]:
    return {uri: _shape(one) for one in listed() for uri in one["uris"]}


def _shape(one: ListedSystem) -> Shape:
    return Shape(re.compile(one["shape"], re.ASCII), one["says"], CHECKS.get(one.get("check", "")))


def is_luhn(code: str) -> bool:
    """Whether a LOINC code ends in its check digit: modulus 10, doubling from the right (ISO/IEC 7812-1)."""
    number, _, check = code.partition("-")
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number)))
    return -sum(value // 10 + value % 10 for value in doubled) % 10 == int(check)


def is_verhoeff(digits: str) -> bool:
    """Whether a SNOMED CT identifier ends in its check digit (Verhoeff 1969, in the dihedral group D5)."""
    state = 0
    for place, digit in enumerate(reversed(digits)):
        state = _multiplied(state, _PERMUTED[place % 8][int(digit)])
    return state == 0


def _multiplied(one: int, other: int) -> int:
    """In the dihedral group: 0 to 4 turn a pentagon, 5 to 9 turn it over too."""
    turned = (one + other if one < 5 else one - other) % 5
    return turned + 5 * ((one < 5) != (other < 5))


def _permutations() -> tuple[tuple[int, ...], ...]:
    """The permutation of each place, which comes round after eight."""
    step = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    rows = [tuple(range(10))]
    while len(rows) < 8:
        rows.append(tuple(step[digit] for digit in rows[-1]))
    return tuple(rows)


_PERMUTED = _permutations()
CHECKS: Mapping[str, Callable[[str], bool]] = {"luhn": is_luhn, "verhoeff": is_verhoeff}

"""When two names are of one thing: by their coding, and by their letters once set plain."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from projections.tables import table

T = TypeVar("T")


def plain(name: str) -> str:
    """The letters and digits alone: "Amlodipine (besylate)" and "amlodipine BESYLATE" agree."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in folded if unicodedata.category(one)[0] in "LN")


MADE_UP: tuple[str, ...] = tuple(
    sorted(map(plain, table("reconciliation")["made_up"]["as"]), key=len, reverse=True)
)
SYNONYMS: Mapping[str, str] = {
    plain(name): plain(group["names"][0])
    for group in table("reconciliation")["synonyms"]
    for name in group["names"]
}


@dataclass(frozen=True)
class Named:
    """How a source names a thing: in words, by a coding ("system|code"), or both."""

    name: str | None = None
    coding: str | None = None

    @property
    def keys(self) -> frozenset[str]:
        """What it shares with every other name of the thing. Words are kept apart from codings."""
        words = _bare(plain(self.name)) if self.name else ""
        found = {f"name {SYNONYMS.get(words, words)}"} if words else set()
        return frozenset(found | ({f"coding {self.coding}"} if self.coding else set()))


def _bare(words: str) -> str:
    """A drug by its name, however it is made up; a name that is nothing else stays."""
    ending = next((one for one in MADE_UP if words.endswith(one) and words != one), "")
    return words.removesuffix(ending)


def grouped(named: Iterable[tuple[Named, T]]) -> list[list[T]]:
    """The things by name. One that shares a key with two groups makes them one. In order of first coming."""
    groups: list[tuple[set[str], list[tuple[int, T]]]] = []
    for place, (name, thing) in enumerate(named):
        keys, members = set(name.keys), [(place, thing)]
        for one in [group for group in groups if group[0] & keys]:
            groups.remove(one)
            keys |= one[0]
            members += one[1]
        groups.append((keys, members))
    ordered = [sorted(members, key=lambda member: member[0]) for _, members in groups]
    return [[thing for _, thing in members] for members in sorted(ordered, key=lambda members: members[0][0])]

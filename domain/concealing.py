"""What of a record was not shown, in few words, so that exactly that can be left out again years later.

Told beside what the record itself tells of its version (misfiled entries): whole collections, classes of
sensitive entries within a collection, and whatever single entries are left. Nothing of it rests on rules.
"""

from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias, cast
from uuid import UUID

from domain.record_state import EntryState, RecordState
from domain.values import JsonObject

Group: TypeAlias = tuple[str, ...]


def concealed(state: RecordState, hidden: Collection[UUID]) -> JsonObject:
    """How to find the hidden entries of a record at this version, misfiled ones aside."""
    if not hidden:
        return {}
    left = set(hidden) - state.masked
    told: JsonObject = {}
    for name, group in GROUPS.items():
        if whole := _whole(state, left, group):
            told[name] = [list[str](one) for one in sorted(whole)]  # type: ignore[misc]  # lists are invariant
            left -= {key for key, entry in _entries(state) if group(entry) in whole}
    if left:
        told["entries"] = sorted(map(str, left))  # type: ignore[assignment]  # lists are invariant
    return told


def left_out(state: RecordState, told: JsonObject) -> frozenset[UUID]:
    """The inverse, on the same version of the record: with what is misfiled in it."""
    found = {UUID(one) for one in cast("list[str]", told.get("entries", []))}
    for name, group in GROUPS.items():
        whole = {tuple(one) for one in cast("list[list[str]]", told.get(name, []))}
        found |= {key for key, entry in _entries(state) if whole and group(entry) in whole}
    return state.masked | found


GROUPS: dict[str, Callable[[EntryState], Group | None]] = {
    "collections": lambda entry: (entry.kind,),
    "classes": lambda entry: (entry.kind, entry.sensitivity) if entry.sensitivity else None,
}


def _whole(state: RecordState, hidden: set[UUID], group: Callable[[EntryState], Group | None]) -> set[Group]:
    """The groups of which every entry is hidden."""
    if not hidden:
        return set()
    found, shown = set[Group](), set[Group]()
    for key, entry in _entries(state):
        if (one := group(entry)) is not None and not (entry.misfiled and key not in hidden):
            (found if key in hidden else shown).add(one)
    return found - shown


def _entries(state: RecordState) -> Iterator[tuple[UUID, EntryState]]:
    return ((UUID(key), entry) for key, entry in state.entries.items())

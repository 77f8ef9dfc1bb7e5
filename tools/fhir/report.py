"""What became of what: per type of resource, how many became which entries, were known, or were refused.

A report holds counts, types and reasons; no name, value, id or file name. Files are told by their number
in the sorted folder, for the names of files are often those of people.
"""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import TextIO

from rich.console import Console
from rich.table import Table

from domain.values import JsonObject, JsonValue

KNOWN, REFUSED, DOCUMENT = "known", "refused", "document"
OUTCOMES = (
    "record",
    "encounter",
    "examination",
    "follow-up",
    "problem",
    "allergy",
    "medication",
    "immunization",
    DOCUMENT,
    KNOWN,
    REFUSED,
)


@dataclass
class Report:
    """Counts by (type, …). Lives are added to it from several threads."""

    files: int = 0
    files_refused: dict[int, str] = field(default_factory=dict)  # number in the folder, from 1 → reason
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)  # type, one of OUTCOMES
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # type, why refused
    remarks: Counter[tuple[str, str]] = field(default_factory=Counter)  # what, what is to be said of it
    empty_entries: int = 0  # entries of bundles that hold no resource: none of the resources, but not in
    added: Counter[str] = field(default_factory=Counter)  # collection → entries stored, and what else was
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def __getstate__(self) -> dict[str, object]:
        """Without the lock, which stays in its process."""
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state, _lock=Lock())

    def count(self, resource_type: str, outcome: str, reason: str | None = None) -> None:
        """One resource. reason: why it was refused, or what else is to be said of it."""
        self.outcomes[resource_type, outcome] += 1
        if reason is not None:
            (self.reasons if outcome == REFUSED else self.remarks)[resource_type, reason] += 1

    def merge(self, other: "Report") -> None:
        """Add what another report counted. Safe for several threads."""
        with self._lock:
            self.files += other.files
            self.files_refused |= other.files_refused
            self.empty_entries += other.empty_entries
            for mine, theirs in (
                (self.outcomes, other.outcomes),
                (self.reasons, other.reasons),
                (self.remarks, other.remarks),
            ):
                mine.update(theirs)
            self.added.update(other.added)

    @property
    def resources(self) -> int:
        """How many were read; each has exactly one outcome."""
        return sum(self.outcomes.values())

    @property
    def is_complete(self) -> bool:
        """Whether everything in the folder is in its record now."""
        return not self.files_refused and not self.reasons and not self.empty_entries

    def total(self, outcome: str) -> int:
        return sum(count for (_, one), count in self.outcomes.items() if one == outcome)

    def to_json(self) -> JsonObject:
        types = sorted({resource_type for resource_type, _ in self.outcomes})
        return {
            "import": "fhir",
            "files": self.files,
            "files_refused": [{"file": n, "reason": why} for n, why in sorted(self.files_refused.items())],
            "resources": self.resources,
            "entries_without_resource": self.empty_entries,
            "outcomes": {one: self._of(one) for one in types},
            "totals": {one: self.total(one) for one in OUTCOMES if self.total(one)},
            "refused": _listed(self.reasons),
            "remarks": _listed(self.remarks),
            "added": dict(sorted(self.added.items())),
        }

    def write_table(self, out: TextIO | None = None) -> None:
        """For people: one row a type and outcome, the totals, then the reasons."""
        console = Console(file=out, highlight=False)
        console.print(self._table())
        for (one, reason), count in sorted(self.reasons.items()):
            console.print(f"refused: {count} {one}: {reason}", markup=False)
        if self.empty_entries:
            console.print(f"refused: {self.empty_entries} entries that hold no resource", markup=False)
        for (one, reason), count in sorted(self.remarks.items()):
            console.print(f"remark: {count} {one}: {reason}", markup=False)
        for number, reason in sorted(self.files_refused.items()):
            console.print(f"refused: file {number} of {self.files}: {reason}", markup=False)

    def _table(self) -> Table:
        """Three narrow columns: a wide table would be cut off where it is read most, on a terminal."""
        table = Table(title=f"{self.resources} resources of {self.files} files")
        table.add_column("resource")
        table.add_column("became")
        table.add_column("how many", justify="right")
        for one in sorted({resource_type for resource_type, _ in self.outcomes}):
            for outcome in OUTCOMES:
                if found := self.outcomes[one, outcome]:
                    table.add_row(one, outcome, str(found))
        table.add_section()
        for outcome in OUTCOMES:
            if found := self.total(outcome):
                table.add_row("all", outcome, str(found))
        return table

    def _of(self, resource_type: str) -> JsonObject:
        return {
            one: self.outcomes[resource_type, one] for one in OUTCOMES if self.outcomes[resource_type, one]
        }


def _listed(counts: Counter[tuple[str, str]]) -> list[JsonValue]:
    return [{"type": one, "reason": why, "count": count} for (one, why), count in sorted(counts.items())]

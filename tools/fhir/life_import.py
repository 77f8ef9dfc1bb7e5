"""Imports one life through `Records`, step by step, so that a run that was killed is simply run again.

Every entry carries its source id as a claim, so nothing is added twice. The last entry of a life is a
manifest, stored only when nothing was refused: a bundle whose manifest is claimed is in its record, whole,
and need not be mapped again. What comes again under a known id with other content is kept as a document.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar, cast
from uuid import UUID

from domain.application import Records
from domain.errors import (
    ContentRefused,
    LogBusy,
    PersonHasRecord,
    RecordClosed,
    RecordError,
    SourceAlreadyImported,
    StaleVersion,
)
from domain.forms.document import facts_of
from domain.requests import NewEntry, Outcome, Request, SourceId
from domain.time import occurred_at
from domain.values import Occurred
from tools.fhir.bundle import Resource
from tools.fhir.life import Life
from tools.fhir.patient import new_record, source_id
from tools.fhir.plan import Plan, Step, plan
from tools.fhir.report import DOCUMENT, KNOWN, REFUSED, Report

T = TypeVar("T")
Settled = Callable[[int], None]

MAPPING = "fhir-r4/1"  # edition of the mapping, as manifests tell it
ENTRIES_AT_ONCE = 1000
BYTES_AT_ONCE = 4_000_000
BUSY_TRIES = 8
CHANGED = "differs from what its entry was told from, and is kept beside it"


class LifeImport:
    """One life, step by step; counted in the report it is given."""

    def __init__(
        self, records: Records, request: Request, life: Life, report: Report, settled: Settled
    ) -> None:
        """settled: called with how many more resources are done."""
        self.records, self.request, self.life = records, request, life
        self.report, self.settled = report, settled
        self.version = 0  # of the record, as far as we know it

    def run(self) -> None:
        if self._is_in():
            for one in self.life.resources:
                self.report.count(one.type, KNOWN)
            self.settled(len(self.life.resources))
            return
        planned = plan(self.life)
        record, is_new = self._open(planned)
        outcomes = list(self._add_all(record, planned.steps))
        self._settle(planned, outcomes, is_new=is_new)
        if self.report.is_complete:
            self._add(record, [self._manifest()])
        self._close(record)

    def _is_in(self) -> bool:
        """Whether this very bundle was imported whole, closing included."""
        whole = self._find(self._manifest_id)
        return whole is not None and (self.life.death is None or self._find(self._death_id) is not None)

    def _open(self, planned: Plan) -> tuple[UUID, bool]:
        """The life's record, and whether it is new. A new one begins with the patient, kept whole."""
        source = source_id(self.life, self.life.patient.reference)
        if (record := self._find(source)) is not None:
            return record, False
        new = new_record(self.life, planned.originals_of(self.life.patient))
        try:
            opened = patiently(lambda: self.records.create_record(self.request, new))
        except (SourceAlreadyImported, PersonHasRecord):
            if (record := self._find(source)) is None:  # another source brought this person
                raise
            return record, False
        self.report.added["records"] += 1
        self.report.added["documents"] += len(new.entries)
        self.version = opened.answer.stored[-1].version
        return opened.record, True

    def _add_all(self, record: UUID, steps: Sequence[Step]) -> Iterator[Outcome]:
        for chunk in _chunks(steps):
            yield from self._add(record, [step.entry for step in chunk])
            self.settled(sum(len(step.resources) for step in chunk if not step.is_original))

    def _add(self, record: UUID, entries: Sequence[NewEntry]) -> Sequence[Outcome]:
        added = patiently(lambda: self.records.add_entries(self.request, record, entries))
        for entry, outcome in zip(entries, added.outcomes, strict=True):
            self.report.added[entry.kind] += outcome.entry is not None
        if added.answer:
            self.version = added.answer.stored[-1].version
        return added.outcomes

    def _settle(self, planned: Plan, outcomes: Sequence[Outcome], *, is_new: bool) -> None:
        """Count each resource once: as the entry it became, else as the document that keeps it."""
        self.report.empty_entries += self.life.bundle.empty_entries
        told: dict[Resource, tuple[Step, Outcome]] = {}
        kept: dict[Resource, Outcome] = {}
        for step, outcome in zip(planned.steps, outcomes, strict=True):
            if outcome.refusal is not None and not step.resources:
                self.report.remarks[step.entry.kind, reason_of(outcome.refusal)] += 1
            for one in step.resources:
                if step.entry.kind == "documents":
                    kept[one] = outcome
                if not step.is_original:
                    told[one] = step, outcome
        for one in self.life.resources:
            self.report.count(one.type, *self._what_became(one, planned, told, kept, is_new=is_new))
        self.settled(1 + len(planned.refused))  # the patient, and what no step was made for

    def _what_became(
        self,
        one: Resource,
        planned: Plan,
        told: dict[Resource, tuple[Step, Outcome]],
        kept: dict[Resource, Outcome],
        *,
        is_new: bool,
    ) -> tuple[str, str | None]:
        if one in planned.refused:
            return REFUSED, planned.refused[one]
        if (refusal := kept[one].refusal) is not None:
            return REFUSED, reason_of(refusal)
        if one is self.life.patient:
            return ("record", planned.remarks.get(one)) if is_new else _again(kept[one])
        step, outcome = told[one]
        if outcome.refusal is not None:
            return (KNOWN, None) if kept[one].known else (DOCUMENT, reason_of(outcome.refusal))
        return _again(kept[one]) if outcome.known else (step.becomes, planned.remarks.get(one))

    def _manifest(self) -> NewEntry:
        """That this bundle is in the record, whole; told as a document like any other."""
        bundle = self.life.bundle
        told = {"mapping": MAPPING, "sha256": bundle.sha256, "bytes": bundle.size}
        content = json.dumps({**told, "resources": len(bundle.resources)}, sort_keys=True).encode()
        described = {"title": "FHIR import manifest", "kind": "other", "media_type": "application/json"}
        now = occurred_at(self.records.gate.clock())
        return NewEntry("documents", {**described, **facts_of(content)}, now, source_id=self._manifest_id)

    def _close(self, record: UUID) -> None:
        """Close the record since the death, unless it is closed."""
        since = self.life.death
        if since is None or self._find(self._death_id) is not None:
            return
        try:
            patiently(lambda: self._close_at_head(record, since))
        except (RecordClosed, SourceAlreadyImported):
            return
        self.report.added["closings"] += 1

    def _close_at_head(self, record: UUID, since: Occurred) -> None:
        """What is closed here is what the source told, so a newer version is as good as the one we saw."""
        for _ in range(BUSY_TRIES):
            try:
                self.records.close_record(
                    self.request, record, self.version, reason="death", since=since, source_id=self._death_id
                )
                return
            except StaleVersion as stale:
                self.version = stale.current
        raise LogBusy

    def _find(self, source: SourceId) -> UUID | None:
        return self.records.find_source(self.request, source)

    @property
    def _manifest_id(self) -> SourceId:
        return source_id(self.life, f"Bundle/{self.life.bundle.sha256}")

    @property
    def _death_id(self) -> SourceId:
        return source_id(self.life, f"{self.life.patient.reference}#death")


def _again(kept: Outcome) -> tuple[str, str | None]:
    """What became of a resource whose entry was known: its bytes were known too, or have changed."""
    return (KNOWN, None) if kept.known else (DOCUMENT, CHANGED)


def reason_of(refusal: RecordError) -> str:
    """Why, in words that repeat no value: the error's code, and the fields that were refused."""
    if isinstance(refusal, ContentRefused):
        fields = ", ".join(f"{one['field']} {one['reason']}" for one in refusal.problems)
        return f"{refusal.code}: {fields}"
    return refusal.code


def patiently(call: Callable[[], T]) -> T:
    """Do it, waiting while the log is busy: 0.05 s at first, 3 s before the last try. Raises LogBusy."""
    for attempt in range(BUSY_TRIES - 1):
        try:
            return call()
        except LogBusy:
            time.sleep(0.05 * 2**attempt)
    return call()


def _chunks(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Steps that go into one append: not too many, not too large."""
    chunk: list[Step] = []
    size = 0
    for step in steps:
        content = cast("dict[str, object]", step.entry.content)
        length = len(cast(str, content.get("data", "")))
        if chunk and (len(chunk) == ENTRIES_AT_ONCE or size + length > BYTES_AT_ONCE):
            yield chunk
            chunk, size = [], 0
        chunk.append(step)
        size += length
    if chunk:
        yield chunk

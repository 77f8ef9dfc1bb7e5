"""Documents that are uploaded before an entry names them: the gate that lets no other entry pass.

An entry that names an upload is stored only if the upload was made for that record, is whole and checked, and
has exactly the length and hashes the entry tells. This is asked at the one place through which everything is
stored, so that corrections and batches cannot go around it. That an upload belongs to an entry is a claim in
the same append: after a crash in between, the claim says whether it does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.domain import Aggregate, DomainEvent

from domain.access import POLICY
from domain.document_errors import (
    UploadDiffers,
    UploadIncomplete,
    UploadInfected,
    UploadTaken,
    UploadUnchecked,
    UploadUnknown,
)
from domain.document_port import DocumentStore
from domain.errors import ClaimTaken
from domain.gate import Gate, Pass, wait_a_little
from domain.policy import Policy
from domain.ports import Answer, Claim, EventLog, Recorded
from domain.record_events import EntryCorrected, EntryMisfiled, EntryRecorded
from domain.values import JsonObject

FORM = "document"
NAMESPACE = "upload"
FACTS = ("length", "sha256", "sha512")


Bringing = EntryRecorded | EntryCorrected  # the events that bring content


@dataclass(frozen=True)
class Naming:
    """Content that is about to name an upload. corrects: the entry it is of, if that is there already."""

    upload: UUID
    record: UUID
    corrects: UUID | None
    content: JsonObject


class DocumentGate(Gate):
    """The gate, and before anything is stored the uploads that it names."""

    def __init__(
        self,
        log: EventLog,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        policy: Policy = POLICY,
        pause: Callable[[int], None] = wait_a_little,
        *,
        documents: DocumentStore,
    ) -> None:
        super().__init__(log, clock, new_id, policy, pause)
        self.documents = documents

    def append(
        self,
        passed: Pass,
        aggregate: Aggregate,
        claims: Sequence[Claim] = (),
        releases: Sequence[Claim] = (),
        *,
        also: Sequence[Aggregate] = (),
    ) -> Answer:
        """As the gate does. Raises UploadUnknown and its kin for an entry whose upload does not fit."""
        named = [one for one in _named((aggregate, *also)) if not self._named_before(one)]
        for one in named:
            self._fit(one)
        if len({one.upload for one in named}) < len(named):
            raise UploadTaken(named[0].upload)
        try:
            claimed = [*claims, *(upload_claim(one.upload) for one in named)]
            answer = super().append(passed, aggregate, claimed, releases, also=also)
        except ClaimTaken as taken:
            if taken.namespace == NAMESPACE:  # by an entry that was faster
                raise UploadTaken(named[0].upload) from None
            raise
        for one in named:
            self.documents.keep(one.upload)
        return answer

    def _named_before(self, named: Naming) -> bool:
        """Whether it corrects an entry that named the upload already; what it says of it must be the same."""
        if named.corrects is None:
            return False
        before = [content_of(one) for one in self.log.read(named.record) if brings(one.event, named.corrects)]
        same = [content for content in before if content.get("blob") == named.content["blob"]]
        if same:
            _agree(named, {field: same[-1][field] for field in FACTS})
        return bool(same)

    def _fit(self, named: Naming) -> None:
        held = self.documents.take(named.upload, named.record)
        if held is None:
            raise UploadUnknown(named.upload)
        claim = upload_claim(named.upload)
        if self.log.find_claim(claim.namespace, claim.value) is not None:
            raise UploadTaken(named.upload)
        if not held.is_whole:
            raise UploadIncomplete(held.id, held.received, held.length)
        if held.verdict == "infected":
            raise UploadInfected(held.id)
        if held.verdict == "pending":
            self.documents.check(held.id)
            raise UploadUnchecked(held.id)
        _agree(named, {"length": held.length, "sha256": held.sha256, "sha512": held.sha512})


def upload_claim(upload: UUID) -> Claim:
    """What an entry holds of the upload it names."""
    return Claim(NAMESPACE, str(upload))


def brings(event: DomainEvent, entry: UUID) -> bool:
    """Whether the event brought content of the entry: by recording or by correcting it."""
    if isinstance(event, EntryCorrected):
        return event.entry == entry
    return isinstance(event, EntryRecorded) and event.event_id == entry


def content_of(recorded: Recorded) -> JsonObject:
    """What an event brought."""
    return recorded.event.content if isinstance(recorded.event, Bringing) else {}


def _agree(named: Naming, facts: JsonObject) -> None:
    for field, fact in facts.items():
        if named.content.get(field) != fact:
            raise UploadDiffers(named.upload, field)


def _named(aggregates: Sequence[Aggregate]) -> Iterator[Naming]:
    """What is about to be named. What is moved out of the wrong record was looked at when it came there."""
    events = [event for one in aggregates for event in one.pending_events]
    moved = {event.moved_entry for event in events if isinstance(event, EntryMisfiled)}
    for event in events:
        if not isinstance(event, Bringing) or event.form["name"] != FORM or event.event_id in moved:
            continue
        if blob := event.content.get("blob"):
            corrects = event.entry if isinstance(event, EntryCorrected) else None
            yield Naming(UUID(str(blob)), event.originator_id, corrects, event.content)

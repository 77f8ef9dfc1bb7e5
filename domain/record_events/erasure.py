"""What an order to erase leads to: it is given, cancelled or carried out, and what was destroyed is told."""

from typing import ClassVar, cast
from uuid import UUID

from eventsourcing.domain import TAggregate
from eventsourcing.utils import resolve_topic

from domain.acts import BeginsAgain, revive
from domain.record_events.base import EntryFollowed, EntryRecorded, Folded, RecordEvent
from domain.record_state import RecordState
from domain.values import JsonObject, Who


class ErasureOrdered(EntryRecorded):
    """Somebody ordered, on a legal basis, that the record or some of its documents be erased."""

    TOPIC: ClassVar[str] = "record.erasure-ordered.v1"
    KIND: ClassVar[str] = "erasure-orders"


class ErasureCancelled(EntryFollowed):
    """The order is not carried out."""

    TOPIC: ClassVar[str] = "record.erasure-cancelled.v1"
    LIFECYCLE: ClassVar[str] = "deprecate"
    OF: ClassVar[tuple[str, ...]] = ("erasure-orders",)
    NAME: ClassVar[str] = "cancellation"


class DocumentsErased(RecordEvent):
    """A second person carried out an order about documents: their keys are destroyed right after this."""

    TOPIC: ClassVar[str] = "record.documents-erased.v1"
    LIFECYCLE: ClassVar[str] = "destroy"

    order: UUID
    entries: list[str]
    retention: JsonObject  # edition of the rules, the term that was longest, and its last day

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.carry_out(self.order, self.entries)


class Erased(RecordEvent, BeginsAgain):
    """A second person carried out an order about the whole record: its keys are destroyed right after this.

    Sealed under a key of its own, it repeats what must stay: who ordered it and on what basis, and the
    history of custody. From here on the record is what this event says; what came before opens to nobody.
    """

    TOPIC: ClassVar[str] = "record.erased.v1"
    LIFECYCLE: ClassVar[str] = "destroy"

    order: UUID
    ordered_by: Who
    basis: str
    legal_basis: str
    authority: str | None
    certificate: str  # SHA-256 (hex)
    retention: JsonObject  # as of DocumentsErased
    custody: list[JsonObject]  # the events of custody, oldest first: event, topic, version, and what they say
    custodian: UUID
    access_stream: UUID
    closed_because: str | None
    uploads: list[str] | None = None  # documents, whose keys go too
    spares: list[str] | None = None  # those that were uploaded to it and are another resident's

    def mutate(self, aggregate: TAggregate | None) -> TAggregate | None:
        """The aggregate after it; of what came before nothing is needed."""
        if aggregate is not None:
            return super().mutate(aggregate)
        at, version = self.timestamp.isoformat(), self.originator_version
        framed: JsonObject = {"version": version, "created_on": at, "modified_on": at}
        left = revive(resolve_topic("record"), self.originator_id, framed)
        self.apply(left)
        return cast(TAggregate, left)

    def apply(self, aggregate: Folded) -> None:
        aggregate.state = RecordState(
            custodian=str(self.custodian),
            access_stream=str(self.access_stream),
            closed_since=self.occurred,
            closed_because=self.closed_because,
            is_erased=True,
        )


class ErasureEnded(RecordEvent):
    """What an erasure was to destroy is destroyed: so many keys, and nothing of it is kept beside the log."""

    TOPIC: ClassVar[str] = "record.erasure-ended.v1"
    LIFECYCLE: ClassVar[str] = "destroy"

    keys: int  # generations of content keys, and keys of documents

    def apply(self, aggregate: Folded) -> None:
        """Nothing is decided by it."""

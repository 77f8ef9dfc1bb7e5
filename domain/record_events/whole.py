"""What befalls a record as a whole: opened, identified, agreed to, numbered, merged, closed."""

from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.record_events.base import Folded, RecordEvent
from domain.record_state import Link
from domain.values import JsonObject

BEFORE_BIRTH = "pregnancy"  # the channel of a record opened for a child not yet born


class Created(RecordEvent, Aggregate.Created):
    """A record was opened for a resident, by an institution, through a channel.

    legal_basis: the code of the rule that allows it without consent; else a ConsentGiven follows at once.
    access_stream: where reads of this record are told, apart, so that reading never conflicts with writing.
    """

    TOPIC: ClassVar[str] = "record.created.v1"
    LIFECYCLE: ClassVar[str] = "originate"
    originator_topic: ClassVar[str] = "record"  # type: ignore[misc]  # the library stores it; ours is the category

    number: str
    channel: str
    custodian: UUID
    access_stream: UUID
    legal_basis: str | None

    def apply(self, aggregate: Folded) -> None:
        state = aggregate.state
        state.number, state.custodian = self.number, str(self.custodian)
        state.access_stream = str(self.access_stream)
        state.opened_unborn = self.channel == BEFORE_BIRTH


class IdentityLinked(RecordEvent):
    """The record was tied to an identity document, a temporary identity, or the resident's own login.

    The number stands here and nowhere outside the encrypted content; uniqueness is by claim.
    birth_date and sex are those an ID number tells, else None.
    """

    TOPIC: ClassVar[str] = "record.identity-linked.v1"
    LIFECYCLE: ClassVar[str] = "link"

    identity: JsonObject  # {"kind", "number"}, or for a login {"kind", "issuer", "subject"}
    birth_date: str | None
    sex: str | None

    def apply(self, aggregate: Folded) -> None:
        identity, kind, value = self.identity, str(self.identity["kind"]), None
        if kind == "login":
            value = f"{identity['issuer']} {identity['subject']}"
        elif self.birth_date is not None:
            value = str(identity["number"])
        aggregate.state.link(self.event_id, Link(kind, value, self.birth_date, self.sex))


class IdentityUnlinked(RecordEvent):
    """The document or login was another person's: it ties the record to nobody since then.

    Its claim is released in the same append, so that the true owner's record can be tied to it at once.
    """

    TOPIC: ClassVar[str] = "record.identity-unlinked.v1"
    LIFECYCLE: ClassVar[str] = "unlink"

    link: UUID  # the event that linked it
    reason: str

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.unlink(self.link)


class ConsentGiven(RecordEvent):
    """The resident, or who may speak for them, agreed to the record."""

    TOPIC: ClassVar[str] = "record.consent-given.v1"
    LIFECYCLE: ClassVar[str] = "originate"

    by: str  # resident, guardian or representative
    paper: str | None  # SHA-256 (hex) of the signed form, where there is one

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.consented_at = self.originator_version


class NumberGiven(RecordEvent):
    """The record goes by a new number since then. The earlier ones stay its own, and find it, for ever."""

    TOPIC: ClassVar[str] = "record.number-given.v1"
    LIFECYCLE: ClassVar[str] = "amend"

    number: str
    reason: str  # region-changed, scheme-changed or error

    def apply(self, aggregate: Folded) -> None:
        state = aggregate.state
        state.former_numbers.append(state.number)
        state.number = self.number


class Closed(RecordEvent):
    """Care under this record ended: death, moved out, lost, refused. `occurred` says since when.

    Refuses new care only; late entries, corrections, documents and reading go on.
    """

    TOPIC: ClassVar[str] = "record.closed.v1"
    LIFECYCLE: ClassVar[str] = "archive"

    reason: str
    note: str | None

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.closed_since, aggregate.state.closed_because = self.occurred, self.reason


class Reopened(RecordEvent):
    """A closed record takes care again: the resident came back, or the closing was wrong."""

    TOPIC: ClassVar[str] = "record.reopened.v1"
    LIFECYCLE: ClassVar[str] = "reactivate"

    reason: str

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.closed_since = aggregate.state.closed_because = None


class Merged(RecordEvent):
    """Two records are one person's: written on both, in one append. One goes on, the other is kept by it."""

    TOPIC: ClassVar[str] = "record.merged.v1"
    LIFECYCLE: ClassVar[str] = "merge"

    other: UUID
    goes_on: bool  # whether this is the record that goes on
    reason: str

    def apply(self, aggregate: Folded) -> None:
        if self.goes_on:
            aggregate.state.absorbed.append(str(self.other))
        else:
            aggregate.state.merged_into = str(self.other)


class Unmerged(RecordEvent):
    """The merging was wrong: each record stands by itself again, as it was and with what came since."""

    TOPIC: ClassVar[str] = "record.unmerged.v1"
    LIFECYCLE: ClassVar[str] = "unmerge"

    other: UUID
    goes_on: bool
    reason: str

    def apply(self, aggregate: Folded) -> None:
        if self.goes_on:
            aggregate.state.absorbed.remove(str(self.other))
        else:
            aggregate.state.merged_into = None

"""What every event of ours carries: who did it, when it occurred, why, and under which rule."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, TypeVar, cast
from uuid import UUID

from eventsourcing.domain import Aggregate, AggregateEvent, datetime_now_with_tzinfo

from domain.values import JsonObject, Occurred, RuleRef, Who

E = TypeVar("E", bound=AggregateEvent)
A = TypeVar("A", bound=Aggregate)


class Event(Aggregate.Event):
    """The fields common to all events; `who` is sealed as its own part, the rest as `body`.

    LIFECYCLE is the ISO 21089:2017 record lifecycle code of the act.
    """

    LIFECYCLE: ClassVar[str]

    event_id: UUID
    who: Who
    occurred: Occurred  # when it happened, as told; recorded_at is the log's
    cause: str | None  # the event or request it follows from; for imports the source's own id
    purpose: str
    rule: RuleRef  # the access policy under which it was allowed


class BeginsAgain(Event):
    """An event from which on an aggregate is folded as if nothing had come before: that was erased."""


def begins(kind: type[Aggregate], event: object) -> bool:
    """Whether an aggregate of this kind can be folded from this event on."""
    is_again = isinstance(event, BeginsAgain) and isinstance(event, kind.Event)
    return is_again or isinstance(event, kind.Created)


@dataclass(frozen=True)
class Act:
    """One decision's context, passed to a command and copied onto each event it triggers."""

    event_id: UUID
    who: Who
    occurred: Occurred
    purpose: str
    rule: RuleRef
    cause: str | None = None
    told_on: date | None = None  # the civil day, in China, on which we learn of it

    def fields(self) -> dict[str, object]:
        return {
            "event_id": self.event_id,
            "who": self.who,
            "occurred": self.occurred,
            "purpose": self.purpose,
            "rule": self.rule,
            "cause": self.cause,
        }


def make(
    event_class: Callable[..., E],
    act: Act,
    stream: UUID,
    version: int,
    **fields: object,
) -> E:
    """Build an event by hand, where the library's trigger_event does not reach (first and access events).

    version: ignored by the log for streams that are appended to at their end.
    """
    return event_class(
        originator_id=stream,
        originator_version=version,
        timestamp=datetime_now_with_tzinfo(),
        **act.fields(),
        **fields,
    )


def begin(kind: type[A], created: Aggregate.Created) -> A:
    """The aggregate that begins with this event, which is pending on it."""
    aggregate = cast(A, created.mutate(None))
    aggregate.pending_events.append(created)
    return aggregate


def frame(aggregate: Aggregate) -> JsonObject:
    """What the library keeps of an aggregate, for a snapshot."""
    return {
        "version": aggregate.version,
        "created_on": aggregate.created_on.isoformat(),
        "modified_on": aggregate.modified_on.isoformat(),
    }


def revive(kind: type[A], stream: UUID, snapshot: JsonObject) -> A:
    """An aggregate with its frame filled from a snapshot; the caller adds the state."""
    aggregate = kind.__new__(kind)
    created_on = datetime.fromisoformat(str(snapshot["created_on"]))
    aggregate.__base_init__(stream, cast(int, snapshot["version"]), created_on)
    aggregate.modified_on = datetime.fromisoformat(str(snapshot["modified_on"]))
    return aggregate

"""What the domain needs from the outside: an event log, and a fold that renders a record.

The store implements `EventLog`; `projections.record_view` implements `RecordRenderer`.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias, TypeVar
from uuid import UUID

from eventsourcing.domain import Aggregate, DomainEvent

from domain.sensitive_options import OPEN, Closed

A = TypeVar("A", bound=Aggregate)

NO_CONDITIONS: Mapping[UUID, int] = MappingProxyType({})


@dataclass(frozen=True)
class Claim:
    """A value that only one stream may hold. The plain value: the store keeps a keyed hash of it only."""

    namespace: str
    value: str = field(repr=False)  # may be a person's number, which must not reach a log line


@dataclass(frozen=True)
class RequestKey:
    """An idempotency key: whose (issuer and subject), which, and SHA-256 of what was asked (32 bytes)."""

    scope: str
    key: str
    request: bytes


@dataclass(frozen=True)
class Stored:
    """Where one event came to lie, and what the log commits to for it."""

    event: UUID
    stream: UUID
    version: int
    position: int
    recorded_at: datetime
    leaf_hash: bytes
    topic: str


@dataclass(frozen=True)
class Answer:
    """What one append stored, in order; `repeated` when an earlier request under the same key stored it."""

    stored: tuple[Stored, ...]
    repeated: bool


@dataclass(frozen=True)
class Recorded:
    """One event read back, with its place."""

    event: DomainEvent
    stored: Stored


class Streams(Protocol):
    """What finding out who calls, and what is known of a record, needs of a log: of now, or of a past."""

    def load(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate at its newest version; None if there is no such stream of that kind."""

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        """The stream that holds the claim."""


class EventLog(Protocol):
    """The log of one county, as the domain sees it."""

    def load(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate at its newest version; None if there is no such stream of that kind."""

    def read(
        self,
        stream: UUID,
        *,
        after: int | None = None,
        upto_version: int | None = None,
        upto_position: int | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Recorded]:
        """The stream's events in order, up to and including the version and the position given.

        after: the version before the first. limit: no more than so many, which costs no more than so many.
        """

    def find(self, stream: UUID, event: UUID) -> Recorded | None:
        """The stream's event of this id."""

    def append(
        self,
        events: Sequence[DomainEvent],
        *,
        at_end: Collection[UUID] = (),
        conditions: Mapping[UUID, int] = NO_CONDITIONS,
        claims: Sequence[Claim] = (),
        releases: Sequence[Claim] = (),
        key: RequestKey | None = None,
    ) -> Answer:
        """Store all the events, or none.

        Streams in `at_end` get their versions from the log; the others continue at head + 1.
        conditions: stream -> the version that must be its head (0: it must not exist).
        A claim is taken for the stream of the first event. Raises StaleVersion, ClaimTaken, KeyReused,
        LogBusy, LogUnavailable or ClockWrong; except LogUnavailable each means that nothing was stored.
        """

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        """The stream that holds the claim."""

    def find_claims(self, claims: Sequence[Claim]) -> Mapping[Claim, UUID]:
        """Those of the claims that are held, and by which streams: one look-up for them all."""

    def find_answer(self, key: RequestKey) -> Answer | None:
        """The first answer under this key. Raises KeyReused if it was another request's."""

    def position(self) -> int:
        """The last position of the log; 0 when it is empty."""

    def together(self, key: RequestKey | None, login: Claim, stream: UUID) -> AbstractContextManager[None]:
        """For the block: the log may look up at once what deciding on an act on the stream will ask it for.

        That is the answer under the key, whose login it is, and what is new on the stream; each of them is
        looked up anew when it is asked for again.
        """


@dataclass(frozen=True)
class RecordQuery:
    """Which past is asked for. Nothing set: the record as it is now.

    version: folded up to this version of the record's stream, counted from 1.
    as_of: what was known then (recorded at or before this instant, UTC).
    valid_at: what was true then (occurred at or before this instant, UTC); with as_of: known then about then.
    masked: never shown: misfiled entries, whose a link was that is undone, and sensitive entries that are not
    for who asks. sections: the kinds that may be shown; None: all. closed: options left out of what is shown.
    withheld: the classes of what there is of the last two.
    """

    version: int | None = None
    as_of: datetime | None = None
    valid_at: datetime | None = None
    with_documents: bool = False
    masked: frozenset[UUID] = frozenset()
    sections: frozenset[str] | None = None
    withheld: frozenset[str] = frozenset()
    closed: Closed = OPEN

    @property
    def is_whole(self) -> bool:
        """Whether everything that anybody is shown may be shown."""
        return self.sections is None and not self.withheld and not self.closed.parts

    def shows(self, kind: str) -> bool:
        """Whether entries of this collection may be shown."""
        return self.sections is None or kind in self.sections


NOW = RecordQuery()


@dataclass(frozen=True)
class Rendered:
    """What a fold made: canonical JSON, and the name and edition of the fold, as stored with every read."""

    edition: str
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Listed:
    """A page of a list about a record, in the order in which it is shown.

    upto: the last version looked at, where some were passed over. untold: classes of sensitive entries of
    which it is not told that there are any.
    """

    record: UUID
    recorded: Sequence[Recorded]
    is_last: bool
    hidden: frozenset[UUID] = frozenset()  # entries of which no more is told than that there were events
    names: Mapping[str, str] = field(default_factory=dict)  # of who did it, by their ids
    upto: int | None = None
    untold: frozenset[str] = frozenset()

    @property
    def cursor(self) -> str | None:
        """Asks for the next page: the last version on this one."""
        return None if self.is_last else str(self.upto or self.recorded[-1].stored.version)


@dataclass(frozen=True)
class Trail:
    """A page of an audit trail, newest first: each event with the name of the stream it stands on."""

    record: UUID
    recorded: Sequence[tuple[str, Recorded]]
    cursor: str | None
    hidden: frozenset[UUID] = frozenset()  # as of Listed


CourseName: TypeAlias = Literal[
    "life-course", "problem-list", "measurements", "reconciliation", "due", "emergency-summary"
]


@dataclass(frozen=True)
class Course:
    """A view of a record beside the record itself. of: the measurement, where it is the series of one."""

    name: CourseName
    of: str = ""


class RecordRenderer(Protocol):
    """The one fold behind every view of a record; pure, so that what was shown can be made again."""

    def at(self, edition: str) -> "RecordRenderer":
        """The renderer that makes this edition of its view. Raises EditionUnknown."""

    def record(self, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        """The record."""

    def course(self, course: Course, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        """One of the other views of the record."""

    def events(self, listed: Listed) -> Rendered:
        """A page of the list of the record's events."""

    def accesses(self, listed: Listed) -> Rendered:
        """A page of the access history."""

    def trail(self, trail: Trail) -> Rendered:
        """A page of the audit trail."""

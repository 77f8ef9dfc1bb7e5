"""An event log as one bulk writer sees it: many claims looked up together, and the record it works on kept.

Nothing is decided by what is remembered: a claim that was free is checked again under the log's lock, and a
record that has moved on meanwhile is refused by its version.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from eventsourcing.domain import Aggregate, DomainEvent

from domain.acts import Event
from domain.ports import NO_CONDITIONS, A, Answer, Claim, EventLog, Recorded, RequestKey
from domain.record import Record


class Ahead:
    """`domain.ports.EventLog` in front of another. For one thread."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self._free: set[Claim] = set()  # were free when they were looked for
        self._lent: Aggregate | None = None  # given out, and changed by who has it
        self._newest: Aggregate | None = None  # as the log holds it
        self._begun: Sequence[DomainEvent] = ()  # of a record that was begun and not asked for since

    def expect(self, claims: Sequence[Claim]) -> None:
        """Look all of them up now; those that are free need not be looked up again."""
        held = self.find_claims(claims)
        self._free = {claim for claim in claims if claim not in held}

    def flush(self) -> None:
        """Have everything stored that was appended. Here it is already."""

    def load(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate at its newest version, without reading again what was written last."""
        if kind is not Record:
            return self.log.load(kind, stream)
        known = self._known(stream)
        self._newest, self._begun = None, ()
        loaded = known if isinstance(known, kind) else self.log.load(kind, stream)
        self._lent = loaded
        return loaded

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
        """Store all the events, or none."""
        lent, self._lent = self._lent, None
        answer = self.log.append(
            events, at_end=at_end, conditions=conditions, claims=claims, releases=releases, key=key
        )
        self._free.difference_update(claims)
        if not answer.repeated and not at_end:
            self._remember(lent, events)
        return answer

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
        """The stream's events in order."""
        self.flush()
        return self.log.read(
            stream,
            after=after,
            upto_version=upto_version,
            upto_position=upto_position,
            limit=limit,
            newest_first=newest_first,
        )

    def find(self, stream: UUID, event: UUID) -> Recorded | None:
        """The stream's event of this id."""
        self.flush()
        return self.log.find(stream, event)

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        """The stream that holds the claim."""
        return None if Claim(namespace, value) in self._free else self.log.find_claim(namespace, value)

    def find_claims(self, claims: Sequence[Claim]) -> Mapping[Claim, UUID]:
        """Those of the claims that are held."""
        unknown = [claim for claim in claims if claim not in self._free]
        return self.log.find_claims(unknown) if unknown else {}

    def find_answer(self, key: RequestKey) -> Answer | None:
        """The first answer under this key."""
        return self.log.find_answer(key)

    def together(self, key: RequestKey | None, login: Claim, stream: UUID) -> AbstractContextManager[None]:
        return nullcontext()

    def position(self) -> int:
        """The last position of the log."""
        self.flush()
        return self.log.position()

    def _remember(self, lent: Aggregate | None, events: Sequence[DomainEvent]) -> None:
        """What was lent is now as the log holds it; what was begun can be folded from its events."""
        stream = events[0].originator_id
        if lent is not None and lent.id == stream:
            self._newest, self._begun = lent, ()
        elif isinstance(events[0], Record.Created):
            self._newest, self._begun = None, tuple(events)

    def _known(self, stream: UUID) -> Aggregate | None:
        if self._newest is not None and self._newest.id == stream:
            return self._newest
        if not self._begun or self._begun[0].originator_id != stream:
            return None
        record: Aggregate | None = None
        for event in self._begun:
            record = event.mutate(record) if isinstance(event, Event) else record
        return record

"""A plain in-memory event log: the reference model for domain tests. Store tests use a real PostgreSQL."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from eventsourcing.domain import Aggregate, DomainEvent

from domain.acts import Event, begins
from domain.errors import ClaimTaken, KeyReused, StaleVersion
from domain.ports import NO_CONDITIONS, A, Answer, Claim, Recorded, RequestKey, Stored

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class MemoryLog:
    """`domain.ports.EventLog` as a list and three dictionaries."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.events: list[Recorded] = []
        self.claims: dict[tuple[str, str], UUID] = {}
        self.answers: dict[tuple[str, str], tuple[bytes, Answer]] = {}
        self.before_append: list[Callable[[], None]] = []  # each runs once, for what others do meanwhile
        self.after_lookup: list[Callable[[], None]] = []  # likewise, after an answer was looked for in vain
        self._clock = clock or (lambda: EPOCH + timedelta(seconds=len(self.events)))

    def load(self, kind: type[A], stream: UUID) -> A | None:
        aggregate: Aggregate | None = None
        for one in self.read(stream):
            if aggregate is None and not begins(kind, one.event):
                return None
            aggregate = one.event.mutate(aggregate)  # type: ignore[attr-defined]  # streams with aggregates hold AggregateEvents
        return aggregate if isinstance(aggregate, kind) else None

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
        found = [
            one
            for one in self.events
            if one.stored.stream == stream
            and (after is None or one.stored.version > after)
            and (upto_version is None or one.stored.version <= upto_version)
            and (upto_position is None or one.stored.position <= upto_position)
        ]
        return (found[::-1] if newest_first else found)[:limit]

    def find(self, stream: UUID, event: UUID) -> Recorded | None:
        return next((one for one in self.read(stream) if one.stored.event == event), None)

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
        if self.before_append:
            self.before_append.pop(0)()
        if key and (answer := self._answer(key)):
            return replace(answer, repeated=True)
        self._check(events, at_end, conditions, claims)
        for claim in releases:
            self.claims.pop((claim.namespace, claim.value), None)
        for claim in claims:
            self.claims[claim.namespace, claim.value] = events[0].originator_id
        answer = Answer(tuple(self._store(event) for event in events), repeated=False)
        if key:
            self.answers[key.scope, key.key] = key.request, answer
        return answer

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        return self.claims.get((namespace, value))

    def find_claims(self, claims: Sequence[Claim]) -> Mapping[Claim, UUID]:
        held = {claim: self.find_claim(claim.namespace, claim.value) for claim in claims}
        return {claim: stream for claim, stream in held.items() if stream}

    def find_answer(self, key: RequestKey) -> Answer | None:
        answer = self._answer(key)
        if answer is None and self.after_lookup:
            self.after_lookup.pop(0)()
        return answer

    def together(self, key: RequestKey | None, login: Claim, stream: UUID) -> AbstractContextManager[None]:
        return nullcontext()  # it holds everything already

    def position(self) -> int:
        return len(self.events)

    def head(self, stream: UUID) -> int:
        return len(self.read(stream))

    def _answer(self, key: RequestKey) -> Answer | None:
        request, answer = self.answers.get((key.scope, key.key), (key.request, None))
        if request != key.request:
            raise KeyReused
        return answer

    def _check(
        self,
        events: Sequence[DomainEvent],
        at_end: Collection[UUID],
        conditions: Mapping[UUID, int],
        claims: Sequence[Claim],
    ) -> None:
        heads: dict[UUID, int] = {}
        for event in events:
            stream = event.originator_id
            heads[stream] = heads.get(stream, self.head(stream)) + 1
            if stream not in at_end and event.originator_version != heads[stream]:
                raise StaleVersion(stream, self.head(stream))
        for stream, version in conditions.items():
            if self.head(stream) != version:
                raise StaleVersion(stream, self.head(stream))
        for claim in claims:
            if (claim.namespace, claim.value) in self.claims:
                raise ClaimTaken(claim.namespace)

    def _store(self, event: DomainEvent) -> Stored:
        assert isinstance(event, Event)
        stream, topic = event.originator_id, str(vars(type(event))["TOPIC"])
        version = self.head(stream) + 1
        object.__setattr__(event, "originator_version", version)  # what the store's mapper does for at_end
        leaf = hashlib.sha256(event.event_id.bytes).digest()
        stored = Stored(event.event_id, stream, version, len(self.events) + 1, self._clock(), leaf, topic)
        self.events.append(Recorded(event, stored))
        return stored

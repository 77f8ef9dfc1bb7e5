"""An event log that stores nothing: what the application costs without one.

Everything around the log stays as it is: HTTP, token, JSON, the typed form, the gate with its policy, the
decision on an aggregate of its own, the typed answer with its signed receipt. Left out are reading (claims
and aggregates were looked up once and are given out from memory), sealing, encryption and the database.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from itertools import count
from typing import cast
from uuid import UUID

from eventsourcing.domain import Aggregate, DomainEvent

from domain.acts import Event
from domain.ports import NO_CONDITIONS, A, Answer, Claim, Recorded, RequestKey, Stored
from store.event_log import StoredLog
from store.mapper import topic_of
from store.remembered import copy


class NullLog:
    """`domain.ports.EventLog` in front of a real one, which is asked once for each thing."""

    def __init__(self, real: StoredLog) -> None:
        self._real = real
        self._aggregates: dict[UUID, Aggregate | None] = {}
        self._claims: dict[tuple[str, str], UUID | None] = {}
        self._positions = count(1)

    def load(self, kind: type[A], stream: UUID) -> A | None:
        if stream not in self._aggregates:
            self._aggregates[stream] = self._real.load(kind, stream)
        held = cast("A | None", self._aggregates[stream])
        return copy(held) if held is not None else None

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
        return []

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
        """Answer as if the events were stored."""
        return Answer(tuple(self._stored(cast(Event, event)) for event in events), repeated=False)

    def find(self, stream: UUID, event: UUID) -> Recorded | None:
        return None

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        if (namespace, value) not in self._claims:
            self._claims[namespace, value] = self._real.find_claim(namespace, value)
        return self._claims[namespace, value]

    def find_claims(self, claims: Sequence[Claim]) -> Mapping[Claim, UUID]:
        return {}

    def find_answer(self, key: RequestKey) -> Answer | None:
        return None

    def together(self, key: RequestKey | None, login: Claim, stream: UUID) -> AbstractContextManager[None]:
        return nullcontext()

    def position(self) -> int:
        return 0

    def _stored(self, event: Event) -> Stored:
        leaf, position = hashlib.sha256(event.event_id.bytes).digest(), next(self._positions)
        return Stored(
            event.event_id,
            event.originator_id,
            event.originator_version,
            position,
            datetime.now(UTC),
            leaf,
            topic_of(event),
        )

"""The domain's event log, kept by the recorder."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Protocol, cast
from uuid import UUID

import orjson
from eventsourcing.domain import Aggregate, DomainEvent
from eventsourcing.persistence import StoredEvent

from domain.acts import Event
from domain.errors import KeyReused
from domain.ports import NO_CONDITIONS, A, Answer, Claim, Recorded, RequestKey, Stored
from domain.values import JsonObject
from evidence import canonical
from store.clock import to_datetime
from store.envelope import Draft
from store.mapper import event_of, parts_of, topic_of
from store.reader import StoredRow
from store.recorder import Terms
from store.wiring import OpenLog

SNAPSHOT_EVERY = 100  # events


class Snapshotted(Protocol):
    """An aggregate whose state can be kept: FOLD names the edition of its fold."""

    FOLD: ClassVar[str]
    version: int

    def state_to_json(self) -> JsonObject: ...

    @classmethod
    def restore(cls, stream: UUID, snapshot: JsonObject) -> Aggregate: ...


class StoredLog:
    """`domain.ports.EventLog` on one open log. Safe for several threads."""

    def __init__(self, log: OpenLog) -> None:
        self._log = log

    def load(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate at its newest version, folded from its newest snapshot on."""
        aggregate = self._restored(kind, stream)
        start = aggregate.version if aggregate else 0
        for row in self._log.reader.stream(stream, gt=start):
            event = event_of(row)
            if aggregate is None and not isinstance(event, kind.Created):
                return None
            aggregate = cast(Event, event).mutate(aggregate)
        if aggregate is not None and aggregate.version - start >= SNAPSHOT_EVERY:
            self._keep_snapshot(stream, aggregate)
        return aggregate

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
        """The stream's events in order, up to and including the version and the position given."""
        rows = self._log.reader.stream(
            stream,
            gt=after,
            lte=upto_version,
            upto_position=upto_position,
            desc=newest_first,
            limit=limit,
        )
        return [Recorded(event_of(row), _stored(row)) for row in rows]

    def append(
        self,
        events: Sequence[DomainEvent],
        *,
        at_end: Collection[UUID] = (),
        conditions: Mapping[UUID, int] = NO_CONDITIONS,
        claims: Sequence[Claim] = (),
        releases: Sequence[Claim] = (),
        key: RequestKey | None = None,
        confirms_clock: bool = False,
    ) -> Answer:
        """Store all the events, or none: see `domain.ports.EventLog`."""
        ours = [cast(Event, event) for event in events]
        hasher = self._log.hasher
        terms = Terms(
            parts=[parts_of(event) for event in ours],
            events=[event.event_id for event in ours],
            at_end=at_end,
            conditions=conditions,
            claims=[hasher.claim(claim) for claim in claims],
            releases=[hasher.claim(claim) for claim in releases],
            request=hasher.request(key) if key else None,
            confirms_clock=confirms_clock,
        )
        outcome, drafts = self._log.recorder.append([_opaque(event) for event in ours], terms)
        if outcome.repeated:
            return self._first_answer(outcome.first_position, outcome.events)
        return Answer(tuple(_placed(draft) for draft in drafts), repeated=False)

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        """The stream that holds the claim."""
        return self._log.reader.claim(namespace, self._log.hasher.claim(Claim(namespace, value)).value_hash)

    def find_claims(self, claims: Sequence[Claim]) -> Mapping[Claim, UUID]:
        """Those of the claims that are held, and by which streams: one statement for them all."""
        hashed = {claim: self._log.hasher.claim(claim) for claim in claims}
        held = self._log.reader.claims(list(hashed.values()))
        return {claim: held[one] for claim, one in hashed.items() if one in held}

    def find_answer(self, key: RequestKey) -> Answer | None:
        """The first answer under this key. Raises KeyReused if it was another request's."""
        asked = self._log.hasher.request(key)
        known = self._log.reader.request(asked.key)
        if known is None:
            return None
        request, first_position, events = known
        if request != asked.request:
            raise KeyReused
        return self._first_answer(first_position, events)

    def position(self) -> int:
        """The last position of the log; 0 when it is empty."""
        return self._log.reader.last_position()

    def _restored(self, kind: type[A], stream: UUID) -> A | None:
        """Only aggregates that can be kept are ever asked for: `domain.record` and `domain.institution`."""
        kept = cast(type[Snapshotted], kind)
        found = self._log.snapshots.newest(stream, kept.FOLD)
        return cast(A, kept.restore(stream, orjson.loads(found[1]))) if found else None

    def _keep_snapshot(self, stream: UUID, aggregate: Aggregate) -> None:
        kept = cast(Snapshotted, aggregate)
        state = canonical.encode(kept.state_to_json())
        self._log.snapshots.put(stream, kept.FOLD, kept.version, state)

    def _first_answer(self, first_position: int, events: int) -> Answer:
        rows = self._log.reader.log(first=first_position, limit=events)
        return Answer(tuple(_stored(row) for row in rows), repeated=True)


def _opaque(event: Event) -> StoredEvent:
    """The library's view of an event; its content travels beside it, in parts."""
    return StoredEvent(event.originator_id, event.originator_version, topic_of(event), b"")


def _placed(draft: Draft) -> Stored:
    recorded_at = to_datetime(draft.at)
    return Stored(
        draft.event, draft.stream, draft.placed_version, draft.position, recorded_at, draft.leaf, draft.topic
    )


def _stored(row: StoredRow) -> Stored:
    return Stored(row.event, row.stream, row.version, row.position, row.recorded_at, row.leaf_hash, row.topic)

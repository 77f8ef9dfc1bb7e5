"""The domain's event log, kept by the recorder."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, Protocol, cast
from uuid import UUID

import orjson
from eventsourcing.domain import Aggregate, DomainEvent
from eventsourcing.persistence import StoredEvent

from domain.acts import Event, begins
from domain.errors import KeyReused
from domain.ports import NO_CONDITIONS, A, Answer, Claim, Recorded, RequestKey, Stored
from domain.values import JsonObject
from evidence import canonical
from store.ahead import Question
from store.clock import to_datetime
from store.envelope import Draft
from store.keys import KeyDestroyed, KeyMissing
from store.mapper import event_of, events_of, parts_of, topic_of
from store.reader import Place, StoredRow, Told
from store.recorder import Terms
from store.remembered import MOST_EVENTS, Homes, Remembered, copy
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

    def __init__(self, log: OpenLog, *, snapshots: bool = True, remembered: int = MOST_EVENTS) -> None:
        self._log = log
        self._snapshots = snapshots
        self._remembered = Remembered(remembered)
        self._homes = Homes()
        self._erased: set[UUID] = set()  # streams, when they were last asked for
        self._forgotten: set[UUID] = set()  # those of them that nothing brings back any more

    def load(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate at its newest version, to be changed by a command."""
        newest = self._newest(kind, stream)
        return copy(newest) if newest is not None else None

    def together(self, key: RequestKey | None, login: Claim, stream: UUID) -> AbstractContextManager[None]:
        """For the block: look up in one round trip what deciding on an act needs.

        That is whether the request was answered before, whose login it is, and what was stored since on the
        streams that are remembered.
        """
        claim = self._log.hasher.claim(login)
        questions: list[Question] = [claim]
        if key is not None:
            questions.append(self._log.hasher.request(key).key)
        for known in {stream, self._homes.last(claim)}:
            held = self._remembered.get(Aggregate, known) if known else None
            if held is not None:
                questions.append((held.id, held.version))
        return self._log.reader.ahead.looked_up(questions)

    def _newest(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate as remembered, or from its newest snapshot on, with all that was stored since."""
        held = self._remembered.get(kind, stream)
        kept = self._kept(kind, stream) if held is None and self._snapshots else None
        start = held.version if held is not None else kept[0] if kept else 0

        def begin() -> A | None:
            return copy(held) if held is not None else _revived(kind, stream, kept)

        newest = self._folded(kind, stream, begin, start)
        if newest is None and (newest := held or begin()) is None:
            return None
        if self._snapshots and newest.version - start >= SNAPSHOT_EVERY:
            self._keep_snapshot(stream, newest)
        self._remembered.put(newest)
        return newest

    def _folded(self, kind: type[A], stream: UUID, begin: Callable[[], A | None], start: int) -> A | None:
        """What was stored since, on what was known before; if that was erased, what is left of it."""
        reader = self._log.reader
        try:
            return _folded(kind, stream, begin, reader.told(stream, start))
        except KeyMissing:  # sealed again meanwhile, under a newer key
            return _folded(kind, stream, begin, reader.told(stream, start))
        except KeyDestroyed:
            return _folded(kind, stream, lambda: None, reader.told(stream, reader.erased_upto(stream)))

    def forget(self, stream: UUID) -> None:
        """Remember nothing of a stream: neither what was folded of it nor the keys it lies under."""
        self._remembered.forget(stream)
        self._log.keys.forget(stream)

    def forget_erased(self) -> None:
        """Remember nothing of what was erased since this was last called, by whichever process."""
        erased = self._log.keys.destroyed()
        for stream in erased - self._forgotten:  # twice: a request under way may have brought it back
            self.forget(stream)
        self._forgotten, self._erased = self._erased, erased

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

        What was erased is left out.
        """

        def rows(after: int | None) -> list[StoredRow]:
            return self._log.reader.stream(
                stream,
                gt=after,
                lte=upto_version,
                upto_position=upto_position,
                desc=newest_first,
                limit=limit,
            )

        try:
            found = rows(after)
        except KeyDestroyed:
            found = rows(max(after or 0, self._log.reader.erased_upto(stream)))
        return [Recorded(event_of(row), _stored(row)) for row in found]

    def find(self, stream: UUID, event: UUID) -> Recorded | None:
        """The stream's event of this id, unless it was erased."""
        try:
            row = self._log.reader.event(stream, event)
        except KeyDestroyed:
            return None
        return Recorded(event_of(row), _stored(row)) if row else None

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
        claim = self._log.hasher.claim(Claim(namespace, value))
        return self._homes.seen(claim, self._log.reader.claim(claim.namespace, claim.value_hash))

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

    def _kept(self, kind: type[A], stream: UUID) -> tuple[int, bytes] | None:
        """Version and state of the newest snapshot."""
        return self._log.snapshots.newest(stream, cast(type[Snapshotted], kind).FOLD)

    def _keep_snapshot(self, stream: UUID, aggregate: Aggregate) -> None:
        kept = cast(Snapshotted, aggregate)
        state = canonical.encode(kept.state_to_json())
        self._log.snapshots.put(stream, kept.FOLD, kept.version, state)

    def _first_answer(self, first_position: int, events: int) -> Answer:
        rows = self._log.reader.places(first_position, events)
        return Answer(tuple(_stored(row) for row in rows), repeated=True)


def _revived(kind: type[A], stream: UUID, kept: tuple[int, bytes] | None) -> A | None:
    """Only aggregates that can be kept are ever asked for: `domain.record` and `domain.institution`."""
    return cast(A, cast(type[Snapshotted], kind).restore(stream, orjson.loads(kept[1]))) if kept else None


def _folded(kind: type[A], stream: UUID, begin: Callable[[], A | None], told: Iterable[Told]) -> A | None:
    """What the beginning and the events after it make; None without events, or of another kind."""
    aggregate: A | None = None
    event: Event | None = None
    for event in events_of(stream, told):
        if aggregate is not None or (aggregate := begin()) is not None:
            event.apply(aggregate)  # its place was checked when it was stored: no need for `mutate`
        elif begins(kind, event):
            aggregate = cast(A, event.mutate(None))
        else:
            return None
    if aggregate is not None and event is not None:
        aggregate.version, aggregate.modified_on = event.originator_version, event.timestamp
    return aggregate


def _opaque(event: Event) -> StoredEvent:
    """The library's view of an event; its content travels beside it, in parts."""
    return StoredEvent(event.originator_id, event.originator_version, topic_of(event), b"")


def _placed(draft: Draft) -> Stored:
    recorded_at = to_datetime(draft.at)
    return Stored(
        draft.event, draft.stream, draft.placed_version, draft.position, recorded_at, draft.leaf, draft.topic
    )


def _stored(row: StoredRow | Place) -> Stored:
    return Stored(row.event, row.stream, row.version, row.position, row.recorded_at, row.leaf_hash, row.topic)

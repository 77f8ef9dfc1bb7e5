"""An event log that stores behind: many appends in one transaction, in the order in which they were made.

For one bulk writer, who asks nobody to believe anything that is not flushed. An append is acknowledged before
it is stored, as one whose position is not known yet; `flush` stores all that wait, or raises for the first
that is refused. Who may do what is looked up once for each batch.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import cast
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.acts import Event
from domain.institution import Institution
from domain.ports import NO_CONDITIONS, A, Answer, Claim, RequestKey, Stored
from domain.record import Record
from store import connect
from store.append import Append
from store.clock import Clock
from store.content import ContentKey
from store.envelope import Draft, draft
from store.event_log import StoredLog
from store.group_commit import LARGEST_BATCH
from store.mapper import parts_of, topic_of
from store.notifier import Notifier
from store.wiring import OpenLog
from store.writer import LogWriter
from tools.ahead import Ahead

EVENTS_AT_ONCE = 4000
NOT_YET = 0  # the position of what is not stored


class Behind(Ahead):
    """`domain.ports.EventLog` in front of a stored one. For one thread."""

    def __init__(self, log: StoredLog, parts: OpenLog, store: Callable[[Sequence[Append]], None]) -> None:
        """store: stores appends in their order, or raises for the first that is refused."""
        super().__init__(log)
        self._parts, self._store = parts, store
        self._waiting: list[Append] = []
        self._events = 0  # that wait
        self._claimed: dict[Claim, UUID] = {}  # by what waits
        self._answers: dict[RequestKey, Answer] = {}  # of what waits
        self._keys: dict[UUID, ContentKey] = {}  # of streams that begin in what waits
        self._callers: dict[Claim, UUID | None] = {}  # as they were found for this batch
        self._institutions: dict[UUID, Institution | None] = {}

    def flush(self) -> None:
        """Store what waits, in its order. Raises the first refusal; what was not refused is stored."""
        waiting, self._waiting, self._events = self._waiting, [], 0
        for forgotten in (self._claimed, self._answers, self._keys, self._callers, self._institutions):
            forgotten.clear()
        if waiting:
            self._store(waiting)

    def load(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate at its newest version, with what waits."""
        if kind is Institution:
            if stream not in self._institutions:
                self._institutions[stream] = self.log.load(Institution, stream)
            return cast("A | None", self._institutions[stream])
        if kind is not Record or not self._is_kept(stream):
            self.flush()
        return super().load(kind, stream)

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
        """Have the events wait. What is not of one record alone is stored at once, behind all that wait."""
        if at_end or conditions or releases or len({event.originator_id for event in events}) > 1:
            return self._at_once(events, at_end, conditions, claims, releases, key)
        if not isinstance(events[0], Record.Event):
            return self._at_once(events, at_end, conditions, claims, releases, key)
        lent, self._lent = self._lent, None
        answer = self._wait(cast("list[Event]", list(events)), claims, key)
        self._remember(lent, events)
        if self._events >= EVENTS_AT_ONCE:
            self.flush()
        return answer

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        """The stream that holds the claim, or will when what waits is stored."""
        claim = Claim(namespace, value)
        if claim in self._claimed:
            return self._claimed[claim]
        if not namespace.startswith("login:"):
            return super().find_claim(namespace, value)
        if claim not in self._callers:
            self._callers[claim] = super().find_claim(namespace, value)
        return self._callers[claim]

    def find_claims(self, claims: Sequence[Claim]) -> Mapping[Claim, UUID]:
        """Those of the claims that are held, or will be."""
        waiting = {claim: self._claimed[claim] for claim in claims if claim in self._claimed}
        return {**super().find_claims([claim for claim in claims if claim not in waiting]), **waiting}

    def find_answer(self, key: RequestKey) -> Answer | None:
        """The first answer under this key."""
        return self._answers.get(key) or super().find_answer(key)

    def _is_kept(self, stream: UUID) -> bool:
        """Whether the record need not be read: it is the one that was written last."""
        begun = self._begun[0].originator_id if self._begun else None
        return stream in (begun, self._newest.id if self._newest else None)

    def _at_once(
        self,
        events: Sequence[DomainEvent],
        at_end: Collection[UUID],
        conditions: Mapping[UUID, int],
        claims: Sequence[Claim],
        releases: Sequence[Claim],
        key: RequestKey | None,
    ) -> Answer:
        self.flush()
        return super().append(
            events, at_end=at_end, conditions=conditions, claims=claims, releases=releases, key=key
        )

    def _wait(self, events: Sequence[Event], claims: Sequence[Claim], key: RequestKey | None) -> Answer:
        hasher = self._parts.hasher
        drafts = [self._draft(event) for event in events]
        hashed = tuple(dict.fromkeys(hasher.claim(claim) for claim in claims))
        request = hasher.request(key) if key else None
        self._waiting.append(Append(drafts, claims=hashed, request=request))
        self._events += len(drafts)
        self._claimed.update(dict.fromkeys(claims, events[0].originator_id))
        self._free.difference_update(claims)
        answer = Answer(tuple(_not_yet(event) for event in events), repeated=False)
        if key:
            self._answers[key] = answer
        return answer

    def _draft(self, event: Event) -> Draft:
        stream, topic = event.originator_id, topic_of(event)
        return draft(
            log=self._parts.origin,
            event=event.event_id,
            stream=stream,
            version=event.originator_version,
            topic=topic,
            category=topic.partition(".")[0],
            parts=parts_of(event),
            key=self._key(stream, event.originator_version),
        )

    def _key(self, stream: UUID, version: int) -> ContentKey:
        if version == 1:
            self._keys[stream] = ContentKey.new(stream)
        return self._keys.get(stream) or self._parts.keys.newest(stream)


def _not_yet(event: Event) -> Stored:
    return Stored(
        event.event_id,
        event.originator_id,
        event.originator_version,
        NOT_YET,
        event.timestamp,
        b"",
        topic_of(event),
    )


@contextmanager
def bulk_writer(parts: OpenLog, dsn: str) -> Iterator[Callable[[Sequence[Append]], None]]:
    """Stores many appends in one transaction, in their order, by the appender's DSN.

    Raises the first refusal; what was not refused is stored.
    """
    writer = LogWriter(
        lambda: connect.writer(dsn), log_no=parts.log_no, origin=parts.origin, keys=parts.keys, clock=Clock()
    )
    notifier = Notifier(lambda: connect.plain(dsn), parts.log_no)
    with closing(writer), closing(notifier):

        def store(appends: Sequence[Append]) -> None:
            for first in range(0, len(appends), LARGEST_BATCH):
                writer.write(appends[first : first + LARGEST_BATCH])
            notifier.stored()
            for append in appends:
                if append.error is not None:
                    raise append.error

        yield store


@contextmanager
def storing_behind(log: StoredLog, parts: OpenLog, dsn: str) -> Iterator[Behind]:
    """A log for bulk writing on an open one, by the appender's DSN; flushed at the end of what went well."""
    with bulk_writer(parts, dsn) as store:
        behind = Behind(log, parts, store)
        yield behind
        behind.flush()

"""The recorder: gives each event its place in the log, seals it and keeps the bytes.

`LogRecorder` is an `eventsourcing` application recorder. The library's `StoredEvent` stays as it is;
what it has no words for travels beside it as `Terms`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
)

from domain.errors import ClaimTaken, KeyReused, RecordError, StaleVersion
from store.append import Append, ClaimHash, Outcome, RequestHash
from store.content import ContentKey
from store.entropy import random_uuid
from store.envelope import Draft, draft
from store.group_commit import GroupCommit
from store.keys import KeyStore
from store.notifier import Notifier
from store.reader import LogReader, StoredRow
from store.subscription import LogSubscription
from store.writer import LogWriter

OPAQUE = "state"  # the single part of an event whose content the log knows nothing of


@dataclass(frozen=True)
class Terms:
    """What an append asks for beyond its events.

    parts: the content of each event by part name, in place of its opaque state.
    events: the id of each event; random where none is given.
    at_end: streams whose events go to the end, whatever versions they carry.
    categories: what kind of stream each is; the topic's first word where none is given.
    """

    parts: Sequence[Mapping[str, bytes]] | None = None
    events: Sequence[UUID] | None = None
    at_end: Collection[UUID] = ()
    categories: Mapping[UUID, str] = field(default_factory=dict)
    conditions: Mapping[UUID, int] = field(default_factory=dict)
    claims: Sequence[ClaimHash] = ()
    releases: Sequence[ClaimHash] = ()
    request: RequestHash | None = None
    confirms_clock: bool = False


PLAIN = Terms()


class LogRecorder(ApplicationRecorder):
    """Records in one log. Safe for several threads; several processes may each have one."""

    def __init__(
        self,
        *,
        origin: str,
        keys: KeyStore,
        writer: LogWriter,
        reader: LogReader,
        notifier: Notifier,
        most_waiting: int,
        listen: Callable[[], psycopg.Connection[tuple[object, ...]]],
    ) -> None:
        self.reader = reader
        self._origin = origin
        self._keys = keys
        self._writer = writer
        self._notifier = notifier
        self._queue = GroupCommit(self._write, most_waiting)
        self._listen = listen

    @property
    def waiting(self) -> int:
        """Appends that queue at this moment."""
        return self._queue.waiting

    def append(self, events: Sequence[StoredEvent], terms: Terms = PLAIN) -> tuple[Outcome, Sequence[Draft]]:
        """Store the events together or not at all; where they lie, and the drafts, placed unless repeated.

        Raises StaleVersion, ClaimTaken, KeyReused, LogBusy, ClockWrong or LogUnavailable.
        """
        drafts = self._drafts(events, terms)
        outcome = self._queue.submit(
            Append(
                drafts,
                terms.conditions,
                tuple(dict.fromkeys(terms.claims)),
                tuple(dict.fromkeys(terms.releases)),
                terms.request,
                terms.confirms_clock,
            )
        )
        return outcome, drafts

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Store the events; their positions. `terms=` as in `append`.

        Raises the library's IntegrityError where a version, claim or key stands against it.
        """
        if not stored_events:
            return None
        try:
            outcome, _ = self.append(stored_events, cast(Terms, kwargs.get("terms", PLAIN)))
        except (StaleVersion, ClaimTaken, KeyReused) as error:
            raise IntegrityError(str(error)) from error
        except RecordError as error:
            raise OperationalError(str(error)) from error
        return list(range(outcome.first_position, outcome.first_position + outcome.events))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """A stream's events, by version."""
        rows = self.reader.stream(UUID(str(originator_id)), gt=gt, lte=lte, desc=desc, limit=limit)
        return [StoredEvent(row.stream, row.version, row.topic, state(row)) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The log's events, by position."""
        first = (start or 0) + (0 if inclusive_of_start else 1)
        rows = self.reader.log(first=first, limit=limit, last=stop, topics=topics)
        return [Notification(row.stream, row.version, row.topic, state(row), row.position) for row in rows]

    def max_notification_id(self) -> int | None:
        """The last position; None when the log is empty."""
        return self.reader.last_position() or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LogSubscription:
        """Follow the log from after `gt`, for ever."""
        return LogSubscription(self, gt, topics, self._listen)

    def close(self) -> None:
        self._notifier.close()
        self._writer.close()

    def _write(self, batch: Sequence[Append]) -> None:
        self._writer.write(batch)
        self._notifier.stored()

    def _key(self, stream: UUID, version: int) -> ContentKey:
        """A stream that begins here has no key to look up; should it have one after all, `keep` finds it."""
        return ContentKey.new(stream) if version == 1 else self._keys.newest(stream)

    def _drafts(self, events: Sequence[StoredEvent], terms: Terms) -> list[Draft]:
        keys: dict[UUID, ContentKey] = {}
        drafts = []
        for number, event in enumerate(events):
            stream = event.originator_id
            if not isinstance(stream, UUID):
                stream = UUID(stream)
            if stream not in keys:
                keys[stream] = self._key(stream, event.originator_version)
            drafts.append(
                draft(
                    log=self._origin,
                    event=terms.events[number] if terms.events else random_uuid(),
                    stream=stream,
                    version=None if stream in terms.at_end else event.originator_version,
                    topic=event.topic,
                    category=terms.categories.get(stream) or event.topic.partition(".")[0],
                    parts=terms.parts[number] if terms.parts else {OPAQUE: event.state},
                    key=keys[stream],
                )
            )
        return drafts


def state(row: StoredRow) -> bytes:
    """An event's content as the library carries it: the opaque state, or the parts as one JSON object.

    Part values are canonical JSON and the names are sorted, so the object is canonical too.
    """
    if OPAQUE in row.parts:
        return row.parts[OPAQUE].value
    members = (b'"%b":%b' % (name.encode(), part.value) for name, part in sorted(row.parts.items()))
    return b"{%b}" % b",".join(members)


class LogAggregateRecorder(AggregateRecorder):
    """The same log where the library asks for an aggregate recorder, which answers without positions."""

    def __init__(self, recorder: LogRecorder) -> None:
        self._recorder = recorder

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        self._recorder.insert_events(stored_events, **kwargs)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        return self._recorder.select_events(originator_id, gt=gt, lte=lte, desc=desc, limit=limit)

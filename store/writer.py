"""Stores a batch of appends in one transaction, under the lock of the log's row.

Two round trips: lock and look (in a statement of its own, so that it sees what the last holder of the
lock committed), then insert and commit. In between each append is decided on its own: a repeat gets
its first answer, a stale one or one whose claim is taken is refused, the rest get the next positions.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import psycopg
from psycopg.pq.abc import PGresult

from domain.errors import LogUnavailable, RecordError
from store import pipeline as pg
from store import statements
from store.append import Append, ClaimHash, Outcome
from store.clock import Clock
from store.content import ContentKey
from store.decision import Head, Seen, check, first_answer, place
from store.envelope import Draft
from store.keys import KeyStore
from store.pipeline import Pipeline

PATIENCE_S = 15.0  # how long a batch waits for a lost database before its appends are told it is away


@dataclass(slots=True)
class Doubt:
    """What a batch was about to commit when its last attempt lost the connection; None if it was not."""

    seen: Seen | None = None


class LogWriter:
    """Writes one log. Used by one thread at a time; several processes are safe, since the row is locked."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[tuple[object, ...]]],
        *,
        log_no: int,
        origin: str,
        keys: KeyStore,
        clock: Clock,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._connect = connect
        self._log_no = pg.int4(log_no)
        self._origin = origin.encode()
        self._keys = keys
        self._clock = clock
        self._patience_s = patience_s
        self._pipeline: Pipeline | None = None
        self._stored = 0  # the last position we know of: a database that has less is an old one restored

    def write(self, batch: Sequence[Append]) -> None:
        """Settle every append of the batch. Rides out a lost connection for a while."""
        deadline = time.monotonic() + self._patience_s
        pause_s = 0.05
        doubt = Doubt()
        while True:
            try:
                return self._attempt(batch, doubt)
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or isinstance(error, psycopg.errors.DiskFull):
                    return self._give_up(batch, error)
                time.sleep(pause_s)
                pause_s = min(pause_s * 2, 1.0)
            except psycopg.Error as error:
                return self._write_singly(batch, error)
            except (OSError, sqlite3.Error) as error:  # the key store's disk
                return self._give_up(batch, error)

    def close(self) -> None:
        pipeline, self._pipeline = self._pipeline, None
        if pipeline:
            pipeline.close()

    def _attempt(self, batch: Sequence[Append], doubt: "Doubt") -> None:
        try:
            pipeline = self._pipeline or self._open()
            seen = doubt.seen
            if seen is None or not self._was_stored(pipeline, seen):
                seen = self._store(pipeline, batch, doubt)
        except BaseException:
            self.close()
            raise
        for append, verdict in seen.verdicts:
            append.settle(verdict)

    def _give_up(self, batch: Sequence[Append], cause: Exception) -> None:
        for append in batch:
            failure = LogUnavailable()
            failure.__cause__ = cause
            append.settle(failure)

    def _write_singly(self, batch: Sequence[Append], cause: Exception) -> None:
        """The database refused something in the batch: find out what, so that its neighbours are stored."""
        if len(batch) == 1:
            return self._give_up(batch, cause)
        for append in batch:
            self.write([append])

    def _open(self) -> Pipeline:
        pipeline = Pipeline(self._connect())
        for statement in statements.ALL:
            pipeline.prepare(statement.name, statement.text, statement.types)
        pipeline.enter()
        self._pipeline = pipeline
        return pipeline

    def _store(self, pipeline: Pipeline, batch: Sequence[Append], doubt: "Doubt") -> Seen:
        doubt.seen = None
        asked = self._clock.now()
        self._look(pipeline, batch)
        self._keep_new_keys(batch)  # while the server waits for the lock and reads
        seen = self._seen(pipeline, batch, asked)
        for append in batch:
            seen.verdicts.append((append, self._decide(pipeline, append, seen)))
        if seen.placed:
            self._insert(pipeline, seen)
            doubt.seen = seen
        pipeline.send(b"commit" if seen.placed else b"rollback")
        pipeline.sync()
        pipeline.results()
        self._stored = max(self._stored, seen.position)
        return seen

    def _was_stored(self, pipeline: Pipeline, seen: Seen) -> bool:
        """Settle a commit whose answer was lost: under the lock nobody else is still committing it."""
        drafts = [draft for append in seen.placed for draft in append.drafts]
        pipeline.send(b"begin")
        pipeline.send(b"lock", [self._log_no])
        places = [pg.int8(drafts[0].position), pg.int8(drafts[-1].position)]
        pipeline.send(b"leaves", [self._log_no, *places])
        pipeline.send(b"rollback")
        pipeline.sync()
        leaves = pipeline.results()[2]
        found = [leaves.get_value(row, 0) for row in range(leaves.ntuples)]
        return found == [draft.leaf for draft in drafts]

    def _look(self, pipeline: Pipeline, batch: Sequence[Append]) -> None:
        streams = {draft.stream for append in batch for draft in append.drafts}
        streams.update(stream for append in batch for stream in append.conditions)
        requests = [append.request.key for append in batch if append.request]
        claims = [claim for append in batch for claim in append.claims]
        pipeline.send(b"begin")
        pipeline.send(b"lock", [self._log_no])
        pipeline.send(b"tail", [self._log_no])
        pipeline.send(b"heads", [self._log_no, pg.uuid_array(list(streams))])
        if requests:
            pipeline.send(b"requests", [self._log_no, pg.bytes_array(requests)])
        if claims:
            pipeline.send(b"claims", [self._log_no, *_claim_arrays(claims)])
        pipeline.sync()

    def _seen(self, pipeline: Pipeline, batch: Sequence[Append], asked: int) -> Seen:
        _, _, tail, heads, *rest = pipeline.results()
        told, recorded_at = tail.get_value(0, 1), tail.get_value(0, 2)
        position = pg.read_int(told) if told else 0
        return Seen(
            position=position,
            at=pg.read_instant(recorded_at) if recorded_at else 0,
            asked=asked,
            database_clock=pg.read_instant(_value(tail, 0, 0)),
            heads=_heads(heads),
            requests=_requests(rest.pop(0)) if any(append.request for append in batch) else {},
            claims=_claims(rest.pop(0)) if any(append.claims for append in batch) else {},
            is_fenced=tail.get_value(0, 3) == b"\x01" or position < self._stored,
        )

    def _keep_new_keys(self, batch: Sequence[Append]) -> None:
        new: dict[UUID, ContentKey] = {}
        unsure = [d for append in batch for d in append.drafts if not self._keys.is_kept(d.key)]
        for draft in unsure:
            new.setdefault(draft.stream, draft.key)
        if new:
            kept = self._keys.keep(new.values())
            for draft in unsure:
                if kept[draft.stream] is not draft.key:
                    draft.reseal(kept[draft.stream], self._origin)

    def _decide(self, pipeline: Pipeline, append: Append, seen: Seen) -> Outcome | RecordError:
        if answer := first_answer(append, seen):
            return answer
        try:
            check(append, seen)
            return place(append, seen, self._instant(pipeline, append, seen))
        except RecordError as refusal:
            return refusal

    def _instant(self, pipeline: Pipeline, append: Append, seen: Seen) -> int:
        def confirmed() -> int:
            if append.confirms_clock:
                return seen.at
            if seen.confirmed is None:
                pipeline.send(b"confirmed", [self._log_no])
                pipeline.sync()
                value = pipeline.results()[0].get_value(0, 0)
                seen.confirmed = pg.read_instant(value) if value else 0
            return seen.confirmed

        return self._clock.read(
            asked=seen.asked, database=seen.database_clock, last=seen.at, confirmed=confirmed
        )

    def _insert(self, pipeline: Pipeline, seen: Seen) -> None:
        drafts = [draft for append in seen.placed for draft in append.drafts]
        positions = pg.int8_array([d.position for d in drafts])
        pipeline.send(
            b"insert_events",
            [
                self._log_no,
                positions,
                pg.uuid_array([d.stream for d in drafts]),
                pg.int8_array([d.placed_version for d in drafts]),
                pg.text_array([d.topic for d in drafts]),
                pg.instant_array([d.at for d in drafts]),
                pg.bytes_array([d.leaf for d in drafts]),
                pg.bytes_array([d.envelope for d in drafts]),
            ],
        )
        generations = pg.int4_array([d.key.generation for d in drafts])
        ciphertexts = pg.bytes_array([d.ciphertext for d in drafts])
        pipeline.send(b"insert_content", [self._log_no, positions, generations, ciphertexts])
        if seen.started:
            self._insert_streams(pipeline, seen.started, drafts)
        for append in seen.placed:
            if append.claims or append.releases:
                self._insert_claims(pipeline, append)
        if requests := [append for append in seen.placed if append.request]:
            self._insert_requests(pipeline, requests)

    def _insert_streams(self, pipeline: Pipeline, started: set[UUID], drafts: Sequence[Draft]) -> None:
        categories = {d.stream: d.category for d in reversed(drafts) if d.stream in started}
        streams, names = pg.uuid_array(list(categories)), pg.text_array(list(categories.values()))
        pipeline.send(b"insert_streams", [self._log_no, streams, names])

    def _insert_claims(self, pipeline: Pipeline, append: Append) -> None:
        if append.releases:
            pipeline.send(b"delete_claims", [self._log_no, *_claim_arrays(append.releases)])
        if count := len(append.claims):
            streams = pg.uuid_array([append.drafts[0].stream] * count)
            positions = pg.int8_array([append.drafts[0].position] * count)
            arrays = [*_claim_arrays(append.claims), streams, positions]
            pipeline.send(b"insert_claims", [self._log_no, *arrays])

    def _insert_requests(self, pipeline: Pipeline, appends: Sequence[Append]) -> None:
        requests = [append.request for append in appends if append.request]
        pipeline.send(
            b"insert_requests",
            [
                self._log_no,
                pg.bytes_array([request.key for request in requests]),
                pg.bytes_array([request.request for request in requests]),
                pg.int8_array([append.drafts[0].position for append in appends]),
                pg.int4_array([len(append.drafts) for append in appends]),
                pg.int8(pg.instant(appends[0].drafts[0].at)),
            ],
        )


def _claim_arrays(claims: Iterable[ClaimHash]) -> tuple[bytes, bytes]:
    claims = list(claims)
    return pg.text_array([c.namespace for c in claims]), pg.bytes_array([c.value_hash for c in claims])


def _heads(result: PGresult) -> dict[UUID, Head]:
    return {
        UUID(bytes=_value(result, row, 0)): Head(pg.read_int(_value(result, row, 1)), _value(result, row, 2))
        for row in range(result.ntuples)
    }


def _claims(result: PGresult) -> dict[ClaimHash, UUID]:
    return {
        ClaimHash(_value(result, row, 0).decode(), _value(result, row, 1)): UUID(bytes=_value(result, row, 2))
        for row in range(result.ntuples)
    }


def _requests(result: PGresult) -> dict[bytes, tuple[bytes, Outcome]]:
    found = {}
    for row in range(result.ntuples):
        key, request, position, events = (_value(result, row, column) for column in range(4))
        found[key] = (request, Outcome(pg.read_int(position), pg.read_int(events), repeated=True))
    return found


def _value(result: PGresult, row: int, column: int) -> bytes:
    return cast(bytes, result.get_value(row, column))  # the column is NOT NULL

"""`lifelong bench lag`: how far the views lag behind a busy clinic, all of them kept by a process beside.

Appends are offered at a fixed rate, whether or not the earlier ones are answered: follow-ups to a thousand
records in turn, each touched once before, so that its fold is remembered. For each, the time from its
acknowledgement until every view shows it. `target` is the promised 250 ms to the 99th percentile: 1 and above
is kept. Every refused append is counted.

`append_beside_rebuild`: then the same is offered again while all views are rebuilt beside, one after the
other, throttled as a service does it. The ratio of the 99th percentiles of how long an append took, quiet to
beside: at 1 nobody who writes notices. The medians stand in the results.
"""

import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event as Signal
from pathlib import Path
from statistics import quantiles
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent

from domain.acts import Event
from domain.errors import RecordError
from evidence import canonical
from projections.catalogue import PROJECTIONS
from projections.rebuild import Options, Rebuild
from projections.service import SHARE
from projections.source import Place
from store import connect
from store.database import READER, Database
from store.mapper import parts_of, topic_of
from store.recorder import Terms
from store.settling import settle
from tools.bench import rebuild_log
from tools.bench.measure import machine
from tools.bench.rebuild_log import EACH, Filled
from tools.beside import NICE, BesideProcess

RECORDS = 1_000  # in care; each had an entry of late, so that its fold is remembered, as in a clinic's day
THREADS = 32
TOPIC = "record.follow-up-recorded.v1"
DAYS = 40  # on which the follow-ups occur, one after the other
TARGET_MS = 250.0
LOOK_S = 0.004
PATIENCE_S = 120.0


@dataclass
class Seen:
    """When appends were acknowledged, and when every view had come to which position."""

    acknowledged: dict[int, float] = field(default_factory=dict)
    shown: list[tuple[float, int]] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    refused: int = 0

    def lags_ms(self) -> list[float]:
        """Of each append, in the order of positions."""
        lags, shown = [], iter(self.shown)
        at, position = next(shown)
        for one in sorted(self.acknowledged):
            while position < one:
                at, position = next(shown)
            lags.append(max(0.0, at - self.acknowledged[one]) * 1000)
        return lags


def _at(event: Event, number: int) -> dict[str, bytes]:
    """The parts of an event, as if it had occurred on another day."""
    parts = parts_of(event)
    body = {**orjson.loads(parts["body"]), "occurred": dict(rebuild_log.day(number))}
    return {**parts, "body": canonical.encode(body)}


class Turns:
    """The appends that are to be made, by their numbers. Safe for several threads."""

    def __init__(self, turns: int) -> None:
        self._lock = threading.Lock()
        self.turns = turns
        self._left = iter(range(turns))

    def next(self) -> int | None:
        """The next number; None at the end."""
        with self._lock:
            return next(self._left, None)


def run(database: Database, folder: Path, rate: int, seconds: float) -> dict[str, object]:
    """Offer so many appends a second for so long, and watch."""
    filled = rebuild_log.fill(database, folder, 0)
    records = filled.grow(RECORDS * EACH)
    with closing(filled.log), closing(connect.plain(database.dsn(READER))) as db:
        look = _looking(db)
        with BesideProcess(filled.place):
            _wait(look, lambda position: position >= filled.position)
            settle()
            _offered(filled, records, look, rate, RECORDS / rate)
            seen = _offered(filled, records, look, rate, seconds)
            with _rebuilding(filled.place):
                beside = _offered(filled, records, look, rate, seconds)
    p = quantiles(seen.lags_ms(), n=100)
    results: dict[str, dict[str, float]] = {
        "offered": {"rate_per_s": rate},
        "stored": {"rate_per_s": round(len(seen.acknowledged) / seconds, 1), "refused": seen.refused},
        "lag": {"p50_ms": round(p[49], 1), "p99_ms": round(p[98], 1), "projections": len(PROJECTIONS)},
        "append": _percentiles_ms(seen.took_s),
        "append_beside_rebuild": {**_percentiles_ms(beside.took_s), "refused": beside.refused},
    }
    quiet, busy = (results[name]["p99_ms"] for name in ("append", "append_beside_rebuild"))
    ratios = {
        "target": round(TARGET_MS / max(p[98], 0.1), 2),
        "append_beside_rebuild": round(quiet / busy, 2),
    }
    return {"bench": "lag", "machine": machine(), "results": results, "ratios": ratios}


def _offered(
    filled: Filled, records: Sequence[UUID], look: Callable[[], int], rate: int, seconds: float
) -> Seen:
    """Append at the rate, each when its time has come, and look on until all of it is shown."""
    seen, turn = Seen(), Turns(int(rate * seconds))
    began = time.perf_counter() + 0.1
    follow_up = next(one for one in reversed(filled.life) if topic_of(one) == TOPIC)
    parts = [_at(follow_up, EACH + number) for number in range(DAYS)]
    shuffled = random.Random(rate).sample(records, len(records))  # noqa: S311  # a workload, not a secret

    def append() -> None:
        while (number := turn.next()) is not None:
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            sent = time.perf_counter()
            stream, told = shuffled[number % len(shuffled)], parts[number // len(shuffled) % DAYS]
            try:
                outcome, _ = filled.log.recorder.append(
                    [StoredEvent(stream, 1, TOPIC, b"")], Terms(parts=[told], at_end=[stream])
                )
                seen.acknowledged[outcome.first_position] = acknowledged = time.perf_counter()
                seen.took_s.append(acknowledged - sent)
            except RecordError:
                seen.refused += 1

    clients = [threading.Thread(target=append) for _ in range(THREADS)]
    for client in clients:
        client.start()
    while any(client.is_alive() for client in clients):
        position = look()
        seen.shown.append((time.perf_counter(), position))
        time.sleep(LOOK_S)
    last = max(seen.acknowledged, default=0)
    _wait(look, lambda position: position >= last, seen)
    return seen


def _percentiles_ms(took_s: Sequence[float]) -> dict[str, float]:
    p = quantiles((1000 * one for one in took_s), n=100)
    return {"p50_ms": round(p[49], 1), "p99_ms": round(p[98], 1)}


@contextmanager
def _rebuilding(place: Place) -> Iterator[None]:
    """Rebuild all views again and again meanwhile."""
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    process = context.Process(target=_rebuild, args=(place, begun))
    process.start()
    try:
        begun.wait(PATIENCE_S)
        yield
    finally:
        process.kill()
        process.join()


def _rebuild(place: Place, begun: Signal) -> None:
    os.nice(NICE)
    settle()
    begun.set()
    while True:
        for projection in PROJECTIONS.values():
            Rebuild(projection, place, Options(share=SHARE)).run()


def _looking(db: connect.Connection) -> Callable[[], int]:
    """Asks up to where every view is folded."""

    def look() -> int:
        row = db.execute(
            "SELECT min(position), count(*) FROM views.generation WHERE log_no = %s AND state = 'live'",
            [rebuild_log.LOG_NO],
            prepare=True,
        ).fetchone()
        return int(row[0]) if row and row[1] == len(PROJECTIONS) else 0

    return look


def _wait(look: Callable[[], int], reached: Callable[[int], bool], seen: Seen | None = None) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        position = look()
        if seen is not None:
            seen.shown.append((time.perf_counter(), position))
        if reached(position):
            return
        if time.monotonic() > until:
            raise TimeoutError("the views did not come to the end of the log")
        time.sleep(LOOK_S)

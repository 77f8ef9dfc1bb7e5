"""`lifelong bench publish`: what publishing costs those who append, and how soon an event is public.

`beside`: appends as fast as they go from 32 threads, with the publisher at work beside and without, in
interleaved rounds: its rate to that of the same round alone; at 1 nobody notices. `merge`: appends offered at
a fixed rate, and for each the time from its acknowledgement until a published checkpoint has it; `target` is
the promised 2 s to the 99th percentile, at 1 and above it is kept.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from store import connect
from store.database import PUBLISHER, Database
from store.proof import checkpoints
from store.proof.rows import over
from store.proof.second_place import SecondPlace
from store.recorder import Terms
from store.settings import DEFAULT_PUBLISH_S
from store.settling import settle
from tools.bench import rebuild_log
from tools.bench.growth import PARTS
from tools.bench.measure import machine, ratio
from tools.bench.rebuild_log import LOG_NO, ORIGIN, Filled
from tools.beside import BesideProcess
from tools.output import say
from tools.publishing import Publishing

THREADS = 32
TARGET_S = 2.0
LOOK_S = 0.01
TOPIC = "record.follow-up-recorded.v1"


def run(database: Database, folder: Path, rate: int, rounds: int, seconds: float) -> dict[str, object]:
    """Measure."""
    settle()
    filled = rebuild_log.fill(database, folder, 0)
    streams = [uuid4() for _ in range(1000)]
    place = SecondPlace(folder / "proof", LOG_NO)
    publishing = Publishing(
        database.dsn(PUBLISHER), filled.place.dsn, LOG_NO, ORIGIN, filled.place.keys, place, DEFAULT_PUBLISH_S
    )
    rates: dict[str, list[float]] = {"alone": [], "beside": []}
    with closing(filled.log), closing(connect.plain(database.dsn(PUBLISHER))) as db:
        for _ in range(rounds):
            for name in random.sample(list(rates), k=2):
                with _publishing(publishing, db, filled, is_on=name == "beside"):
                    rates[name].append(_as_fast_as_it_goes(filled, streams, seconds / 2))
            say("  ".join(f"{name} {found[-1]:,.0f}/s" for name, found in rates.items()))
        with _publishing(publishing, db, filled, is_on=True):
            merged = _merged(filled, streams, db, rate, seconds)
    p = quantiles(merged.delays_s, n=100)
    results = {
        **{name: {"rate_per_s": round(sorted(found)[len(found) // 2], 1)} for name, found in rates.items()},
        "merge": {
            "p50_ms": round(1000 * p[49], 1),
            "p99_ms": round(1000 * p[98], 1),
            "appends": len(merged.delays_s),
        },
    }
    ratios = {"beside": ratio(rates["beside"], rates["alone"]), "target": round(TARGET_S / p[98], 2)}
    return {"bench": "publish", "machine": machine(), "results": results, "ratios": ratios}


@contextmanager
def _publishing(
    publishing: Publishing, db: connect.Connection, filled: Filled, *, is_on: bool
) -> Iterator[None]:
    """The publisher in a process beside, as a deployment has it, once it has caught up."""
    if not is_on:
        yield
        return
    with BesideProcess(None, publishing):
        while _public(db) < filled.position:
            time.sleep(LOOK_S)
        yield


def _public(db: connect.Connection) -> int:
    newest = checkpoints.published(over(db), LOG_NO)
    return newest.size if newest else 0


def _as_fast_as_it_goes(filled: Filled, streams: list[UUID], seconds: float) -> float:
    """Appends a second."""
    end, done = time.perf_counter() + seconds, [0] * THREADS

    def append(thread: int) -> None:
        pick = random.Random(thread)  # noqa: S311  # a workload, not a secret
        while time.perf_counter() < end:
            _append(filled, pick.choice(streams))
            done[thread] += 1

    clients = [threading.Thread(target=append, args=[one]) for one in range(THREADS)]
    began = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(done) / (time.perf_counter() - began)


def _append(filled: Filled, stream: UUID) -> int:
    outcome, _ = filled.log.recorder.append(
        [StoredEvent(stream, 1, TOPIC, b"")], Terms(parts=[PARTS], at_end=[stream])
    )
    return outcome.first_position


@dataclass
class Merged:
    """How long each append waited until it was public."""

    delays_s: list[float] = field(default_factory=list)


def _merged(filled: Filled, streams: list[UUID], db: connect.Connection, rate: int, seconds: float) -> Merged:
    acknowledged: dict[int, float] = {}
    turns, lock = iter(range(int(rate * seconds))), threading.Lock()
    began = time.perf_counter() + 0.1

    def append() -> None:
        while True:
            with lock:
                number = next(turns, None)
            if number is None:
                return
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            position = _append(filled, streams[number % len(streams)])
            acknowledged[position] = time.perf_counter()

    clients = [threading.Thread(target=append) for _ in range(THREADS)]
    for client in clients:
        client.start()
    seen: list[tuple[float, int]] = []
    while any(one.is_alive() for one in clients) or _public(db) < max(acknowledged):
        seen.append((time.perf_counter(), _public(db)))
        time.sleep(LOOK_S)
    seen.append((time.perf_counter(), _public(db)))
    return Merged(list(_delays(acknowledged, seen)))


def _delays(acknowledged: dict[int, float], seen: list[tuple[float, int]]) -> Iterator[float]:
    shown = iter(seen)
    at, public = next(shown)
    for position in sorted(acknowledged):
        while public < position:
            at, public = next(shown)
        yield max(0.0, at - acknowledged[position])

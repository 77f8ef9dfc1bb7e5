"""`lifelong bench growth`: what a log that has grown large costs, in time and on disk.

Two logs of ours in the same tables, a small one and a large one, filled by bulk appends: each stream holds
EACH events, which come one at a time in rounds over all streams in random order, as a county's do. Then
single appends to random streams of the one and of the other, in interleaved rounds; `small_log` is the large
log's rate to the small one's. On disk everything counts that the log keeps in the database, idempotency keys
apart, of which there are none here.
"""

import random
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from evidence import canonical
from store import connect
from store.database import APPENDER, Database
from store.recorder import Terms
from store.settling import settle
from store.wiring import OpenLog, open_log
from tools.bench.append import BODY, NEW_STREAM_ONE_IN, TOPIC
from tools.bench.measure import Cell, machine, ratio
from tools.output import say

SMALL = 10_000  # events
EACH = 20  # events of a stream
AT_ONCE = 2_000  # events in a bulk append
APPENDS = 800  # of each log in each round
THREADS = 16
TABLES = ("event", "content", "stream", "claim", "snapshot")
WHO = canonical.encode(
    {
        "actor": str(UUID(int=1)),
        "authenticated": {
            "issuer": "https://issuer.example",
            "subject": "doctor",
            "method": "oidc",
            "client": "clinic",
        },
        "entered_by": None,
        "institution": str(UUID(int=2)),
        "late": False,
        "licence": {"kind": "执业医师", "number": "110000000000001"},
        "role": "practitioner",
        "source": None,
    }
)
PARTS = {"body": BODY, "who": WHO}
CONTENT = len(BODY) + len(WHO)  # bytes of an event


@dataclass(frozen=True)
class Grown:
    """A log that was filled, and its streams."""

    log: OpenLog
    streams: list[UUID]

    @classmethod
    def fill(cls, log: OpenLog, events: int) -> "Grown":
        """Append that many events in rounds over all streams."""
        draw = random.Random(events)  # noqa: S311  # a workload, not a secret
        streams = [uuid4() for _ in range(max(1, events // EACH))]
        for first in range(0, events, len(streams)):
            turn = draw.sample(streams, min(len(streams), events - first))
            for start in range(0, len(turn), AT_ONCE):
                _append(log, turn[start : start + AT_ONCE], first // len(streams) + 1)
        return cls(log, streams)

    def append(self, draw: random.Random) -> None:
        """One event, nine times in ten to a stream there is."""
        stream = uuid4() if draw.randrange(NEW_STREAM_ONE_IN) == 0 else draw.choice(self.streams)
        self.log.recorder.append([StoredEvent(stream, 1, TOPIC, b"")], Terms([PARTS], at_end=[stream]))


def _append(log: OpenLog, streams: Sequence[UUID], version: int) -> None:
    events = [StoredEvent(stream, version, TOPIC, b"") for stream in streams]
    log.recorder.append(events, Terms([PARTS] * len(events)))


def run(database: Database, folder: Path, events: int, rounds: int) -> dict[str, object]:
    """Fill both logs, tell what lies on disk, then measure in interleaved rounds."""
    with ExitStack() as stack:
        small, large = (stack.enter_context(closing(_open(database, folder, no))) for no in (9003, 9004))
        before = _bytes(database)
        logs = {"small": Grown.fill(small, min(SMALL, events)), "large": _filled(large, events)}
        disk = _disk(_bytes(database) - before, events + min(SMALL, events))
        settle()
        cells = {name: Cell() for name in logs}
        for _ in range(rounds):
            for name in random.sample(list(logs), k=len(logs)):
                _round(logs[name], cells[name])
    results = {name: cell.summary() for name, cell in cells.items()}
    return {
        "bench": "growth",
        "machine": machine(),
        "results": {**results, "disk": disk},
        "ratios": {"small_log": ratio(cells["large"].rates, cells["small"].rates)},
    }


def _open(database: Database, folder: Path, log_no: int) -> OpenLog:
    origin = f"lifelong.example/bench/{log_no}"
    return open_log(dsn=database.dsn(APPENDER), keys=folder / f"keys-{log_no}", origin=origin, log_no=log_no)


def _filled(log: OpenLog, events: int) -> Grown:
    began = time.perf_counter()
    grown = Grown.fill(log, events)
    say(f"filled {events:,} events in {time.perf_counter() - began:,.0f} s")
    return grown


def _disk(stored: int, events: int) -> dict[str, float]:
    """Bytes of an event: everything, its content (body and who), and what comes on top."""
    each = stored / events
    return {"bytes_per_event": round(each), "content": CONTENT, "beyond_content": round(each - CONTENT)}


def _bytes(database: Database) -> int:
    """What the log's tables take on disk, with their indexes and TOAST."""
    sizes = " + ".join(f"pg_total_relation_size('store.{table}')" for table in TABLES)
    with connect.plain(database.admin) as connection:
        row = connection.execute(f"SELECT {sizes}").fetchone()
    return int(row[0]) if row else 0


def _round(grown: Grown, cell: Cell) -> None:
    """APPENDS single appends by THREADS threads together."""
    took: list[float] = []
    clients = [threading.Thread(target=_client, args=(grown, took)) for _ in range(THREADS)]
    began = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    cell.rates.append(len(took) / (time.perf_counter() - began))
    cell.latencies_s.extend(took)


def _client(grown: Grown, took: list[float]) -> None:
    draw, clock = random.Random(), time.perf_counter  # noqa: S311  # a workload, not a secret
    for _ in range(APPENDS // THREADS):
        before = clock()
        grown.append(draw)
        took.append(clock() - before)

"""`lifelong bench append`: a sealed append against the stock recorder and against a plain one-row INSERT.

All three run on one server in interleaved rounds, so that a slow disk slows all of them; a ratio is the
median of same-round ratios. The workload of real life: bodies of 572 bytes, nine appends in ten to
existing streams, one to a new one. Only ours seals and encrypts.
"""

import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Protocol
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from store import connect
from store.database import APPENDER, Database
from store.settling import settle
from store.wiring import open_log
from tools.bench.measure import Cell, machine, ratio

BODY_BYTES = 572
NEW_STREAM_ONE_IN = 10
SEEDED_STREAMS = 50  # per thread
THREADS = (1, 16, 64, 256)
BODY = (b'{"note":"' + b"x" * BODY_BYTES)[: BODY_BYTES - 2] + b'"}'
TOPIC = "record.examination-recorded.v1"


class Contestant(Protocol):
    """A way to append one event, from many threads."""

    name: str

    def append(self, stream: UUID, version: int) -> None: ...

    def close(self) -> None: ...


class Sealed:
    """Our recorder through the library's call."""

    name = "sealed"

    def __init__(self, dsn: str, keys: Path) -> None:
        self._log = open_log(dsn=dsn, keys=keys, origin="lifelong.example/bench/1", log_no=9001)
        self._recorder = self._log.recorder

    def append(self, stream: UUID, version: int) -> None:
        self._recorder.insert_events([StoredEvent(stream, version, TOPIC, BODY)])

    def close(self) -> None:
        self._log.close()


class Stock:
    """The library's own recorder, as it comes."""

    name = "stock"

    def __init__(self, dsn: str) -> None:
        info = {key: str(value) for key, value in psycopg.conninfo.conninfo_to_dict(dsn).items()}
        self._datastore = PostgresDatastore(
            info.get("dbname", ""),
            info.get("host", ""),
            info.get("port", "5432"),
            info.get("user", ""),
            info.get("password", ""),
            pool_size=64,
            max_overflow=0,
            max_waiting=512,
        )
        self._recorder = PostgresApplicationRecorder(self._datastore, events_table_name="bench_stock")
        self._recorder.create_table()

    def append(self, stream: UUID, version: int) -> None:
        self._recorder.insert_events([StoredEvent(stream, version, TOPIC, BODY)])

    def close(self) -> None:
        self._datastore.close()


class Insert:
    """One row, one commit, one connection per thread: what the disk and the server allow."""

    name = "insert"
    _TABLE = """CREATE TABLE IF NOT EXISTS bench_insert (
        stream_id uuid, version bigint, topic text, body bytea, PRIMARY KEY (stream_id, version))"""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._idle: list[psycopg.Connection[tuple[object, ...]]] = []
        with connect.plain(dsn) as connection:
            connection.execute(self._TABLE)

    def append(self, stream: UUID, version: int) -> None:
        connection = self._take()
        connection.execute(
            "INSERT INTO bench_insert VALUES (%s, %s, %s, %b)", [stream, version, TOPIC, BODY], prepare=True
        )
        self._idle.append(connection)

    def _take(self) -> psycopg.Connection[tuple[object, ...]]:
        try:
            return self._idle.pop()
        except IndexError:
            return connect.plain(self._dsn)

    def close(self) -> None:
        for connection in self._idle:
            connection.close()


def run_cell(contestant: Contestant, threads: int, seconds: float, cell: Cell) -> None:
    """Append from `threads` threads for `seconds`, each to streams of its own; the seeding is not timed."""
    barrier = threading.Barrier(threads + 1)
    counts: list[int] = []
    clients = [
        threading.Thread(target=_client, args=(contestant, barrier, seconds, counts, cell.latencies_s, seed))
        for seed in range(threads)
    ]
    for client in clients:
        client.start()
    barrier.wait()
    started = time.perf_counter()
    for client in clients:
        client.join()
    cell.rates.append(sum(counts) / (time.perf_counter() - started))


def _client(
    contestant: Contestant,
    barrier: threading.Barrier,
    seconds: float,
    counts: list[int],
    latencies_s: list[float],
    number: int,
) -> None:
    draw = random.Random(number)  # noqa: S311  # a workload, not a secret
    versions = {uuid4(): 1 for _ in range(max(1, SEEDED_STREAMS * 16 // (16 + barrier.parties)))}
    try:
        for stream in versions:
            contestant.append(stream, 1)
        barrier.wait()
    except BaseException:
        barrier.abort()
        raise
    streams, took, clock = list(versions), list[float](), time.perf_counter
    until = clock() + seconds
    while (before := clock()) < until:
        stream = uuid4() if draw.randrange(NEW_STREAM_ONE_IN) == 0 else draw.choice(streams)
        versions[stream] = versions.get(stream, 0) + 1
        contestant.append(stream, versions[stream])
        took.append(clock() - before)
    counts.append(len(took))
    latencies_s.extend(took)


def run(
    database: Database,
    folder: Path,
    rounds: int,
    threads: Sequence[int],
    seconds: float,
    open_snapshot_s: float = 0,
) -> dict[str, object]:
    """Measure all contestants in interleaved rounds; a ratio is ours to theirs, median of same rounds."""
    dsn = database.admin  # the others make tables of their own
    contestants: list[Contestant] = [Sealed(database.dsn(APPENDER), folder / "keys"), Stock(dsn), Insert(dsn)]
    cells = {(contestant.name, count): Cell() for contestant in contestants for count in threads}
    settle()
    try:
        for _ in range(rounds):
            for count in threads:
                for contestant in random.sample(contestants, k=len(contestants)):
                    run_cell(contestant, count, seconds, cells[contestant.name, count])
        ratios = {
            f"{name}_x{count}": ratio(cells["sealed", count].rates, cells[name, count].rates)
            for name in ("stock", "insert")
            for count in threads
        }
        if open_snapshot_s:
            ratios["open_snapshot"] = open_snapshot(contestants[0], dsn, open_snapshot_s)
    finally:
        for contestant in contestants:
            contestant.close()
    results = {f"{name}_x{count}": cell.summary() for (name, count), cell in cells.items()}
    return {"bench": "append", "machine": machine(), "results": results, "ratios": ratios}


def open_snapshot(
    sealed: Contestant, dsn: str, held_s: float, threads: int = 64, sample_s: float = 5.0
) -> float:
    """The rate while a reader's snapshot has been open that long, to the rates just before and after it."""
    free, held = Cell(), Cell()
    run_cell(sealed, threads, sample_s, free)
    with psycopg.connect(dsn) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM store.event")
        run_cell(sealed, threads, max(0.1, held_s - sample_s), Cell())
        run_cell(sealed, threads, sample_s, held)
    run_cell(sealed, threads, sample_s, free)
    return round(held.rates[0] / median(free.rates), 2)

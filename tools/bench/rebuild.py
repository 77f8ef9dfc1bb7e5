"""`lifelong bench rebuild`: a view built anew from the log, against the library's runner and a bare read.

The view tells of each record how many events it has, and of the newest its position, day and form: every
event is decrypted, parsed and folded. Three ways, in interleaved rounds:

* ours: `Rebuild.run`, from the log as it is stored to a compared, live generation, in as many processes as
  there are processors, and in one;
* library: its `ProjectionRunner` on the first events of the same log, stored by its own recorder without
  encryption, with its own tracking table: a transaction for each event, as it comes;
* bare: the same events as plain JSON in one table, copied out with what a fold must know of each (whose,
  where, when, what kind) and parsed by orjson: nothing decrypted, ordered, folded or written;
* content: the same, of nothing but the content.

Memory is the peak of a process that rebuilds, at several sizes of the log.
"""

import multiprocessing
import os
import random
import resource
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import orjson
import psycopg

from projections.rebuild import Options, Rebuild
from projections.source import Place
from store import connect
from store.database import Database
from store.settling import settle
from tools.bench import rebuild_library, rebuild_log
from tools.bench.measure import machine, ratio
from tools.bench.rebuild_view import LATEST
from tools.output import say

COLUMNS = {
    "stream_id": "uuid",
    "version": "int8",
    "position": "int8",
    "recorded_at": "timestamptz",
    "topic": "text",
    "state": "bytea",
}
MEGABYTE = 1024  # of what getrusage counts in
SIZES = (10_000, 100_000)


def run(database: Database, folder: Path, rounds: int, events: int) -> dict[str, object]:
    """Measure in interleaved rounds; a ratio is ours to theirs in events a second, median of same rounds."""
    settle()
    cpus = os.cpu_count() or 1
    filled = rebuild_log.fill(database, folder, SIZES[0])
    with closing(filled.log):
        memory = {}
        for size in (*[one for one in SIZES if one < events], events):
            filled.grow(max(0, size - filled.position))
            memory[f"memory_{size}"] = _memory(filled.place, size)
            say(f"{size:,} events: {memory[f'memory_{size}']}")
        _vacuum(database)
        bare, library = Bare(database, filled), rebuild_library.Library(database, filled)
        ways: dict[str, Callable[[], float]] = {
            f"ours_x{cpus}": lambda: _ours(filled.place, cpus),
            "ours_x1": lambda: _ours(filled.place, 1),
            "library": library.rate,
            "bare": lambda: bare.rate(*COLUMNS),
            "content": lambda: bare.rate("state"),
        }
        rates: dict[str, list[float]] = {name: [] for name in ways}
        _ours(filled.place, cpus)  # the first time, code is loaded
        for _ in range(rounds):
            for name in random.sample(list(ways), k=len(ways)):
                rates[name].append(ways[name]())
            say("  ".join(f"{name} {found[-1]:,.0f}/s" for name, found in rates.items()))
    ours = rates[f"ours_x{cpus}"]
    ratios = {name: ratio(ours, rates[name]) for name in ("library", "bare", "content")}
    ratios |= {f"{name}_x1": ratio(rates["ours_x1"], rates[name]) for name in ("library", "bare")}
    results = {
        name: {"rate_per_s": round(sorted(found)[len(found) // 2], 1)} for name, found in rates.items()
    }
    return {"bench": "rebuild", "machine": machine(), "results": {**results, **memory}, "ratios": ratios}


def _ours(place: Place, jobs: int) -> float:
    """Events a second of a whole rebuild."""
    began = time.perf_counter()
    built = Rebuild(LATEST, place, Options(jobs=jobs)).run()
    assert built is not None and built.compared in ("equal", "first")  # noqa: S101  # else it is no rebuild
    return built.events / (time.perf_counter() - began)


def _memory(place: Place, size: int) -> dict[str, float]:
    """The peak of a process of its own that rebuilds everything, in megabytes."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_tell_memory, args=(place, size, theirs))
    process.start()
    told: dict[str, float] = ours.recv()
    process.join()
    return told


def _tell_memory(place: Place, size: int, pipe: Pipe) -> None:
    """Under a name of its own, so that nothing has to be caught up with that is live already."""
    Rebuild(replace(LATEST, name=f"latest_{size}"), place).run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    pipe.send({"peak_mb": round(peak, 1)})


def _vacuum(database: Database) -> None:
    """What autovacuum would do in the middle of the first rounds."""
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE store.event, store.content")


class Bare:
    """COPY out of one plain table and orjson: what a rebuild in one process cannot be faster than."""

    def __init__(self, database: Database, filled: rebuild_log.Filled) -> None:
        self._dsn = database.admin
        self._events = 0
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        with connect.plain(self._dsn) as db:
            db.execute(f"CREATE TABLE bench_bare ({columns})".encode())
            with db.cursor().copy("COPY bench_bare FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(list(COLUMNS.values()))
                for row in rebuild_library.plain_rows(filled):
                    copy.write_row(row)
                    self._events += 1
            db.execute("VACUUM ANALYZE bench_bare")

    def rate(self, *columns: str) -> float:
        """Events a second, reading these columns; the last is the content."""
        began, parsed = time.perf_counter(), 0
        query = f"COPY (SELECT {', '.join(columns)} FROM bench_bare) TO STDOUT (FORMAT binary)"  # noqa: S608  # columns of ours
        with connect.plain(self._dsn) as db, db.cursor().copy(query.encode()) as copy:
            copy.set_types([COLUMNS[name] for name in columns])
            for row in copy.rows():
                orjson.loads(row[-1])
                parsed += 1
        assert parsed == self._events  # noqa: S101  # else it was no read of the same events
        return parsed / (time.perf_counter() - began)

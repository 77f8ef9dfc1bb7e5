"""`lifelong bench verify`: re-reading a whole log, against hashing its envelopes and nothing else.

In interleaved rounds: `bare` is hashlib.sha256 over the envelopes, held in memory, in one process.
`envelopes` reads them from the database and checks profile, hash, place, chain, positions, tree, tiles and
checkpoints; `content` also decrypts and checks every commitment: each in one process, and in as many as
there are processors, of which the database takes its part. Told as a part of bare; the rows of streams and
claims are left out, since this log is stored again and again without claims. `package` is the
verifier of evidence packages, plain Python, on 2,000 events: profile, hash, chain and proof of each.

`proof` is how many hashes an inclusion proof has at several sizes of the log, `tile_bytes` what a tile costs
for each event on disk.
"""

import os
import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from evidence.merkle import inclusion
from store import connect
from store.database import PUBLISHER, Database
from store.proof.keys import checkpoint_signers
from store.proof.publisher import Published, Publisher
from store.proof.second_place import SecondPlace
from store.proof.verify.running import Task, verify
from store.settling import settle
from tools.bench import rebuild_log
from tools.bench.measure import machine, ratio
from tools.bench.package import envelopes_per_s, made
from tools.bench.rebuild_log import LOG_NO, ORIGIN, Filled
from tools.output import say

SIZES = (10_000, 100_000, 1_000_000)
PACKED = 2_000  # events of the evidence package


def run(database: Database, folder: Path, rounds: int, events: int) -> dict[str, object]:
    """Measure in interleaved rounds; a ratio is ours to bare in events a second, median of same rounds."""
    settle()
    filled = rebuild_log.fill(database, folder, events)
    with closing(filled.log), closing(connect.plain(database.dsn(PUBLISHER))) as db:
        published = _published(database, folder, filled)
        Publisher(published, db).publish()
        db.execute("SET statement_timeout = 0")
        _rest(database)
        envelopes = _envelopes(db)
        verifiers = [one.verifier for one in published.signers]
        task = Task(published.dsn, LOG_NO, ORIGIN, verifiers, is_whole=False)
        opened = replace(task, keys=filled.place.keys)
        cpus = os.cpu_count() or 1
        bag = made(folder / "package", PACKED)
        ways: dict[str, Callable[[], float]] = {
            "bare": lambda: _bare(envelopes),
            "envelopes_x1": lambda: _verified(task),
            "content_x1": lambda: _verified(opened),
            "envelopes": lambda: _verified(replace(task, jobs=cpus)),
            "content": lambda: _verified(replace(opened, jobs=cpus)),
            "package": lambda: envelopes_per_s(bag),
        }
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name in random.sample(list(ways), k=len(ways)):
                rates[name].append(ways[name]())
            say("  ".join(f"{name} {found[-1]:,.0f}/s" for name, found in rates.items()))
        tiles = _tile_bytes(db, filled.position)
    results: dict[str, object] = {
        name: {"rate_per_s": round(sorted(found)[len(found) // 2], 1)} for name, found in rates.items()
    }
    results["proof"] = {str(size): len(inclusion(size // 3, size)) for size in SIZES}
    results["tile_bytes"] = {"per_event": tiles}
    ratios = {name: ratio(found, rates["bare"], 4) for name, found in rates.items() if name != "bare"}
    return {"bench": "verify", "machine": machine(), "results": results, "ratios": ratios}


def _published(database: Database, folder: Path, filled: Filled) -> Published:
    signers = checkpoint_signers(ORIGIN, filled.log.keys)
    place = SecondPlace(folder / "proof", LOG_NO)
    return Published(database.dsn(PUBLISHER), LOG_NO, ORIGIN, signers, place)


def _rest(database: Database) -> None:
    """A log that is verified was not written a moment ago: what the server still does then is not told."""
    with closing(connect.plain(database.admin)) as db:
        db.execute("SET statement_timeout = 0")
        db.execute("VACUUM (ANALYZE) store.event, store.content")
        db.execute("CHECKPOINT")


def _envelopes(db: connect.Connection) -> list[bytes]:
    rows = db.execute("SELECT envelope FROM store.event WHERE log_no = %s", [LOG_NO], binary=True)
    return [bytes(envelope) for (envelope,) in rows]


def _bare(envelopes: list[bytes]) -> float:
    began = time.perf_counter()
    for envelope in envelopes:
        sha256(b"\x00" + envelope).digest()
    return len(envelopes) / (time.perf_counter() - began)


def _verified(task: Task) -> float:
    began = time.perf_counter()
    verified = verify(task)
    assert not verified.findings  # noqa: S101  # else it was no verification of a log that is right
    return verified.events / (time.perf_counter() - began)


def _tile_bytes(db: connect.Connection, events: int) -> float:
    row = db.execute("SELECT pg_total_relation_size('proof.tile')").fetchone()
    return round(int(row[0]) / events, 1) if row else 0.0

"""`lifelong bench api`: a follow-up over HTTP, against the same application with a log that stores nothing.

Two servers as in production, each in a process of its own, and a third process that loads them in turn. What
the null recorder still does is told in `tools.bench.null_log`; its rate is the ceiling that this application
can reach on this machine, whatever keeps its events.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from multiprocessing import get_context
from pathlib import Path

from api.demo_issuer import AUDIENCE, ISSUER, DemoIssuer
from domain.application import Records
from projections.record_view import RecordRender
from store import connect
from store.database import APPENDER, Database
from store.event_log import StoredLog
from store.wiring import open_log
from tools.bench import county
from tools.bench.api_load import Workload
from tools.bench.measure import Cell, machine, ratio

ORIGIN = "lifelong.example/bench/api"
RECORDS, EVENTS = 200, 20  # residents, and events of each at the beginning
CROWD = 256  # connections that show how large a batch becomes
BATCHES = "SELECT count(*) FROM store.event WHERE position > %s GROUP BY xmin::text"


def run(database: Database, folder: Path, rounds: int, seconds: float, connections: int) -> dict[str, object]:
    """Measure in interleaved rounds; the ratio is ours to the null recorder's, median of same rounds."""
    issuer = DemoIssuer(folder / "issuer")
    records = make_county(database, folder)
    with ExitStack() as stack:
        sender = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        headers = {"Authorization": f"Bearer {issuer.token(county.DOCTOR)}", "Purpose-Of-Use": "care"}
        loads = {
            log: Workload(
                stack.enter_context(server(("tools.bench.api_server", log), database, folder, issuer)),
                records,
                headers,
                county.follow_up(),
            )
            for log in ("stored", "null")
        }
        cells = {log: Cell() for log in loads}
        for load in loads.values():  # every connection opened, every cache warm
            sender.submit(load.run, connections, 1.0).result()
        before = _position(database)
        for _ in range(rounds):
            for log in random.sample(list(loads), k=len(loads)):
                rate, took = sender.submit(loads[log].run, connections, seconds).result()
                cells[log].rates.append(rate)
                cells[log].latencies_s.extend(took)
        batches = {f"batch_x{connections}": _batches(database, before)}
        before = _position(database)
        sender.submit(loads["stored"].run, CROWD, seconds).result()
        batches[f"batch_x{CROWD}"] = _batches(database, before)
    results = {**{name: cell.summary() for name, cell in cells.items()}, **batches}
    ratios = {"null_recorder": ratio(cells["stored"].rates, cells["null"].rates)}
    return {"bench": "api", "machine": machine(), "results": results, "ratios": ratios}


def make_county(database: Database, folder: Path) -> list[str]:
    """A clinic and its residents' records, in the log that both servers open."""
    with closing(open_log(dsn=database.dsn(APPENDER), keys=folder / "keys", origin=ORIGIN)) as opened:
        records = Records(StoredLog(opened), RecordRender())
        county.found(records)
        lives = [county.open_record(records) for _ in range(RECORDS)]
        for life in lives:
            county.fill(records, life, EVENTS)
    return [str(life) for life in lives]


@contextmanager
def server(words: Sequence[str], database: Database, folder: Path, issuer: DemoIssuer) -> Iterator[str]:
    """The address of a server that runs until the end of the block. words: its module and arguments."""
    settings = {
        "LIFELONG_DSN": database.admin,
        "LIFELONG_DATA": str(folder),
        "LIFELONG_ORIGIN": ORIGIN,
        "LIFELONG_OIDC_ISSUER": ISSUER,
        "LIFELONG_OIDC_JWKS": str(issuer.jwks),
        "LIFELONG_OIDC_AUDIENCE": AUDIENCE,
    }
    command, environment = [sys.executable, "-m", *words], os.environ | settings
    said = folder / f"{words[-1]}.log"
    with (
        open(said, "w", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603  # our own module
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            address = process.stdout.readline().strip() if process.stdout else ""
            if not address:
                raise RuntimeError(
                    f"the server {words[-1]} did not start: {said.read_text(encoding='utf-8')}"
                )
            yield address
        finally:
            process.terminate()


def _position(database: Database) -> int:
    with connect.plain(database.admin) as connection:
        row = connection.execute("SELECT max(position) FROM store.event").fetchone()
    return int(row[0]) if row else 0


def _batches(database: Database, after: int) -> dict[str, float]:
    """How many appends were stored together: of a transaction all rows carry the same number."""
    with connect.plain(database.admin) as connection:
        sizes = [int(row[0]) for row in connection.execute(BATCHES, [after]).fetchall()]
    return {"mean": round(sum(sizes) / len(sizes), 1), "largest": max(sizes)}

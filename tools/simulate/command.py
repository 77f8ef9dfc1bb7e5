"""`lifelong simulate`: a made-up county in the log, with a progress bar on a terminal and one result."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from projections.record_view import RecordRender
from store.database import APPENDER, open_database
from store.event_log import StoredLog
from store.settings import Settings
from store.settling import settle
from store.wiring import OpenLog, open_log
from tools.output import FINDING, UNAVAILABLE, CommandFailed, result
from tools.simulate.behind import Behind, bulk_writer
from tools.simulate.county import ForeignCounty
from tools.simulate.digest import digest
from tools.simulate.loader import Stored
from tools.simulate.run import OtherSeed, Simulation, simulate, simulate_with
from tools.simulate.run import Progress as Told
from tools.simulate.workers import Place, WorkerFailed

ELSEWHERE = "use a data folder of its own (LIFELONG_DATA), and with LIFELONG_DSN a database of its own"
WORTH_WORKERS = 1000  # residents; for fewer, processes take longer to start than they save


def run(
    settings: Settings, asked: Simulation, *, workers: int | None, with_digest: bool, as_json: bool
) -> None:
    """Simulate into the deployment's log. workers: processes beside this one; None: as it pays.

    Raises CommandFailed where the log holds something else.
    """
    with open_database(settings) as database, _opened(settings, database.dsn(APPENDER)) as parts:
        settle()
        began = time.monotonic()
        chosen = _usual(asked) if workers is None else workers
        try:
            stored = _simulate(settings, parts, database.dsn(APPENDER), asked, chosen)
        except ForeignCounty:
            raise CommandFailed(f"the log holds another county; {ELSEWHERE}", FINDING) from None
        except OtherSeed:
            raise CommandFailed(
                f"the log holds the residents of another seed; {ELSEWHERE}", FINDING
            ) from None
        except WorkerFailed as failed:
            status = UNAVAILABLE if failed.is_away else FINDING
            raise CommandFailed(f"{failed.message}; what was stored stays, run it again", status) from None
        found = _found(asked, stored, time.monotonic() - began)
        if with_digest:
            position = parts.reader.last_position()
            found |= {"position": position, "digest": digest(parts.reader, position)}
    result(found, _text(found), as_json=as_json)


def _usual(asked: Simulation) -> int:
    cores = os.cpu_count() or 1
    return 0 if asked.residents < WORTH_WORKERS or cores < 2 else min(cores, 8)


def _simulate(settings: Settings, parts: OpenLog, dsn: str, asked: Simulation, workers: int) -> Stored:
    with bulk_writer(parts, dsn) as store, _bar(asked.residents) as told:
        log = Behind(StoredLog(parts), parts, store)
        if not workers:
            return simulate(log, RecordRender(), asked, told)
        keys = settings.keys
        place = Place(dsn, keys, settings.origin, settings.log_no, asked.seed, asked.until, asked.issuer)
        return simulate_with(workers, log, RecordRender(), asked, place, store, told)


@contextmanager
def _opened(settings: Settings, dsn: str) -> Iterator[OpenLog]:
    opened = open_log(dsn=dsn, keys=settings.keys, origin=settings.origin, log_no=settings.log_no)
    with closing(opened):
        yield opened


@contextmanager
def _bar(residents: int) -> Iterator[Told]:
    """Progress on a terminal; nothing in a log file."""
    if not sys.stderr.isatty():
        yield lambda settled: None
        return
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=residents)
        yield lambda settled: bar.update(task, completed=settled)


def _found(asked: Simulation, stored: Stored, seconds: float) -> dict[str, object]:
    return {
        "seed": asked.seed,
        "until": asked.until.isoformat(),
        **asdict(stored),
        "seconds": round(seconds, 2),
        "events_per_s": round(stored.events / seconds, 1),
    }


def _text(found: dict[str, object]) -> str:
    rate = f"{found['seconds']} s, {found['events_per_s']} events/s"
    lines = [
        f"{found['residents']} residents, {found['records']} of them new: {found['events']} events in {rate}",
        *([f"{found['position']} events in the log, digest {found['digest']}"] if "digest" in found else []),
    ]
    return "\n".join(lines)

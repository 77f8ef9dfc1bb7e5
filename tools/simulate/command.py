"""`lifelong simulate`: a made-up county in the log, with a progress bar on a terminal and one result."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from projections.record_view import RecordRender
from store.settings import Settings
from tools.opening import Opened, open_records
from tools.output import FINDING, CommandFailed, result
from tools.simulate.county import ForeignCounty
from tools.simulate.digest import digest
from tools.simulate.run import OtherSeed, Simulation, simulate
from tools.simulate.run import Progress as Told

ELSEWHERE = "use a data folder of its own (LIFELONG_DATA), and with LIFELONG_DSN a database of its own"


def run(settings: Settings, asked: Simulation, *, makers: int, with_digest: bool, as_json: bool) -> None:
    """Simulate into the deployment's log. Raises CommandFailed where it holds something else."""
    with open_records(settings) as opened:
        began = time.monotonic()
        try:
            with _bar(asked.residents) as told:
                stored = simulate(opened.log, RecordRender(), asked, makers=makers, progress=told)
        except ForeignCounty:
            raise CommandFailed(f"the log holds another county; {ELSEWHERE}", FINDING) from None
        except OtherSeed:
            raise CommandFailed(
                f"the log holds the residents of another seed; {ELSEWHERE}", FINDING
            ) from None
        seconds = time.monotonic() - began
        found: dict[str, object] = {
            "seed": asked.seed,
            "until": asked.until.isoformat(),
            **asdict(stored),
            "seconds": round(seconds, 2),
            "events_per_s": round(stored.events / seconds, 1),
        }
        if with_digest:
            found |= _digested(opened)
    result(found, _text(found), as_json=as_json)


def _digested(opened: Opened) -> dict[str, object]:
    position = opened.log.position()
    return {"position": position, "digest": digest(opened.parts.reader, position)}


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


def _text(found: dict[str, object]) -> str:
    rate = f"{found['seconds']} s, {found['events_per_s']} events/s"
    lines = [
        f"{found['residents']} residents, {found['records']} of them new: {found['events']} events in {rate}",
        *([f"{found['position']} events in the log, digest {found['digest']}"] if "digest" in found else []),
    ]
    return "\n".join(lines)

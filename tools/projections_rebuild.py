"""`lifelong projections rebuild`: with a progress bar on a terminal, and the figures of each at the end."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from projections import generations, loading, rebuild
from projections.diff import Difference
from projections.projection import Projection
from projections.rebuild import EQUAL, FIRST, AlreadyBuilding, Built, Options, Rebuild
from projections.source import Place, Unfoldable, open_source
from store.settings import Settings
from store.settling import settle
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed, result
from tools.projections_opening import all_named, open_place


def chosen(names: Sequence[str], *, every: bool) -> list[Projection]:
    """The projections named, or all. Raises CommandFailed unless it is one or the other."""
    if every == bool(names):
        raise CommandFailed("name the projections to rebuild, or say --all", USAGE)
    return all_named(names)


def plan(settings: Settings, projections: Sequence[Projection], options: Options, *, as_json: bool) -> None:
    """Say what would be done."""
    with open_place(settings) as (place, _), open_source(place) as source:
        source.take_time()  # to count
        planned = []
        for one in projections:
            head = source.head()
            state: generations.State = "building" if options.switch else "checking"
            half = generations.of_state(source.db, one.name, place.log_no, state)
            planned.append(
                {
                    "projection": one.name,
                    "version": one.version,
                    "events": source.count(one, head),
                    "log_position": head,
                    "buckets": half.buckets if half else loading.buckets_for(head, options.jobs),
                    "goes_on_with": half.generation if half else None,
                }
            )
    lines = [
        f"{one['projection']:<16} {one['events']:,} events in {one['buckets']} buckets" for one in planned
    ]
    result({"dry_run": True, "projections": planned}, "\n".join(lines), as_json=as_json)


def run(settings: Settings, projections: Sequence[Projection], options: Options, *, as_json: bool) -> int:
    """Rebuild one after the other. Exit status: 1 if the same version came to other rows or was not compared,
    and for a check whatever is not equal."""
    settle()
    told, found = [], False
    with open_place(settings) as (place, db), _bars() as bars:
        for one in projections:
            before = generations.of_state(db, one.name, place.log_no, "live")
            began = time.monotonic()
            built = _built(place, one, options, bars)
            same_version = before is not None and before.version == one.version
            well = (EQUAL, FIRST) if options.switch else (EQUAL,)
            found = found or (built.compared not in well and (same_version or not options.switch))
            told.append(_told(one, built, options, time.monotonic() - began))
    result({"rebuilt": told}, "\n".join(_line(one) for one in told), as_json=as_json)
    return FINDING if found else OK


def _built(place: Place, projection: Projection, options: Options, bars: Progress) -> Built:
    bar = bars.add_task(projection.name, total=None)

    def tell(progress: rebuild.Progress) -> None:
        behind = f", {progress.behind:,} behind" if progress.behind else ""
        described = f"{projection.name}: {progress.phase}{behind}"
        bars.update(bar, completed=progress.events, total=progress.total, description=described)

    try:
        built = Rebuild(projection, place, options, tell).run()
    except AlreadyBuilding:
        raise CommandFailed(f"{projection.name} is being built by another process", UNAVAILABLE) from None
    except rebuild.Dropped:
        raise CommandFailed(f"{projection.name}: the generation was dropped meanwhile", UNAVAILABLE) from None
    except BrokenProcessPool:
        raise CommandFailed("a process that folded was killed; run it again to go on", UNAVAILABLE) from None
    except Unfoldable as stuck:
        mend = f"mend the fold and run it again, or: lifelong projections skip {projection.name} --reason …"
        raise CommandFailed(f"{projection.name} stopped: {stuck}; {mend}", FINDING) from None
    assert built is not None  # noqa: S101  # nobody asked it to stop
    return built


def _told(projection: Projection, built: Built, options: Options, took_s: float) -> dict[str, object]:
    return {
        "projection": projection.name,
        "version": projection.version,
        "generation": built.generation,
        "live": options.switch,
        "position": built.position,
        "events": built.events,
        "seconds": f"{took_s:.3f}",
        "rate_per_s": round(built.events / max(took_s, 0.001)),
        "compared": built.compared,
        "digest": built.digest,
        "differences": [_difference(one) for one in built.differences],
    }


def _difference(one: Difference) -> dict[str, object]:
    return {
        "table": one.table,
        "rows_before": one.rows_before,
        "rows_after": one.rows_after,
        "records": [str(record) for record in one.records],
    }


def _line(told: dict[str, object]) -> str:
    done = "live" if told["live"] else "checked"
    return (
        f"{told['projection']:<16} {done} at {told['position']:,}: {told['events']:,} events, "
        f"{told['rate_per_s']:,}/s; {told['compared']}"
    )


@contextmanager
def _bars() -> Iterator[Progress]:
    """Bars on stderr while there is a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield bars


class _Rate(ProgressColumn):
    """Events done, of how many, and how many a second."""

    def render(self, task: Task) -> Text:
        total = f"/{task.total:,.0f}" if task.total else ""
        return Text(f"{task.completed:,.0f}{total} events  {task.speed or 0:,.0f}/s")

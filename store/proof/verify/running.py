"""A whole verification: the log part by part, side by side in processes, and beside them its tree end to end.

What is done is kept in a file, so that a verification of years of events that was killed goes on from there.
Every part is read in one short transaction of its own; appends go on, and what they add is not looked at.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import LiteralString

from evidence.errors import ProofError
from store import connect
from store.proof import fence
from store.proof.rows import over
from store.proof.verify.chains import Chains
from store.proof.verify.findings import Finding, Found, Kind
from store.proof.verify.kept import Kept
from store.proof.verify.places import read_places
from store.proof.verify.reach import astray, reach
from store.proof.verify.rows import ranges
from store.proof.verify.task import Task as Task
from store.proof.verify.tokens import TokensChecked
from store.proof.verify.tree import TreeChecked
from store.proof.verify.walking import WalkBeside, Walked
from store.proof.verify.workers import SideBySide, Worker

EVENTS = 20_000  # of a part
LEAST = 1_000  # of a part of a log that is small

_PUBLISHED: LiteralString = """
    SELECT size FROM proof.checkpoint WHERE log_no = %s AND published_at IS NOT NULL
    ORDER BY size DESC LIMIT 1"""  # and nothing else of it: an instant may be none by now

Progress = Callable[[int], None]
"""Told how many events were checked further."""


@dataclass(frozen=True)
class Verified:
    """What was looked at, up to which position, and what was found, in the log's order.

    more: how many findings there are beyond these, by kind (`store.proof.verify.findings.MOST`).
    """

    upto: int
    events: int
    erased: int
    tree: TreeChecked
    findings: tuple[Finding, ...]
    tokens: int = 0
    more: Mapping[Kind, int] = field(default_factory=dict)


def verify(task: Task, progress: Progress = lambda events: None) -> Verified:
    """Verify everything up to the log's present end. Raises psycopg.OperationalError, KeyMissing, OSError."""
    with closing(connect.plain(task.dsn)) as db:
        upto = reach(over(db), task.log_no)
    kept = Kept.begin(task.progress_file, (task.origin, task.log_no, task.keys is not None), upto)
    with ExitStack() as stack:
        workers = SideBySide(task, stack)
        walk = stack.enter_context(WalkBeside(task, kept.upto))
        _check_events(task, workers, kept, progress, walk)
        beside = _beside(workers, kept.upto) if task.is_whole else Found()
        walked = walk.result()
    tokens = TokensChecked(task.time_roots)
    found = kept.found
    for part in (beside, walked.found):
        found.add(part.told, part.more)
    for one in (_tokens(task, tokens), _second_place(task), _astray(task, kept.upto)):
        found.add(one)
    kept.end()
    return Verified(
        kept.upto,
        kept.counted.events,
        kept.counted.erased,
        walked.tree,
        tuple(sorted(found.told, key=_order)),
        tokens.tokens,
        found.more,
    )


def _check_events(
    task: Task, workers: SideBySide, kept: Kept, progress: Progress, walk: "Future[Walked]"
) -> None:
    """What is left to do, in the log's order; none of it after the walk was cut off."""
    chains = _chains(task, kept.reached)
    step = max(LEAST, min(EVENTS, kept.upto // (4 * task.jobs)))
    todo = [(after, min(after + step, kept.upto)) for after in range(kept.reached, kept.upto, step)]
    for part in workers.map(Worker.check, todo):
        found = list(part.findings)
        chains.join(part.links, found.append)
        kept.add(part.upto, part.counted, found)
        progress(part.counted.events)
        if walk.done():
            walk.result()


def _beside(workers: SideBySide, events: int) -> Found:
    """What is wrong with the rows beside the events."""
    beside = Found()
    for found in workers.map(Worker.check_rows, ranges(events)):
        beside.add(found)
    return beside


def _order(one: Finding) -> tuple[int, str]:
    return one.position or one.after or one.size or 0, one.kind


def _chains(task: Task, reached: int) -> Chains:
    """The chains up to where an earlier run came, by rows it checked; the walk finds what changed since."""
    chains = Chains()
    with closing(connect.plain(task.dsn)) as db:
        rows = over(db)
        for after in range(0, reached, EVENTS):
            chains.note(read_places(rows, task.log_no, after, min(after + EVENTS, reached)).heads())
    return chains


def _tokens(task: Task, tokens: TokensChecked) -> list[Finding]:
    with closing(connect.plain(task.dsn)) as db:
        return list(tokens.run(over(db), task.log_no, task.origin))


def _astray(task: Task, upto: int) -> list[Finding]:
    with closing(connect.plain(task.dsn)) as db:
        return list(astray(over(db), task.log_no, upto))


def _second_place(task: Task) -> Iterator[Finding]:
    if task.place is None:
        return
    with closing(connect.plain(task.dsn)) as db:
        try:
            published = over(db)(_PUBLISHED, [task.log_no])  # first: it was kept there before
            held = task.place.read()
            if held is None and published:
                yield Finding("second-place", size=published[0][0])
            if held is not None and fence.wrong(db, task.log_no, held):
                yield Finding("second-place", size=held.size)
        except ProofError:
            yield Finding("second-place")

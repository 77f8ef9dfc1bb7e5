"""A whole verification: the log part by part, side by side in processes, and beside them its tree end to end.

What is done is kept in a file, so that a verification of years of events that was killed goes on from there.
Every part is read in one short transaction of its own; appends go on, and what they add is not looked at.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import LiteralString

from cryptography.x509 import Certificate

from evidence.errors import ProofError
from evidence.note import Verifier
from evidence.second_leg import SecondLeg
from store import connect
from store.ciphers import Ciphers
from store.key_place import KeysAt
from store.keys import open_key_store
from store.proof import fence, heads
from store.proof.heads import HeadList
from store.proof.rows import Row as Answer
from store.proof.rows import Rows, over
from store.proof.second_place import SecondPlace
from store.proof.verify.chains import Chains
from store.proof.verify.events import Checker, Counted, read
from store.proof.verify.findings import Finding
from store.proof.verify.kept import Kept
from store.proof.verify.places import read_places
from store.proof.verify.tokens import TokensChecked
from store.proof.verify.told import told_lists
from store.proof.verify.tree import NOTHING_HELD, Held, TreeCheck, TreeChecked

EVENTS = 20_000  # of a part
LEAST = 1_000  # of a part of a log that is small
KEYS_AT_ONCE = 500  # events whose keys are read together

Progress = Callable[[int], None]
"""Told how many events were checked further."""


@dataclass(frozen=True)
class Task:
    """What is verified. dsn: as lifelong_publisher. keys: the folder of the key store; None: no content.

    progress_file: where what is done is kept; None: nowhere. jobs: processes. time_roots: of time-stamping
    authorities that are trusted; None: whatever the tokens bring along.
    """

    dsn: str = field(repr=False)
    log_no: int
    origin: str
    verifiers: Sequence[Verifier]
    keys: KeysAt | None = None
    witnesses: Sequence[Verifier] = ()
    place: SecondPlace | None = None
    held: Held = NOTHING_HELD
    jobs: int = 1
    progress_file: Path | None = None
    time_roots: Collection[Certificate] | None = None


@dataclass(frozen=True)
class Part:
    """The events up to a position, from where the part before ends, checked but for what they follow."""

    upto: int
    counted: Counted
    links: bytes
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Verified:
    """What was looked at, up to which position, and what was found, in the log's order."""

    upto: int
    events: int
    erased: int
    tree: TreeChecked
    findings: tuple[Finding, ...]
    tokens: int = 0


def verify(task: Task, progress: Progress = lambda events: None) -> Verified:
    """Verify everything up to the log's present end. Raises psycopg.OperationalError, KeyMissing, OSError."""
    with closing(connect.plain(task.dsn)) as db:
        upto = fence.head(db, task.log_no)
    kept = Kept.begin(task.progress_file, (task.origin, task.log_no), upto)
    chains = _chains(task, kept.reached)
    with _WalkBeside(task, kept.upto) as beside:
        for part in _parts(task, kept):
            found = list(part.findings)
            chains.join(part.links, found.append)
            kept.add(part.upto, part.counted, found)
            progress(part.counted.events)
        walked = beside.result()
    found = [*walked.findings, *kept.findings]
    tokens = TokensChecked(task.time_roots)
    found += _tokens(task, tokens)
    found += _second_place(task)
    kept.end()
    return Verified(
        kept.upto,
        kept.counted.events,
        kept.counted.erased,
        walked.tree,
        tuple(sorted(set(found), key=_order)),
        tokens.tokens,
    )


def _order(one: Finding) -> tuple[int, str]:
    return one.position or one.after or one.size or 0, one.kind


def _lists(task: Task, upto: int) -> list[HeadList]:
    """The head lists that the log tells, if its content is opened."""
    if task.keys is None:
        return []
    with closing(connect.plain(task.dsn)) as db, closing(open_key_store(task.keys, begin=False)) as keys:
        return list(told_lists(over(db), task.log_no, task.origin, keys, upto))


class _Stopped(Exception):
    """Whoever wanted the walk is gone."""


@dataclass(frozen=True)
class _Walked:
    tree: TreeChecked
    findings: Sequence[Finding]


class _WalkBeside:
    """The walk from end to end, in a thread beside the parts: who leaves early does not wait for its end."""

    def __init__(self, task: Task, upto: int) -> None:
        self._stopped = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="walk")
        self._walk = self._thread.submit(self._walked, task, upto)

    def __enter__(self) -> "Future[_Walked]":
        return self._walk

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.shutdown()

    def _walked(self, task: Task, upto: int) -> _Walked:
        found: list[Finding] = []
        told = _lists(task, upto)
        with closing(connect.plain(task.dsn)) as db:
            db.execute("SET statement_timeout = 0")
            rows = self._until_stopped(over(db))
            found += _second_leg(rows, task.log_no, upto, told)
            check = TreeCheck(
                rows,
                task.log_no,
                task.origin,
                task.verifiers,
                found.append,
                witnesses=task.witnesses,
                held=task.held,
                told=told,
            )
            return _Walked(check.run(upto), found)

    def _until_stopped(self, rows: Rows) -> Rows:
        def asked(statement: LiteralString, arguments: Sequence[object]) -> list[Answer]:
            if self._stopped.is_set():
                raise _Stopped
            return rows(statement, arguments)

        return asked


def _tokens(task: Task, tokens: TokensChecked) -> list[Finding]:
    with closing(connect.plain(task.dsn)) as db:
        return list(tokens.run(over(db), task.log_no, task.origin))


def _second_leg(rows: Rows, log_no: int, upto: int, told: Sequence[HeadList]) -> Iterator[Finding]:
    """The tree under SHA-512, from the first envelope on, at every size at which it was told."""
    legs, leg = {*heads.second_legs(rows, log_no, upto)}, SecondLeg()
    legs |= {(one.size, one.root_512) for one in told if one.root_512}
    for size, root in sorted(legs):
        heads.grow(rows, log_no, leg, size)
        if leg.root() != root:
            yield Finding("head-list", size=size)


def _second_place(task: Task) -> Iterator[Finding]:
    if task.place is None:
        return
    with closing(connect.plain(task.dsn)) as db:
        try:
            held = task.place.read()
            if held is not None and fence.wrong(db, task.log_no, held):
                yield Finding("second-place", size=held.size)
        except ProofError:
            yield Finding("second-place")


def _chains(task: Task, reached: int) -> Chains:
    """The chains up to where an earlier run came, by rows it checked; the walk finds what changed since."""
    chains = Chains()
    with closing(connect.plain(task.dsn)) as db:
        rows = over(db)
        for after in range(0, reached, EVENTS):
            chains.note(read_places(rows, task.log_no, after, min(after + EVENTS, reached)).heads())
    return chains


def _parts(task: Task, kept: Kept) -> Iterator[Part]:
    """What is left to do, in the log's order."""
    step = max(LEAST, min(EVENTS, kept.upto // (4 * task.jobs)))
    todo = [(after, min(after + step, kept.upto)) for after in range(kept.reached, kept.upto, step)]
    if task.jobs == 1:
        with ExitStack() as stack:
            yield from map(_Worker(task, stack).check, todo)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(task.jobs, context, _begin, (replace(task, held=NOTHING_HELD),)) as pool:
        try:
            yield from pool.map(_check, todo)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """Checks parts over one connection, with the keys of the part it is at."""

    def __init__(self, task: Task, stack: ExitStack) -> None:
        self._task = task
        self._db = stack.enter_context(closing(connect.plain(task.dsn)))
        self._db.execute("SET jit = off")
        self._db.execute("SET max_parallel_workers_per_gather = 0")  # the parts are read side by side already
        keys = stack.enter_context(closing(open_key_store(task.keys, begin=False))) if task.keys else None
        self._ciphers = Ciphers(keys, task.origin) if keys else None

    def check(self, part: tuple[int, int]) -> Part:
        """after and upto: positions."""
        found: list[Finding] = []
        checker = Checker(self._task.origin, found.append)
        with_content = self._ciphers is not None
        with closing(read(self._db, self._task.log_no, *part, with_content=with_content)) as rows:
            if self._ciphers is None:
                checker.check(rows)
            else:
                while some := list(islice(rows, KEYS_AT_ONCE)):
                    self._ciphers.look_up((row.stream, row.generation) for row in some)
                    checker.check(some, self._ciphers)
        return Part(part[1], checker.counted, checker.links, tuple(found))


_worker: _Worker | None = None


def _begin(task: Task) -> None:
    global _worker  # what a process of the pool works with
    os.nice(5)
    _worker = _Worker(task, ExitStack())


def _check(part: tuple[int, int]) -> Part:
    assert _worker is not None  # noqa: S101  # begun by the pool
    return _worker.check(part)

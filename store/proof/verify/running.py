"""A whole verification: the streams in parts, side by side in processes, and beside them the log end to end.

What is done is kept in a file, so that a verification of years of events that was killed goes on from there.
Every part is read in one short transaction of its own; appends go on, and what they add is not looked at.
"""

import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import LiteralString, cast
from uuid import UUID

from cryptography.x509 import Certificate

from evidence.errors import ProofError
from evidence.note import Verifier
from evidence.second_leg import SecondLeg
from store import connect
from store.key_place import KeysAt
from store.keys import open_key_store
from store.proof import fence, heads
from store.proof.heads import HeadList
from store.proof.rows import Row, Rows, over
from store.proof.second_place import SecondPlace
from store.proof.verify.events import Checker, read
from store.proof.verify.findings import Finding, Kind
from store.proof.verify.tokens import TokensChecked
from store.proof.verify.told import told_lists
from store.proof.verify.tree import NOTHING_HELD, Held, TreeCheck, TreeChecked

EVENTS = 20_000  # of a part, about
MOST = 65_536
IDS = 2**128

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
    """The streams of a range of ids, checked: events, of which erased, and what was found."""

    number: int
    events: int
    erased: int
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
    kept = _Kept.begin(task, upto)
    with _WalkBeside(task, kept.upto) as beside:
        for part in _parts(task, kept):
            kept.add(part)
            progress(part.events)
        walked = beside.result()
    found = [*walked.findings, *(one for part in kept.done.values() for one in part.findings)]
    tokens = TokensChecked(task.time_roots)
    found += _tokens(task, tokens)
    found += _second_place(task)
    kept.end()
    parts = kept.done.values()
    return Verified(
        kept.upto,
        sum(part.events for part in parts),
        sum(part.erased for part in parts),
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
        def asked(statement: LiteralString, arguments: Sequence[object]) -> list[Row]:
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


def _parts(task: Task, kept: "_Kept") -> Iterator[Part]:
    todo = [number for number in range(kept.parts) if number not in kept.done]
    if task.jobs == 1:
        with ExitStack() as stack:
            worker = _Worker(task, kept.upto, kept.parts, stack)
            yield from map(worker.check, todo)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    arguments = (replace(task, held=NOTHING_HELD), kept.upto, kept.parts)
    with ProcessPoolExecutor(task.jobs, context, _begin, arguments) as pool:
        try:
            for future in as_completed([pool.submit(_check, number) for number in todo]):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """Checks parts over one connection, with the keys of the part it is at."""

    def __init__(self, task: Task, upto: int, parts: int, stack: ExitStack) -> None:
        self._task = task
        self._upto = upto
        self._parts = parts
        self._db = stack.enter_context(closing(connect.plain(task.dsn)))
        self._db.execute("SET enable_seqscan = off")  # the index of streams is in our order
        self._db.execute("SET enable_sort = off")
        keys = open_key_store(task.keys, begin=False) if task.keys else None
        self._keys = stack.enter_context(closing(keys)) if keys else None

    def check(self, number: int) -> Part:
        first = UUID(int=number * IDS // self._parts)
        last = UUID(int=(number + 1) * IDS // self._parts - 1)
        found: list[Finding] = []
        keys = self._keys.between(first, last) if self._keys else None
        checker = Checker(self._task.origin, found.append, keys)
        with closing(
            read(self._db, self._task.log_no, first, last, self._upto, with_content=keys is not None)
        ) as rows:
            checker.check(rows)
        return Part(number, checker.counted.events, checker.counted.erased, tuple(found))


_worker: _Worker | None = None


def _begin(task: Task, upto: int, parts: int) -> None:
    global _worker  # what a process of the pool works with
    os.nice(5)
    _worker = _Worker(task, upto, parts, ExitStack())


def _check(number: int) -> Part:
    assert _worker is not None  # noqa: S101  # begun by the pool
    return _worker.check(number)


@dataclass
class _Kept:
    """What is done, in a file that is replaced whole."""

    path: Path | None
    upto: int
    parts: int
    done: dict[int, Part] = field(default_factory=dict)

    @classmethod
    def begin(cls, task: Task, upto: int) -> "_Kept":
        """Go on with what the file says, or begin."""
        parts = min(MOST, max(1, upto // EVENTS, 4 * task.jobs if upto > EVENTS else 1))
        path = task.progress_file
        if path is None or not path.exists():
            return cls(path, upto, parts)
        told = json.loads(path.read_text(encoding="utf-8"))
        done = {one["number"]: _part(one) for one in told["done"]}
        return cls(path, told["upto"], told["parts"], done)

    def add(self, part: Part) -> None:
        self.done[part.number] = part
        if self.path is not None:
            told = {
                "upto": self.upto,
                "parts": self.parts,
                "done": [_told(one) for one in self.done.values()],
            }
            beside = self.path.with_suffix(".new")
            beside.write_text(json.dumps(told), encoding="utf-8")
            beside.replace(self.path)

    def end(self) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _told(part: Part) -> dict[str, object]:
    return {
        "number": part.number,
        "events": part.events,
        "erased": part.erased,
        "findings": [[one.kind, one.position, str(one.stream)] for one in part.findings],
    }


def _part(told: dict[str, object]) -> Part:
    findings = tuple(
        Finding(kind, position=position, stream=UUID(stream))
        for kind, position, stream in cast("list[tuple[Kind, int, str]]", told["findings"])
    )
    return Part(int(str(told["number"])), int(str(told["events"])), int(str(told["erased"])), findings)

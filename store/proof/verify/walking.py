"""The walk over a log from end to end, in a thread beside the processes that check its events."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import LiteralString

from evidence.second_leg import SecondLeg
from store import connect
from store.keys import open_key_store
from store.proof import heads
from store.proof.heads import HeadList
from store.proof.rows import Row, Rows, over
from store.proof.verify.findings import Finding, Found
from store.proof.verify.task import Task
from store.proof.verify.told import told_lists
from store.proof.verify.tree import TreeCheck, TreeChecked


class _Stopped(Exception):
    """Whoever wanted the walk is gone."""


@dataclass(frozen=True)
class Walked:
    """What the walk looked at, and what it found."""

    tree: TreeChecked
    found: Found


class WalkBeside:
    """The walk from end to end, in a thread beside the parts: who leaves early does not wait for its end."""

    def __init__(self, task: Task, upto: int) -> None:
        self._stopped = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="walk")
        self._walk = self._thread.submit(self._run, task, upto)

    def __enter__(self) -> "Future[Walked]":
        return self._walk

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.shutdown()

    def _run(self, task: Task, upto: int) -> Walked:
        found = Found()
        told = _lists(task, upto)
        with closing(connect.plain(task.dsn)) as db:
            db.execute("SET statement_timeout = 0")
            rows = self._until_stopped(over(db))
            found.add(_second_leg(rows, task.log_no, upto, told))
            check = TreeCheck(
                rows,
                task.log_no,
                task.origin,
                task.verifiers,
                found.report,
                witnesses=task.witnesses,
                held=task.held,
                told=told,
            )
            return Walked(check.run(upto), found)

    def _until_stopped(self, rows: Rows) -> Rows:
        def asked(statement: LiteralString, arguments: Sequence[object]) -> list[Row]:
            if self._stopped.is_set():
                raise _Stopped
            return rows(statement, arguments)

        return asked


def _lists(task: Task, upto: int) -> list[HeadList]:
    """The head lists that the log tells, if its content is opened."""
    if task.keys is None:
        return []
    with closing(connect.plain(task.dsn)) as db, closing(open_key_store(task.keys, begin=False)) as keys:
        return list(told_lists(over(db), task.log_no, task.origin, keys, upto))


def _second_leg(rows: Rows, log_no: int, upto: int, told: Sequence[HeadList]) -> Iterator[Finding]:
    """The tree under SHA-512, from the first envelope on, at every size at which it was told."""
    legs, leg = {*heads.second_legs(rows, log_no, upto)}, SecondLeg()
    legs |= {(one.size, one.root_512) for one in told if one.root_512 and one.size <= upto}
    for size, root in sorted(legs):
        heads.grow(rows, log_no, leg, size)
        if leg.root() != root:
            yield Finding("head-list", size=size)

"""Parts of a log, checked side by side in processes, each over a connection of its own."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar
from uuid import UUID

from store import connect
from store.ciphers import Ciphers
from store.ending import end_with_parent
from store.keys import open_key_store
from store.proof.rows import over
from store.proof.verify.erased import untold
from store.proof.verify.events import Checker, Counted
from store.proof.verify.findings import Finding
from store.proof.verify.rows import check_range
from store.proof.verify.stored import read
from store.proof.verify.task import Task
from store.proof.verify.tree import NOTHING_HELD
from store.settling import settle

KEYS_AT_ONCE = 500  # events whose keys are read together
AHEAD = 4  # parts for each process that are done, or asked for, before it is their turn: 2 MB each

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Part:
    """The events up to a position, from where the part before ends, checked but for what they follow."""

    upto: int
    counted: Counted
    links: bytes
    findings: tuple[Finding, ...]


class Worker:
    """Checks over one connection, with the keys it needs."""

    def __init__(self, task: Task, stack: ExitStack) -> None:
        self._task = task
        self._db = stack.enter_context(closing(connect.plain(task.dsn)))
        self._db.execute("SET statement_timeout = '10min'")  # a part is sent only as fast as it is checked
        self._db.execute("SET jit = off")
        self._db.execute("SET max_parallel_workers_per_gather = 0")  # the parts are read side by side already
        keys = stack.enter_context(closing(open_key_store(task.keys, begin=False))) if task.keys else None
        self._keys = keys
        self._ciphers = Ciphers(keys, task.origin) if keys else None

    def check(self, part: tuple[int, int]) -> Part:
        """The events between two positions, the first left out.

        Content that does not open is looked at twice: while it was read it may have been sealed again, and
        the key removed under which it lay.
        """
        first = self._checked(part)
        if not any(one.kind == "content" for one in first.findings):
            return first
        again = self._checked(part)
        stay = [one for one in again.findings if one.kind != "content" or one in first.findings]
        return replace(again, findings=tuple(stay))

    def _checked(self, part: tuple[int, int]) -> Part:
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
        found += (lost := list(untold(over(self._db), self._task.log_no, checker.erased)))
        checker.counted.erased = len(checker.erased) - len(lost)
        return Part(part[1], checker.counted, checker.links, tuple(found))

    def check_rows(self, streams: tuple[UUID, UUID]) -> list[Finding]:
        """The rows beside the events of the streams from one to another."""
        return check_range(self._db, self._task.log_no, self._task.origin, self._keys, *streams)


class SideBySide:
    """As many workers as there are jobs; with one, it works in this process."""

    def __init__(self, task: Task, stack: ExitStack) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._jobs = task.jobs
        if task.jobs == 1:
            self._own = Worker(task, stack)
            return
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._pool = ProcessPoolExecutor(task.jobs, context, _begin, (replace(task, held=NOTHING_HELD),))
        stack.callback(self._pool.shutdown, wait=True, cancel_futures=True)

    def map(self, what: Callable[[Worker, Asked], Answer], of: Iterable[Asked]) -> Iterator[Answer]:
        """The answers, in the order in which they were asked for. what: a method of `Worker`."""
        if self._pool is None:
            return (what(self._own, one) for one in of)
        return self._mapped(self._pool, what, of)

    def _mapped(
        self, pool: ProcessPoolExecutor, what: Callable[[Worker, Asked], Answer], of: Iterable[Asked]
    ) -> Iterator[Answer]:
        """Only so many are asked for beforehand that no process waits for us."""
        asked = deque[Future[Answer]]()
        for one in of:
            asked.append(pool.submit(_do, what, one))
            if len(asked) > AHEAD * self._jobs:
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()


_worker: Worker | None = None


def _begin(task: Task) -> None:
    global _worker  # what a process of the pool works with
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: whoever started us ends us
    os.nice(5)
    settle()
    _worker = Worker(task, ExitStack())


def _do(what: Callable[[Worker, Asked], Answer], of: Asked) -> Answer:
    assert _worker is not None  # noqa: S101  # begun by the pool
    return what(_worker, of)

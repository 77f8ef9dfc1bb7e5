"""Group commit: appends that queue while one batch is stored are stored together in the next.

There is no writer thread and no timer. The thread whose append finds nobody leading leads: it stores
what has queued, answers everyone in the batch, and once its own append is answered hands the lead to
the first one waiting. A lone caller therefore never waits for another thread.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

from domain.errors import LogBusy, LogUnavailable
from store.append import Append, Outcome

MOST_WAITING = 4096
LARGEST_BATCH = 512


class GroupCommit:
    """write: stores a batch, setting `outcome` or `error` of each append in it. It does not raise."""

    def __init__(self, write: Callable[[Sequence[Append]], None], most_waiting: int = MOST_WAITING) -> None:
        self._write = write
        self._most_waiting = most_waiting
        self._queue: deque[Append] = deque()
        self._lead = threading.Lock()

    @property
    def waiting(self) -> int:
        """Appends queued and not yet in a batch."""
        return len(self._queue)

    def submit(self, append: Append) -> Outcome:
        """Store the append and return where it lies. Raises its error, or LogBusy if the queue is full."""
        if len(self._queue) >= self._most_waiting:
            raise LogBusy
        append.waiter.acquire()
        self._queue.append(append)
        leads = self._lead.acquire(blocking=False)
        if not leads:
            append.waiter.acquire()  # released when the append is settled, or when it is our turn to lead
            leads = not append.is_settled
        if leads:  # and may be settled already, if somebody else led between our queueing and our asking
            while not append.is_settled:
                self._store_next(append)
            self._hand_over()
        if append.error is not None:
            raise append.error
        return cast(Outcome, append.outcome)  # settled without an error

    def _store_next(self, own: Append) -> None:
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
        try:
            self._write(batch)
        except BaseException:  # this thread is being stopped: the others must not wait for it
            for append in batch:
                if not append.is_settled:
                    append.settle(LogUnavailable())
            with suppress(ValueError):
                self._queue.remove(own)  # in a later batch: nobody would wait for it, or lead for it
            self._hand_over()
            raise
        finally:
            for append in batch:
                if append is not own:
                    append.waiter.release()

    def _hand_over(self) -> None:
        while True:
            if self._queue:
                self._queue[0].waiter.release()
                return
            self._lead.release()
            if not self._queue or not self._lead.acquire(blocking=False):
                return

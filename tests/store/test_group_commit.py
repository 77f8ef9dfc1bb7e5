"""Who leads when: the lead is never lost, however threads come in each other's way."""

import threading
from collections.abc import Sequence

from store.append import Append, Outcome
from store.group_commit import GroupCommit


def stored(batch: Sequence[Append]) -> None:
    for append in batch:
        append.settle(Outcome(1, 1, repeated=False))


class Interrupted:
    """A lock before whose first taking another thread comes in between."""

    def __init__(self, lock: threading.Lock, other: threading.Thread) -> None:
        self._lock = lock
        self._other = other

    def acquire(self, blocking: bool = True) -> bool:
        if not self._other.ident:
            self._other.start()
            self._other.join()
        return self._lock.acquire(blocking)

    def release(self) -> None:
        self._lock.release()


def test_an_append_stored_by_another_before_its_thread_asks_to_lead_holds_up_nobody() -> None:
    commit = GroupCommit(stored)
    other = threading.Thread(target=commit.submit, args=(Append([]),))
    commit._lead = Interrupted(threading.Lock(), other)  # type: ignore[assignment]  # a lock that is slow to take

    commit.submit(Append([]))

    third = threading.Thread(target=commit.submit, args=(Append([]),), daemon=True)
    third.start()
    third.join(10)
    assert not third.is_alive(), "the lead was never given back"

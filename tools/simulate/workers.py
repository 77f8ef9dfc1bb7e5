"""Several processes make lives and have them decided on; this one stores what they hand over, in order.

A worker does all there is to do for a few neighbours, up to sealed and encrypted events; what it would store
it hands over instead. So the log is the same as if one process had done everything, and memory stays flat,
since only so many neighbours are under way at a time.
"""

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TypeAlias
from uuid import UUID

from domain.errors import ClockWrong, LogBusy, LogUnavailable, RecordError
from projections.record_view import RecordRender
from store.append import Append, ClaimHash, RequestHash
from store.content import ContentKey
from store.envelope import Draft
from store.event_log import StoredLog
from store.key_place import KeysAt
from store.settling import settle
from store.wiring import open_log
from tools.simulate.behind import Behind
from tools.simulate.lives import live
from tools.simulate.loader import Loader, Stored, loader_on

TOGETHER = 20  # residents: a block of neighbours
AHEAD = 3  # blocks under way for each worker

Key: TypeAlias = tuple[UUID, int, bytes]
Sealed: TypeAlias = tuple[UUID, UUID, int | None, str, str, Key, tuple[bytes, bytes, bytes, bytes]]
Plain: TypeAlias = tuple[list[Sealed], tuple[ClaimHash, ...], RequestHash | None]


class WorkerFailed(Exception):
    """A worker could not go on: whose lives it had, and the code of the error.

    is_away: the log cannot be used now, so that another run may go on.
    """

    def __init__(self, message: str, is_away: bool) -> None:
        super().__init__(message, is_away)  # both: it is pickled on its way here
        self.message, self.is_away = message, is_away


@dataclass(frozen=True)
class Place:
    """Where the log is, and whose lives are wanted: all that a worker must know."""

    dsn: str
    keys: KeysAt
    origin: str
    log_no: int
    seed: int
    until: date
    issuer: str


def load_neighbours(loader: Loader, until: date, numbers: Iterable[int]) -> None:
    """Store a few lives, looking up together what they will claim."""
    lives = [life for number in numbers if (life := live(loader.seed, number, until, loader.issuer))]
    loader.expect(lives)
    for life in lives:
        loader.load(life)


def worked(
    place: Place, workers: int, numbers: Iterable[int], store: Callable[[Sequence[Append]], None]
) -> Iterator[tuple[int, Stored]]:
    """Have the residents' lives stored, in the order given: the last number of each go, and what it added."""
    wanted = iter(numbers)
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, context, _begin, (place,)) as pool:
        under_way: deque[tuple[int, Future[bytes]]] = deque()
        while True:
            while len(under_way) < workers * AHEAD and (some := list(islice(wanted, TOGETHER))):
                under_way.append((some[-1], pool.submit(_work, some)))
            if not under_way:
                return
            last, done = under_way.popleft()
            handed, stored = pickle.loads(done.result())  # noqa: S301  # from a process of our own
            store(_appends(handed))
            yield last, stored


@dataclass
class _Worker:
    """What one worker process holds while it lives."""

    loader: Loader
    behind: Behind
    until: date
    handed: list[Append]

    def work(self, numbers: Sequence[int]) -> tuple[list[Plain], Stored]:
        self.handed.clear()
        self.loader.stored = Stored()
        load_neighbours(self.loader, self.until, numbers)
        self.behind.flush()
        return [_plain(append) for append in self.handed], self.loader.stored


_worker: list[_Worker] = []  # of this process


def _begin(place: Place) -> None:
    """Open the log, once for each process; it is closed with it. Ctrl-C is for the process that asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parts = open_log(dsn=place.dsn, keys=place.keys, origin=place.origin, log_no=place.log_no, readers=2)
    handed = list[Append]()
    behind = Behind(StoredLog(parts), parts, handed.extend)
    _worker.append(
        _Worker(loader_on(behind, RecordRender(), place.seed, place.issuer), behind, place.until, handed)
    )
    settle()


def _work(numbers: Sequence[int]) -> bytes:
    """Pickled here, as bytes that pass through the pipe as they are. A refusal does not, so its name does."""
    try:
        return pickle.dumps(_worker[0].work(numbers))
    except RecordError as refusal:
        is_away = isinstance(refusal, LogBusy | LogUnavailable | ClockWrong)
        raise WorkerFailed(f"residents {numbers[0]} to {numbers[-1]}: {refusal.code}", is_away) from None


def _plain(append: Append) -> Plain:
    return [_sealed(one) for one in append.drafts], tuple(append.claims), append.request


def _sealed(one: Draft) -> Sealed:
    key = (one.key.stream, one.key.generation, one.key.secret)
    return (
        one.event, one.stream, one.version, one.topic, one.category, key,
        (one.plaintext, one.ciphertext, one.after_at, one.after_previous),
    )  # fmt: skip


def _appends(handed: Iterable[Plain]) -> list[Append]:
    """As they were in the worker: events of one stream share its key."""
    keys: dict[Key, ContentKey] = {}
    appends = []
    for sealed, claims, request in handed:
        drafts = []
        for event, stream, version, topic, category, key, content in sealed:
            if key not in keys:
                keys[key] = ContentKey.of(*key)
            drafts.append(Draft(event, stream, version, topic, category, keys[key], *content))
        appends.append(Append(drafts, claims=claims, request=request))
    return appends

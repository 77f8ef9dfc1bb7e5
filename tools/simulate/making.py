"""Makes lives: here, or in other processes, which hand them over in the order of their numbers.

A life is a function of its number, so that a process needs nothing but numbers; only so many are under way at
a time that memory stays flat however large the county is.
"""

import multiprocessing
import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from itertools import islice

from tools.simulate.life import Life
from tools.simulate.lives import live

TOGETHER = 20  # lives made in one go; a block of neighbours
AHEAD = 4  # goes under way for each process


def made(seed: int, until: date, numbers: Iterable[int], makers: int) -> Iterator[list[Life]]:
    """The lives of the numbers, a few at a time, in the order given; without those that begin later."""
    wanted = iter(numbers)
    if makers == 0:
        while some := list(islice(wanted, TOGETHER)):
            yield _lives(seed, until, some)
        return
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(makers, mp_context=context) as pool:
        under_way: deque[Future[bytes]] = deque()
        while True:
            while len(under_way) < makers * AHEAD and (some := list(islice(wanted, TOGETHER))):
                under_way.append(pool.submit(_make, seed, until, some))
            if not under_way:
                return
            yield pickle.loads(under_way.popleft().result())  # noqa: S301  # of our own making


def _make(seed: int, until: date, numbers: list[int]) -> bytes:
    """Pickled here, so that the receiving process unpickles where it wants to."""
    return pickle.dumps(_lives(seed, until, numbers))


def _lives(seed: int, until: date, numbers: Iterable[int]) -> list[Life]:
    lives = (live(seed, number, until) for number in numbers)
    return [life for life in lives if life is not None]

"""Settles a county and stores the lives of its residents, in the order of their numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from domain.ports import RecordRenderer
from store.append import Append
from tools.ahead import Ahead
from tools.simulate.county import Settlement
from tools.simulate.lives import ISSUER, TODAY
from tools.simulate.loader import LOOKED_UP, Loader, Stored, loader_on
from tools.simulate.plan import record_number
from tools.simulate.workers import TOGETHER, Place, load_neighbours, worked

Progress = Callable[[int], None]  # called with the number of residents that are settled


class OtherSeed(Exception):
    """The log holds the residents of another seed: their numbers are given."""


@dataclass(frozen=True)
class Simulation:
    """Which county: so many residents by a seed, as it stands on a day."""

    residents: int
    seed: int = 1
    until: date = TODAY
    issuer: str = ISSUER  # of the logins of its people


def simulate(log: Ahead, render: RecordRenderer, asked: Simulation, progress: Progress) -> Stored:
    """Store whatever is missing of the county, and say what that was.

    Raises ForeignCounty, OtherSeed, or what the application raises.
    """
    loader = _settled(log, render, asked)
    wanted = _wanted(loader, asked.residents)
    while some := list(islice(wanted, TOGETHER)):
        load_neighbours(loader, asked.until, some)
        progress(some[-1] + 1)
    log.flush()
    progress(asked.residents)
    return loader.stored


def simulate_with(
    workers: int,
    log: Ahead,
    render: RecordRenderer,
    asked: Simulation,
    place: Place,
    store: Callable[[Sequence[Append]], None],
    progress: Progress,
) -> Stored:
    """The same by several processes beside this one. store: stores what they hand over, in order."""
    loader = _settled(log, render, asked)
    log.flush()
    for last, stored in worked(place, workers, _wanted(loader, asked.residents), store):
        loader.stored.add(stored)
        progress(last + 1)
    progress(asked.residents)
    return loader.stored


def _settled(log: Ahead, render: RecordRenderer, asked: Simulation) -> Loader:
    """The institutions are there, and the residents are this seed's."""
    loader = loader_on(log, render, asked.seed, asked.issuer)
    Settlement(loader.records, loader.moment, asked.issuer).settle(asked.residents)
    held = log.find_claim("record-number", record_number(0))
    if held is not None and held != loader.record_of(0):
        raise OtherSeed
    return loader


def _wanted(loader: Loader, residents: int) -> Iterator[int]:
    """The numbers of the residents who are not whole yet."""
    for first in range(0, residents, LOOKED_UP):
        yield from loader.missing(range(first, min(first + LOOKED_UP, residents)))

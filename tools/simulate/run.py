"""Settles a county and stores the lives of its residents, in the order of their numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from domain.application import Records
from domain.ports import EventLog, RecordRenderer
from tools.simulate.ahead import Ahead
from tools.simulate.county import Settlement
from tools.simulate.lives import TODAY
from tools.simulate.loader import LOOKED_UP, Loader, Stored
from tools.simulate.making import made
from tools.simulate.plan import record_number
from tools.simulate.stable_ids import Moment

Progress = Callable[[int], None]  # called with the number of residents that are settled


class OtherSeed(Exception):
    """The log holds the residents of another seed: their numbers are given."""


@dataclass(frozen=True)
class Simulation:
    """Which county: so many residents by a seed, as it stands on a day."""

    residents: int
    seed: int = 1
    until: date = TODAY


def simulate(
    log: EventLog, render: RecordRenderer, asked: Simulation, *, makers: int = 0, progress: Progress
) -> Stored:
    """Store whatever is missing of the county, and say what that was.

    makers: processes that make lives beside this one, which stores them; 0: it makes them too.
    Raises ForeignCounty, OtherSeed, or what the application raises.
    """
    moment = Moment(asked.seed)
    ahead = Ahead(log)
    records = Records(ahead, render, moment.clock, moment.new_id)
    Settlement(records, moment).settle(asked.residents)
    loader = Loader(records, ahead, moment, asked.seed)
    _same_seed(log, loader)
    for some in made(asked.seed, asked.until, _wanted(loader, asked.residents), makers):
        loader.expect(some)
        for life in some:
            loader.load(life)
            progress(life.person.number + 1)
    progress(asked.residents)
    return loader.stored


def _wanted(loader: Loader, residents: int) -> Iterator[int]:
    """The numbers of the residents who are not whole yet."""
    for first in range(0, residents, LOOKED_UP):
        yield from loader.missing(range(first, min(first + LOOKED_UP, residents)))


def _same_seed(log: EventLog, loader: Loader) -> None:
    """Raise OtherSeed if the first resident's number is given, and not to them."""
    held = log.find_claim("record-number", record_number(0))
    if held is not None and held != loader.record_of(0):
        raise OtherSeed

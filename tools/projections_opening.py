"""What the commands on projections open: the database as the projector, and projections by their names."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from projections.catalogue import PROJECTIONS
from projections.generations import Db
from projections.projection import Projection
from projections.source import Place
from store import connect
from store.database import open_database
from store.settings import Settings
from tools.output import USAGE, CommandFailed


@contextmanager
def open_place(settings: Settings) -> Iterator[tuple[Place, Db]]:
    """Where the log and its views lie, and a connection there. Raises what `open_database` raises."""
    with open_database(settings) as database:
        place = Place.of(settings, database)
        with closing(connect.plain(place.dsn)) as db:
            yield place, db


def named(name: str) -> Projection:
    """A projection by its name. Raises CommandFailed naming those there are."""
    if name not in PROJECTIONS:
        raise CommandFailed(f"no such projection; there are: {', '.join(PROJECTIONS)}", USAGE)
    return PROJECTIONS[name]


def all_named(names: Sequence[str]) -> list[Projection]:
    """These, each once, in the order of the catalogue; without names all of them."""
    wanted = [named(name) for name in names]
    return [one for one in PROJECTIONS.values() if one in wanted or not wanted]

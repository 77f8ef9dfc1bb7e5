"""Brings every view of a log to its end, without waiting for a runner."""

from collections.abc import Mapping

from projections import generations
from projections.catalogue import PROJECTIONS
from projections.following import Follower
from projections.projection import Projection
from projections.rebuild import Options, Rebuild
from projections.source import Place, open_source


def catch_up(place: Place, projections: Mapping[str, Projection] = PROJECTIONS) -> None:
    """Build what is not there; follow the log with what is."""
    for projection in projections.values():
        with open_source(place) as source:
            live = generations.live(source.db, projection, place.log_no)
            if live is not None:
                follower = Follower(projection, live, source)
                while follower.advance(source.head()):
                    pass
        if live is None:
            Rebuild(projection, place, Options()).run()

"""All projections of one log in one process: a runner for each, and a builder for what is not there yet.

Several processes may do this side by side: for each projection one leads, whichever; the others stand by.
"""

import logging
import threading
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress

import psycopg

from projections import generations, tracking
from projections.catalogue import PROJECTIONS
from projections.generations import Generation
from projections.projection import Projection
from projections.rebuild import AlreadyBuilding, Dropped, Options, Rebuild
from projections.runner import LONGEST_PAUSE_S, POLL_S, Runner
from projections.source import Place, Unfoldable, check_topics, open_source
from store import connect
from store.keys import open_key_store

SHARE = 0.5  # of its time that a build works, so that clinics keep their latency; a command may take more

log = logging.getLogger(__name__)


class Service:
    """Runs between `start` and `stop`, or inside `with`."""

    def __init__(self, place: Place, projections: Mapping[str, Projection] = PROJECTIONS) -> None:
        self._place = place
        self._projections = projections
        self._stopping = threading.Event()
        self._builder = threading.Thread(target=self._build, name="projections builder")
        self._runners: list[Runner] = []
        self._stack = ExitStack()
        self._troubles: dict[str, str] = {}  # the last error in building each, while it is not over

    def start(self) -> None:
        """Begin. Raises UnknownTopics, KeyMissing, psycopg.OperationalError."""
        with open_source(self._place) as source:
            check_topics(source.db, self._place.log_no)
            for projection in self._projections.values():
                generations.protect(source.db, projection, self._place.log_no)
        keys = self._stack.enter_context(closing(open_key_store(self._place.keys, begin=False)))
        self._runners = [Runner(one, self._place, keys) for one in self._projections.values()]
        for runner in self._runners:
            runner.start()
        self._builder.start()

    def stop(self) -> None:
        """Stop everything; returns when it has ended."""
        self._stopping.set()
        for runner in self._runners:
            runner.ask_to_stop()
        for runner in self._runners:
            runner.stop()
        if self._builder.is_alive():
            self._builder.join()
        self._stack.close()

    def __enter__(self) -> "Service":
        self.start()
        return self

    def __exit__(self, *told: object) -> None:
        self.stop()

    def _build(self) -> None:
        """Build what is missing or was asked for, one after the other."""
        pause_s = POLL_S
        while not self._stopping.is_set():
            went_well = [self._tried(one) for one in self._projections.values()]
            pause_s = POLL_S if all(went_well) else min(2 * pause_s, LONGEST_PAUSE_S)
            self._stopping.wait(pause_s)

    def _tried(self, projection: Projection) -> bool:
        """Build the projection if that is due; False if something broke, which is told and tried again."""
        try:
            self._build_if_due(projection)
        except (AlreadyBuilding, Dropped, Unfoldable):
            pass  # somebody else sees to it; where it cannot go on, that is written down
        except Exception as error:
            self._tell(projection, type(error).__name__)
            return False
        self._troubles.pop(projection.name, None)
        return True

    def _build_if_due(self, projection: Projection) -> None:
        log_no = self._place.log_no
        if self._stopping.is_set():
            return
        with closing(connect.plain(self._place.dsn)) as db:
            live = generations.of_state(db, projection.name, log_no, "live")
            building = generations.of_state(db, projection.name, log_no, "building")
            is_stopped = tracking.stopped(db, projection, log_no) is not None
        if is_due(projection.version, live, building, is_stopped=is_stopped):
            options = Options(jobs=building.jobs if building else 1, share=SHARE)
            Rebuild(projection, self._place, options, is_stopped=self._stopping.is_set).run()

    def _tell(self, projection: Projection, error: str) -> None:
        """Log an error, once until it is another or over, and write it down where the database is there."""
        if self._troubles.get(projection.name) == error:
            return
        self._troubles[projection.name] = error
        log.error("building the view %s: %s", projection.name, error)
        with suppress(psycopg.Error), closing(connect.plain(self._place.dsn)) as db:
            tracking.trouble(db, projection, self._place.log_no, error)


def is_due(version: int, live: Generation | None, building: Generation | None, *, is_stopped: bool) -> bool:
    """Whether a release whose projection is of this version builds it, unasked or since it was asked to.

    Only upward: of two releases side by side the older leaves alone what the newer built or builds; a command
    goes back. A build that is stuck at an event waits for the operator.
    """
    there = [one.version for one in (live, building) if one is not None]
    if max(there, default=version) > version:
        return False
    if building is not None:
        return building.stuck_at is None or building.version < version
    return not is_stopped and (live is None or live.version < version)

"""All projections of one log in one process: a runner for each, and a builder for what is not there yet.

Several processes may do this side by side: for each projection one leads, whichever; the others stand by.
"""

import logging
import threading
from collections.abc import Mapping
from contextlib import ExitStack, closing

import psycopg

from projections import generations, tracking
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from projections.rebuild import AlreadyBuilding, Dropped, Options, Rebuild
from projections.runner import LONGEST_PAUSE_S, POLL_S, Runner
from projections.source import Place, Unfoldable, check_topics, open_source
from store import connect
from store.keys import open_key_store

SHARE = 0.5  # of its time that a build works while clinics are served

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
            try:
                with closing(connect.plain(self._place.dsn)) as db:
                    for projection in self._projections.values():
                        self._build_if_asked(db, projection)
                pause_s = POLL_S
            except Exception as error:  # told, and tried again
                if not isinstance(error, psycopg.OperationalError):
                    log.error("building a view: %s", type(error).__name__)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            self._stopping.wait(pause_s)

    def _build_if_asked(self, db: generations.Db, projection: Projection) -> None:
        log_no = self._place.log_no
        if self._stopping.is_set() or tracking.stopped(db, projection, log_no):
            return
        live = generations.live(db, projection, log_no)
        building = generations.of_state(db, projection.name, log_no, "building")
        if live is not None and building is None:
            return
        jobs = building.jobs if building else 1
        options = Options(jobs=jobs, share=SHARE if live else 1.0)
        try:
            Rebuild(projection, self._place, options, is_stopped=self._stopping.is_set).run()
        except (AlreadyBuilding, Dropped, Unfoldable):
            pass  # somebody else sees to it; where it cannot go on, that is written down

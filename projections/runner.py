"""Keeps one projection equal to the log while the log grows.

Of several runners of a projection one leads, the others stand by. The leader is woken by the notification
that follows a commit, looks by itself every second, and begins anew on another connection when it loses its
own. An event that cannot be folded stops the projection, which is written down, until an operator retries
or skips it; nothing is left out silently.
"""

import logging
import threading
import time
from contextlib import suppress

import psycopg

from projections import generations, leader, tracking
from projections.erasure import Erasure
from projections.following import Follower, NotOurs
from projections.projection import Projection
from projections.source import Place, Source, Unfoldable, open_source
from store.keys import KeyStore
from store.notifier import channel

POLL_S = 1.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 5.0  # before another connection

log = logging.getLogger(__name__)


class Runner:
    """One projection's runner in this process: a thread between `start` and `stop`."""

    def __init__(self, projection: Projection, place: Place, keys: KeyStore | None = None) -> None:
        """keys: a key store that is shared with others, else it opens one of its own."""
        self.projection = projection
        self._place = place
        self._keys = keys
        self._stopping = threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name=f"projection {projection.name}")

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Stop within a second or so."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop, and wait until the thread has ended."""
        self.ask_to_stop()
        self._thread.join()

    def _run(self) -> None:
        pause_s = SHORTEST_PAUSE_S
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                with open_source(self._place, self._keys) as source:
                    self._stand_by(source)
            except Exception as error:  # whatever broke: told, and tried again on a new connection
                self._trouble = type(error).__name__
                if not isinstance(error, psycopg.OperationalError):
                    log.error("projection %s: %s", self.projection.name, self._trouble)
                lasted = time.monotonic() - began > LONGEST_PAUSE_S
                pause_s = SHORTEST_PAUSE_S if lasted else min(2 * pause_s, LONGEST_PAUSE_S)
                self._stopping.wait(pause_s)

    def _stand_by(self, source: Source) -> None:
        """Wait to lead; then lead until something breaks or we are stopped."""
        name, log_no = self.projection.name, self._place.log_no
        leader.present(source.db, name, log_no)
        self._tell_trouble(source)
        while not self._stopping.is_set():
            if leader.lead(source.db, "runs", name, log_no):
                return self._lead(source)
            self._stopping.wait(POLL_S)

    def _lead(self, source: Source) -> None:
        channel_name = psycopg.sql.Identifier(channel(self._place.log_no))
        source.db.execute(psycopg.sql.SQL("LISTEN {}").format(channel_name))
        follower: Follower | None = None
        erasure = Erasure(self.projection, source)
        while not self._stopping.is_set():
            erasure.sweep()  # whether the projection follows, has stopped, or waits to be built
            follower = self._follower(source, follower)
            if follower is None or not self._advance(source, follower):
                for _ in source.db.notifies(timeout=POLL_S, stop_after=1):
                    pass

    def _follower(self, source: Source, held: Follower | None) -> Follower | None:
        """Who follows with the live generation; None while there is none, or the projection has stopped."""
        if tracking.stopped(source.db, self.projection, self._place.log_no):
            return None
        live = generations.live(source.db, self.projection, self._place.log_no)
        if live is None or (
            held and (held.generation.generation, held.position) == (live.generation, live.position)
        ):
            return held if live else None
        return Follower(self.projection, live, source)

    def _advance(self, source: Source, follower: Follower) -> bool:
        """Fold a batch, if there is one; False if there is nothing to do but wait."""
        try:
            return follower.advance(source.head()) > 0
        except NotOurs:
            return True  # look again where it is
        except Unfoldable as stuck:
            where = (stuck.position, stuck.topic, stuck.error)
            tracking.stop(source.db, self.projection, self._place.log_no, *where)
            return False

    def _tell_trouble(self, source: Source) -> None:
        if self._trouble:
            with suppress(psycopg.Error):
                tracking.trouble(source.db, self.projection, self._place.log_no, self._trouble)
            self._trouble = ""

"""A publisher kept at work: one leads, the others stand by; what breaks is told and tried again."""

import logging
from contextlib import closing

from psycopg import sql

from store import connect
from store.connect import Connection
from store.notifier import channel
from store.proof.fence import Fenced
from store.proof.publisher import Published, Publisher
from store.proof.working import Working

EVERY_S = 1.0  # at most so often: the target is 2 s, the promised maximum merge delay 60 s
POLL_S = 1.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
LOCK = 0x7075_626C  # "publ" in ASCII: with the log's number, the advisory lock of who leads

log = logging.getLogger(__name__)


def leads(db: Connection, log_no: int) -> bool:
    """Whether whoever uses this connection may publish from here on, as long as it lives."""
    row = db.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, log_no]).fetchone()
    return bool(row and row[0])


class PublisherThread(Working):
    """A publisher in this process, inside `with`: leads, or stands by until it may."""

    def __init__(self, published: Published, every_s: float = EVERY_S) -> None:
        super().__init__("publisher")
        self._told = published
        self._every_s = every_s
        self._trouble = ""

    def _run(self) -> None:
        pause_s = SHORTEST_PAUSE_S
        while not self._stopping.is_set():
            try:
                with closing(connect.plain(self._told.dsn)) as db:
                    self._stand_by(db)
                pause_s = SHORTEST_PAUSE_S
            except Exception as error:  # whatever broke: told once, and tried again on a new connection
                self._tell(error)
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _stand_by(self, db: Connection) -> None:
        """Wait to lead; then publish until something breaks or we are stopped."""
        while not self._stopping.is_set():
            if leads(db, self._told.log_no):
                return self._lead(db)
            self._stopping.wait(POLL_S)

    def _lead(self, db: Connection) -> None:
        db.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel(self._told.log_no))))
        publisher = Publisher(self._told, db)
        while not self._stopping.is_set():
            row = publisher.publish()
            self._trouble = ""
            if row is not None:
                self._stopping.wait(self._every_s)
                continue
            for _ in db.notifies(timeout=POLL_S, stop_after=1):
                pass

    def _tell(self, error: Exception) -> None:
        trouble = str(error) if isinstance(error, Fenced) else type(error).__name__
        if trouble != self._trouble:
            self._trouble = trouble
            log.error("publishing log %s: %s", self._told.log_no, trouble)

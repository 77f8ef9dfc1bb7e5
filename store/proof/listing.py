"""Head lists made and told: by the hour, and for a package that somebody waits for.

The list is of a published tree; the event that tells it comes after, and a checkpoint of a tree that has the
event shows it. Killed between making and telling, it is told at the next call.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from contextlib import closing
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

from domain.adoption import STARTING
from domain.application import utc_now
from domain.gate import Gate
from domain.log_commands import tell_heads
from store import connect
from store.connect import Connection
from store.event_log import StoredLog
from store.proof import checkpoints, heads
from store.proof.heads import HeadList
from store.proof.rows import Rows, over

LOCK: Final = 0x6865_6164  # "head" in ASCII: with the log's number, the advisory lock of who makes a list
PATIENCE_S: Final = 4.0  # of who asked for a package
PAUSE_S: Final = 0.1

Tell = Callable[[HeadList], UUID]
"""Tells a list in the log; the event."""

log = logging.getLogger(__name__)


def list_heads(dsn: str, log_no: int, tell: Tell, *, may_take_long: bool = True) -> HeadList | None:
    """Make the list of the newest published tree and tell it; None before the first checkpoint.

    dsn: as lifelong_publisher. The list that is there already, if nothing was published since. may_take_long:
    as the first list does, which reads the whole log, and the second leg; else that is left to who has time,
    and psycopg.errors.QueryCanceled is raised. Raises what telling raises.
    """
    with closing(connect.plain(dsn)) as db:
        if may_take_long:
            db.execute("SET statement_timeout = 0")
        db.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK, log_no])
        if may_take_long:
            checkpoints.thin(db, log_no)
        made = _made(db, log_no, with_second_leg=may_take_long and heads.is_leg_due(over(db), log_no))
        if made is None or made.event is not None:
            return made
        event = tell(made)
        heads.tell(db, log_no, made.size, event)
        return replace(made, event=event)


def teller(stored: StoredLog) -> Tell:
    """Tells lists in a log: the program's own act."""

    def tell(made: HeadList) -> UUID:
        answer = tell_heads(
            stored,
            Gate(stored, utc_now, uuid4),
            STARTING,
            size=made.size,
            streams=made.streams,
            root=made.root.hex(),
            root_512=made.root_512.hex() if made.root_512 else None,
        )
        return answer.stored[0].event

    return tell


def _made(db: Connection, log_no: int, *, with_second_leg: bool) -> HeadList | None:
    published = checkpoints.published(over(db), log_no)
    if published is None:
        return None
    return heads.make(db, log_no, published.size, with_second_leg=with_second_leg)


class Lister:
    """Has a list made where a package needs a newer one; nobody waits for it long.

    What is not finished in time is finished all the same, one after the other, and serves the next package.
    """

    def __init__(self, dsn: str, log_no: int, rows: Rows, tell: Tell) -> None:
        """dsn: as lifelong_publisher. rows: of what is published."""
        self._dsn = dsn
        self._log_no = log_no
        self._rows = rows
        self._tell = tell
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="head lists")

    def bring(self, position: int) -> None:
        """See to a list that has the event at a position, published, unless it takes too long or breaks."""
        until = time.monotonic() + PATIENCE_S
        if self._is_there(position):
            return
        try:
            self._worker.submit(self._list, position).result(PATIENCE_S)
            while not self._is_there(position) and time.monotonic() < until:
                time.sleep(PAUSE_S)
        except TimeoutError:
            return
        except Exception as error:  # whatever broke: the package says which list it has
            log.error("head list of log %s: %s", self._log_no, type(error).__name__)

    def close(self) -> None:
        """Finish what is under way."""
        self._worker.shutdown(cancel_futures=True)

    def _list(self, position: int) -> None:
        newest = heads.newest(self._rows, self._log_no)  # somebody else may have waited for the same
        if newest is None or newest.event is None or newest.size < position:
            list_heads(self._dsn, self._log_no, self._tell, may_take_long=False)

    def _is_there(self, position: int) -> bool:
        published = checkpoints.published(self._rows, self._log_no)
        found = heads.told(self._rows, self._log_no, published.size) if published else None
        return found is not None and found.made.size >= position

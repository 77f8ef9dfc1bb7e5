"""Head lists, made and told in the log: every hour, and before anything is exported."""

import logging
import threading
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

from domain.adoption import STARTING
from domain.application import utc_now
from domain.gate import Gate
from domain.log_commands import tell_heads
from store import connect
from store.connect import Connection
from store.event_log import StoredLog
from store.proof import checkpoints, heads
from store.proof.heads import HeadList
from store.proof.rows import over
from store.wiring import open_log
from tools.publishing import Publishing

EVERY_S = 3600.0
LOCK = 0x6865_6164  # "head" in ASCII: with the log's number, the advisory lock of who makes a list

log = logging.getLogger(__name__)


def list_heads(publishing: Publishing) -> HeadList | None:
    """Make the list of the newest published tree and tell it in the log; None before the first checkpoint.

    The list that is there already, if nothing was published since. Killed between making and telling, it is
    told at the next call. Raises what opening the log and appending raise.
    """
    with closing(connect.plain(publishing.dsn)) as db:
        db.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK, publishing.log_no])
        db.execute("SET statement_timeout = 0")  # the first list reads the whole log
        checkpoints.thin(db, publishing.log_no)
        made = _made(db, publishing.log_no)
        if made is None or made.event is not None:
            return made
        return _told(db, publishing, made)


def _made(db: Connection, log_no: int) -> HeadList | None:
    published = checkpoints.published(over(db), log_no)
    if published is None:
        return None
    return heads.make(db, log_no, published.size, with_second_leg=heads.is_leg_due(over(db), log_no))


def _told(db: Connection, publishing: Publishing, made: HeadList) -> HeadList:
    opened = open_log(
        dsn=publishing.appender, keys=publishing.keys, origin=publishing.origin, log_no=publishing.log_no
    )
    with closing(opened):
        stored = StoredLog(opened)
        answer = tell_heads(
            stored,
            Gate(stored, utc_now, uuid4),
            STARTING,
            size=made.size,
            streams=made.streams,
            root=made.root.hex(),
            root_512=made.root_512.hex() if made.root_512 else None,
        )
    heads.tell(db, publishing.log_no, made.size, answer.stored[0].event)
    return replace(made, event=answer.stored[0].event)


class HeadsThread:
    """Makes a list every hour, between `start` and `stop`; what breaks is told and tried an hour later."""

    def __init__(self, publishing: Publishing, every_s: float = EVERY_S) -> None:
        self._told = publishing
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="head lists")

    def __enter__(self) -> "HeadsThread":
        self._thread.start()
        return self

    def __exit__(self, *told: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                list_heads(self._told)
            except Exception as error:  # whatever broke: the log itself is not touched by it
                log.error("head list of log %s: %s", self._told.log_no, type(error).__name__)

"""Rendered records kept beside the log: an encrypted cache, written behind the answer.

A body is the snapshot of a fold, its last form: it lies where snapshots lie, under the record's own key,
named by the edition of the view. Only the newest is kept, and all of them can be deleted at any time.
"""

import logging
import queue
import threading
from contextlib import suppress
from uuid import UUID

import psycopg

from domain.ports import Rendered
from domain.released import demand
from store.snapshots import Snapshots

BODY = "record.body"  # no topic: what a body is to whoever asks whether it may be opened
WAITING = 64  # bodies; when more wait, those that come are let go: they will be rendered again
log = logging.getLogger(__name__)


class KeptBodies:
    """`domain.record_current.Bodies` on one log. One thread writes. Safe for threads."""

    def __init__(self, snapshots: Snapshots, edition: str, *, guarded: bool = False) -> None:
        """edition: of the view that the bodies are rendered by; those of another are not looked at.

        guarded: a body is opened where a decision released its record (domain.released).
        """
        self._guarded = guarded
        self._snapshots = snapshots
        self._edition = edition
        self._fold = f"body of {edition}"
        self._waiting: queue.Queue[tuple[UUID, int, bytes] | None] = queue.Queue(WAITING)
        self._writer = threading.Thread(target=self._write, name="bodies")
        self._writer.start()

    def get(self, record: UUID, version: int) -> tuple[int, Rendered] | None:
        """The body of a version and the position of its last event, if it is kept. Raises NotReleased."""
        if self._guarded:
            demand(record, BODY)
        newest = self._snapshots.newest(record, self._fold)
        if newest is None or newest[0] != version:
            return None
        position, _, body = newest[1].partition(b"\n")
        return int(position), Rendered(self._edition, body)

    def keep(self, record: UUID, version: int, position: int, rendered: Rendered) -> None:
        """Keep a body, soon; not if too many wait already, or if it is of another edition."""
        if rendered.edition == self._edition:
            with suppress(queue.Full):
                self._waiting.put_nowait((record, version, b"%d\n%b" % (position, rendered.body)))

    def settle(self) -> None:
        """Return when everything that waited is written."""
        self._waiting.join()

    def close(self) -> None:
        """Write what waits, then stop."""
        self._waiting.put(None)
        self._writer.join()

    def _write(self) -> None:
        while (one := self._waiting.get()) is not None:
            record, version, state = one
            try:
                self._snapshots.replace(record, self._fold, version, state)
            except psycopg.Error as error:  # a cache: what cannot be kept is rendered again
                log.warning("a rendered record was not kept: %s", type(error).__name__)
            finally:
                self._waiting.task_done()
        self._waiting.task_done()

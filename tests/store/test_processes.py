"""Eight processes append to one log while a reader tails it: nothing is missed, everything recomputes."""

import multiprocessing
import time
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from store.database import APPENDER, Database
from store.wiring import open_log
from tests.store.audit import audited
from tests.store.logs import opened, origin_of, unused_log_no

PROCESSES = 8
SECONDS = 20.0
EVENTS_PER_APPEND = 3


def append_for_a_while(dsn: str, keys: str, log_no: int, seconds: float) -> int:
    """What each process does. Returns how many events it stored."""
    log = open_log(dsn=dsn, keys=Path(keys), origin=origin_of(log_no), log_no=log_no, readers=1)
    until, stored, version, stream = time.monotonic() + seconds, 0, 0, uuid4()
    while time.monotonic() < until:
        if version > 30:
            version, stream = 0, uuid4()
        versions = range(version + 1, version + 1 + EVENTS_PER_APPEND)
        log.recorder.append([StoredEvent(stream, one, "record.created.v1", b"{}") for one in versions])
        version += EVENTS_PER_APPEND
        stored += EVENTS_PER_APPEND
    log.close()
    return stored


@pytest.mark.slow
def test_eight_processes_append_and_a_tailing_reader_misses_nothing(
    database: Database, tmp_path: Path
) -> None:
    log_no = unused_log_no()
    with opened(database, log_no, tmp_path) as log:
        arguments = (database.dsn(APPENDER), str(tmp_path), log_no, SECONDS)
        with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
            writing = pool.starmap_async(append_for_a_while, [arguments] * PROCESSES)
            seen: list[int] = []
            while not writing.ready():
                page = log.recorder.select_notifications(len(seen), 1000, inclusive_of_start=False)
                seen.extend(notification.id for notification in page)
            stored = sum(writing.get())
        last = log.recorder.select_notifications(len(seen), stored, inclusive_of_start=False)
        seen.extend(notification.id for notification in last)

        assert seen == list(range(1, stored + 1))
        assert len(audited(log)) == stored > 0

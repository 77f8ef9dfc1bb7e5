"""A publisher killed at random, over and over, while events are appended: it published one history."""

import multiprocessing
import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.merkle import root_hash, verify_consistency
from evidence.tiles import TileId, Tree
from store import connect
from store.connect import Connection
from store.database import APPENDER, PUBLISHER, Database
from store.proof import cosigning, fence, tiles
from store.proof.keys import checkpoint_signers
from store.proof.publisher import Published, Publisher
from store.proof.rows import over
from store.proof.second_place import SecondPlace
from store.proof.serving import PublishedLog
from store.wiring import OpenLog
from tests.store.logs import opened, unused_log_no
from tests.store.proof.witnesses import policy, running
from tools import beside
from tools.publishing import Publishing

KILLS = 20
EVERY_S = 0.02
START_S = 60.0


class Appending(threading.Thread):
    """Appends without end: a few events on a new stream, again and again."""

    def __init__(self, log: OpenLog) -> None:
        super().__init__()
        self._log = log
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(0.005):
            stream = uuid4()
            self._log.recorder.insert_events(
                [StoredEvent(stream, version, "test:thing", b"{}") for version in (1, 2, 3)]
            )

    def stop(self) -> None:
        self._stopping.set()
        self.join()


class Reader(threading.Thread):
    """Somebody who keeps every checkpoint that is ever public, as it was shown: note by size, in order."""

    def __init__(self, dsn: str, log_no: int) -> None:
        super().__init__()
        self._dsn, self._log_no = dsn, log_no
        self._stopping = threading.Event()
        self.seen: list[tuple[int, bytes]] = []

    def run(self) -> None:
        with closing(connect.plain(self._dsn)) as db:
            published = PublishedLog(over(db), self._log_no)
            while not self._stopping.wait(0.002):
                row = published.newest()
                if row is not None and (row.size, row.note) not in self.seen[-1:]:
                    self.seen.append((row.size, row.note))

    def stop(self) -> None:
        self._stopping.set()
        self.join()


@pytest.fixture
def log(database: Database, tmp_path: Path) -> Iterator[OpenLog]:
    with opened(database, unused_log_no(), tmp_path / "keys") as log:
        yield log


def _checkpoints(db: Connection, log_no: int) -> int:
    row = db.execute("SELECT count(*) FROM proof.checkpoint WHERE log_no = %s", [log_no]).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.slow
def test_killed_20_times_at_random_what_is_published_stays_one_history(
    database: Database, log: OpenLog, tmp_path: Path
) -> None:
    signers = checkpoint_signers(log.origin, log.keys)
    verifiers = [one.verifier for one in signers]
    dsn, place = database.dsn(PUBLISHER), SecondPlace(tmp_path / "second", log.log_no)
    chance = random.Random(6962)
    with ExitStack() as stack:
        db = stack.enter_context(closing(connect.plain(dsn)))
        witness = stack.enter_context(running(tmp_path, 1, log.origin, verifiers))
        trust = policy(verifiers, [(witness.verifier, witness.url)], 1)
        told = tmp_path / "policy"
        lines = [
            *(f"log {one}" for one in verifiers),
            f"witness w0 {witness.verifier} {witness.url}",
            "quorum w0",
        ]
        told.write_text("\n".join(lines))
        publishing = Publishing(
            dsn, database.dsn(APPENDER), log.log_no, log.origin, tmp_path / "keys", place, EVERY_S, told
        )
        appending, reader = Appending(log), Reader(dsn, log.log_no)
        appending.start()
        reader.start()
        try:
            for _ in range(KILLS):
                _run_and_kill(publishing, db, chance.uniform(0.0, 0.2))
        finally:
            appending.stop()
            time.sleep(0.1)
            reader.stop()

        _check_one_history(db, log, reader, [verifiers[0], verifiers[1]])
        published = Published(dsn, log.log_no, log.origin, signers, place)
        _let_go(db)
        last = Publisher(published, db).publish() or PublishedLog(over(db), log.log_no).newest()
        assert last is not None and last.size == fence.head(db, log.log_no)
        assert place.read() == Checkpoint(log.origin, last.size, last.root)
        with closing(cosigning.Collector(trust, log.log_no)) as collector:
            assert collector.collect(db, last) == []
        assert witness.state.refused() == []
        assert len(reader.seen) > KILLS


def _run_and_kill(publishing: Publishing, db: Connection, after_s: float) -> None:
    """A publisher process, killed so long after its first checkpoint."""
    before = _checkpoints(db, publishing.log_no)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=beside._main, args=(None, publishing))
    process.start()
    try:
        until = time.monotonic() + START_S
        while _checkpoints(db, publishing.log_no) == before:
            assert process.is_alive() and time.monotonic() < until
            time.sleep(0.002)
        time.sleep(after_s)
    finally:
        process.kill()
        process.join()


def _let_go(db: Connection) -> None:
    """Wait until the server has noticed that the last publisher is gone."""
    db.execute("SELECT pg_sleep(0.2)")


def _check_one_history(db: Connection, log: OpenLog, reader: Reader, verifiers: list[note.Verifier]) -> None:
    """Sizes only grow, a size has one note, each begins with the one before and is over the log's events."""
    leaves = tiles.leaf_hashes(over(db), log.log_no, 0, fence.head(db, log.log_no))
    sizes = [size for size, _ in reader.seen]
    assert sizes == sorted(set(sizes))
    read = tiles.reader(over(db), log.log_no)
    before: Checkpoint | None = None
    for size, signed in reader.seen:
        opened = note.open(text=signed, verifiers=verifiers)
        assert len(opened.signed_by) == 2
        now = Checkpoint.parse(opened.text)
        assert now == Checkpoint(log.origin, size, root_hash(leaf_hashes=leaves[:size]))
        if before is not None:
            verify_consistency(
                size1=before.size,
                size2=size,
                root1=before.root,
                root2=now.root,
                proof=Tree(size, read).consistency(before.size),
            )
        before = now
    for number in range(sizes[-1] // 256):
        assert read(TileId(0, number)) == b"".join(leaves[256 * number : 256 * number + 256])

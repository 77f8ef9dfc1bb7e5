"""Asks witnesses for their cosignatures on what was published, and keeps them beside the checkpoint.

Behind the publication and never in its way: a witness that is slow or away only makes the proof wait for it.
What a witness answers is kept only if its signature holds; a refusal is told, for it may be the first sign
that somebody was shown another history.
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import httpx

from evidence import note
from evidence.checkpoint import decimal
from evidence.errors import ProofError
from evidence.tiles import Read, TileId, Tree
from evidence.trust import Trust, Witness
from evidence.witness import request
from store import connect
from store.connect import Connection
from store.proof import checkpoints, tiles
from store.proof.asking import post
from store.proof.checkpoints import Row
from store.proof.rows import Rows, over
from store.proof.serving import PublishedLog
from store.proof.working import Working

TIMEOUT_S = 5.0  # for an answer, all of it
LARGEST_ANSWER = 65_536  # bytes
POLL_S = 1.0
LOOKED_AT = 100  # checkpoints, for the newest that enough of the witnesses signed
TRIES = 2  # the first may learn from which size the witness wants the proof

log = logging.getLogger(__name__)


class WitnessRefused(Exception):
    """A witness did not sign. status: its HTTP answer."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(f"witness {name} answered {status}")
        self.status = status


@dataclass(frozen=True)
class Cosigned:
    """One signature line that a witness gave, under the key that it was checked with."""

    key: str
    line: bytes


class Asker:
    """Asks one witness. Knows from which size it wants the next proof."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        self._size = 0  # what it signed last, as far as we know
        self._trouble = ""

    def ask(self, row: Row, tree: Tree) -> list[Cosigned]:
        """Its signatures. Raises WitnessRefused, ProofError, httpx.HTTPError."""
        address = f"{(self.witness.url or '').removesuffix('/')}/add-checkpoint"
        for _ in range(TRIES):
            proof = tree.consistency(self._size) if 0 < self._size <= row.size else []
            body = request(self._size, proof, row.note)
            status, said = post(address, body, timeout_s=TIMEOUT_S, most=LARGEST_ANSWER)
            if status == 200:
                found = self._checked(row, said)
                self._size = row.size
                return found
            if status != 409:
                break
            self._size = decimal(said.decode("ascii", "replace").removesuffix("\n"))
            if self._size > row.size:
                break
        raise WitnessRefused(self.witness.name, status)

    def tell(self, error: Exception | None) -> None:
        """Log what went wrong, once for as long as it lasts."""
        trouble = f"{type(error).__name__} {getattr(error, 'status', '')}".strip() if error else ""
        if trouble and trouble != self._trouble:
            log.warning("witness %s: %s", self.witness.name, trouble)
        self._trouble = trouble

    def _checked(self, row: Row, lines: bytes) -> list[Cosigned]:
        """The lines of the key that we know it by, if they hold. Raises ProofError."""
        text, _ = note.parts(row.note)
        verifier, found = self.witness.verifier, list[Cosigned]()
        for one in lines.splitlines(keepends=True):
            try:
                note.open(text=text + b"\n" + one, verifiers=[verifier])
            except ProofError:
                continue  # of another key of the witness's, which others may know
            found.append(Cosigned(f"{verifier.name}+{verifier.key_id.hex()}", one))
        if not found:
            raise ProofError("a witness that answered without its signature")
        return found


class Collector:
    """Asks every witness of a policy for the newest checkpoint, side by side."""

    def __init__(self, trust: Trust, log_no: int) -> None:
        self._log_no = log_no
        self._askers = [Asker(one) for one in trust.witnesses.values() if one.url]
        self._pool = ThreadPoolExecutor(max(1, len(self._askers)), thread_name_prefix="witness")

    def collect(self, db: Connection, row: Row) -> Sequence[str]:
        """Keep what the witnesses sign; the names of those that did not."""
        tree = Tree(row.size, _OneByOne(tiles.reader(over(db), self._log_no)).read)
        asked = [(one, self._pool.submit(one.ask, row, tree)) for one in self._askers]
        missing = []
        for asker, answer in asked:
            try:
                found = answer.result()
            except (WitnessRefused, ProofError, httpx.HTTPError, httpx.InvalidURL) as error:
                missing.append(asker.witness.name)
                asker.tell(error)
                continue
            _keep(db, self._log_no, row.size, found)
            asker.tell(None)
        return missing

    def close(self) -> None:
        self._pool.shutdown()


class _OneByOne:
    """Tiles read over one connection, which several threads may not use at the same time."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._lock = threading.Lock()

    def read(self, tile: TileId) -> bytes:
        with self._lock:
            return self._read(tile)


def _keep(db: Connection, log_no: int, size: int, found: Sequence[Cosigned]) -> None:
    for one in found:
        db.execute(
            """INSERT INTO proof.cosignature (log_no, size, key, line) VALUES (%s, %s, %s, %s)
               ON CONFLICT DO NOTHING""",
            [log_no, size, one.key, one.line],
        )


def witnessed(rows: Rows, log_no: int, trust: Trust) -> Row | None:
    """The newest checkpoint that satisfies the policy, among the last that anybody cosigned."""
    found = rows(
        """SELECT DISTINCT size FROM proof.cosignature WHERE log_no = %s ORDER BY size DESC LIMIT %s""",
        [log_no, LOOKED_AT],
    )
    published = PublishedLog(rows, log_no)
    for (size,) in found:
        row = checkpoints.of_size(rows, log_no, size)
        try:
            if row is not None and trust.open(published.cosigned(row)):
                return row
        except ProofError:
            continue  # not yet by enough of them
    return None


class CosigningThread(Working):
    """Collects in this process, inside `with`, whatever is newest."""

    def __init__(self, dsn: str, log_no: int, trust: Trust) -> None:
        super().__init__("cosigning")
        self._dsn = dsn
        self._log_no = log_no
        self._trust = trust

    def _run(self) -> None:
        with closing(Collector(self._trust, self._log_no)) as collector:
            while not self._stopping.is_set():
                try:
                    with closing(connect.plain(self._dsn)) as db:
                        self._collect(db, collector)
                except Exception as error:  # whatever broke: told, and tried again on a new connection
                    log.error("asking the witnesses of log %s: %s", self._log_no, type(error).__name__)
                    self._stopping.wait(POLL_S)

    def _collect(self, db: Connection, collector: Collector) -> None:
        done = 0
        while not self._stopping.is_set():
            newest = checkpoints.published(over(db), self._log_no)
            if newest is not None and newest.size != done and not collector.collect(db, newest):
                done = newest.size
            self._stopping.wait(POLL_S)

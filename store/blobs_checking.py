"""What becomes of an upload when all of it is here: hashed, and shown to the virus scanner.

In the background, a few at a time, once for all who ask. Nothing is lost when it is cut off: the document
stays unchecked and is checked again when an entry names it, or at the next sweep.
"""

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol
from uuid import UUID

from store.blobs_scanner import Finding, Scanner
from store.blobs_table import BlobTable

SIDE_BY_SIDE = 2  # documents; each has a scanner of its own
STATES: dict[Finding, str] = {"clean": "clean", "infected": "quarantined", "none": "unscanned"}


class Read(Protocol):
    """Reads a whole document piece by piece; None if it is not whole."""

    def __call__(self, blob: UUID) -> Iterator[bytes] | None: ...


class Checking:
    """Checks the documents of one log."""

    def __init__(self, table: BlobTable, read: Read, scanner: Scanner | None) -> None:
        """scanner: None where none is configured; documents are then taken as they are."""
        self._table = table
        self._read = read
        self._scanner = scanner
        self._threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="checking")
        self._lock = threading.Lock()
        self._under_way: dict[UUID, Future[None]] = {}  # guarded by _lock

    @property
    def demands_scan(self) -> bool:
        return self._scanner is not None

    @property
    def waiting_states(self) -> tuple[str, ...]:
        """The states in which a whole document waits for a check."""
        return ("receiving", "unscanned") if self.demands_scan else ("receiving",)

    def start(self, blob: UUID) -> "Future[None]":
        """The check of a document; the one under way, if there is one."""
        with self._lock:
            if found := self._under_way.get(blob):
                return found
            future = self._under_way[blob] = self._threads.submit(self._check, blob)
        future.add_done_callback(lambda _: self._under_way.pop(blob, None))
        return future

    def close(self) -> None:
        """Begin no more, and end what is under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._scanner:
            self._scanner.close()
        self._threads.shutdown()

    def _check(self, blob: UUID) -> None:
        pieces = self._read(blob)
        if pieces is None:
            return
        sha256, sha512 = hashlib.sha256(), hashlib.sha512()
        scan = self._scanner.begin() if self._scanner else None
        try:
            for piece in pieces:
                sha256.update(piece)
                sha512.update(piece)
                if scan:
                    scan.feed(piece)
        except BaseException:
            if scan:
                scan.kill()
                scan.finding()
            raise
        finding: Finding = scan.finding() if scan else "none"
        self._table.checked(blob, STATES[finding], sha256.digest(), sha512.digest())

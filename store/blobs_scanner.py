"""The virus scanner: a command that is given a document on its standard input.

Exit status 0: clean; 1: infected, as clamdscan and its kin have it. Anything else, a command that is not
there, one that takes too long or does not read all of it gives no verdict: the document waits.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

Finding = Literal["clean", "infected", "none"]
CLEAN, INFECTED = 0, 1


class Scanner:
    """A scanner's command, and how long it may take over one document."""

    def __init__(self, command: tuple[str, ...], timeout_s: float) -> None:
        self._command = command
        self._timeout_s = timeout_s
        self._running: set[Scan] = set()

    def begin(self) -> "Scan":
        """A scan of one document."""
        scan = Scan(self._command, self._timeout_s, self._running.discard)
        self._running.add(scan)
        return scan

    def close(self) -> None:
        """End the scans under way, without a verdict."""
        for scan in list(self._running):
            scan.kill()


class Scan:
    """One document on its way through the scanner. Feed it, then ask; always ask."""

    def __init__(self, command: tuple[str, ...], timeout_s: float, on_end: Callable[["Scan"], None]) -> None:
        self._on_end = on_end
        self._took_all = True
        self._process = _started(command)
        self._timer = threading.Timer(timeout_s, self.kill)
        self._timer.daemon = True
        self._timer.start()

    def feed(self, piece: bytes) -> None:
        """Pass on a piece; a scanner that has found something may have stopped reading."""
        if self._process is None or self._process.stdin is None or not self._took_all:
            return
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[self._process.stdin.write(rest) :]
        except OSError:
            self._took_all = False

    def finding(self) -> Finding:
        """What the scanner says, once it has ended."""
        try:
            status = self._status()
        finally:
            self._timer.cancel()
            self._on_end(self)
        if status == INFECTED:
            return "infected"
        return "clean" if status == CLEAN and self._took_all else "none"

    def kill(self) -> None:
        """End the scanner, and whatever it has started."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _status(self) -> int | None:
        if self._process is None or self._process.stdin is None:
            return None
        try:
            self._process.stdin.close()
        except OSError:
            self._took_all = False
        return self._process.wait()


def _started(command: tuple[str, ...]) -> "subprocess.Popen[bytes] | None":
    """The scanner, in a group of its own so that it can be ended whole; None if it does not start.

    Our settings stay with us: one of them may hold the database's password.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIFELONG_")}
    try:
        return subprocess.Popen(  # noqa: S603  # the operator's command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
            bufsize=0,
        )
    except OSError:
        return None

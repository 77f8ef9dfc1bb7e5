"""Supervises an embedded PostgreSQL: one process owns the server, others that use the same data join it.

Whoever holds a file lock beside the data owns the server, runs it as a direct child, starts it again when it
dies and stops it at the end. When the owner dies, by `kill -9` too, a guard stops the server within moments
and the next process that uses the data takes over. Nothing is counted and no pid is trusted.
"""

import contextlib
import logging
import os
import signal
import subprocess
import time
from pathlib import Path
from threading import Event, RLock, Thread
from types import TracebackType

import psycopg
from psycopg.conninfo import make_conninfo

from store.embedded.binaries import PostgresError, find_binaries
from store.embedded.cluster import (
    PORT,
    SUPERUSER,
    create_cluster,
    is_server_of,
    read_pid_file,
    server_command,
    write_access,
    written_by,
)
from store.embedded.file_lock import FileLock
from store.embedded.guard import Guard
from store.embedded.identity import Identity, choose_identity
from store.embedded.run_folder import drop_run_folder, find_run_folder, make_run_folder
from store.embedded.server_log import open_log, read_log

START_TIMEOUT_S = 180.0  # a large recovery takes its time
STOP_TIMEOUT_S = 60.0
QUIT_TIMEOUT_S = 10.0
POLL_S = 0.02
WATCH_S = 0.25
RETRY_S = 0.2
LOG_TAIL = 2_000

# Said by a server that starts while backends of a killed one are still noticing its death.
PASSING = (b'" already exists', b"pre-existing shared memory block")

log = logging.getLogger(__name__)


class EmbeddedServer:
    """A PostgreSQL of our own under `data`, running between `start` and `stop` (or inside `with`).

    restart: start the server again when it dies; crash tests do that themselves.
    """

    def __init__(
        self,
        data: Path,
        *,
        binaries: Path | None = None,
        restart: bool = True,
        start_timeout_s: float = START_TIMEOUT_S,
    ) -> None:
        self.data = data.resolve()
        self._cluster = self.data / "postgres"
        self._log = self.data / "postgres.log"
        self._named_binaries = binaries
        self._restart = restart
        self._start_timeout_s = start_timeout_s
        self._process = os.getpid()
        self._mutex = RLock()  # guards the three below
        self._lock = FileLock(self.data / "postgres.lock")
        self._child: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None
        self._keeper: Thread | None = None
        self._stopping = Event()

    def __enter__(self) -> "EmbeddedServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def owned(self) -> bool:
        """Whether the server is our child; otherwise another process's, which we joined."""
        return self._lock.is_held

    @property
    def pid(self) -> int | None:
        """The server's process, if it is ours and running."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    @property
    def bin(self) -> Path:
        """The folder of PostgreSQL's programs that fit this cluster."""
        return find_binaries(self._named_binaries, major=written_by(self._cluster)).folder

    def dsn(self, role: str = SUPERUSER, dbname: str = "postgres") -> str:
        """How to connect from this machine, as our operating system user."""
        return make_conninfo("", host=str(find_run_folder(self.data)), port=PORT, user=role, dbname=dbname)

    def start(self) -> None:
        """Start the server, or join the one that runs; returns when it answers. Raises PostgresError."""
        self._stopping.clear()
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._run_or_join(time.monotonic() + self._start_timeout_s)
        except BaseException:
            self.stop()
            raise
        if self._keeper is None:
            self._keeper = Thread(target=self._keep, name="postgres-keeper", daemon=True)
            self._keeper.start()

    def stop(self) -> None:
        """Stop the server if it is ours: a clean shutdown, or a quick one when that takes too long."""
        if os.getpid() != self._process:
            return  # a fork inherited us, but not the server
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        with self._mutex:
            if self._child is not None:
                _end(self._child)
            self._release()

    def kill(self) -> None:
        """What a crash does: end the server without a word, for tests of what survives it."""
        with self._mutex:
            if self._child is None:
                raise PostgresError("the server is not ours to kill, or not running")
            self._child.kill()
            self._child.wait()

    def wait(self, timeout_s: float = START_TIMEOUT_S) -> None:
        """Return as soon as the server answers. Raises PostgresError when it does not in time."""
        deadline = time.monotonic() + timeout_s
        while not self._answers():
            if time.monotonic() > deadline:
                raise PostgresError(f"the server in {self.data} does not answer")
            time.sleep(POLL_S)

    # Who owns the server

    def _run_or_join(self, deadline: float) -> None:
        while True:
            with self._mutex:
                if self._lock.take():
                    if self.pid is None:
                        self._run()
                    return
            if self._answers():
                return
            if time.monotonic() > deadline:
                raise PostgresError(f"another process owns {self.data}, but its server does not answer")
            time.sleep(RETRY_S)

    def _release(self) -> None:
        self._child = None
        self._dismiss_guard()
        if self._lock.is_held:
            drop_run_folder(self.data)
            self._lock.release()

    def _keep(self) -> None:
        """Start the server again when it dies; take it over when its owner does."""
        while not self._stopping.wait(WATCH_S):
            try:
                with self._mutex:
                    self._keep_once()
            except (PostgresError, OSError) as error:
                log.error("the embedded server does not start, trying again: %s", error)

    def _keep_once(self) -> None:
        if not self._lock.is_held:
            if self._lock.take():
                log.warning("the owner of the embedded server is gone; taking it over")
                self._run()
        elif self._restart and self.pid is None:
            log.warning("the embedded server ended by itself; starting it again")
            self._run()

    # The server, while the file lock is ours

    def _run(self) -> None:
        identity = choose_identity(self.data, self._cluster)
        binaries = find_binaries(self._named_binaries, major=written_by(self._cluster))
        if not self._cluster.exists():
            create_cluster(self._cluster, binaries, identity)
        elif identity.account is None:
            write_access(self._cluster, identity)
        command = server_command(self._cluster, make_run_folder(self.data, identity), binaries)
        deadline = time.monotonic() + self._start_timeout_s
        while not self._launch(command, identity, deadline):
            time.sleep(RETRY_S)

    def _launch(self, command: list[str], identity: Identity, deadline: float) -> bool:
        """One attempt; False when a server that is just going away stood in its way. Raises PostgresError."""
        self._dismiss_orphan()
        self._dismiss_guard()
        guard = self._guard = Guard(self._cluster)
        with open_log(self._log) as output:
            said_before = output.tell()
            child = self._child = identity.popen(command, output.fileno())
        guard.watch(child.pid)
        if self._is_ready_by(child, deadline):
            return True
        said = read_log(self._log, said_before)
        if (
            any(text in said for text in PASSING)
            and time.monotonic() < deadline
            and not self._stopping.is_set()
        ):
            return False
        raise PostgresError(f"PostgreSQL did not start: {said[-LOG_TAIL:].decode(errors='replace').strip()}")

    def _is_ready_by(self, child: subprocess.Popen[bytes], deadline: float) -> bool:
        """Ready is what the pid file says, once it is our child's. False when the child ended instead."""
        while child.poll() is None:
            pid_file = read_pid_file(self._cluster)
            if pid_file is not None and pid_file.pid == child.pid and pid_file.ready:
                return True
            if time.monotonic() > deadline or self._stopping.is_set():
                _end(child)
                return False
            time.sleep(POLL_S)
        return False

    def _dismiss_orphan(self) -> None:
        """Stop a server that outlived its owner: the lock is ours, so no other runs here by right."""
        pid_file = read_pid_file(self._cluster)
        if pid_file is not None and is_server_of(pid_file.pid, self._cluster):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid_file.pid, signal.SIGINT)

    def _dismiss_guard(self) -> None:
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.dismiss()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _end(child: subprocess.Popen[bytes]) -> None:
    """Fast shutdown, then an immediate one, then none at all: the next start recovers from either."""
    for order, timeout_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, QUIT_TIMEOUT_S)):
        child.send_signal(order)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout_s)
            return
    child.kill()
    child.wait()

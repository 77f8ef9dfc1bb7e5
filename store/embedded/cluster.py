"""The files of an embedded cluster: how they are made, who may log in, and what its pid file says."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from store.embedded.binaries import Binaries, PostgresError
from store.embedded.identity import Identity

PORT = 5432  # names the socket file only; the server listens on no network address
SUPERUSER = "postgres"
# Who may log in through the socket. The owner of the schema never does: migrations take its role.
LOGIN_ROLES = (
    SUPERUSER,
    "lifelong_appender",
    "lifelong_projector",
    "lifelong_publisher",
    "lifelong_reader",
    "lifelong_resealer",
)
MAP = "lifelong"
BUILTIN_LOCALE_SINCE = 17

# Durability is said out loud rather than left to a default or to an edited file.
PARAMETERS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "max_connections": "400",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",  # the supervisor reads the log
    # The log names errors, never statements, rows or keys: they may hold what is personal.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

PID_LINE, STATUS_LINE = 0, 7  # of postmaster.pid


@dataclass(frozen=True)
class PidFile:
    """What postmaster.pid says; the file outlives a server that was killed."""

    pid: int
    ready: bool


def read_pid_file(cluster: Path) -> PidFile | None:
    """None when there is no such file, or only half of one yet."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="ascii").splitlines()
        pid = int(lines[PID_LINE])
    except (OSError, ValueError, IndexError):
        return None
    return PidFile(pid, ready=len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready")


def is_server_of(pid: int, cluster: Path) -> bool:
    """Whether a process with this pid works on this cluster: a server's working folder is its data folder."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == cluster
    except OSError:  # no such process, not ours, or no /proc on this system
        return False


def written_by(cluster: Path) -> int | None:
    """Major version that wrote the cluster; None if there is none yet."""
    try:
        return int((cluster / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def create_cluster(cluster: Path, binaries: Binaries, identity: Identity) -> None:
    """Make the cluster under another name first: a set-up that was cut off leaves no half of one."""
    unfinished = cluster.with_name(cluster.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    identity.own(unfinished)
    process = identity.popen(
        [binaries.program("initdb"), "--pgdata", str(unfinished), *_initdb_options(binaries.major)],
        subprocess.PIPE,
    )
    said, _ = process.communicate()
    if process.returncode != 0:
        raise PostgresError(f"initdb failed: {said.decode(errors='replace').strip()}")
    write_access(unfinished, identity)
    unfinished.rename(cluster)


def _initdb_options(major: int) -> list[str]:
    # Order by code point, the same on every machine: names are sorted by a stored key, never by a collation.
    if major >= BUILTIN_LOCALE_SINCE:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        locale = ["--locale=C"]
    access = [f"--username={SUPERUSER}", "--auth-local=peer", "--auth-host=reject"]
    return [*access, "--encoding=UTF8", "--data-checksums", *locale]


def write_access(cluster: Path, identity: Identity) -> None:
    """Only our own operating system user may log in, as any of our roles, through the socket.

    Written anew at each start where the files are ours: under another user, or in a namespace, the server
    sees us under another name.
    """
    if (cluster / "pg_hba.conf").stat().st_uid != os.geteuid() and identity.account is None:
        return
    rules = [
        "local all all peer map=" + MAP,
        "local replication all peer map=" + MAP,
        "host all all all reject",
    ]
    users = [f'{MAP} "{peer}" {role}' for peer in identity.peers for role in LOGIN_ROLES]
    _write(cluster / "pg_hba.conf", rules)
    _write(cluster / "pg_ident.conf", users)


def _write(path: Path, lines: list[str]) -> None:
    # Not through a link: root may be writing in a folder of the service account.
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def server_command(cluster: Path, run: Path, binaries: Binaries) -> list[str]:
    """The server itself, not pg_ctl: it becomes our child, so that we see it end and can reap it."""
    parameters = PARAMETERS | {"unix_socket_directories": re.sub(r"([,\"\\])", r"\\\1", str(run))}
    options = [f"--{name}={value}" for name, value in parameters.items()]
    return [binaries.program("postgres"), "-D", str(cluster), "-p", str(PORT), *options]

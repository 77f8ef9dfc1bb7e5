"""The folder of the server's socket: short, closed to others, and outside the cluster.

Inside the cluster a base backup would copy the socket's lock file, and the copy would not start.
"""

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from store.embedded.cluster import PORT
from store.embedded.identity import Identity

LONGEST_SOCKET_PATH = 107  # bytes, without the NUL that ends it (sun_path of unix(7))


def find_run_folder(data: Path) -> Path:
    """Where the socket is: beside the cluster, or if that path is too long, in the recorded folder."""
    return _usual(data) if _fits(_usual(data)) else _recorded(data) or _usual(data)


def make_run_folder(data: Path, identity: Identity) -> Path:
    """The folder, made if need be. A recorded one is used again, so that connection strings stay valid."""
    folder = _usual(data)
    if _fits(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        folder = _temporary(data, identity)
    identity.own(folder)
    return folder


def drop_run_folder(data: Path) -> None:
    """Remove a folder that lies outside `data`; the record of its name stays."""
    folder = _recorded(data)
    if folder is not None:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _usual(data: Path) -> Path:
    return data / "run"


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH


def _record(data: Path) -> Path:
    return data / "run.at"


def _recorded(data: Path) -> Path | None:
    try:
        return Path(_record(data).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _temporary(data: Path, identity: Identity) -> Path:
    recorded = _recorded(data)
    if recorded is not None and _is_made_or_ours(recorded, identity):
        return recorded
    folder = Path(tempfile.mkdtemp(prefix="lifelong-"))
    _record(data).write_text(str(folder), encoding="utf-8")
    return folder


def _is_made_or_ours(folder: Path, identity: Identity) -> bool:
    """Make the folder again; if it is there, it must be a real folder of ours, not one planted for us."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        ours = {os.geteuid(), identity.account.pw_uid if identity.account else os.geteuid()}
        return stat.S_ISDIR(status.st_mode) and status.st_uid in ours
    except OSError:
        return False
    return True

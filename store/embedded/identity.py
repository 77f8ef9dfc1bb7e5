"""As which operating system user the embedded server runs, and under what names it sees who connects.

PostgreSQL refuses to run as root and looks its own user up by name. An ordinary user is no trouble. Root,
and a user without a name, run it in a user namespace of their own: nothing is created, chowned or opened
to others. Where namespaces are forbidden, root drops to a service account with the data under its own folder.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from store.embedded.binaries import PostgresError

ROOT = 0
# Users that are not mapped into a namespace all appear in it under this number. It must not be the number
# that we are mapped to, or the server would take any local user for us.
OVERFLOW_UID = Path("/proc/sys/kernel/overflowuid")
USUAL_OVERFLOW_UID = 65_534
SERVICE_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Identity:
    """How to start a program of PostgreSQL, and the peer names that may log in."""

    peers: tuple[str, ...]
    prefix: tuple[str, ...] = ()  # command that enters the namespace
    account: pwd.struct_passwd | None = field(default=None)  # whom root drops to

    def popen(self, command: Sequence[str], output: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start a program, in a session of its own: Ctrl-C on our terminal is not meant for it.

        output: descriptor, PIPE or DEVNULL, for what it prints and its errors together.
        """
        account = self.account
        return subprocess.Popen(  # noqa: S603 - the command is built from constants and folders
            [*self.prefix, *command],
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    def own(self, folder: Path) -> None:
        """Make the folder the server's and nobody else's."""
        folder.chmod(0o700)
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)


def choose_identity(data: Path, cluster: Path) -> Identity:
    """Who runs the server whose files are in `cluster`, a folder of `data`. Raises PostgresError."""
    me = os.geteuid()
    owner = cluster.stat().st_uid if cluster.exists() else None
    if me == ROOT:
        return _as_root(data, owner)
    if owner not in (None, me):
        raise PostgresError(
            f"{cluster} belongs to user number {owner}: run as that user, or set LIFELONG_DATA"
        )
    name = _name_of(me)
    identity = Identity(peers=(name,)) if name else _in_namespace()
    if identity is None:
        raise PostgresError(f"user number {me} has no name, and PostgreSQL needs one: run as a named user")
    return identity


def _as_root(data: Path, owner: int | None) -> Identity:
    namespace = _in_namespace() if owner in (None, ROOT) else None
    if namespace is not None:
        return namespace
    for name in SERVICE_ACCOUNTS:
        account = _account(name)
        if account is not None and owner in (None, account.pw_uid):
            return _dropped_to(account, data)
    raise PostgresError(
        "PostgreSQL does not run as root, and neither a user namespace nor a service account that owns the "
        f"files in {data} is available: run as an ordinary user, or set LIFELONG_DSN"
    )


def _dropped_to(account: pwd.struct_passwd, data: Path) -> Identity:
    """Root's last resort; our own folder becomes passable (not readable), its parents stay as they are."""
    data.chmod(0o711)
    identity = Identity(peers=(account.pw_name, _name_of(ROOT) or "root"), account=account)
    if identity.popen(["test", "-x", str(data)]).wait() != 0:
        raise PostgresError(
            f"account {account.pw_name} cannot reach {data}: set LIFELONG_DATA to a folder whose parents it "
            "may enter, run as an ordinary user, or set LIFELONG_DSN"
        )
    return identity


def _in_namespace() -> Identity | None:
    """The identity inside a user namespace; None where that is forbidden."""
    inside = _mapped_account()
    unshare = shutil.which("unshare")
    if inside is None or unshare is None:
        return None
    prefix = (unshare, "--user", f"--map-user={inside.pw_uid}", f"--map-group={inside.pw_gid}", "--")
    tried = Identity(peers=(inside.pw_name,), prefix=prefix)
    status = tried.popen(["true"]).wait()
    return tried if status == 0 else None


def _mapped_account() -> pwd.struct_passwd | None:
    """The named account that we are inside the namespace: any but root and the overflow user."""
    try:
        overflow = int(OVERFLOW_UID.read_text())
    except (OSError, ValueError):
        overflow = USUAL_OVERFLOW_UID
    accounts = [entry for entry in pwd.getpwall() if entry.pw_uid not in (ROOT, overflow)]
    return min(accounts, key=lambda entry: entry.pw_uid, default=None)


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _name_of(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None

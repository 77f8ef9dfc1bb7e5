"""The last published checkpoint, kept outside of the database: what a restored backup is measured by.

A file, replaced whole and flushed before the checkpoint becomes public. It should lie on another disk than
the database, and be backed up with the keys, never with the database.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError


@dataclass(frozen=True)
class SecondPlace:
    """One file for each log."""

    folder: Path
    log_no: int

    @property
    def path(self) -> Path:
        return self.folder / f"checkpoint-{self.log_no}"

    def read(self) -> Checkpoint | None:
        """The checkpoint that was kept last; None before the first.

        Raises ProofError for a file that is none: whoever damaged it must not make us forget what it said.
        Signatures are not looked at: the file is believed because it is ours, and a false one only stops us.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        return Checkpoint.parse(note.parts(data)[0])

    def keep(self, signed: bytes) -> None:
        """Replace what was kept. Durable when it returns. Raises OSError, or ProofError to go back."""
        held, new = self.read(), Checkpoint.parse(note.parts(signed)[0])
        if held is not None and held.size > new.size:
            raise ProofError("a checkpoint that is smaller than the one kept last")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self.path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(signed)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        _flush(self.folder)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

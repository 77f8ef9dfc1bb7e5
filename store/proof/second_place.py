"""The last published checkpoint, kept outside of the database: what a restored backup is measured by.

A file, replaced whole and flushed before the checkpoint becomes public. It should lie on another disk than
the database, and be backed up with the keys, never with the database.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError

LEFT_S: Final = 3600  # after which a file beside it is of nobody who still writes


@dataclass(frozen=True)
class SecondPlace:
    """One file for each log."""

    folder: Path
    log_no: int

    @property
    def path(self) -> Path:
        return self.folder / f"checkpoint-{self.log_no}"

    def read(self) -> Checkpoint | None:
        """The checkpoint that was kept last; None before the first, and where its disk is not there.

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
        with NamedTemporaryFile(
            dir=self.folder, prefix=f"{self.path.name}.", suffix=".new", delete=False
        ) as file:
            beside = Path(file.name)
            try:
                file.write(signed)
                file.flush()
                os.fsync(file.fileno())
                beside.replace(self.path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
        _flush(self.folder)
        self._clean()

    def _clean(self) -> None:
        """Remove what writers left that were killed; of who writes now a file is younger."""
        for left in self.folder.glob(f"{self.path.name}.*.new"):
            with suppress(FileNotFoundError):  # another writer's, who is done
                if left.stat().st_mtime < time.time() - LEFT_S:
                    left.unlink()


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""What one task makes and another sends on when it is asked to, kept in a file beyond the first megabyte."""

from asyncio import Event
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final

IN_MEMORY: Final = 1_048_576  # bytes
PIECE: Final = 65_536  # bytes sent at once


class Spool:
    """Bytes in the order they were put. For one writer and one reader in one event loop."""

    def __init__(self, folder: Path) -> None:
        """folder: where the file lies, which has no name and goes with the process."""
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder))
        self._written = 0
        self._has_ended = False
        self._moved = Event()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, piece: bytes) -> None:
        self._file.seek(self._written)
        self._written += self._file.write(piece)
        self._moved.set()

    def end(self) -> None:
        """Nothing follows."""
        self._has_ended = True
        self._moved.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Everything that is put, as soon as it is there, until the end."""
        read = 0
        while read < self._written or not self._has_ended:
            if read == self._written:
                self._moved.clear()
                await self._moved.wait()
                continue
            self._file.seek(read)
            piece = self._file.read(PIECE)
            read += len(piece)
            yield piece

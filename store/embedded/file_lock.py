"""A lock that one process holds, and that the system gives back however the process ends."""

import fcntl
import os
from pathlib import Path

from store.embedded.binaries import PostgresError

NOT_OURS = "belongs to another user: run as that user, or set LIFELONG_DATA to a folder of your own"


class FileLock:
    """An advisory lock on a file. The file stays: if it went, two processes could lock two of one name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        return self._descriptor is not None

    def take(self) -> bool:
        """Take it if it is free; whether it is ours now. Raises PostgresError if another user has it."""
        if self.is_held:
            return True
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError as error:
            raise PostgresError(f"{self._path.parent} {NOT_OURS}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.fstat(descriptor).st_uid
            os.close(descriptor)
            if owner != os.geteuid():  # root could open the file, but not use what it stands for
                raise PostgresError(f"{self._path.parent} {NOT_OURS}") from None
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

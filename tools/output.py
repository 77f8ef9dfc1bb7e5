"""What the command line says and how it ends: one clear line for every failure that is foreseen.

Results go to stdout, everything else to stderr, so that a script can read the one and a person the other.
"""

import json
import sys
from collections.abc import Mapping
from typing import NoReturn

OK, FINDING, USAGE, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 130


class CommandFailed(Exception):
    """The command cannot go on. The message is the line that is shown."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def say(text: str) -> None:
    """A line for whoever watches."""
    print(text, file=sys.stderr, flush=True)


def result(told: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """The result of a command, as one JSON object or as text for people."""
    print(json.dumps(told, ensure_ascii=False, sort_keys=True) if as_json else text, flush=True)


def end(error: BaseException) -> NoReturn:
    """Say in one line what went wrong and leave with its exit status; raise again what was not foreseen."""
    line, status = told(error)
    say(f"lifelong: {line}")
    sys.exit(status)


def told(error: BaseException) -> tuple[str, int]:
    """The line and exit status of a failure. Raises it again if it is none that is foreseen."""
    if isinstance(error, CommandFailed):
        return str(error), error.status
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", INTERRUPTED
    status = _status(error)
    if status is None:
        raise error
    return _first_line(error), status


def _status(error: BaseException) -> int | None:
    """Imported here, so that a command that goes well does not pay for what it does not use."""
    import psycopg

    from domain.errors import ClockWrong, LogBusy, LogUnavailable, RecordError
    from store.embedded.binaries import PostgresError
    from store.keys import KeyMissing, WrongKeyEncryptionKey
    from store.migrate import MigrationError
    from store.settings import SettingsError
    from store.wiring import WrongKeyStore, WrongOrigin

    unavailable = (
        LogBusy,
        LogUnavailable,
        ClockWrong,
        PostgresError,
        MigrationError,
        psycopg.OperationalError,
    )
    misplaced = (WrongKeyStore, WrongOrigin, KeyMissing, WrongKeyEncryptionKey, OSError)
    if isinstance(error, SettingsError):
        return USAGE
    if isinstance(error, unavailable + misplaced):
        return UNAVAILABLE
    return FINDING if isinstance(error, RecordError) else None


def _first_line(error: BaseException) -> str:
    """libpq says the same again for every address it tried."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__

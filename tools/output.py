"""What the command line says and how it ends: one clear line for every failure that is foreseen.

Results go to stdout, everything else to stderr, so that a script can read the one and a person the other.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
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


def end(error: BaseException, *, data: Path | None = None) -> NoReturn:
    """Say in one line what went wrong and leave with its exit status; raise again what was not foreseen.

    data: the folder that everything is kept in, named where it is the matter.
    """
    line, status = told(error, data=data)
    say(f"lifelong: {line}")
    sys.exit(status)


def told(error: BaseException, *, data: Path | None = None) -> tuple[str, int]:
    """The line and exit status of a failure. Raises it again if it is none that is foreseen."""
    if isinstance(error, CommandFailed):
        return str(error), error.status
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", INTERRUPTED
    status = _status(error)
    if status is None:
        raise error
    return _line(error, data), status


def _status(error: BaseException) -> int | None:
    """Imported here, so that a command that goes well does not pay for what it does not use."""
    import sqlite3

    import psycopg

    from domain.errors import ClockWrong, LogBusy, LogUnavailable, RecordError
    from projections.source import UnknownTopics
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
        UnknownTopics,
        psycopg.OperationalError,
    )
    misplaced = (WrongKeyStore, KeyMissing, WrongKeyEncryptionKey, OSError, sqlite3.OperationalError)
    if isinstance(error, SettingsError | WrongOrigin):
        return USAGE
    if isinstance(error, unavailable + misplaced):
        return UNAVAILABLE
    return FINDING if isinstance(error, RecordError) else None


def _line(error: BaseException, data: Path | None) -> str:
    """The failure in words, with the settings that mend it."""
    import sqlite3

    from domain.errors import RecordError
    from store.keys import KeyMissing, WrongKeyEncryptionKey
    from store.wiring import WrongKeyStore, WrongOrigin

    if isinstance(error, RecordError):
        return _refusal(error.title, error.facts)
    if isinstance(error, OSError):
        return _misplaced(error, data)
    said = next(iter(str(error).splitlines()), "") or type(error).__name__  # libpq repeats itself
    if isinstance(error, WrongOrigin):
        return f"{said}; set LIFELONG_ORIGIN and LIFELONG_LOG_NO as they were when it began"
    if isinstance(error, sqlite3.OperationalError):
        return f"the key store in the folder that LIFELONG_DATA names: {said}"
    if isinstance(error, WrongKeyStore | KeyMissing | WrongKeyEncryptionKey):
        return f"{said} (LIFELONG_DATA names the folder)"
    return said


def _misplaced(error: OSError, data: Path | None) -> str:
    """What the operating system says of a file or folder, "File exists" excepted, which helps nobody."""
    if error.filename is None:
        return error.strerror or str(error)
    path = Path(os.fsdecode(error.filename))
    in_the_way = isinstance(error, FileExistsError) and not path.is_dir()
    reason = "Not a directory" if in_the_way else error.strerror or type(error).__name__
    place, ours = path.absolute(), data.absolute() if data is not None else None
    is_ours = ours is not None and (ours in (place, *place.parents) or place in ours.parents)
    hint = "; LIFELONG_DATA names the folder that everything is kept in"
    return f"{path}: {reason}{hint if is_ours else ''}"


def _refusal(title: str, facts: Mapping[str, object]) -> str:
    """A refusal and its facts as a sentence: ids, versions, and fields with the rule each broke."""
    shown = [told for name, value in facts.items() if (told := _fact(name, value))]
    return f"{title.removesuffix('.')}: {'; '.join(shown)}" if shown else title


def _fact(name: str, value: object) -> str:
    if isinstance(value, Mapping):  # one refused field
        return " ".join(str(part) for part in value.values())
    if isinstance(value, list | tuple):
        parts = [_fact("", part) for part in value]
        return ", ".join(part for part in parts if part)
    return str(value) if name in ("", "reason") else f"{name} {value}"

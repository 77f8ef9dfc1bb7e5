"""Log lines: JSON, of allowed keys only. Ids, routes and codes; never a path, a query, a body or a message
that could carry one.
"""

import logging
import sys
import traceback
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

ALLOWED: Final = frozenset(
    "event level timestamp request_id method route status duration_ms error frames logger origin".split()
)
# Of these we know that their messages hold addresses and states, nothing that was sent to us: a server's, and
# those of our own parts that follow the log, which name witnesses, views and classes of errors.
TRUSTED: Final = frozenset({"uvicorn.error", "store.bodies", "store.postgres", "tools.heads"})
TRUSTED_PARTS: Final = ("store.proof.", "projections.")
MOST_FRAMES: Final = 12
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def allow_listed(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Drop every key that is not allowed: a slip in the code must not become a leak."""
    return {key: value for key, value in event.items() if key in ALLOWED}


class _Stderr:
    """Writes to whatever stderr is at the time."""

    def msg(self, message: str) -> None:
        stream: TextIO = sys.stderr
        stream.write(message + "\n")
        stream.flush()

    log = debug = info = warning = error = critical = msg


log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    _Stderr(),
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        allow_listed,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    wrapper_class=structlog.BoundLogger,
)


def frames(error: BaseException) -> list[str]:
    """Where an error came from, innermost last: module and line, and nothing of what it says."""
    found = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}" for frame in found]


def _is_trusted(logger: str) -> bool:
    return logger in TRUSTED or logger.startswith(TRUSTED_PARTS)


class _Lines(logging.Handler):
    """What libraries log, through the same allow-list; their words only where they are known to be safe."""

    def emit(self, record: logging.LogRecord) -> None:
        event = record.getMessage() if _is_trusted(record.name) else "a library logged something"
        error = record.exc_info[1] if record.exc_info else None
        told = {"error": type(error).__name__, "frames": frames(error)} if error else {}
        level = record.levelname.lower() if record.levelname in LEVELS else "info"
        getattr(log, level)(event, logger=record.name, **told)


def take_over() -> None:
    """Every library's log lines become ours, and the server's access log, which repeats raw paths, ends."""
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "uvicorn"]:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    logging.root.handlers = [_Lines()]
    logging.root.setLevel(logging.WARNING)
    logging.captureWarnings(True)

"""What a witness remembers, in one SQLite file: what it signed last of each log, and what it refused."""

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from evidence.witness import Held, Reason

_SCHEMA = """
CREATE TABLE IF NOT EXISTS held (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (
    origin TEXT NOT NULL, reason TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,
    offered BLOB NOT NULL, held BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (origin, reason, size, root)  -- once, however often it is offered
) WITHOUT ROWID;
"""

_FIRST = """
INSERT INTO held (size, root, note, at, origin) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note,
    at = excluded.at WHERE held.size = 0
"""
_NEXT = "UPDATE held SET size = ?, root = ?, note = ?, at = ? WHERE origin = ? AND size = ?"


# Anybody can make a log's checkpoint not follow, by a false proof: of those only so many are kept.
MOST_KEPT = 1000
_REFUSED = """
INSERT INTO refused SELECT ?, ?, ?, ?, ?, ?, ? WHERE ? <> 'not-consistent'
    OR (SELECT count(*) FROM refused WHERE origin = ? AND reason = ?) < ?
ON CONFLICT DO NOTHING
"""


class Refused(NamedTuple):
    """A checkpoint that a log signed and that does not follow from what was held: both notes, as evidence."""

    origin: str
    reason: str
    offered: bytes
    held: bytes
    at: str


class WitnessState:
    """`evidence.witness.State`. Safe for threads, and for several processes. Raises sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def held(self, origin: str) -> Held | None:
        with self._lock:
            row = self._db.execute("SELECT size, root, note FROM held WHERE origin = ?", (origin,)).fetchone()
        return Held(*row) if row else None

    def advance(self, origin: str, before: int, new: Held) -> bool:
        told = (*new, _now(), origin)
        with self._lock:
            if before == new.size and before > 0:
                found = self._db.execute("SELECT size FROM held WHERE origin = ?", (origin,)).fetchone()
                return bool(found) and found[0] == before
            if before == 0:
                changed = self._db.execute(_FIRST, told)
            else:
                changed = self._db.execute(_NEXT, (*told, before))
            return bool(changed.rowcount)

    def remember(self, origin: str, reason: Reason, offered: Held, held: Held) -> None:
        with self._lock:
            self._db.execute(
                _REFUSED, (origin, reason, *offered, held.note, _now(), reason, origin, reason, MOST_KEPT)
            )

    def refused(self) -> list[Refused]:
        """What was refused and kept: what convicts a log first, then by age."""
        with self._lock:
            rows = self._db.execute(
                """SELECT origin, reason, offered, held, at FROM refused
                   ORDER BY reason = 'not-consistent', at LIMIT ?""",
                (MOST_KEPT,),
            ).fetchall()
        return [Refused(*row) for row in rows]

    def logs(self) -> list[tuple[str, int, str]]:
        """Each log with the size signed last, and when."""
        with self._lock:
            return self._db.execute("SELECT origin, size, at FROM held ORDER BY origin").fetchall()

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

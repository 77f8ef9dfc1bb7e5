"""The checkpoints of a log, one row for each size that was signed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString

from evidence.checkpoint import Checkpoint
from store.connect import Connection
from store.proof.rows import Rows

NOTES_KEPT = timedelta(days=30)

_SELECT: LiteralString = (
    "SELECT size, root, note, made_at, published_at FROM proof.checkpoint WHERE log_no = %s "
)


@dataclass(frozen=True)
class Row:
    """A checkpoint as it was signed. published_at: None until it is also kept in the second place."""

    size: int
    root: bytes
    note: bytes
    made_at: datetime
    published_at: datetime | None


def newest(rows: Rows, log_no: int) -> Row | None:
    """The largest, published or not."""
    return _one(rows, "ORDER BY size DESC", [log_no])


def published(rows: Rows, log_no: int) -> Row | None:
    """The largest that is public."""
    return _one(rows, "AND published_at IS NOT NULL ORDER BY size DESC", [log_no])


def of_size(rows: Rows, log_no: int, size: int) -> Row | None:
    """The one of a size."""
    return _one(rows, "AND size = %s", [log_no, size])


def covering(rows: Rows, log_no: int, position: int) -> Row | None:
    """The smallest public one that has the event at a position."""
    return _one(rows, "AND published_at IS NOT NULL AND size >= %s ORDER BY size", [log_no, position])


def make(db: Connection, log_no: int, checkpoint: Checkpoint, note: bytes) -> None:
    """Write down a checkpoint that was signed."""
    db.execute(
        "INSERT INTO proof.checkpoint (log_no, size, root, note) VALUES (%s, %s, %s, %s)",
        [log_no, checkpoint.size, checkpoint.root, note],
    )


def publish(db: Connection, log_no: int, size: int) -> None:
    """Make the checkpoint of a size public."""
    db.execute(
        """UPDATE proof.checkpoint SET published_at = clock_timestamp()
           WHERE log_no = %s AND size = %s AND published_at IS NULL""",
        [log_no, size],
    )


def thin(db: Connection, log_no: int) -> int:
    """Drop the notes of old checkpoints that nothing refers to, but the last of each hour; how many.

    A log that publishes every second would keep more of checkpoints than of events. Sizes and roots stay, and
    the notes that witnesses signed, that were time-stamped, or of which head lists were made.
    """
    return db.execute(
        """UPDATE proof.checkpoint AS c SET note = ''
           WHERE log_no = %s AND note <> '' AND made_at < now() - %s
             AND NOT EXISTS (SELECT FROM proof.cosignature WHERE (log_no, size) = (c.log_no, c.size))
             AND NOT EXISTS (SELECT FROM proof.token WHERE (log_no, size) = (c.log_no, c.size))
             AND NOT EXISTS (SELECT FROM proof.head_list WHERE (log_no, size) = (c.log_no, c.size))
             AND date_trunc('hour', made_at) = (SELECT date_trunc('hour', next.made_at)
                 FROM proof.checkpoint AS next WHERE next.log_no = c.log_no AND next.size > c.size
                 ORDER BY next.size LIMIT 1)""",
        [log_no, NOTES_KEPT],
    ).rowcount


def _one(rows: Rows, which: LiteralString, arguments: list[object]) -> Row | None:
    found = rows(_SELECT + which + " LIMIT 1", arguments)
    return Row(*found[0]) if found else None

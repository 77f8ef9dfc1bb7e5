"""The fence: a log whose database is behind what was published takes nothing more, until an operator decides.

Positions that were published once would be given to other events: two trees under one name, which is what
the proof exists to make impossible. So whoever finds it so puts up the fence first and asks afterwards. Where
the second place holds nothing of a log that was published, nobody can find it so: that is a fence, too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.growth import Growth
from evidence.tiles import Tree
from store.connect import Connection
from store.proof import checkpoints, tiles
from store.proof.rows import over
from store.proof.second_place import SecondPlace

Reason = Literal["behind", "forked", "unmeasured", "closed"]

_WAYS_OUT: dict[Reason, str] = {
    "unmeasured": "the second place is empty: mount its disk; if it is lost, `lifelong publish begin-place`"
}


class Fenced(Exception):
    """The log is behind a fence."""

    def __init__(self, fence: "Fence") -> None:
        way_out = _WAYS_OUT.get(fence.reason, "see `lifelong publish`")
        super().__init__(f"the log is fenced ({fence.reason}) at {fence.size} events: {way_out}")
        self.fence = fence


@dataclass(frozen=True)
class Fence:
    """size: of the published checkpoint that the database does not reach, leads elsewhere than, or tells
    without the second place.
    """

    reason: Reason
    size: int
    since: datetime


def standing(db: Connection, log_no: int) -> Fence | None:
    """The fence of a log, if it has one."""
    with db.cursor(row_factory=class_row(Fence)) as cursor:
        return cursor.execute(
            "SELECT reason, size, since FROM proof.fence WHERE log_no = %s", [log_no]
        ).fetchone()


def raise_fence(db: Connection, log_no: int, reason: Reason, size: int) -> None:
    """Put the fence up; one that stands stays as it is."""
    db.execute(
        "INSERT INTO proof.fence (log_no, reason, size) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [log_no, reason, size],
    )


def lift(db: Connection, log_no: int) -> None:
    """Take the fence away, after what it stood for was mended."""
    db.execute("DELETE FROM proof.fence WHERE log_no = %s", [log_no])


def check(db: Connection, log_no: int, place: SecondPlace) -> None:
    """Measure the database by what was published last. Raises Fenced, ProofError, OSError.

    A log that was closed in good order is published to its end: nothing is appended to it any more.
    """
    published = checkpoints.published(over(db), log_no)  # first: it was kept in the second place before
    held = place.read()
    reason: Reason | None = "unmeasured" if published else None
    size = published.size if published else 0
    if held is not None:
        reason, size = wrong(db, log_no, held), held.size
    if reason:
        raise_fence(db, log_no, reason, size)
    fence = standing(db, log_no)
    if fence and (reason or fence.reason != "closed"):
        raise Fenced(fence)


def check_again(db: Connection, log_no: int, place: SecondPlace) -> None:
    """As `check`; a second place that is there again fences no more by its absence.

    db: as lifelong_publisher; others may not lift a fence.
    """
    fence = standing(db, log_no)
    if fence and fence.reason == "unmeasured" and (held := place.read()) is not None:
        reason = wrong(db, log_no, held)
        with db.transaction():  # nothing is appended between the one fence and the other
            lift(db, log_no)
            if reason:
                raise_fence(db, log_no, reason, held.size)
    check(db, log_no, place)


def wrong(db: Connection, log_no: int, held: Checkpoint) -> Reason | None:
    """Why the database is not what was published last; None if it is."""
    if head(db, log_no) < held.size:
        return "behind"
    return None if _root(db, log_no, held.size) == held.root else "forked"


def _root(db: Connection, log_no: int, size: int) -> bytes:
    """Of the tree of a size: by its tiles, or where a copy came back without them by every leaf."""
    rows = over(db)
    try:
        return Tree(size, tiles.reader(rows, log_no)).root()
    except ProofError:
        growth = Growth()
        for leaves in tiles.leaves(rows, log_no, 0, size):
            growth.add(leaves)
        return growth.root()


def close(db: Connection, log_no: int, size: int) -> None:
    """Close the log for good, whatever fence it has."""
    with db.transaction():
        lift(db, log_no)
        raise_fence(db, log_no, "closed", size)


def head(db: Connection, log_no: int) -> int:
    """The last position of the log; 0 when it is empty."""
    row = db.execute(
        """SELECT position FROM store.event WHERE log_no = %s AND position IS NOT NULL
           ORDER BY position DESC LIMIT 1""",
        [log_no],
    ).fetchone()
    return int(row[0]) if row else 0

"""How far a log reaches, and what lies where it does not come: rows of no tree, which readers may meet."""

from collections.abc import Iterator
from typing import LiteralString

from store.proof.rows import Rows
from store.proof.verify.findings import Finding

FAR = 100_000_000  # positions without an event: what comes after them was put there to hide the end
MOST = 1_000  # rows named

_NEXT: LiteralString = """
    SELECT max(position) FROM store.event WHERE log_no = %s AND position > %s AND position <= %s"""
_EVENTS: LiteralString = """
    SELECT position, stream_id FROM store.event
    WHERE log_no = %s AND (position <= 0 OR position IS NULL OR position > %s) ORDER BY position LIMIT %s"""
_CONTENT: LiteralString = """
    SELECT c.position FROM store.content AS c
    WHERE c.log_no = %s AND (c.position <= 0 OR c.position IS NULL OR c.position > %s) AND NOT EXISTS (
        SELECT FROM store.event AS e WHERE e.log_no = c.log_no AND e.position = c.position)
    ORDER BY c.position LIMIT %s"""


def reach(rows: Rows, log_no: int) -> int:
    """The last position; 0 when the log is empty."""
    last = 0
    while (found := rows(_NEXT, [log_no, last, last + FAR])[0][0]) is not None:
        last = int(found)
    return last


def astray(rows: Rows, log_no: int, upto: int) -> Iterator[Finding]:
    """Events and content at positions that the log does not come to; what was appended since is not meant."""
    for position, stream in rows(_EVENTS, [log_no, upto + FAR, MOST]):
        yield Finding("astray", position=position, stream=stream)
    for (position,) in rows(_CONTENT, [log_no, upto, MOST]):
        yield Finding("astray", position=position)

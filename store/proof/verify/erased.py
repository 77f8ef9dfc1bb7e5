"""Holds what opens to nobody any more against the erasures that the log tells.

A key that was destroyed explains why content does not open, but not that anybody decided so: whoever has the
key store, or may change under which key a row says it lies, could make a witness of any event dumb. A record
is erased by an event of its own stream, stored before the first key is destroyed, and all before that event
goes with it; by nothing else is the key of an event destroyed.
"""

from collections.abc import Collection, Iterator
from typing import LiteralString
from uuid import UUID

from domain.record_events import Erased
from store.proof.rows import Rows
from store.proof.verify.findings import Finding

_TOLD: LiteralString = """
    SELECT s.stream_id, told.position
    FROM unnest(%s::uuid[]) AS s (stream_id) CROSS JOIN LATERAL (
        SELECT e.position FROM store.event AS e
        WHERE e.log_no = %s AND e.stream_id = s.stream_id AND e.topic = %s AND e.position IS NOT NULL
        ORDER BY e.version DESC LIMIT 1) AS told"""  # near the end of its stream: what comes after is little


def untold(rows: Rows, log_no: int, erased: Collection[tuple[bytes, int]]) -> Iterator[Finding]:
    """Those events whose stream tells no erasure after them.

    erased: stream and position of events whose key was found destroyed, before this is asked: an erasure that
    was decided meanwhile is told by then. What it says is checked where it stands, like any other event.
    """
    streams = [UUID(bytes=stream) for stream in {stream for stream, _ in erased}]
    told: dict[UUID, int] = dict(rows(_TOLD, [streams, log_no, Erased.TOPIC])) if streams else {}
    for stream, position in erased:
        if position >= told.get(UUID(bytes=stream), 0):
            yield Finding("erased-untold", position=position, stream=UUID(bytes=stream))

"""From an instant to the position that had been reached by then: a binary search along the log."""

import time
from datetime import datetime

from projections.projection import Projection
from projections.reading import ViewNotReady, ViewReader

PATIENCE_S = 2.0  # for the view to take in what was just recorded
LOOK_S = 0.02

# Positions are 1, 2, 3 … and recorded_at never goes back: twenty steps find one among a million. Nothing was
# recorded after the newest event: an instant still to come is that of the newest. `later`: the view lacks
# events that had been recorded by then.
_SEARCH = """
    WITH RECURSIVE asked AS (
        SELECT least(%s::timestamptz, (SELECT recorded_at FROM store.event
                                       WHERE log_no = %s ORDER BY position DESC LIMIT 1)) AS instant
    ), halving (low, high) AS (
        SELECT 0::bigint, (SELECT position FROM views.generation
                           WHERE log_no = %s AND projection = %s AND state = 'live')
        UNION ALL
        SELECT CASE WHEN event.recorded_at <= asked.instant THEN middle ELSE low END,
               CASE WHEN event.recorded_at <= asked.instant THEN high ELSE middle - 1 END
        FROM (SELECT low, high, (low + high + 1) / 2 AS middle FROM halving WHERE low < high) AS half
        CROSS JOIN asked
        JOIN store.event ON event.log_no = %s AND event.position = middle
    )
    SELECT low, asked.instant, EXISTS (
        SELECT FROM store.event
        WHERE log_no = %s AND position = low + 1 AND recorded_at <= asked.instant) AS later
    FROM halving CROSS JOIN asked WHERE low = high"""


def position_at(reader: ViewReader, log_no: int, projection: Projection, instant: datetime) -> int:
    """The last position recorded by an instant (aware); 0 before the first.

    Waits a moment for the view to come there. Raises ViewNotReady where it does not: what it could tell is
    an older past than the one asked for.
    """
    until = time.monotonic() + PATIENCE_S
    asked: datetime | None = instant
    while True:
        arguments = [asked, log_no, log_no, projection.name, log_no, log_no]
        position, asked, is_later = reader.read(projection, _SEARCH, arguments).rows[0]
        if not is_later:
            return int(position)
        if time.monotonic() > until:
            raise ViewNotReady
        time.sleep(LOOK_S)

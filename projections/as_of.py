"""From an instant to the position that had been reached by then: a binary search along the log."""

from datetime import datetime

from projections.projection import Projection
from projections.reading import ViewReader

# Positions are 1, 2, 3 … and recorded_at never goes back: twenty steps find one among a million.
_SEARCH = """
    WITH RECURSIVE halving (low, high) AS (
        SELECT 0::bigint, (SELECT position FROM views.generation
                           WHERE log_no = %s AND projection = %s AND state = 'live')
        UNION ALL
        SELECT CASE WHEN event.recorded_at <= %s THEN middle ELSE low END,
               CASE WHEN event.recorded_at <= %s THEN high ELSE middle - 1 END
        FROM (SELECT low, high, (low + high + 1) / 2 AS middle FROM halving WHERE low < high) AS half
        JOIN store.event ON event.log_no = %s AND event.position = middle
    )
    SELECT low FROM halving WHERE low = high"""


def position_at(reader: ViewReader, log_no: int, projection: Projection, instant: datetime) -> int:
    """The last position recorded by an instant (aware), as far as the view is folded; 0 before the first.

    Raises ViewNotReady.
    """
    arguments = [log_no, projection.name, instant, instant, log_no]
    return int(reader.read(projection, _SEARCH, arguments).rows[0][0])

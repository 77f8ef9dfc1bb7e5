"""The audit trail as JSON: each event in plain words, with both times, its place and its leaf hash."""

from domain.ports import Trail
from projections.record_lists import Shape, told
from projections.tables import table

AUDIT_TRAIL = "audit-trail/2"
TITLES: dict[str, dict[str, str]] = {**table("event_titles"), **table("access_titles")}


def audit_trail(trail: Trail) -> Shape:
    """A page, newest first. `occurred` is when it happened, `recorded_at` when the log learned it."""
    events = [
        {**told(one, trail.hidden), "stream": stream, "title": TITLES[one.stored.topic]}
        for stream, one in trail.recorded
    ]
    return {"view": AUDIT_TRAIL, "record": str(trail.record), "events": events, "next": trail.cursor}

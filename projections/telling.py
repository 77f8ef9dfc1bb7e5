"""A status as JSON of the canonical profile, for the command line and the API alike: seconds as text."""

from dataclasses import asdict
from datetime import datetime

from projections.entry_view import instant_text
from projections.status import Building, Status


def told(one: Status) -> dict[str, object]:
    """The status of one projection."""
    plain = {**asdict(one), "lag_s": f"{one.lag_s:.3f}", "last_error_at": instant_text(one.last_error_at)}
    plain["projection"] = plain.pop("name")
    plain["stopped"] = _instants(asdict(one.stopped)) if one.stopped else None
    plain["left_out"] = [_instants(asdict(left)) for left in one.left_out]
    plain["building"] = progress(one.building) if one.building else None
    return plain


def progress(building: Building) -> dict[str, object]:
    """How far a generation is built. done_percent: of its buckets."""
    done = 100 * building.buckets_loaded // building.buckets if building.buckets else 0
    return {**_instants(asdict(building)), "done_percent": done}


def _instants(plain: dict[str, object]) -> dict[str, object]:
    return {
        name: instant_text(value) if isinstance(value, datetime) else value for name, value in plain.items()
    }

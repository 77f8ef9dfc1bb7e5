"""`lifelong projections list` and `status`."""

from collections.abc import Sequence

from projections.catalogue import PROJECTIONS
from projections.status import Status, statuses
from projections.telling import told
from store.settings import Settings
from tools.output import FINDING, OK, result
from tools.projections_opening import all_named, open_place


def show_list(*, as_json: bool) -> None:
    """What this release can fold."""
    listed = [
        {"projection": one.name, "version": one.version, "tables": [table.name for table in one.tables]}
        for one in PROJECTIONS.values()
    ]
    lines = [f"{one['projection']:<16} version {one['version']}" for one in listed]
    result({"projections": listed}, "\n".join(lines), as_json=as_json)


def show_status(settings: Settings, names: Sequence[str], *, as_json: bool) -> int:
    """How far each is. Exit status: 1 if one has stopped or nobody runs it."""
    chosen = all_named(names)
    with open_place(settings) as (place, db):
        found = statuses(db, chosen, place.log_no)
    text = "\n".join(_line(one) for one in found)
    result({"projections": [told(one) for one in found]}, text, as_json=as_json)
    return FINDING if any(one.state in ("stopped", "down") for one in found) else OK


def _line(one: Status) -> str:
    lag = f"{one.lag_events:,} behind, {one.lag_s:.1f} s" if one.lag_events else "up to date"
    line = f"{one.name:<16} {one.state:<9} {one.position:>12,} of {one.log_position:,} ({lag})"
    return line + "".join(f"\n{'':<17}{more}" for more in _more(one))


def _more(one: Status) -> list[str]:
    lines = []
    if one.rate:
        lines.append(f"{one.rate:,} events/s")
    if one.stopped:
        lines.append(f"stopped at position {one.stopped.position}: {one.stopped.error} ({one.stopped.topic})")
    if one.building:
        building = one.building
        lines.append(
            f"generation {building.generation} {'is' if building.active else 'waits to be'} built: "
            f"{building.phase}, {building.buckets_loaded} of {building.buckets} buckets"
        )
    if one.skipped:
        lines.append(f"left out: {one.skipped} events")
    if one.retired:
        lines.append(f"{one.retired} generations can be dropped")
    return lines

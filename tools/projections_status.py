"""`lifelong projections list` and `status`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from domain.log_stream import ProjectionSkipped
from projections.catalogue import PROJECTIONS
from projections.entry_view import instant_text
from projections.source import Place, open_source
from projections.status import Building, Status, statuses
from projections.telling import told
from store.settings import Settings
from tools.output import FINDING, OK, result
from tools.projections_opening import all_named, open_place

Reasons: TypeAlias = Mapping[int, tuple[str, str]]


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
        reasons = _reasons(place, found)
    text = "\n".join(_line(one, reasons) for one in found)
    result({"projections": [_told(one, reasons) for one in found]}, text, as_json=as_json)
    return FINDING if any(one.state in ("stopped", "down") for one in found) else OK


def _reasons(place: Place, found: Sequence[Status]) -> Reasons:
    """Who let events be left out and why, as the log says it, by the position where it does."""
    recorded_in = sorted({left.recorded_in for one in found for left in one.left_out})
    reasons = {}
    if recorded_in:
        with open_source(place) as source:
            for position in recorded_in:
                told = source.event_at(position, ProjectionSkipped.TOPIC)
                if told is not None and isinstance(told.event, ProjectionSkipped):
                    reasons[position] = (told.event.who["authenticated"]["subject"], told.event.reason)
    return reasons


def _told(one: Status, reasons: Reasons) -> dict[str, object]:
    """As the API tells it, and why events were left out."""
    plain = told(one)
    why = [
        dict(zip(("by", "reason"), reasons.get(left.recorded_in, (None, None)), strict=True))
        for left in one.left_out
    ]
    listed = plain["left_out"]
    assert isinstance(listed, list)  # noqa: S101  # as `telling` makes it
    return {**plain, "left_out": [{**left, **more} for left, more in zip(listed, why, strict=True)]}


def _line(one: Status, reasons: Reasons) -> str:
    lag = f"{one.lag_events:,} behind, {one.lag_s:.1f} s" if one.lag_events else "up to date"
    line = f"{one.name:<16} {one.state:<9} {one.position:>12,} of {one.log_position:,} ({lag})"
    return line + "".join(f"\n{'':<17}{more}" for more in _more(one, reasons))


def _more(one: Status, reasons: Reasons) -> Iterator[str]:
    if one.rate:
        yield f"{one.rate:,} events/s"
    if one.live_version not in (None, one.version):
        yield f"live is version {one.live_version}; this release reads version {one.version}"
    if one.stopped:
        yield f"stopped at position {one.stopped.position}: {one.stopped.error} ({one.stopped.topic})"
    if one.building:
        yield _building(one.building)
    if one.building and one.building.stuck_at:
        stuck = one.building
        yield f"which cannot go on at position {stuck.stuck_at}: {stuck.stuck_error} ({stuck.stuck_topic})"
    for left in one.left_out:
        by, reason = reasons.get(left.recorded_in, ("", "of which the log says nothing"))
        yield f"leaves out position {left.position}: {reason} ({by}, recorded at {left.recorded_in})"
    if one.retired:
        yield f"{one.retired} not read any more, with rows as they were: lifelong projections drop {one.name}"
    if one.last_error:
        yield f"last trouble: {one.last_error}, {instant_text(one.last_error_at)}"


def _building(building: Building) -> str:
    done = "checked" if building.is_check else "built"
    return (
        f"generation {building.generation} {'is' if building.active else 'waits to be'} {done}: "
        f"{building.phase}, {building.buckets_loaded} of {building.buckets} buckets"
    )

"""What of a record's events an evidence package shows to whoever asked, part by part.

An event that is not for them is there all the same, as an envelope with its commitments: so nothing is
missing between two others, and nothing of its content is told.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.access_stream import AccessEvent
from domain.acts import Event
from domain.entries import KINDS
from domain.evidence_port import Selection, Withheld
from domain.gate import Gate, Pass
from domain.ports import RecordQuery
from domain.record import Record
from domain.record_readers import restricted
from domain.record_state import EntryState
from domain.sensitive_options import OPEN
from domain.showing import SHAPE_ONLY, limited, untold
from domain.time import CHINA
from domain.values import earliest

ABOUT = ("event_id", "entry", "link")  # by which an event names the entry or link that it is about
OPERATOR = "operator"


def sight(gate: Gate, record: Record, passed: Pass) -> RecordQuery:
    """What of the record is open to the caller. To the operator: what nobody guards more closely."""
    if passed.decision.role != OPERATOR:
        return _by_events(record, limited(gate, record, passed))
    kept = restricted(record.state, passed.now.astimezone(CHINA).date())
    entries = record.state.entries.items()
    guarded = frozenset(UUID(key) for key, one in entries if one.sensitivity or one.options)
    sections = frozenset(KINDS) - kept if kept else None
    return RecordQuery(masked=record.state.masked | guarded, sections=sections)


def _by_events(record: Record, query: RecordQuery) -> RecordQuery:
    """The query in a package, where an event is shown whole or not: not if it names a closed option."""
    entries = record.state.entries.items()
    told = frozenset(UUID(key) for key, one in entries if query.closed.hides(one.kind, one.options))
    return replace(query, masked=query.masked | told, closed=OPEN)


def of_record(
    record: Record, passed: Pass, query: RecordQuery, selection: Selection
) -> Callable[[Event, str], Withheld | None]:
    """Why a part of an event on the record's own stream is withheld; None: it is shown."""
    is_shape, is_open = SHAPE_ONLY in passed.decision.obligations, is_general(passed, query)

    def withheld(event: Event, part: str) -> Withheld | None:
        about = {UUID(str(getattr(event, name))) for name in ABOUT if getattr(event, name, None)}
        entry = next((found for one in about if (found := record.state.entries.get(str(one)))), None)
        if (is_shape and part == "body") or about & query.masked:
            return "not-open"
        if not (query.shows(entry.kind) if entry is not None else is_open):
            return "not-open"
        if part in selection.withhold or not _is_selected(event, entry, selection):
            return "not-selected"
        return None

    return withheld


def of_accesses(gate: Gate, passed: Pass, selection: Selection) -> Callable[[Event, str], Withheld | None]:
    """Likewise of the accesses: who looked is part of what an auditor may know, what they saw is not."""
    is_shape, closed = SHAPE_ONLY in passed.decision.obligations, untold(gate, passed)

    def withheld(event: Event, part: str) -> Withheld | None:
        if part == "body" and (is_shape or _tells(event, closed)):
            return "not-open"
        return "not-selected" if part in selection.withhold or not _is_within(event, selection) else None

    return withheld


def _tells(event: Event, closed: frozenset[str]) -> bool:
    """Whether an access tells that there are entries of these classes: it left them out, or a measure."""
    is_of_a_measure = any("/" in one for one in getattr(event, "sections", ()))
    return bool(closed.intersection(getattr(event, "withheld", None) or ()) or (closed and is_of_a_measure))


def is_untold(hides: frozenset[UUID]) -> Callable[[Event], bool]:
    """Whether an event is one that the caller is not told of yet, or rests on one."""

    def untold(event: Event) -> bool:
        names = (*ABOUT, "cites") if isinstance(event, AccessEvent) else ABOUT
        return any(getattr(event, name, None) in hides for name in names)

    return untold


def is_general(passed: Pass, query: RecordQuery) -> bool:
    """Whether what stands in no section is open, too: not by a way in that names sections."""
    return query.sections is None or passed.decision.entitlement is None


def narrowed(selection: Selection, passed: Pass, query: RecordQuery) -> Selection:
    """Without the history of accesses where the way in names sections: it would tell of the others."""
    return selection if is_general(passed, query) else replace(selection, accesses=False)


def _is_selected(event: Event, entry: EntryState | None, selection: Selection) -> bool:
    if selection.sections and (entry is None or entry.kind not in selection.sections):
        return False
    return _is_within(event, selection)


def _is_within(event: Event, selection: Selection) -> bool:
    """By when it happened, as told, at the earliest, in China."""
    if selection.since is None and selection.until is None:
        return True
    day = earliest(event.occurred).astimezone(CHINA).date()
    return (selection.since or date.min) <= day <= (selection.until or date.max)

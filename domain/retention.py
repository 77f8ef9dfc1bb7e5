"""How long a record is kept at least, and what may be erased when: `data/retention.toml`.

Nothing is erased before its term is over, whoever orders it; and of a resident who is alive nothing but what
a court or an authority ordered. The term of the whole record counts from its last entry of care, that of
single documents from their own day; that of a record without care from the day of its closing, or opening.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.entries import KINDS
from domain.record_events import Closed, Created, EntryCorrected, EntryMisfiled, EntryRecorded
from domain.time import CHINA
from domain.values import JsonObject, Occurred, latest

_TOLD = tomllib.loads(files("domain").joinpath("data", "retention.toml").read_text(encoding="utf-8"))

EDITION: str = _TOLD["edition"]
OUT_PATIENT_YEARS: int = _TOLD["out-patient"]["years"]
IN_PATIENT_YEARS: int = _TOLD["in-patient"]["years"]
OF_A_STAY: tuple[str, ...] = tuple(_TOLD["in-patient"]["documents"])
BASES: Mapping[str, Mapping[str, object]] = _TOLD["basis"]


@dataclass(frozen=True)
class Term:
    """Until when something is kept at least (the last day), and by which term: out-patient or in-patient."""

    name: str
    until: date


def may_erase_of_the_living(basis: str) -> bool:
    """Whether the basis is an order, which reaches what is of somebody alive."""
    return bool(BASES[basis]["alive"])


def of_record(events: Sequence[DomainEvent]) -> Term:
    """The longest term of everything on the record."""
    brought = list(_brought(events, None))
    return max([_of_opening(events), *brought] if not brought else brought, key=lambda term: term.until)


def of_documents(events: Sequence[DomainEvent], entries: Iterable[UUID]) -> Term:
    """The longest term of some of the record's documents. There is at least one."""
    return max(_brought(events, frozenset(entries)), key=lambda term: term.until)


def _brought(events: Sequence[DomainEvent], only: frozenset[UUID] | None) -> Iterable[Term]:
    """A term for each time that care was told of, in an entry or its correction; not of what was misfiled."""
    kinds: dict[UUID, str] = {one.event_id: one.KIND for one in events if isinstance(one, EntryRecorded)}
    misfiled = {one.entry for one in events if isinstance(one, EntryMisfiled)}
    for event in events:
        if isinstance(event, EntryRecorded):
            entry, occurred = event.event_id, event.occurred
        elif isinstance(event, EntryCorrected) and event.entry_occurred:
            entry, occurred = event.entry, event.entry_occurred
        else:
            continue
        kind = kinds.get(entry, "")
        is_care = kind == "documents" or (kind in KINDS and KINDS[kind].is_care)
        if is_care and entry not in misfiled and (only is None or entry in only):
            yield _term(kind, event.content, occurred)


def _term(kind: str, content: JsonObject, occurred: Occurred) -> Term:
    is_stay = kind == "documents" and content.get("kind") in OF_A_STAY
    if is_stay:
        return Term("in-patient", _after(occurred, IN_PATIENT_YEARS))
    return Term("out-patient", _after(occurred, OUT_PATIENT_YEARS))


def _of_opening(events: Sequence[DomainEvent]) -> Term:
    closed = [one.occurred for one in events if isinstance(one, Closed)]
    opened = [one.occurred for one in events if isinstance(one, Created)]
    return Term("out-patient", _after((closed or opened)[-1], OUT_PATIENT_YEARS))


def _after(occurred: Occurred, years: int) -> date:
    """The day of the same name, years later; of 29 February the first of March: no day too early."""
    day = latest(occurred).astimezone(CHINA).date()
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)

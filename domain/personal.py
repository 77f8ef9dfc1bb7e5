"""Who the resident of a listed record is, as far as the caller may see it: read from the record itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from domain import record_events as events
from domain.entries import KINDS, PERSONAL, person
from domain.gate import Gate
from domain.ports import Recorded, RecordQuery
from domain.record import Record
from domain.values import JsonObject, earliest

BASIC = "basic-information"
SECTIONS = {form: kind for kind, row in KINDS.items() for form in row.forms if form in PERSONAL}


@dataclass(frozen=True)
class Person:
    """A line of a list. Only the record's id where the caller may not see more; else what is known."""

    record: UUID
    number: str | None = field(default=None, repr=False)
    status: str | None = None
    version: int | None = None
    name: str | None = field(default=None, repr=False)
    sex: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)


def person_of(gate: Gate, record: Record, seen: RecordQuery | None, upto: int | None = None) -> Person:
    """The resident, now or as known at a position. seen: what the caller may see; None: nothing."""
    if seen is None:
        return Person(record.id)
    number, told = record.state.number, _told_now(record) if upto is None else None
    if told is None:
        recorded = gate.log.read(record.id, upto_version=record.version, upto_position=upto)
        number = _number(recorded) or number
        told = _told(recorded, record.state.masked)
    name, sex, birth_date = told if seen.shows(BASIC) else (None, None, None)
    status = "closed" if record.is_closed else "open"
    return Person(record.id, number, status, record.version, name, sex, birth_date)


def _told_now(record: Record) -> tuple[str | None, str | None, str | None] | None:
    """From the state, where only one entry can tell it, as nearly always; else None."""
    telling = list(record.state.standing(*set(SECTIONS.values()) - {"follow-ups"}))
    visits = any(entry.form in PERSONAL for entry in record.state.standing("follow-ups"))
    if len(telling) != 1 or visits or telling[0].kind != BASIC:
        return None
    kept = telling[0].kept or {}
    birth_date, sex = person(kept)
    return cast("str | None", kept.get("name")), sex, birth_date


def _told(recorded: Sequence[Recorded], masked: frozenset[UUID]) -> tuple[str | None, str | None, str | None]:
    """Each as the newest entry that tells it says; birth date and sex else as an identity document does."""
    told: dict[UUID, tuple[object, int, JsonObject]] = {}
    birth_date = sex = None
    for one in recorded:
        event, version = one.event, one.stored.version
        if isinstance(event, events.EntryRecorded) and event.form["name"] in PERSONAL:
            told[event.event_id] = (earliest(event.occurred), version, event.content)
        elif isinstance(event, events.EntryCorrected) and event.entry in told:
            occurred = earliest(event.entry_occurred) if event.entry_occurred else told[event.entry][0]
            told[event.entry] = (occurred, told[event.entry][1], event.content)
        elif isinstance(event, events.EntryRetracted):
            told.pop(event.entry, None)
        elif isinstance(event, events.IdentityLinked) and event.birth_date is not None:
            if event.event_id not in masked:
                birth_date, sex = event.birth_date, event.sex
    standing = [entry for key, entry in told.items() if key not in masked]
    newest = [one[2] for one in sorted(standing, key=lambda one: one[:2], reverse=True)]
    people = [person(content) for content in newest]
    names = (str(content["name"]) for content in newest if content.get("name"))
    born = next((one for one, _ in people if one), birth_date)
    return next(names, None), next((one for _, one in people if one), sex), born


def _number(recorded: Sequence[Recorded]) -> str | None:
    """The number that the record went by then."""
    given = [
        one.event.number for one in recorded if isinstance(one.event, events.Created | events.NumberGiven)
    ]
    return given[-1] if given else None

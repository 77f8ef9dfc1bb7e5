"""What is due for a resident on a day, by the follow-up rules: by when, overdue or not, and by which rule."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from domain.entries import KINDS
from domain.follow_up_rules import (
    Assessment,
    Cited,
    Due,
    Enrolment,
    Entry,
    Facts,
    Rules,
    Standing,
    due,
    national,
)
from domain.follow_up_rules.table import Programme
from domain.ports import NOW, Recorded, RecordQuery
from domain.time import CHINA
from domain.values import EditionRef, Occurred, occurred
from projections.entry_view import EntryView
from projections.life import Life, day, ended, life
from projections.record_lists import Shape

DUE = "due/1"
KIND_OF = {form: name for name, kind in KINDS.items() for form in kind.forms}


def due_list(recorded: Sequence[Recorded], query: RecordQuery = NOW, rules: Rules | None = None) -> Shape:
    """What is due on the day of `valid_at` (in China), which must be set; nothing once the record is closed.

    A programme that needs a section withheld from the caller is not told, only named: half of what happened
    would make overdue what is not. Raises ValueError without a day.
    """
    if query.valid_at is None:
        raise ValueError("what is due is due on a day")
    told, on = life(recorded, query), query.valid_at.astimezone(CHINA).date()
    held = rules or national()
    programmes = list(held)
    seen = [one for one in programmes if _is_seen(one, query)]
    standings = [] if told.fold.is_closed else _standings(seen, facts(told), on)
    found = [one for standing in standings for one in standing.due]
    missed = [one for standing in standings for one in standing.missed]
    return {
        **told.frame(DUE),
        "on": on.isoformat(),
        "due": [_due(one, on) for one in sorted(found, key=lambda one: (one.by, one.rule.id, one.what))],
        "missed": [_due(one, on) for one in sorted(missed, key=lambda one: (one.by, one.rule.id))],
        "programmes": [_programme(one, held.get(one.programme).ref(on)) for one in standings],
        "withheld": [one.name for one in programmes if one not in seen],
    }


def facts(told: Life) -> Facts:
    """The resident as the rules see them."""
    return Facts(
        entries=[_entry(told, entry) for entry in told.entries],
        birth_date=told.born,
        sex=told.person[1],
        enrolments=_enrolments(told),
        opened_on=day(_opened(told)),
    )


def _opened(told: Life) -> Occurred:
    created = cast(Shape, told.fold.head["created"])
    return cast(Occurred, created["occurred"])


def _entry(told: Life, entry: EntryView) -> Entry:
    return Entry(
        entry.first.event, entry.form["name"], day(entry.occurred), told.content(entry), ended(entry)
    )


def _enrolments(told: Life) -> list[Enrolment]:
    """Since the day of enrolment that is told, else that of the entry; until the exit."""
    enrolled = [entry for entry in told.entries if entry.kind == "programmes"]
    return [Enrolment(str(one.content["programme"]), _since(one), ended(one)) for one in enrolled]


def _since(entry: EntryView) -> date:
    told = entry.content.get("enrolled_on")
    return day(occurred(told)) if isinstance(told, str) else day(entry.occurred)


def sections_read(programme: Programme) -> frozenset[str]:
    """The collections that the programme's rules read: what is due tells something of each."""
    named = {form for rule in programme.rules for form in getattr(rule, "forms", ())}
    kinds = {KIND_OF[form] for form in (*programme.table.forms, *named)}
    return frozenset((*kinds, "programmes", "basic-information", "referrals"))


def _is_seen(programme: Programme, query: RecordQuery) -> bool:
    return all(map(query.shows, sections_read(programme)))


def _standings(programmes: Sequence[Programme], resident: Facts, on: date) -> list[Standing]:
    found = (due(programme, resident, on) for programme in programmes)
    return [one for one in found if one is not None]


def _due(one: Due, on: date) -> Shape:
    return {
        "programme": one.programme,
        "what": one.what,
        "title": one.title.model_dump(),
        "opens": one.opens.isoformat() if one.opens else None,
        "by": one.by.isoformat(),
        "overdue": one.is_overdue(on),
        "urgent": one.urgent,
        "referral": one.refer,
        "class": one.class_,
        "since": str(one.since) if one.since else None,
        **_cited(one.rule),
    }


def _cited(rule: Cited) -> Shape:
    return {
        "rule": rule.id,
        "edition": rule.edition,
        "source": rule.source,
        "confidence": rule.confidence,
    }


def _programme(standing: Standing, rules: EditionRef) -> Shape:
    """A programme that is for the resident, and how the newest follow-up was judged.

    rules: those in force on the day asked; their digest proves which text of them it was.
    """
    return {
        "programme": standing.programme,
        "title": standing.title.model_dump(),
        "since": standing.since.isoformat(),
        "in_scope": standing.in_scope,
        "rules": dict(rules),
        "last": _assessment(standing.last) if standing.last else None,
        **_cited(standing.who),
    }


def _assessment(one: Assessment) -> Shape:
    """`chosen` is what the practitioner wrote: beside the rule, not in its place."""
    return {
        "entry": str(one.entry),
        "on": one.on.isoformat(),
        "class": one.class_,
        "classes": [_cited(rule) for rule in one.classes],
        "urgent": [_cited(rule) for rule in one.urgent],
        "referral": one.refer,
        "next_by": one.next_by.isoformat() if one.next_by else None,
        "step": _cited(one.rule) if one.rule else None,
        "chosen": {"class": one.chosen.class_, "next_on": one.chosen.next_on},
    }

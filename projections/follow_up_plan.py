"""What the follow-up rules ask of a resident from a day on, from entries kept lean."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from domain import forms
from domain.entries import PERSONAL
from domain.follow_up_rules import Enrolment, Entry, Facts, Planned, national, plan
from domain.follow_up_rules.table import Programme
from domain.measurements import MEASUREMENTS
from domain.scalars import JsonValue
from domain.values import occurred
from projections.life import ENDINGS, day
from projections.standing import Resident, Standing

ENROLMENT = "programme-enrolment"
ALWAYS = frozenset(
    ("birth_date", "born_on", "sex", "programme", "enrolled_on", *(field for _, field in ENDINGS.values()))
)
REFERRAL = "referral"  # by which a referral that a rule calls for is made


@cache
def forms_read() -> Mapping[str, frozenset[str]]:
    """The forms that each programme's rules read, and those that tell age, sex and enrolment."""
    known = {form.name for form in forms.registry}
    always = {*PERSONAL, ENROLMENT, REFERRAL}
    return {one.name: frozenset(known.intersection(_words(one.written)) | always) for one in national()}


@cache
def reading(form: str) -> tuple[Programme, ...]:
    """The programmes for which an entry on the form may change what is due."""
    return tuple(one for one in national() if form in forms_read()[one.name])


@cache
def fields_read(form: str) -> frozenset[str]:
    """The fields of a form at which some rule looks; none of a form that no rule reads."""
    programmes = reading(form)
    if not programmes:
        return frozenset()
    pointers = [one for found in programmes for one in _words(found.written) if one.startswith("/")]
    chosen = [at for found in programmes for at in (found.table.chosen.class_at, found.table.chosen.next_on)]
    measured = [place.pointer for one in MEASUREMENTS.values() for place in one.places if place.form == form]
    return frozenset(one.split("/")[1] for one in (*pointers, *chosen, *measured)) | ALWAYS


def planned(
    programmes: Iterable[Programme], resident: Resident, on: date
) -> Iterator[tuple[Programme, list[Planned]]]:
    """Of each programme, what is due from the day on as long as nothing more happens."""
    known = Facts(
        birth_date=resident.born,
        sex=resident.person[1],
        enrolments=[_enrolment(one) for one in resident.standing("programmes")],
        opened_on=day(resident.opened) if resident.opened else None,
    )
    enrolled = {one.programme for one in known.enrolments}
    standing = sorted(
        (one for one in resident.entries.values() if not one.is_retracted), key=lambda one: one.order
    )
    for programme in programmes:
        who, read = programme.who(on), forms_read()[programme.name]
        if who is None or (who.enrolled and who.enrolled not in enrolled):
            yield programme, []  # as nearly always: before anything is looked at
        else:
            entries = [_entry(one) for one in standing if one.form in read]
            yield programme, plan(programme, replace(known, entries=entries), on)


def _entry(one: Standing) -> Entry:
    if one.for_rules is None:
        one.for_rules = Entry(one.id, one.form, one.on, one.content, one.ended)
    return one.for_rules


def _enrolment(one: Standing) -> Enrolment:
    told = one.content.get("enrolled_on")
    since = day(occurred(told)) if isinstance(told, str) else one.on
    return Enrolment(str(one.content["programme"]), since, one.ended)


def _words(value: JsonValue) -> Iterator[str]:
    """Every text in a table file, however deep."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _words(one)
    elif isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif isinstance(value, str):
        yield value

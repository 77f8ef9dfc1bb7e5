"""Every rule by its cases: one that it is for, one that it is not for, and both sides of its edge."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import pytest

from domain import forms
from domain.follow_up_rules import Due, Enrolment, Entry, Facts, Standing, assess, due, national
from domain.follow_up_rules.table import Programme, Rule

Told: TypeAlias = dict[str, Any]  # a case as written, which the tests index freely

CASES = Path(__file__).with_name("cases.toml")
FIRST_DAY, FORTNIGHT = date(2026, 2, 1), timedelta(days=14)
ASKED, BORN, ENROLLED = "2026-06-01", "1970-05-05", "2026-01-05"
RULES = {rule.id: (programme, rule) for programme in national() for rule in programme.rules}


@dataclass(frozen=True)
class Case:
    """One case: the rule, the resident, the day asked, and what is expected of it."""

    programme: Programme
    rule: Rule
    facts: Facts
    on: date
    told: Told


def entry(place: int, told: Told, form: str) -> Entry:
    """An entry of a case; its content must be one that its form accepts."""
    content = dict(told)
    name = content.pop("form", form)
    on = date.fromisoformat(content.pop("on", (FIRST_DAY + place * FORTNIGHT).isoformat()))
    ended = content.pop("ended", None)
    checked = forms.current(name, on).check(content)
    return Entry(UUID(int=place + 1), name, on, checked, date.fromisoformat(ended) if ended else None)


def case(rule: str, told: Told) -> Case:
    programme, found = RULES[rule]
    by_enrolment = any(who.enrolled for who in programme.table.who)
    enrolled = told.get("enrolled", {programme.name: ENROLLED} if by_enrolment else {})
    entries = [entry(place, one, told["form"]) for place, one in enumerate(told.get("entries", []))]
    facts = Facts(
        entries=sorted(entries, key=lambda one: one.on),
        birth_date=date.fromisoformat(told.get("born", BORN)),
        sex=told.get("sex", "female"),
        enrolments=[Enrolment(name, date.fromisoformat(since)) for name, since in enrolled.items()],
        opened_on=date.fromisoformat(told["opened"]) if "opened" in told else None,
    )
    return Case(programme, found, facts, date.fromisoformat(told.get("on", ASKED)), told)


def cases() -> Iterator[Any]:
    for rule, told in tomllib.loads(CASES.read_text(encoding="utf-8")).items():
        common = {name: value for name, value in told.items() if name != "cases"}
        for number, one in enumerate(told["cases"], start=1):
            yield pytest.param(case(rule, {**common, **one}), id=f"{rule}-{one['case']}-{number}")


EVERY = list(cases())


def with_any(*names: str) -> list[Any]:
    """The cases that say something under one of the names."""
    return [one for one in EVERY if set(names) & one.values[0].told.keys()]


def standing(case: Case) -> Standing | None:
    return due(case.programme, case.facts, case.on)


def told_due(case: Case) -> Due | None:
    """The contact that is due by the rule; the referral it may call for is another matter."""
    found = standing(case)
    contacts = [one for one in (found.due if found else ()) if one.what != "referral"]
    return next((one for one in contacts if one.rule.id == case.rule.id), None)


def is_told(case: Case) -> bool:
    """Whether the rule shows: in the standing, at the last follow-up, or among what is due."""
    found, table = standing(case), case.programme.table
    if case.rule in table.who:
        return found is not None and found.who.id == case.rule.id
    if case.rule in (*table.classes, *table.steps):
        last = assess(case.programme, case.facts)[-1:]
        told = [(*one.classes, *one.urgent, *([one.rule] if one.rule else [])) for one in last]
        return any(cited.id == case.rule.id for cited in sum(told, ()))
    one = told_due(case)
    return one is not None and (one.opens is None or one.opens <= case.on)


@pytest.mark.parametrize("case", EVERY)
def test_a_rule_holds_where_it_should_and_nowhere_else(case: Case) -> None:
    assert is_told(case) is case.told["holds"]


@pytest.mark.parametrize("case", with_any("by", "opens", "overdue"))
def test_what_is_due_has_the_day_that_the_table_gives(case: Case) -> None:
    one = told_due(case)

    assert one is not None
    assert one.by.isoformat() == case.told.get("by", one.by.isoformat())
    assert one.opens is None or one.opens.isoformat() == case.told.get("opens", one.opens.isoformat())
    assert one.is_overdue(case.on) is case.told.get("overdue", one.is_overdue(case.on))


@pytest.mark.parametrize("case", with_any("urgent"))
def test_what_is_urgent_is_told_with_a_referral_that_is_due_at_once(case: Case) -> None:
    found = standing(case)

    assert found is not None and found.last is not None
    assert case.rule.id in [cited.id for cited in found.last.urgent]
    assert found.last.refer
    (referral,) = [one for one in found.due if one.what == "referral"]
    assert (referral.by, referral.urgent) == (found.last.on, True)


@pytest.mark.parametrize("case", with_any("in_scope"))
def test_who_is_outside_the_scope_is_followed_up_and_told_to_be(case: Case) -> None:
    found = standing(case)

    assert found is not None and found.in_scope is case.told["in_scope"]


@pytest.mark.parametrize("case", with_any("missed"))
def test_a_contact_that_cannot_be_made_good_any_more_is_told_as_missed(case: Case) -> None:
    found = standing(case)

    assert found is not None
    assert case.rule.id in [one.rule.id for one in found.missed]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_positive_a_negative_and_a_boundary_case(rule: str) -> None:
    kinds = {one["case"] for one in tomllib.loads(CASES.read_text(encoding="utf-8"))[rule]["cases"]}

    assert kinds == {"positive", "negative", "boundary"}


def test_no_case_is_about_a_rule_that_is_not_there() -> None:
    assert set(tomllib.loads(CASES.read_text(encoding="utf-8"))) == set(RULES)

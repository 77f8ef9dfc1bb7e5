"""Simulated lives: the same for the same seed, on forms that pass, of people who could have lived."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from uuid import UUID

import pytest

from domain.entries import FORMS, KINDS
from domain.filling import check, civil_day
from domain.follow_up_rules import Entry as RuleEntry
from domain.follow_up_rules import Facts, assess, national
from domain.identity import IdentityNumber
from domain.requests import NewEntry
from domain.sequels import sequel_of
from domain.time import earliest
from tools.simulate.life import Closing, Entry, Life, Sequel
from tools.simulate.lives import TODAY, live
from tools.simulate.people import household, person
from tools.simulate.plan import BLOCK, MOST_RESIDENTS, place_of, posts, record_number
from tools.simulate.story import told

SEED, COUNTY = 7, 1500
UNUSED = {  # which no made-up life asks for
    "birth",
    "guardian-appointment",
    "representative-appointment",
    "consent-withdrawal",
    "correction-request",
    "identity-dispute",
    "quality-finding",
    "authenticity-check",
    "care-plan",
}
RARE = {"tuberculosis-first-visit", "tuberculosis-follow-up"}
USED = {form for kind, forms in FORMS.items() for form in forms if not KINDS[kind].is_about_access}
USED -= UNUSED | RARE
ENDINGS = {
    "card-loss",
    "card-replacement",
    "consultation",
    "filing",
    "medication-stop",
    "programme-exit",
    "referral-acceptance",
    "referral-return",
}


@cache
def county() -> tuple[Life, ...]:
    return tuple(lives(range(COUNTY)))


def lives(numbers: range) -> Iterator[Life]:
    return (life for number in numbers if (life := live(SEED, number)))


def form_of(step: Entry | Sequel) -> str:
    if isinstance(step, Sequel):
        return sequel_of(step.collection, step.sequel).form
    return step.entry.form or FORMS[step.entry.kind][0]


def follow_ups(life: Life, form: str) -> list[NewEntry]:
    return [step.entry for step in life.entries() if isinstance(step, Entry) and step.entry.form == form]


def test_a_life_is_the_same_whenever_and_wherever_it_is_made() -> None:
    alone = live(SEED, 333)

    assert alone == next(life for life in county() if life.person.number == 333)
    assert alone != live(SEED + 1, 333)


def test_every_content_passes_its_form_and_every_filler_is_used() -> None:
    used = Counter[str]()
    for life in county():
        for step in life.entries():
            when = step.entry.occurred if isinstance(step, Entry) else told(step.when)
            content = step.entry.content if isinstance(step, Entry) else step.content
            check(form_of(step), None, when, content)
            used[form_of(step)] += 1

    assert USED | ENDINGS <= set(used)


def test_tuberculosis_is_rare_and_passes_its_forms_too() -> None:
    ill = [
        life for life in lives(range(COUNTY, COUNTY + 600)) if follow_ups(life, "tuberculosis-first-visit")
    ]
    ill += [life for life in county() if follow_ups(life, "tuberculosis-first-visit")]

    assert ill
    for life in ill:
        for step in life.entries():
            if form_of(step).startswith("tuberculosis") and isinstance(step, Entry):
                check(form_of(step), None, step.entry.occurred, step.entry.content)


def test_nobody_is_cared_for_before_the_record_or_after_it_ended() -> None:
    for life in county():
        one = life.person
        for step in life.entries():
            late = isinstance(step, Entry) and step.entry.kind == "documents"
            assert one.opened <= step.when.date() <= TODAY
            assert late or not one.is_away(step.when.date())


def test_people_are_of_an_age_and_mothers_are_women_who_could_be() -> None:
    ages = [life.person.age(TODAY) for life in county() if not life.person.died]

    assert 0 <= min(ages) and max(ages) < 115
    assert 0.12 < sum(age >= 65 for age in ages) / len(ages) < 0.4
    for life in county():
        pregnant = follow_ups(life, "first-antenatal-examination")
        for visit in pregnant:
            assert life.person.sex == "female"
            assert 18 <= life.person.age(civil_day(visit.occurred)) <= 45
        assert life.person.born <= life.person.opened


def test_deaths_come_with_age_and_close_the_record() -> None:
    died = [life for life in county() if life.person.died and life.person.died <= TODAY]

    assert 0.01 < len(died) / COUNTY < 0.15
    assert sum(life.person.age(TODAY) > 60 for life in died) > len(died) * 0.7
    for life in died:
        closed = [step for act in life.acts for step in act.steps if isinstance(step, Closing)]
        learned = life.person.died is not None and life.person.died + timedelta(days=26) <= TODAY
        assert closed or not learned


def test_children_have_their_mother_in_the_household_and_her_antenatal_care_precedes_them() -> None:
    born = [life for life in county() if life.person.is_newborn and life.person.mother is not None]

    assert born
    for life in born:
        mother = next(one for one in household(SEED, life.person.number) if one.number == life.person.mother)
        assert mother.sex == "female" and (life.person.born - mother.born).days > 18 * 365
        assert follow_ups(life, "newborn-home-visit")


def test_every_number_is_valid_and_given_once() -> None:
    people = [person(SEED, number) for number in range(0, 40_000, 7)]
    numbers = [one.identity_number for one in people]

    assert len(set(numbers)) == len({record_number(one.number) for one in people}) == len(people)
    for one, number in zip(people, numbers, strict=True):
        IdentityNumber.parse(number).agrees(birth_date=one.born.isoformat(), sex=one.sex)
        assert number[14:17] in ("996", "997", "998", "999")
    IdentityNumber.parse(person(SEED, MOST_RESIDENTS - 1).identity_number)


def test_every_resident_lives_where_there_is_a_post() -> None:
    for residents in (1, 21, 60, 4001, 9000):
        there = {post.name for post in posts(residents)}
        assert {place_of(number).post.name for number in range(0, residents, BLOCK)} <= there


def test_follow_ups_are_judged_as_the_rules_judge_them_and_some_come_late() -> None:
    programme = national().get("hypertension")
    came_by, came_late, judged = 0, 0, 0
    for life in county():
        written = sorted(follow_ups(life, "hypertension-follow-up"), key=lambda one: earliest(one.occurred))
        entries = [
            RuleEntry(UUID(int=place), "hypertension-follow-up", civil_day(one.occurred), one.content)  # type: ignore[arg-type]  # content is a JSON object
            for place, one in enumerate(written)
        ]
        judgements = assess(
            programme, Facts(entries=entries, birth_date=life.person.born, sex=life.person.sex)
        )
        for one, following in pairwise(judgements):
            assert one.next_by is not None and one.chosen.next_on is not None
            judged += 1
            came_by += following.on <= one.next_by
            came_late += following.on > one.next_by
            assert date.fromisoformat(one.chosen.next_on) <= one.next_by
            assert (one.class_ == "controlled") == (one.chosen.class_ == "controlled")

    assert judged > 300
    assert came_by > came_late > judged * 0.1


@pytest.mark.slow
def test_making_lives_needs_no_memory_that_grows() -> None:
    for _ in lives(range(200)):
        pass
    gc.collect()
    tracemalloc.start()
    for _ in lives(range(200, 1000)):
        pass
    _, early = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    for _ in lives(range(1000, 3000)):
        pass
    _, later = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert later < early * 1.5 + 1_000_000

"""Conditions hold on what is told, and never on what is not."""

from datetime import date
from uuid import UUID

import pytest

from domain.follow_up_rules.conditions import Sight
from domain.follow_up_rules.facts import Entry, Facts
from domain.follow_up_rules.reading import condition
from domain.values import JsonObject

ON = date(2026, 6, 1)
PROBLEM = {"there": ["problem"], "where": {"at": "/problem/code", "starts": "I10"}}


def entry(content: JsonObject, form: str = "reception", ended: date | None = None) -> Entry:
    return Entry(UUID(int=1), form, ON, content, ended)


def holds(told: object, content: JsonObject | None = None, facts: Facts | None = None) -> bool:
    seen = entry(content) if content is not None else None
    return condition(told).holds(Sight(facts or Facts(), ON, seen))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"x": "7.0"}, True),
        ({"x": "7"}, True),
        ({"x": 7}, True),
        ({"x": "6.99"}, False),
        ({"x": [1, 8]}, False),
        ({"x": "8 or so"}, False),
        ({"x": "NaN"}, False),
        ({"x": "Infinity"}, False),
        ({"x": True}, False),
        ({"x": None}, False),
        ({"y": "8"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_limit_holds_for_numbers_that_reach_it(content: JsonObject | None, expected: bool) -> None:
    assert holds({"at": "/x", "ge": "7.0"}, content) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"at": "/x/*"}, True),
        ({"at": "/x/*", "in": ["b"]}, True),
        ({"at": "/x/*", "in": ["c"]}, False),
        ({"at": "/x/*", "not_in": ["a"]}, True),
        ({"at": "/x/*", "not_in": ["a", "b"]}, False),
        ({"at": "/x/0"}, False),
        ({"at": "/z/*"}, False),
        ({"not": {"at": "/z"}}, True),
        ({"all": [{"at": "/x/*"}, {"at": "/z"}]}, False),
        ({"any": [{"at": "/x/*"}, {"at": "/z"}]}, True),
        ({"on": ["reception"]}, True),
        ({"on": ["problem"]}, False),
    ],
)
def test_of_a_list_one_line_is_enough(told: object, expected: bool) -> None:
    assert holds(told, {"x": ["a", "b"]}) is expected


def test_an_entry_is_there_until_it_ends() -> None:
    coded: JsonObject = {"problem": {"code": "I10"}}

    def there(*entries: Entry) -> bool:
        return holds(PROBLEM, facts=Facts(entries))

    assert there(entry(coded, "problem"))
    assert not there(entry(coded, "problem", ended=ON))
    assert there(entry(coded, "problem", ended=date(2026, 6, 2)))
    assert not there(entry({"problem": {"code": "E11"}}, "problem"))
    assert not there(entry(coded, "reception"))
    assert not there()


def test_age_and_sex_hold_where_they_are_known() -> None:
    born = Facts(birth_date=date(1961, 6, 1), sex="female")

    assert holds({"age": "years", "ge": "65"}, facts=born)
    assert not holds({"age": "years", "ge": "66"}, facts=born)
    assert holds({"age": "months", "ge": "780", "lt": "781"}, facts=born)
    assert holds({"sex": "female"}, facts=born)
    assert not holds({"age": "years", "ge": "0"}) and not holds({"sex": "female"})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (PROBLEM, "there is a problem with `/problem/code` begins with I10"),
        ({"there": ["birth", "problem"]}, "there is a birth or problem"),
        ({"not": {"any": [{"at": "/a"}, {"sex": "male"}]}}, "not (`/a` is told or sex is male)"),
        ({"measure": "systolic", "ge": "130", "lt": "140"}, "systolic ≥ 130 and < 140"),
        ({"class": "raised", "days": 3}, "raised on 3 days in a row"),
    ],
)
def test_a_condition_says_in_words_what_it_asks(told: object, words: str) -> None:
    found = condition(told)

    assert found.words() == words
    assert all(part.words() for part in found.within() if part.words())

"""Which number a new record is given: in order, past those taken, and what an area does at its end."""

from dataclasses import replace

import pytest

from domain.application import Records
from domain.errors import ContentRefused, NumbersExhausted, RecordError, RecordNumberTaken
from domain.requests import NewRecord
from domain.values import occurred
from tests.builders import AREA, LI_ID, NURSE, WANG_ID, card, identity_number, login, new_entry, new_record
from tests.county import NOWHERE, County

LAST = 99_999  # five digits of sequence under the twelve of the area


def test_record_numbers_are_given_in_order_by_the_institutions_area(county: County) -> None:
    numbers = [
        county.records.create_record(NURSE, new_record(card(identity_number("19800101", order)))).number
        for order in (1, 2, 3)
    ]

    assert numbers == [f"{AREA}{sequence:05d}" for sequence in (1, 2, 3)]


def test_a_number_taken_meanwhile_by_another_process_is_passed_over(county: County) -> None:
    another_process = Records(county.log, county.records.render, county.clock)

    def somebody_is_faster() -> None:
        another_process.create_record(NURSE, new_record(card(identity_number("19800101", 1))))

    county.log.before_append.append(somebody_is_faster)

    opened = county.records.create_record(NURSE, new_record())

    assert opened.number == f"{AREA}00002"


@pytest.mark.parametrize("given", [0, 1, 2, 3, 7, 100])
def test_a_new_process_continues_behind_the_numbers_given(county: County, given: int) -> None:
    for sequence in range(1, given + 1):
        county.log.claims["record-number", f"{AREA}{sequence:05d}"] = NOWHERE

    assert county.records.create_record(NURSE, new_record()).number == f"{AREA}{given + 1:05d}"


def test_a_refused_creation_uses_up_no_number(county: County) -> None:
    county.open_record(WANG_ID, resident="wang")
    refused: list[NewRecord] = [
        new_record(card(WANG_ID)),
        new_record(card(LI_ID), consent=None),
        new_record(card(LI_ID), login=login("wang")),
        new_record(card(LI_ID), entries=(replace(new_entry("problems"), content={}),)),
        new_record(card(LI_ID), occurred=occurred("2027")),
    ]
    for asked in refused:
        with pytest.raises(RecordError):
            county.records.create_record(NURSE, asked)

    assert county.records.create_record(NURSE, new_record(card(LI_ID))).number == f"{AREA}00002"


def test_numbers_that_another_process_gave_are_looked_up_and_not_tried_one_by_one(county: County) -> None:
    assert county.records.create_record(NURSE, new_record()).number == f"{AREA}00001"
    for sequence in range(2, 301):
        county.log.claims["record-number", f"{AREA}{sequence:05d}"] = NOWHERE

    def not_twice() -> None:
        raise AssertionError("a number that was known to be taken was tried")

    county.log.before_append = [lambda: None, not_twice]
    opened = county.records.create_record(NURSE, new_record(card(LI_ID)))

    assert opened.number == f"{AREA}00301"
    assert county.log.before_append == [not_twice]


def test_when_an_area_ends_the_gaps_are_given_too(county: County) -> None:
    gaps = (3, 70_000, LAST)
    for sequence in set(range(1, LAST + 1)) - {*gaps}:
        county.log.claims["record-number", f"{AREA}{sequence:05d}"] = NOWHERE

    given = []
    for order in (1, 2, 3):
        asked = new_record(card(identity_number("19800101", order)))
        given.append(county.records.create_record(NURSE, asked).number)

    assert sorted(given) == [f"{AREA}{sequence:05d}" for sequence in gaps]
    with pytest.raises(NumbersExhausted):
        county.records.create_record(NURSE, new_record())


def test_an_area_whose_numbers_are_all_given_says_so(county: County) -> None:
    for sequence in range(1, LAST + 1):
        county.log.claims["record-number", f"{AREA}{sequence:05d}"] = NOWHERE

    with pytest.raises(NumbersExhausted):
        county.records.create_record(NURSE, new_record())


def test_a_number_from_paper_is_kept_checked_and_unique(county: County) -> None:
    paper = f"{AREA}04711"
    assert county.records.create_record(NURSE, new_record(number=paper)).number == paper

    with pytest.raises(RecordNumberTaken):
        county.records.create_record(NURSE, new_record(card(LI_ID), number=paper))
    with pytest.raises(ContentRefused):
        county.records.create_record(NURSE, new_record(card(LI_ID), number="123"))

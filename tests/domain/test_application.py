"""The application as a whole: its errors, its clock, what a repr shows; and a machine of two clinics."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.application import utc_now
from domain.errors import NotAvailable, PersonHasRecord, RecordError
from domain.gate import wait_a_little
from domain.ports import Claim
from domain.record import Record
from domain.requests import Request, SearchKey, SourceId
from tests.builders import NURSE, OTHER_NURSE, WANG_ID, card, identity_number, new_entry, new_record
from tests.county import NOWHERE, County

BY_CARD = SearchKey("identity-card", WANG_ID)


def every_error(kind: type[RecordError] = RecordError) -> Iterator[type[RecordError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from every_error(child)


def test_every_error_has_a_code_of_its_own_and_says_what_it_is() -> None:
    found = list(every_error())
    codes = [one.code for one in found]

    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and " " not in code for code in codes)
    assert all(one.title.endswith(".") and one.__doc__ for one in found)


def test_numbers_of_persons_stay_out_of_the_repr_of_what_is_asked() -> None:
    shown = repr([new_record(card(WANG_ID)), BY_CARD, Claim("identity", WANG_ID), SourceId("his", WANG_ID)])

    assert WANG_ID not in shown


def test_the_default_clock_is_in_utc_and_the_default_pause_is_short() -> None:
    assert utc_now().utcoffset() == timedelta(0)
    wait_a_little(0)


class TwoClinics(RuleBasedStateMachine):
    """Whatever two clinics do: one record a person, nobody sees the other's, and every look is recorded."""

    people = st.integers(1, 4)
    callers = st.sampled_from([NURSE, OTHER_NURSE])

    def __init__(self) -> None:
        super().__init__()
        self.county = County()
        self.held: dict[int, tuple[UUID, Request]] = {}
        self.shown: dict[UUID, int] = {}
        self.refused: dict[UUID, int] = {}
        self.entries: dict[UUID, int] = {}

    @rule(person=people, caller=callers)
    def open_record(self, person: int, caller: Request) -> None:
        asked = new_record(card(identity_number("19900101", person)))
        if person in self.held:
            with pytest.raises(PersonHasRecord):
                self.county.records.create_record(caller, asked)
            self.refused[self.held[person][0]] += 1
            return
        record_id = self.county.records.create_record(caller, asked).record
        self.held[person] = record_id, caller
        self.shown[record_id] = self.refused[record_id] = self.entries[record_id] = 0

    @rule(person=people, caller=callers)
    def search(self, person: int, caller: Request) -> None:
        key = SearchKey("identity-card", identity_number("19900101", person))
        found = self.county.records.search(caller, key)
        record_id, owner = self.held.get(person, (None, None))
        assert [one.record for one in found] == ([record_id] if owner is caller else [])
        if record_id:
            (self.shown if owner is caller else self.refused)[record_id] += 1

    @rule(person=people, caller=callers)
    def read(self, person: int, caller: Request) -> None:
        record_id, owner = self.held.get(person, (NOWHERE, None))
        if owner is caller:
            self.county.records.read_record(caller, record_id)
            self.shown[record_id] += 1
            return
        with pytest.raises(NotAvailable):
            self.county.records.read_record(caller, record_id)
        if owner:
            self.refused[record_id] += 1

    @rule(person=people, caller=callers)
    def write(self, person: int, caller: Request) -> None:
        record_id, owner = self.held.get(person, (NOWHERE, None))
        if owner is caller:
            self.county.records.add_entry(caller, record_id, new_entry("problems"))
            self.entries[record_id] += 1
            return
        with pytest.raises(NotAvailable):
            self.county.records.add_entry(caller, record_id, new_entry("problems"))
        if owner:
            self.refused[record_id] += 1

    @invariant()
    def every_access_and_refusal_is_on_the_residents_stream(self) -> None:
        for record_id, _ in self.held.values():
            told = self.county.accesses(record_id)
            assert told.count("access.refused.v1") == self.refused[record_id]
            assert len(told) - told.count("access.refused.v1") == self.shown[record_id]
            assert (
                self.county.topics(record_id)[3:] == ["record.problem-recorded.v1"] * self.entries[record_id]
            )

    @invariant()
    def no_number_is_given_twice(self) -> None:
        opened = [self.county.log.load(Record, record_id) for record_id, _ in self.held.values()]
        numbers = [one.state.number for one in opened if one]
        assert len(set(numbers)) == len(numbers) == len(self.held)


TwoClinics.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestTwoClinics = TwoClinics.TestCase

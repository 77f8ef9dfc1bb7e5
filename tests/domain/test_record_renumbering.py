"""A new number for a record: the old ones find it for ever, and nobody else is ever given one of them."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain import regions
from domain.errors import (
    ContentRefused,
    NotAvailable,
    NotPermitted,
    RecordError,
    RecordNumberTaken,
    StaleVersion,
    UnknownCode,
)
from domain.ports import RequestKey
from domain.record import Record
from domain.record_errors import NumberKept
from domain.record_number import RecordNumber
from domain.requests import NewRecord, Request, SearchKey
from tests.builders import (
    AREA,
    COUNTY,
    NURSE,
    card,
    identity_number,
    new_record,
    request,
)
from tests.county import NOWHERE, County

MANAGER = request("doctor", "management")  # a record manager of the clinic
CHONGWEN = "110103001001"  # an area of 崇文区, merged into 东城区 in 2010
DONGCHENG = "110101009001"


def person(order: int) -> NewRecord:
    return new_record(card(identity_number("19800101", order)))


def state(county: County, record_id: UUID) -> Record:
    record = county.log.load(Record, record_id)
    assert record is not None
    return record


def renumber(
    county: County,
    record_id: UUID,
    number: str | None = None,
    reason: str = "region-changed",
    by: Request = MANAGER,
) -> str:
    """Give a record its next number, as its newest version is."""
    version = state(county, record_id).version
    answer = county.records.renumber_record(by, record_id, version, reason, number)
    return county.records.number_given(answer)


def found(county: County, number: str) -> list[UUID]:
    return [one.record for one in county.records.search(NURSE, SearchKey("record-number", number))]


def test_after_a_region_merged_all_records_have_new_numbers_and_are_found_by_the_old(county: County) -> None:
    assert regions.successors(CHONGWEN[:6]) == (DONGCHENG[:6],)
    county.records.change_area(COUNTY, county.clinic, CHONGWEN)
    opened = [county.records.create_record(NURSE, person(order)) for order in (1, 2, 3)]
    assert all(regions.existed(one.number[:6], date(2010, 10, 30)) for one in opened)
    assert not any(regions.existed(one.number[:6], date(2010, 10, 31)) for one in opened)

    county.records.change_area(COUNTY, county.clinic, DONGCHENG)
    given = [renumber(county, one.record) for one in opened]

    assert given == [f"{DONGCHENG}0000{place}" for place in (1, 2, 3)]
    for one, number in zip(opened, given, strict=True):
        assert found(county, one.number) == found(county, number) == [one.record]
        assert state(county, one.record).state.number == number
        assert state(county, one.record).state.former_numbers == [one.number]


def test_a_number_that_was_given_up_is_never_given_again(county: County) -> None:
    first = county.records.create_record(NURSE, person(1))
    renumber(county, first.record)

    second = county.records.create_record(NURSE, person(2))
    with pytest.raises(RecordNumberTaken):
        county.records.create_record(NURSE, replace(person(3), number=first.number))
    with pytest.raises(RecordNumberTaken):
        renumber(county, second.record, first.number)

    assert second.number == f"{AREA}00003"
    assert found(county, first.number) == [first.record]


def test_a_resident_is_told_that_somebody_met_their_number(county: County) -> None:
    first, second = (county.records.create_record(NURSE, person(order)) for order in (1, 2))

    with pytest.raises(RecordNumberTaken):
        renumber(county, second.record, first.number)

    assert county.accesses(first.record) == ["access.refused.v1"]
    assert state(county, second.record).state.former_numbers == []


def test_a_number_of_ones_own_is_not_given_twice(county: County) -> None:
    opened = county.records.create_record(NURSE, person(1))
    renumber(county, opened.record)

    for own in (opened.number, state(county, opened.record).state.number):
        with pytest.raises(NumberKept):
            renumber(county, opened.record, own)


def test_a_number_of_the_other_scheme_may_be_given_from_paper(county: County) -> None:
    opened = county.records.create_record(NURSE, person(1))
    long = f"{AREA}00000042"

    assert renumber(county, opened.record, long, "scheme-changed") == long
    assert found(county, long) == found(county, opened.number) == [opened.record]
    assert RecordNumber.parse(state(county, opened.record).state.number).scheme == "grid-20"


def test_only_the_record_manager_of_the_custodian_renumbers(county: County) -> None:
    opened = county.records.create_record(NURSE, person(1))

    for other in (NURSE, request("nurse", "management"), request("other-nurse", "management")):
        with pytest.raises(NotAvailable):
            renumber(county, opened.record, by=other)


def test_only_the_county_moves_an_institution_to_another_area(county: County) -> None:
    with pytest.raises(NotPermitted):
        county.records.change_area(MANAGER, county.clinic, DONGCHENG)
    for area in (AREA, "110101", "01010100100a"):
        with pytest.raises(ContentRefused) as refused:
            county.records.change_area(COUNTY, county.clinic, area)
        assert refused.value.problems[0]["field"] == "/area"


@pytest.mark.parametrize(
    "number, reason, refusal",
    [
        (None, "because", UnknownCode),
        ("123", "error", ContentRefused),
        ("99010100100100001", "error", ContentRefused),
    ],
)
def test_a_refused_renumbering_changes_nothing_and_uses_up_no_number(
    county: County, number: str | None, reason: str, refusal: type[RecordError]
) -> None:
    opened = county.records.create_record(NURSE, person(1))
    before = len(county.log.events)

    with pytest.raises(refusal):
        renumber(county, opened.record, number, reason)

    assert len(county.log.events) == before
    assert renumber(county, opened.record) == f"{AREA}00002"


def test_it_is_decided_on_the_version_seen(county: County) -> None:
    opened = county.records.create_record(NURSE, person(1))
    seen = state(county, opened.record).version
    renumber(county, opened.record)

    with pytest.raises(StaleVersion):
        county.records.renumber_record(MANAGER, opened.record, seen, "error")


def test_a_repeated_request_is_told_the_number_it_gave(county: County) -> None:
    opened = county.records.create_record(NURSE, person(1))
    seen = state(county, opened.record).version
    asked = replace(MANAGER, key=RequestKey("doctor", "renumber-1", b"a" * 32))

    first = county.records.renumber_record(asked, opened.record, seen, "error")
    again = county.records.renumber_record(asked, opened.record, seen, "error")

    assert again.repeated
    assert county.records.number_given(first) == county.records.number_given(again) == f"{AREA}00002"
    assert len(state(county, opened.record).state.former_numbers) == 1


def test_when_somebody_is_faster_the_next_number_is_given(county: County) -> None:
    opened = county.records.create_record(NURSE, person(1))

    def somebody_is_faster() -> None:
        county.log.claims["record-number", f"{AREA}00002"] = NOWHERE

    county.log.before_append.append(somebody_is_faster)

    assert renumber(county, opened.record) == f"{AREA}00003"


class Numbers(RuleBasedStateMachine):
    """Whatever is opened, renumbered and moved: each number ever given finds its record, and no other."""

    def __init__(self) -> None:
        super().__init__()
        self.county = County()
        self.given: dict[str, UUID] = {}
        self.newest: dict[UUID, str] = {}
        self.areas = [AREA]

    @rule()
    def open_a_record(self) -> None:
        if len(self.newest) < 900:
            opened = self.county.records.create_record(NURSE, person(len(self.newest) + 1))
            self._keep(opened.record, opened.number)

    @rule()
    def renumber_all(self) -> None:
        for record_id in self.newest:
            self._keep(record_id, renumber(self.county, record_id))

    @rule()
    def move_to_another_area(self) -> None:
        area = f"1101010010{len(self.areas) % 90 + 10:02d}"
        self.county.records.change_area(COUNTY, self.county.clinic, area)
        self.areas.append(area)

    @invariant()
    def every_number_finds_its_record(self) -> None:
        for number, record_id in self.given.items():
            assert self.county.log.find_claim("record-number", number) == record_id

    @invariant()
    def the_newest_number_is_the_records(self) -> None:
        for record_id, number in self.newest.items():
            assert state(self.county, record_id).state.number == number

    def _keep(self, record_id: UUID, number: str) -> None:
        assert number not in self.given
        self.given[number] = record_id
        self.newest[record_id] = number


TestNumbers = Numbers.TestCase

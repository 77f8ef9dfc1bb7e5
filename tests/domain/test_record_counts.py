"""Statistics: who asks for what, what an institution's area covers, and which cells are not told."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.areas import covered
from domain.errors import CallerUnknown, NotPermitted, QueryRefused, UnknownCode
from domain.record_counts import without_small
from domain.requests import NewPractitioner
from domain.view_scope import Scope
from domain.views import CountAsked, Counted, Page, ViewNotReady
from projections.population_counts import DIMENSIONS, ages
from tests.builders import COUNTY, KEEPER, NURSE, STRANGER, WANG, login, request
from tests.county import County

CELLS = [("male",), ("female",), (None,)]


@pytest.mark.parametrize(
    ("area", "digits"),
    [
        ("110101000000", "110101"),
        ("110101001000", "110101001"),
        ("110101001001", "110101001001"),
        ("110101001001000", "110101001001000"),
    ],
)
def test_an_institution_covers_the_area_that_its_code_names(area: str, digits: str) -> None:
    assert covered(area) == digits


@given(st.lists(st.integers(0, 30), max_size=8))
def test_no_small_count_is_told_nor_can_be_found_by_what_is_missing(counts: list[int]) -> None:
    cells = [Counted((str(number),), records) for number, records in enumerate(counts)]

    told = without_small(cells, 10)

    hidden = [before for before, after in zip(cells, told, strict=True) if after.records is None]
    assert all(one.records in (None, before.records) for before, one in zip(cells, told, strict=True))
    assert not any(one.records and one.records < 10 for one in told)
    assert len(hidden) != 1 or len(cells) == 1


class Fixed:
    """A county of few men and many women, asked and answered."""

    task_kinds = search_kinds = ()
    dimensions = DIMENSIONS
    small_below = 10

    def __init__(self) -> None:
        self.asked: list[CountAsked] = []

    def count(self, what: CountAsked, as_of: datetime | None, scope: Scope) -> Page[Counted]:
        self.asked.append(what)
        return Page(7, tuple(Counted(cell, number) for cell, number in zip(CELLS, (3, 40, 50), strict=True)))


@pytest.fixture
def county() -> County:
    county = County()
    county.records.views = Fixed()  # type: ignore[assignment]  # the only list that is asked here
    return county


def test_the_own_area_is_told_whole_and_another_without_small_counts(county: County) -> None:
    own = county.records.count_records(KEEPER, "110101001001", ["sex"])
    whole_county = county.records.count_records(COUNTY, "110101001001", ["sex"])
    wider = county.records.count_records(KEEPER, "110101", ["sex"])

    assert [one.records for one in own.cells] == [3, 40, 50] == [one.records for one in whole_county.cells]
    assert [one.records for one in wider.cells] == [None, None, 50]
    assert (own.small_below, wider.small_below) == (None, 10)


def test_research_is_told_no_small_count_of_the_own_area_either(county: County) -> None:
    new = NewPractitioner("研究员", login("researcher"), roles=("researcher", "record-manager"))
    county.records.enrol_practitioner(COUNTY, county.clinic, new)

    found = county.records.count_records(request("researcher", "research"), "110101001001", ["sex"])
    managed = county.records.count_records(request("researcher", "management"), "110101001001", ["sex"])

    assert ([one.records for one in found.cells], found.small_below) == ([None, None, 50], 10)
    assert managed.small_below is None


def test_ages_are_those_of_the_day_asked_for(county: County) -> None:
    county.records.count_records(KEEPER, "110101", [], datetime(2020, 1, 31, 17, tzinfo=UTC))
    county.records.count_records(KEEPER, "110101", [])

    asked = county.records.views.asked  # type: ignore[attr-defined]  # of Fixed
    assert [one.on for one in asked] == [date(2020, 2, 1), date(2026, 6, 1)]


def test_asking_is_recorded_with_the_institution(county: County) -> None:
    before = county.topics(county.clinic)

    county.records.count_records(KEEPER, "110101", ["sex"])

    assert county.topics(county.clinic) == [*before, "institution.searched.v1"]


def test_statistics_are_for_management_and_for_people_of_an_institution(
    county: County,
) -> None:
    for who, error in ((NURSE, NotPermitted), (STRANGER, CallerUnknown), (WANG, CallerUnknown)):
        with pytest.raises(error):
            county.records.count_records(who, "110101", [])


def test_what_makes_no_sense_is_refused(county: County) -> None:
    with pytest.raises(QueryRefused):
        county.records.count_records(KEEPER, "beijing", [])
    for by in (["shoe-size"], ["sex", "sex"]):
        with pytest.raises(UnknownCode):
            county.records.count_records(KEEPER, "110101", by)


def test_without_views_nothing_is_ready() -> None:
    with pytest.raises(ViewNotReady):
        County().records.count_records(KEEPER, "110101", [])


def test_a_group_of_ages_is_two_months_of_birth() -> None:
    names, firsts, lasts = ages(date(2026, 6, 1))

    assert list(zip(names, firsts, lasts, strict=True)) == [
        ("children", "2019-07", "2026-06"),
        ("elderly", "0000-01", "1961-06"),
    ]

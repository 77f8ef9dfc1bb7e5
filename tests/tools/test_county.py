"""The demo county: whole after one settling, unchanged by the next, and mended after an interrupted one."""

import json
from datetime import UTC, datetime

import pytest

from domain.application import Records
from domain.identity import IdentityNumber
from domain.requests import NewInstitution, NewPractitioner, Principal, Request, SearchKey
from projections.record_view import RecordRender
from tests.builders import AREA, COUNTY_CODE, login, request
from tests.memory_log import MemoryLog
from tools.county import DemoCounty, people
from tools.county_lives import WANG, WANG_NUMBER
from tools.simulate.people import person

ISSUER = "https://issuer.example"
DOCTOR = Request(Principal(ISSUER, "doctor", "demo", "test"), "care")
VILLAGE_DOCTOR = Request(Principal(ISSUER, "village-doctor", "demo", "test"), "care")
RESIDENT = Request(Principal(ISSUER, "resident", "demo", "test"), "self")
NOW = datetime(2026, 7, 1, tzinfo=UTC)
RESIDENTS = 21  # those of the hospital's first block, and one of the village's


class Interrupted(Exception):
    """The process ended here."""


def empty_county() -> tuple[MemoryLog, Records]:
    log = MemoryLog(lambda: NOW)
    return log, Records(log, RecordRender(), lambda: NOW)


def settle(records: Records, residents: int = RESIDENTS) -> int:
    return DemoCounty(records, ISSUER, residents=residents).settle().added


def test_settling_again_adds_nothing() -> None:
    log, records = empty_county()

    first = DemoCounty(records, ISSUER, residents=RESIDENTS).settle()
    again = DemoCounty(records, ISSUER, residents=RESIDENTS).settle()

    assert first.added == log.position() > RESIDENTS
    assert (again.added, again.foreign) == (0, False)


@pytest.mark.parametrize("appends", (0, 5, 20, 40))
def test_an_interrupted_settling_is_finished_by_the_next(appends: int) -> None:
    whole, records = empty_county()
    settle(records)
    log, records = empty_county()

    def stop() -> None:
        raise Interrupted

    log.before_append = [lambda: None] * appends + [stop]
    with pytest.raises(Interrupted):
        settle(records)
    settle(records)

    assert [one.stored.topic for one in log.events] == [one.stored.topic for one in whole.events]


def test_a_log_with_another_county_is_left_alone() -> None:
    log, records = empty_county()
    bureau = NewInstitution("另一个县", "county-bureau", COUNTY_CODE, f"{AREA[:6]}000000")
    records.found(request("operator", "management"), bureau, NewPractitioner("管理员", login("county")))
    before = log.position()

    settled = DemoCounty(records, ISSUER, residents=RESIDENTS).settle()

    assert settled.foreign and log.position() == before


def test_the_resident_of_the_tour_is_found_at_the_hospital_and_reads_his_own_record() -> None:
    _, records = empty_county()
    settle(records)
    key = SearchKey("identity-card", WANG_NUMBER)

    [found] = records.search(DOCTOR, key)
    own = json.loads(records.read_record(RESIDENT, found.record).body)

    assert records.search(VILLAGE_DOCTOR, key) == ()
    assert own["basic_information"]["name"] == "王建国"
    assert IdentityNumber.parse(WANG.document["number"]).value[14:17] == "997"


def test_the_demos_doctors_find_their_residents_and_not_each_others() -> None:
    _, records = empty_county()
    settle(records)

    for number, keeper, other in ((0, DOCTOR, VILLAGE_DOCTOR), (20, VILLAGE_DOCTOR, DOCTOR)):
        key = SearchKey("identity-card", person(1, number).identity_number)
        assert len(records.search(keeper, key)) == 1
        assert records.search(other, key) == ()


def test_everybody_with_a_token_works_in_the_county() -> None:
    _, records = empty_county()
    settle(records, 40)

    for _, staff in people():
        caller = Request(Principal(ISSUER, staff.login, "demo", "test"), "management")
        assert {held.role for held in records.who_calls(caller).roles} == set(staff.roles)

"""The demo county: whole after one settling, unchanged by the next, and mended after an interrupted one."""

import json
from datetime import UTC, datetime

import pytest

from domain.application import Records
from domain.identity import IdentityNumber
from domain.record import Record
from domain.requests import NewInstitution, NewPractitioner, Principal, Request, SearchKey
from projections.record_view import RecordRender
from tests.builders import AREA, COUNTY_CODE, login, request
from tests.memory_log import MemoryLog
from tools.county import DemoCounty
from tools.county_lives import LIVES

ISSUER = "https://issuer.example"
DOCTOR = Request(Principal(ISSUER, "doctor", "demo", "test"), "care")
VILLAGE_DOCTOR = Request(Principal(ISSUER, "village-doctor", "demo", "test"), "care")
RESIDENT = Request(Principal(ISSUER, "resident", "demo", "test"), "self")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Interrupted(Exception):
    """The process ended here."""


def empty_county() -> tuple[MemoryLog, Records]:
    log = MemoryLog(lambda: NOW)
    return log, Records(log, RecordRender(), lambda: NOW)


def test_settling_again_adds_nothing() -> None:
    log, records = empty_county()

    first = DemoCounty(records, ISSUER).settle()
    again = DemoCounty(records, ISSUER).settle()

    assert first.added == log.position() > len(LIVES)
    assert (again.added, again.foreign) == (0, False)


@pytest.mark.parametrize("appends", range(1, 17, 3))
def test_an_interrupted_settling_is_finished_by_the_next(appends: int) -> None:
    whole, records = empty_county()
    DemoCounty(records, ISSUER).settle()
    log, records = empty_county()

    def stop() -> None:
        raise Interrupted

    log.before_append = [lambda: None] * appends + [stop]
    with pytest.raises(Interrupted):
        DemoCounty(records, ISSUER).settle()
    DemoCounty(records, ISSUER).settle()

    assert [one.stored.topic for one in log.events] == [one.stored.topic for one in whole.events]


def test_a_log_with_another_county_is_left_alone() -> None:
    log, records = empty_county()
    bureau = NewInstitution("另一个县", "county-bureau", COUNTY_CODE, f"{AREA[:6]}000000")
    records.found(request("operator", "management"), bureau, NewPractitioner("管理员", login("county")))
    before = log.position()

    settled = DemoCounty(records, ISSUER).settle()

    assert settled.foreign and log.position() == before


def test_every_made_up_resident_has_a_valid_number_that_belongs_to_nobody() -> None:
    for life in LIVES:
        number = IdentityNumber.parse(life.document["number"])
        assert number.value[14:17] in ("996", "997", "998", "999"), life.name


def test_the_lives_are_found_where_they_are_kept_and_read_by_their_resident() -> None:
    _, records = empty_county()
    DemoCounty(records, ISSUER).settle()

    for life in LIVES:
        keeper, other = (DOCTOR, VILLAGE_DOCTOR) if life.kept_at == "hospital" else (VILLAGE_DOCTOR, DOCTOR)
        key = SearchKey("identity-card", life.document["number"])
        [found] = records.search(keeper, key)
        assert records.search(other, key) == ()
        assert found.status == ("closed" if life.died else "open")
        if life.login:
            own = json.loads(records.read_record(RESIDENT, found.record).body)
            assert own["basic_information"]["name"] == "王建国"


def test_one_life_carries_a_correction_and_one_is_closed_by_death() -> None:
    log, records = empty_county()
    DemoCounty(records, ISSUER).settle()
    topics = [one.stored.topic for one in log.events]

    assert topics.count("record.entry-corrected.v1") == 1
    closed = next(one for one in log.events if one.stored.topic == "record.closed.v1")
    record = log.load(Record, closed.stored.stream)
    assert record is not None and record.is_closed

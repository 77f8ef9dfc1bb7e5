"""The due list of a record: by when, overdue or not on the day asked, and by which rule."""

import json
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID

import pytest

from domain.follow_up_rules import national
from domain.ports import NOW, Course
from domain.requests import Correction, Misfiling, NewEntry, NewSequel
from domain.values import occurred
from projections.due_list import due_list
from projections.record_view import RecordRender
from tests.builders import DOCTOR, NURSE, WANG, content, identity_number, new_entry, request
from tests.county import County

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
MANAGER = request("doctor", "management")


@pytest.fixture
def county() -> County:
    county = County(RecordRender())
    county.clock.move(days=60)  # to 31 July
    return county


@pytest.fixture
def record(county: County) -> UUID:
    """Somebody born in 1949, in the programme for hypertension since January."""
    opened = county.open_record()
    county.records.add_entry(
        NURSE, opened, new_entry("programmes", when="2026-01-08", programme="hypertension")
    )
    return opened


def asked(county: County, record: UUID, who: Any = NURSE, **past: Any) -> Json:
    shown: Json = json.loads(county.records.read_course(who, record, Course("due"), **past).body)
    return shown


def followed_up(county: County, record: UUID, when: str, systolic: int, **more: object) -> UUID:
    told = {"signs": {"systolic": systolic, "diastolic": 80}, **more}
    entry = NewEntry("follow-ups", told, occurred(when), form="hypertension-follow-up")
    return county.records.add_entry(NURSE, record, entry).stored[0].event


def of(shown: Json, programme: str = "hypertension") -> list[Json]:
    return [one for one in shown["due"] if one["programme"] == programme]


def test_two_uncontrolled_in_a_row_call_for_a_referral_and_a_look_back(county: County, record: UUID) -> None:
    followed_up(county, record, "2026-07-01", 160)
    second = followed_up(county, record, "2026-07-15", 155, next_on="2026-12-01", classification="controlled")

    shown = asked(county, record)

    referral, look_back, _ = of(shown)
    assert (referral["what"], referral["by"], referral["overdue"]) == ("referral", "2026-07-15", True)
    assert (look_back["what"], look_back["by"], look_back["overdue"]) == ("look-back", "2026-07-29", True)
    assert (look_back["rule"], look_back["edition"]) == ("hypertension.two-in-a-row", "2017")
    assert look_back["source"] and look_back["since"] == str(second) and look_back["class"] == "uncontrolled"
    (programme, *_) = shown["programmes"]
    assert programme["last"]["chosen"] == {"class": "controlled", "next_on": "2026-12-01"}
    assert programme["rules"] == national().get("hypertension").ref(date(2026, 7, 31))
    assert (shown["view"], shown["on"]) == ("due/1", "2026-07-31")


def test_the_day_asked_decides_what_is_known_and_what_is_overdue(county: County, record: UUID) -> None:
    followed_up(county, record, "2026-02-01", 130)
    followed_up(county, record, "2026-07-15", 190)

    def on(day: datetime) -> tuple[str, bool, bool]:
        first = of(asked(county, record, valid_at=day))[0]
        return first["by"], first["overdue"], first["urgent"]

    assert on(datetime(2026, 5, 1, 12, tzinfo=UTC)) == ("2026-05-01", False, False)
    assert on(datetime(2026, 5, 1, 16, tzinfo=UTC)) == ("2026-05-01", True, False)  # 2 May in China
    assert on(datetime(2026, 7, 16, tzinfo=UTC)) == ("2026-07-15", True, True)


def test_a_corrected_reading_is_judged_as_it_should_have_been_written(county: County, record: UUID) -> None:
    entry = followed_up(county, record, "2026-07-15", 230)
    right: Json = {"signs": {"systolic": 130, "diastolic": 80}}
    head = county.log.head(record)
    correction = Correction(entry, "a slip", right, occurred("2026-07-31"))
    assert of(asked(county, record))[0]["urgent"]

    county.records.correct_entry(DOCTOR, record, head, correction)

    (follow_up, _) = of(asked(county, record))
    assert (follow_up["by"], follow_up["urgent"], follow_up["class"]) == ("2026-10-15", False, "controlled")


@pytest.mark.parametrize("way", ["retracted", "misfiled"])
def test_what_does_not_stand_leads_to_nothing(county: County, record: UUID, way: str) -> None:
    before = asked(county, record)["due"]
    entry = followed_up(county, record, "2026-07-15", 230)
    head = county.log.head(record)
    if way == "retracted":
        county.records.retract_entry(NURSE, record, head, entry, "an error")
    else:
        county.records.misfile_entry(MANAGER, record, head, Misfiling(entry, "another's"))

    shown = asked(county, record)

    assert shown["due"] == before
    assert str(entry) not in json.dumps(shown)


def test_a_referral_that_was_issued_is_due_no_more(county: County, record: UUID) -> None:
    followed_up(county, record, "2026-07-30", 190)
    assert [one["what"] for one in of(asked(county, record))] == ["referral", "look-back", "examination"]

    told = content("referral", to=str(county.other_clinic), until="2026-12-31")
    county.records.add_entry(NURSE, record, NewEntry("referrals", told, occurred("2026-07-31")))

    assert [one["what"] for one in of(asked(county, record))] == ["look-back", "examination"]


def test_nothing_is_due_after_leaving_the_programme_nor_once_the_record_is_closed(
    county: County, record: UUID
) -> None:
    (enrolment,) = [
        one.stored.event
        for one in county.log.read(record)
        if one.stored.topic == "record.programme-enrolled.v1"
    ]
    left = NewSequel("programmes", "exit", enrolment, {"reason": "refused"}, occurred("2026-07-01"))
    county.records.follow_entry(NURSE, record, left)
    june = datetime(2026, 6, 30, tzinfo=UTC)

    assert of(asked(county, record)) == [] and of(asked(county, record), "elderly")
    assert of(asked(county, record, valid_at=june))

    head = county.log.head(record)
    county.records.close_record(NURSE, record, head, reason="moved-out", since=occurred("2026-07-20"))
    shown = asked(county, record)

    assert (shown["due"], shown["programmes"], shown["status"]) == ([], [], "closed")


def test_a_programme_of_which_a_part_is_withheld_is_named_and_not_judged(
    county: County, record: UUID
) -> None:
    followed_up(county, record, "2026-07-15", 190)
    restriction = content("restriction", sections=["follow-ups"], until=None)
    county.records.add_entry(WANG, record, NewEntry("restrictions", restriction, occurred("2026-07-31")))

    theirs, staff = asked(county, record, WANG), asked(county, record, NURSE)

    assert of(theirs)[0]["urgent"] and theirs["withheld"] == []
    assert of(staff) == [] and "hypertension" in staff["withheld"]


def test_a_child_is_due_at_its_ages_without_being_enrolled(county: County) -> None:
    child = county.open_record(identity_number("20260420", 11), None, "guardian")  # opened on 1 June

    shown = asked(county, child, valid_at=datetime(2026, 7, 21, tzinfo=UTC))

    due = {one["what"]: (one["opens"], one["by"], one["overdue"]) for one in shown["due"]}
    assert due["month-3"] == ("2026-07-20", "2026-08-20", False)
    assert due["immunization-card"] == ("2026-04-20", "2026-05-20", True)
    assert [one["what"] for one in shown["missed"]] == ["full-month"]  # and not what lapsed before 1 June


def test_without_a_day_nothing_can_be_due(county: County, record: UUID) -> None:
    with pytest.raises(ValueError, match="day"):
        due_list(county.log.read(record), NOW)

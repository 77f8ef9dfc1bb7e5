"""Courses of a record are read as the record is: recorded first, limited to what the caller may see."""

import hashlib
import json
from typing import Any
from uuid import UUID

import pytest

import domain.access_stream as accesses
from domain import errors
from domain.ports import Course
from domain.record_errors import UnknownMeasurement
from tests.builders import NURSE, OTHER_NURSE, WANG, new_entry
from tests.county import County, access_stream, last_event

COURSES = [
    Course("life-course"),
    Course("problem-list"),
    Course("measurements", "systolic"),
    Course("reconciliation"),
    Course("due"),
]


def last_read(county: County, record: UUID) -> accesses.RecordRead:
    read = last_event(county, access_stream(county, record))
    assert isinstance(read, accesses.RecordRead)
    return read


@pytest.mark.parametrize("course", COURSES, ids=lambda one: one.name)
def test_a_course_is_recorded_before_it_is_shown_with_its_name_and_digest(
    county: County, course: Course
) -> None:
    record = county.open_record()

    shown = county.records.read_course(NURSE, record, course, version=2)

    read = last_read(county, record)
    assert read.body_sha256 == hashlib.sha256(shown.body).hexdigest()
    assert read.sections == ["/".join(part for part in (course.name, course.of) if part)]
    assert (read.record_version, read.asked_version, read.view) == (2, 2, shown.edition)
    assert read.basis == "custody"


@pytest.mark.parametrize("course", COURSES, ids=lambda one: one.name)
def test_a_course_that_cannot_be_recorded_is_not_shown(county: County, course: Course) -> None:
    record = county.open_record()

    def database_goes_away() -> None:
        raise errors.LogUnavailable

    county.log.before_append.append(database_goes_away)

    with pytest.raises(errors.LogUnavailable):
        county.records.read_course(NURSE, record, course)


@pytest.mark.parametrize("course", COURSES, ids=lambda one: one.name)
def test_a_course_is_shown_to_nobody_who_may_not_read_the_record(county: County, course: Course) -> None:
    record = county.open_record()

    with pytest.raises(errors.NotAvailable):
        county.records.read_course(OTHER_NURSE, record, course)

    refused = last_event(county, access_stream(county, record))
    assert isinstance(refused, accesses.AccessRefused)


@pytest.mark.parametrize(
    ("name", "has_a_day"), [("due", True), ("reconciliation", True), ("life-course", False)]
)
def test_what_depends_on_the_day_keeps_the_day_with_the_access(
    county: County, name: Any, has_a_day: bool
) -> None:
    record = county.open_record()

    county.records.read_course(NURSE, record, Course(name))

    now = county.clock.now.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert last_read(county, record).valid_at == (now if has_a_day else None)


def test_without_a_day_of_its_own_the_day_of_what_was_known_counts(county: County) -> None:
    record = county.open_record()
    then = county.clock.now
    county.clock.move(days=30)

    county.records.read_course(NURSE, record, Course("due"), as_of=then)

    read = last_read(county, record)
    assert read.valid_at == read.as_of is not None


def test_a_limited_reader_leaves_behind_which_sections_they_saw(county: County) -> None:
    record = county.open_record()
    county.records.add_entry(WANG, record, new_entry("restrictions", sections=["problems"], until=None))

    county.records.read_course(NURSE, record, Course("life-course"))
    staff = last_read(county, record).sections
    county.records.read_course(WANG, record, Course("life-course"))

    assert staff[0] == "life-course" and "encounters" in staff and "problems" not in staff
    assert last_read(county, record).sections == ["life-course"]


def test_a_measurement_that_there_is_not_is_refused_before_anything_is_looked_at(county: County) -> None:
    record = county.open_record()
    before = county.accesses(record)

    with pytest.raises(UnknownMeasurement):
        county.records.read_course(NURSE, record, Course("measurements", "mood"))

    assert county.accesses(record) == before


def test_the_past_asked_for_is_handed_to_the_fold(county: County) -> None:
    record = county.open_record()

    body = county.records.read_course(NURSE, record, Course("measurements", "weight"), version=1).body

    assert json.loads(body) == {"measurements": "weight", "events": 1}
    with pytest.raises(errors.QueryRefused):
        county.records.read_course(NURSE, record, Course("life-course"), version=0)

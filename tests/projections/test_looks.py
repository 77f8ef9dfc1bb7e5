"""What the view of accesses tells: every access of the log once, by ids and codes, whoever made it."""

import pytest

from domain.acts import Event
from domain.errors import NotAvailable, PurposeRefused
from domain.policy import PURPOSES
from projections.record_view import RecordRender
from projections.views.looks import OTHER, TOPICS
from store.mapper import topics
from tests.builders import NURSE, OTHER_NURSE, WANG, request
from tests.county import County
from tests.domain.test_event_shapes import busy_county
from tests.memory_views import MemoryViews


def test_every_access_of_the_log_is_a_row_and_nothing_else_is() -> None:
    county = busy_county()
    accesses = [
        one.stored.position
        for one in county.log.events
        if isinstance(one.event, Event) and one.event.LIFECYCLE == "access"
    ]

    assert [one.position for one in MemoryViews(county.log).all_looks()] == accesses


def test_no_event_of_a_record_is_an_access_since_those_are_erased_with_it() -> None:
    told = {topic for topic, known in topics().items() if getattr(known, "LIFECYCLE", "") == "access"}

    assert told == TOPICS


def test_a_purpose_that_somebody_made_up_is_not_kept_in_the_view() -> None:
    county = County(RecordRender())
    record = county.open_record()
    with pytest.raises(PurposeRefused):
        county.records.read_record(request("nurse", "to tell my cousin"), record)

    (refused,) = MemoryViews(county.log).all_looks()

    assert refused.purpose == OTHER
    assert OTHER not in PURPOSES


def test_a_row_tells_who_looked_at_whose_record_and_on_what_basis() -> None:
    county = County(RecordRender())
    record = county.open_record()
    county.records.read_record(NURSE, record)
    county.records.read_record(WANG, record)
    with pytest.raises(NotAvailable):
        county.records.read_record(OTHER_NURSE, record)

    nurse, own, refused = MemoryViews(county.log).all_looks()

    assert {one.record for one in (nurse, own, refused)} == {record}
    assert (nurse.institution, nurse.practitioner) == (county.clinic, county.nurse)
    assert (nurse.kind, nurse.basis, nurse.role) == ("read", "custody", "practitioner")
    assert (own.institution, own.practitioner, own.basis, own.role) == (None, None, "self", "resident")
    assert (refused.kind, refused.what, refused.basis) == ("refused", "read", None)

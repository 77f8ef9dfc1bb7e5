"""Reads and searches: recorded before they are answered, and nothing is told to whom it is not for."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import domain.access_stream as accesses
from domain import errors
from domain.errors import (
    ContentRefused,
    NotAvailable,
    NotPermitted,
    QueryRefused,
)
from domain.institution import Institution
from domain.ports import Recorded
from domain.requests import (
    PageAsked,
    SearchKey,
)
from tests.builders import (
    AREA,
    AUDITOR,
    CONNECTOR,
    DOCTOR,
    LI,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    WANG,
    WANG_ID,
    new_entry,
)
from tests.county import County, access_stream, last_event

BY_CARD = SearchKey("identity-card", WANG_ID)


# Reads.


def test_a_read_is_recorded_before_it_is_answered_with_the_digest_of_what_is_shown(county: County) -> None:
    record_id = county.open_record()

    shown = county.records.read_record(NURSE, record_id, version=2)

    read = last_event(county, access_stream(county, record_id))
    assert isinstance(read, accesses.RecordRead)
    assert read.body_sha256 == hashlib.sha256(shown.body).hexdigest()
    assert (read.basis, read.purpose, read.sections) == ("custody", "care", ["record"])
    assert (read.record_version, read.asked_version) == (2, 2) == (shown.version, shown.version)
    assert (read.log_position, read.view) == (shown.position, shown.edition)
    assert read.who["actor"] == str(county.nurse)


def test_a_read_that_cannot_be_recorded_is_not_answered(county: County) -> None:
    record_id = county.open_record()

    def database_goes_away() -> None:
        raise errors.LogUnavailable

    county.log.before_append.append(database_goes_away)

    with pytest.raises(errors.LogUnavailable):
        county.records.read_record(NURSE, record_id)


def test_a_read_is_decided_again_when_the_record_moves_before_it_is_recorded(county: County) -> None:
    record_id = county.open_record()

    def somebody_is_faster() -> None:
        county.records.add_entry(DOCTOR, record_id, new_entry("problems"))

    county.log.before_append.append(somebody_is_faster)
    shown = county.records.read_record(NURSE, record_id)

    assert shown.version == county.log.head(record_id)
    assert county.accesses(record_id) == ["access.read.v1"]


def test_a_resident_reads_the_own_record_and_its_access_history_and_no_other(county: County) -> None:
    record_id = county.open_record(WANG_ID, resident="wang")
    other_id = county.open_record(LI_ID, resident="li")
    county.records.read_record(NURSE, record_id)

    county.records.read_record(WANG, record_id)
    county.records.read_events(WANG, record_id)
    history = county.records.read_accesses(WANG, record_id)

    assert json.loads(history.body) == {"accesses": 3}
    assert county.accesses(record_id) == ["access.read.v1"] * 4
    for read in (
        county.records.read_record,
        county.records.read_events,
        county.records.read_accesses,
    ):
        with pytest.raises(NotAvailable):
            read(LI, record_id)
    assert county.accesses(other_id) == []


def test_the_first_access_history_is_empty_and_itself_recorded(county: County) -> None:
    record_id = county.open_record()

    history = county.records.read_accesses(WANG, record_id)

    assert json.loads(history.body) == {"accesses": 0}
    assert county.accesses(record_id) == ["access.read.v1"]


def test_a_question_about_an_impossible_past_is_refused(county: County) -> None:
    record_id = county.open_record()
    naive = county.clock.now.replace(tzinfo=None)

    for version in (0, -1, 99):
        with pytest.raises(QueryRefused, match="version"):
            county.records.read_record(NURSE, record_id, version=version)
    assert county.accesses(record_id) == ["access.refused.v1"]  # of 99: it told how long the record is
    with pytest.raises(QueryRefused, match="as_of"):
        county.records.read_record(NURSE, record_id, as_of=county.clock.now - timedelta(days=1))
    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused) and refused.rules == ["as-of-before-creation"]
    assert county.accesses(record_id) == ["access.refused.v1"] * 2
    with pytest.raises(QueryRefused, match="valid_at"):
        county.records.read_record(NURSE, record_id, valid_at=naive)

    county.records.read_record(NURSE, record_id, as_of=county.clock.now, valid_at=county.clock.now)
    read = last_event(county, access_stream(county, record_id))
    assert isinstance(read, accesses.RecordRead)
    assert read.as_of == read.valid_at == "2026-06-01T02:00:00.000000Z"


# Pages.


def test_the_pages_of_a_list_hold_everything_once_and_each_is_an_access(county: County) -> None:
    records, record_id = county.records, county.open_record()
    for _ in range(5):
        records.add_entry(NURSE, record_id, new_entry("problems"))
    head = county.log.head(record_id)

    cursor, seen = None, list[list[int]]()
    while cursor or not seen:
        shown = records.read_events(NURSE, record_id, PageAsked(int(cursor) if cursor else None, limit=3))
        read = last_event(county, access_stream(county, record_id))
        assert isinstance(read, accesses.RecordRead) and read.versions
        assert read.body_sha256 == hashlib.sha256(shown.body).hexdigest()
        assert (read.record_version, shown.version) == (head, head)
        assert read.log_position == county.log.read(record_id)[read.versions[1] - 1].stored.position
        seen, cursor = [*seen, read.versions], shown.cursor

    assert [first for first, _ in seen] == list(range(1, head + 1, 3))
    assert [last for _, last in seen][-1] == head


def test_the_newest_accesses_come_first_and_older_ones_are_not_moved_by_newer_ones(county: County) -> None:
    record_id = county.open_record()
    for _ in range(4):
        county.records.read_record(NURSE, record_id)

    cursor, seen = None, list[list[int]]()
    while cursor or not seen:
        page = PageAsked(int(cursor) if cursor else None, limit=2)
        shown = county.records.read_accesses(WANG, record_id, page)
        read = last_event(county, access_stream(county, record_id))
        assert isinstance(read, accesses.RecordRead) and read.versions
        assert read.record_version == read.versions[0]
        seen, cursor = [*seen, read.versions], shown.cursor

    assert seen == [[4, 3], [2, 1]]


def test_a_page_reads_no_more_of_a_long_history_than_is_on_it(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = county.open_record()
    for _ in range(20):
        county.records.read_record(NURSE, record_id)
    read, lengths = county.log.read, list[int]()

    def counted(stream: UUID, **which: Any) -> list[Recorded]:
        found = read(stream, **which)
        if which:  # and not the model's own loading
            lengths.append(len(found))
        return found

    monkeypatch.setattr(county.log, "read", counted)
    county.records.read_events(NURSE, record_id, PageAsked(limit=1))
    county.records.read_accesses(WANG, record_id, PageAsked(limit=1))

    assert lengths == [1, 1]


@pytest.mark.parametrize("which", ["read_events", "read_accesses"])
def test_a_page_beyond_the_end_is_empty_and_recorded(county: County, which: str) -> None:
    record_id = county.open_record()
    cursor = county.log.head(record_id) if which == "read_events" else 1

    shown = getattr(county.records, which)(WANG, record_id, PageAsked(cursor))

    read = last_event(county, access_stream(county, record_id))
    assert isinstance(read, accesses.RecordRead)
    assert (read.versions, shown.cursor) == ([], None)
    assert read.record_version == county.log.head(record_id)
    assert read.log_position == county.log.read(record_id)[-1].stored.position


def test_a_page_has_a_size_and_a_beginning() -> None:
    for limit in (0, 201):
        with pytest.raises(QueryRefused, match="limit"):
            PageAsked(limit=limit)
    with pytest.raises(QueryRefused, match="cursor"):
        PageAsked(cursor=0)


# Search.


def test_a_search_that_hits_leaves_its_trace_with_both_and_no_personal_value(county: County) -> None:
    record_id = county.open_record(WANG_ID)
    number = f"{AREA}00001"

    for key in (BY_CARD, SearchKey("record-number", number)):
        (found,) = county.records.search(NURSE, key)
        assert (found.record, found.number, found.status) == (record_id, number, "open")

    assert county.accesses(record_id) == ["access.listed.v1"] * 2
    searched = last_event(county, county.clinic)
    assert isinstance(searched, Institution.Searched)
    assert (searched.key_kind, searched.shown) == ("record-number", 1)
    traces = [*county.log.read(county.clinic), *county.log.read(access_stream(county, record_id))]
    assert not any(WANG_ID in repr(one) or number in repr(one) for one in traces)


def test_a_search_that_misses_leaves_its_trace_with_the_searcher(county: County) -> None:
    assert county.records.search(NURSE, BY_CARD) == ()

    searched = last_event(county, county.clinic)
    assert isinstance(searched, Institution.Searched) and searched.shown == 0


def test_a_hit_on_a_record_one_may_not_see_answers_as_a_miss_and_is_told_to_the_resident(
    county: County,
) -> None:
    record_id = county.open_record(WANG_ID)

    assert county.records.search(OTHER_NURSE, BY_CARD) == ()

    assert county.accesses(record_id) == ["access.refused.v1"]
    searched = last_event(county, county.other_clinic)
    assert isinstance(searched, Institution.Searched) and searched.shown == 0


def test_residents_and_auditors_cannot_search(county: County) -> None:
    county.open_record()

    for asked in (WANG, AUDITOR, CONNECTOR):
        with pytest.raises(NotPermitted):
            county.records.search(asked, BY_CARD)


def test_a_search_key_is_one_that_can_be_unique(county: County) -> None:
    position = county.log.position()
    for kind in ("identity-card", "passport", "record-number"):
        with pytest.raises(ContentRefused) as refused:
            county.records.search(NURSE, SearchKey(kind, "123?", "CN"))
        assert [one["field"] for one in refused.value.problems] == ["/value"]
    for kind in ("temporary", "nickname"):
        with pytest.raises(ContentRefused) as refused:
            county.records.search(NURSE, SearchKey(kind, "newborn"))
        assert [one["field"] for one in refused.value.problems] == ["/kind"]
        assert "record-number" in refused.value.problems[0]["reason"]
    assert county.log.position() == position

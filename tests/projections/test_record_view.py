"""RecordView: the record now, at a version, as known, as true; nothing once written disappears."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from eventsourcing.domain import Aggregate
from hypothesis import given
from hypothesis import strategies as st

from domain.entries import FORMS
from domain.ports import NOW, Recorded, RecordQuery
from domain.requests import Correction
from domain.values import occurred
from evidence import canonical
from projections.record_view import EDITION, RecordRender, render
from projections.whole_record import RecordView
from tests.builders import DOCTOR, NURSE, OTHER_NURSE, WANG, content, new_entry
from tests.county import County

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely


@pytest.fixture
def county() -> County:
    return County(RecordRender())


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def view(county: County, record_id: UUID, query: RecordQuery = NOW) -> Json:
    shown: Json = json.loads(render(county.log.read(record_id), query))
    return shown


def problem(county: County, record_id: UUID, when: str, note: str) -> UUID:
    answer = county.records.add_entry(NURSE, record_id, new_entry("problems", when=when, note=note))
    return answer.stored[0].event


def correct(county: County, record_id: UUID, entry: UUID, note: str, really: str | None = None) -> None:
    correction = Correction(
        entry,
        "misread",
        content("problem", note=note),
        occurred("2026-06-01"),
        entry_occurred=occurred(really) if really else None,
    )
    county.records.correct_entry(DOCTOR, record_id, county.log.head(record_id), correction)


def notes(shown: Json) -> list[str]:
    return [entry["content"]["note"] for entry in shown["sections"]["problems"]]


def test_an_end_that_came_later_is_not_told_of_the_time_before_it(county: County) -> None:
    """One statement tells a problem from its beginning to its end; in between, it was active."""
    record = county.open_record()
    ended = content("problem", onset_on="2010-08", abated_on="2011-08-20", clinical_status="resolved")
    told = new_entry("problems", when="2010-08")
    county.records.add_entry(NURSE, record, replace(told, content=ended))

    def at(when: str | None) -> Json:
        query = RecordQuery(valid_at=instant(when)) if when else NOW
        found: Json = view(county, record, query)["sections"]["problems"][0]["content"]
        return found

    def history_at(when: str) -> str:
        found = view(county, record, RecordQuery(valid_at=instant(when)))["sections"]["problems"][0][
            "history"
        ]
        return json.dumps(found)

    assert at(None) == at("2011-08-21T00:00:00+08:00") == ended
    before = at("2011-08-19T00:00:00+08:00")
    assert before["clinical_status"] == "active" and "abated_on" not in before
    assert before["onset_on"] == "2010-08"
    entry = UUID(view(county, record)["sections"]["problems"][0]["id"])
    correct(county, record, entry, "the end was mistaken")
    assert "2011-08-20" in history_at("2011-08-21T00:00:00+08:00")
    assert "2011-08-20" not in history_at("2011-08-19T00:00:00+08:00")


def test_the_view_tells_where_it_was_folded_and_by_which_edition(county: County) -> None:
    record_id = county.open_record()
    head = county.log.read(record_id)[-1].stored

    shown = view(county, record_id)

    assert (shown["view"], shown["record"]) == (EDITION, str(record_id))
    assert (shown["version"], shown["position"]) == (head.version, head.position)
    assert (shown["status"], shown["custodian"]) == ("open", str(county.clinic))
    assert set(shown["sections"]) == {kind.replace("-", "_") for kind in FORMS}


def test_the_body_shown_is_canonical_and_the_same_every_time(county: County) -> None:
    record_id = county.open_record()
    problem(county, record_id, "1987", "first")

    body = county.records.read_record(NURSE, record_id).body

    assert body == render(county.log.read(record_id))
    assert canonical.encode(canonical.decode(body)) == body


def test_a_login_is_shown_without_its_subject(county: County) -> None:
    shown = view(county, county.open_record(resident="wang"))

    assert [identity["kind"] for identity in shown["identities"]] == ["identity-card", "login"]
    assert "subject" not in shown["identities"][1]


def test_a_correction_shows_who_when_and_why_and_leaves_the_earlier_content_readable(county: County) -> None:
    record_id = county.open_record()
    entry = problem(county, record_id, "2026-05-01", "wrong")

    correct(county, record_id, entry, "right")

    (shown,) = view(county, record_id)["sections"]["problems"]
    assert (shown["status"], shown["content"]["note"]) == ("corrected", "right")
    recorded, corrected = shown["history"]
    assert (recorded["step"], recorded["content"]["note"]) == ("recorded", "wrong")
    assert (corrected["step"], corrected["reason"]) == ("corrected", "misread")
    assert corrected["who"]["actor"] == str(county.doctor)
    assert corrected["recorded_at"] == "2026-06-01T02:00:00.000000Z"
    assert shown["who"]["actor"] == str(county.nurse)


def test_a_retracted_entry_stays_with_its_reason(county: County) -> None:
    record_id = county.open_record()
    entry = problem(county, record_id, "2026-05-01", "of another resident")

    county.records.retract_entry(NURSE, record_id, county.log.head(record_id), entry, "another resident")

    (shown,) = view(county, record_id)["sections"]["problems"]
    assert shown["status"] == "retracted"
    assert shown["content"]["note"] == "of another resident"
    assert shown["history"][-1]["reason"] == "another resident"


def test_an_untouched_entry_has_no_history(county: County) -> None:
    record_id = county.open_record()
    problem(county, record_id, "2026-05-01", "fine")

    (shown,) = view(county, record_id)["sections"]["problems"]

    assert (shown["status"], shown["history"]) == ("active", [])


def test_the_newest_standing_basic_information_holds(county: County) -> None:
    record_id = county.open_record()
    older = new_entry("basic-information", when="2020-01-01", phone="010-00000001")
    newer = new_entry("basic-information", when="2025-01-01", phone="010-00000002")
    entries = county.records.add_entries(NURSE, record_id, [newer, older]).outcomes
    assert view(county, record_id)["basic_information"]["phone"] == "010-00000002"

    assert entries[0].entry is not None
    county.records.retract_entry(NURSE, record_id, county.log.head(record_id), entries[0].entry, "error")

    assert view(county, record_id)["basic_information"]["phone"] == "010-00000001"
    assert view(county, county.open_record("440524188001010014", None))["basic_information"] is None


def test_a_document_is_shown_without_its_bytes_unless_they_are_asked_for(county: County) -> None:
    record_id = county.open_record()
    county.records.add_entry(NURSE, record_id, new_entry("documents"))

    (slim,) = view(county, record_id)["sections"]["documents"]
    (whole,) = view(county, record_id, RecordQuery(with_documents=True))["sections"]["documents"]

    assert "data" not in slim["content"] and slim["content"]["sha256"] == whole["content"]["sha256"]
    assert whole["content"]["data"]


def test_documents_in_a_history_are_shown_without_their_bytes_too(county: County) -> None:
    record_id = county.open_record()
    entry = county.records.add_entry(NURSE, record_id, new_entry("documents")).stored[0].event

    county.records.retract_entry(NURSE, record_id, county.log.head(record_id), entry, "error")

    (shown,) = view(county, record_id)["sections"]["documents"]
    assert not any("data" in step.get("content", {}) for step in shown["history"])


def test_at_a_version_later_events_are_not_there(county: County) -> None:
    record_id = county.open_record()
    problem(county, record_id, "2026-05-01", "first")
    version = county.log.head(record_id)
    problem(county, record_id, "2026-05-02", "second")

    assert notes(view(county, record_id, RecordQuery(version=version))) == ["first"]
    assert view(county, record_id, RecordQuery(version=version))["version"] == version


@pytest.fixture
def story(county: County) -> tuple[County, UUID]:
    """1 June: an illness of 1987 is told. 1 July: it is corrected, it was in 1990. 1 August: one of 2026."""
    record_id = county.open_record()
    entry = problem(county, record_id, "1987", "told in June")
    county.clock.move(days=30)
    correct(county, record_id, entry, "corrected in July", really="1990")
    county.clock.move(days=31)
    problem(county, record_id, "2026-07-15", "new in August")
    return county, record_id


JUNE, JULY, AUGUST = (instant(f"2026-{month}-15T00:00:00+00:00") for month in ("06", "07", "08"))


@pytest.mark.parametrize(
    ("as_of", "valid_at", "expected"),
    [
        (None, None, ["corrected in July", "new in August"]),
        (JUNE, None, ["told in June"]),
        (JULY, None, ["corrected in July"]),
        (AUGUST, None, ["corrected in July", "new in August"]),
        (None, "1986-12-31", []),
        (None, "1988-01-01", []),  # now we know that it was in 1990
        (None, "1990-06-01", ["corrected in July"]),
        (None, "2026-07-14", ["corrected in July"]),
        (None, "2026-07-16", ["corrected in July", "new in August"]),
        (JUNE, "1988-01-01", ["told in June"]),  # in June we thought that it was in 1987
        (JULY, "1988-01-01", []),
        (JUNE, "1986-01-01", []),
    ],
)
def test_known_then_about_then(
    story: tuple[County, UUID], as_of: datetime | None, valid_at: str | None, expected: list[str]
) -> None:
    county, record_id = story
    true_at = instant(f"{valid_at}T12:00:00+08:00") if valid_at else None

    shown = view(county, record_id, RecordQuery(as_of=as_of, valid_at=true_at))

    assert notes(shown) == expected


def test_a_view_of_the_past_stays_the_same_whatever_comes_later(story: tuple[County, UUID]) -> None:
    county, record_id = story
    query = RecordQuery(as_of=AUGUST)
    before = render(county.log.read(record_id), query)

    county.clock.move(days=60)
    problem(county, record_id, "1950", "told much later")

    assert render(county.log.read(record_id), query) == before


def test_a_closing_holds_from_the_day_it_occurred_and_from_the_day_it_was_known(county: County) -> None:
    record_id = county.open_record()
    county.clock.move(days=30)
    since = occurred("2026-06-10")
    county.records.close_record(NURSE, record_id, county.log.head(record_id), reason="moved-out", since=since)
    county.clock.move(days=30)
    county.records.reopen_record(NURSE, record_id, county.log.head(record_id), reason="came back")

    def status(**query: datetime) -> str:
        return str(view(county, record_id, RecordQuery(**query))["status"])  # type: ignore[arg-type]  # as_of or valid_at

    assert status() == "open"
    assert status(as_of=JUNE) == "open"  # it was closed, but nobody knew
    assert status(valid_at=JUNE) == "closed"
    assert status(valid_at=instant("2026-06-09T12:00:00+08:00")) == "open"
    assert status(as_of=JULY) == "closed"
    steps = view(county, record_id)["closings"]
    assert [(step["step"], step["reason"]) for step in steps] == [
        ("closed", "moved-out"),
        ("reopened", "came back"),
    ]


def test_an_event_that_the_fold_does_not_know_stops_it(county: County) -> None:
    (refused, *_) = county.log.read(county.clinic)

    with pytest.raises(TypeError, match="record-view"):
        RecordView().fold([refused])


def test_the_events_are_listed_with_their_places_and_without_content(county: County) -> None:
    record_id = county.open_record()
    problem(county, record_id, "2026-05-01", "secret")

    body = county.records.read_events(NURSE, record_id).body

    listed = json.loads(body)["events"]
    assert [one["topic"] for one in listed] == county.topics(record_id)
    assert [one["version"] for one in listed] == list(range(1, len(listed) + 1))
    assert all(len(one["leaf_hash"]) == 64 and one["lifecycle"] for one in listed)
    assert b"secret" not in body


def test_the_access_history_tells_reads_list_hits_and_refusals(county: County) -> None:
    record_id = county.open_record()
    shown = county.records.read_record(NURSE, record_id)
    with pytest.raises(Exception, match="available"):
        county.records.read_record(OTHER_NURSE, record_id)

    history = json.loads(county.records.read_accesses(WANG, record_id).body)

    refused, read = history["accesses"]
    assert read["access"]["basis"] == "custody" and read["who"]["role"] == "practitioner"
    assert (read["access"]["record_version"], read["access"]["view"]) == (shown.version, shown.edition)
    assert refused["topic"] == "access.refused.v1" and refused["access"]["action"] == "read"


@given(steps=st.lists(st.sampled_from(["add", "correct", "retract", "close", "reopen"]), max_size=12))
def test_every_event_ever_stored_stands_in_the_newest_view(steps: list[str]) -> None:
    county = County(RecordRender())
    record_id = county.open_record()
    for step in steps:
        STEPS[step](county, record_id)

    body = render(county.log.read(record_id)).decode()

    entries = [
        one for one in county.log.read(record_id) if "entry" in vars(one.event) or "form" in vars(one.event)
    ]
    assert all(str(one.stored.event) in body for one in entries)


def standing(county: County, record_id: UUID) -> UUID | None:
    problems = view(county, record_id)["sections"]["problems"]
    return next((UUID(one["id"]) for one in problems if one["status"] != "retracted"), None)


def _correct(county: County, record_id: UUID) -> None:
    if entry := standing(county, record_id):
        correct(county, record_id, entry, "corrected")


def _retract(county: County, record_id: UUID) -> None:
    if entry := standing(county, record_id):
        county.records.retract_entry(NURSE, record_id, county.log.head(record_id), entry, "error")


def _close(county: County, record_id: UUID) -> None:
    if view(county, record_id)["status"] == "open":
        head = county.log.head(record_id)
        county.records.close_record(NURSE, record_id, head, reason="lost", since=occurred("2026-06-01"))


def _reopen(county: County, record_id: UUID) -> None:
    if view(county, record_id)["status"] == "closed":
        county.records.reopen_record(NURSE, record_id, county.log.head(record_id), reason="found")


STEPS: dict[str, Callable[[County, UUID], object]] = {
    "add": lambda county, record_id: problem(county, record_id, "1987", "a problem"),
    "correct": _correct,
    "retract": _retract,
    "close": _close,
    "reopen": _reopen,
}


def test_the_view_folds_what_the_aggregate_decided(county: County) -> None:
    record_id = county.open_record()
    recorded: list[Recorded] = county.log.read(record_id)

    assert isinstance(recorded[0].event, Aggregate.Created)
    assert RecordView().fold(recorded).version == recorded[-1].stored.version
    assert timedelta(0) == recorded[0].stored.recorded_at.utcoffset()

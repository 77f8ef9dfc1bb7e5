"""Entries, corrections and imports through the application: decided again, answered once, stored once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import (
    AllergyAlreadyRecorded,
    ContentRefused,
    KeyReused,
    LogBusy,
    NotAvailable,
    NotPermitted,
    OccurredRefused,
    SourceAlreadyImported,
    StaleVersion,
    UnknownCode,
    UnknownCollection,
)
from domain.filling import oddities
from domain.gate import ATTEMPTS
from domain.identity import identity_document
from domain.ports import Answer
from domain.record import Record
from domain.record_events import ENTRIES
from domain.requests import (
    Correction,
    NewEntry,
    NewInstitution,
    NewPractitioner,
    SourceId,
)
from domain.values import occurred
from tests.builders import (
    AREA,
    CONNECTOR,
    DOCTOR,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    TODAY,
    act,
    card,
    content,
    login,
    new_entry,
    new_record,
    request,
)
from tests.county import County, last_event

# Entries.


def test_an_entry_goes_to_the_end_however_the_record_moved_meanwhile(county: County) -> None:
    record_id = county.open_record()

    def somebody_is_faster() -> None:
        county.records.add_entry(DOCTOR, record_id, new_entry("problems"))

    county.log.before_append.append(somebody_is_faster)
    answer = county.records.add_entry(NURSE, record_id, new_entry("encounters"))

    assert [stored.topic for stored in answer.stored] == ["record.encounter-recorded.v1"]
    assert county.topics(record_id)[-2:] == ["record.problem-recorded.v1", "record.encounter-recorded.v1"]


def test_an_entry_that_never_gets_its_turn_ends_as_busy(county: County) -> None:
    record_id = county.open_record()

    def overtake() -> None:
        head = county.log.head(record_id)
        opened = county.log.load(Record, record_id)
        assert opened is not None
        opened.give_consent(act(), by="resident")
        county.log.append([opened.pending_events[0]])  # type: ignore[list-item]  # ours are DomainEvents
        assert county.log.head(record_id) == head + 1

    for _ in range(ATTEMPTS):
        county.log.before_append += [overtake, lambda: None]

    with pytest.raises(LogBusy):
        county.records.add_entry(NURSE, record_id, new_entry("problems"))


def test_an_entry_is_checked_by_its_form_and_the_refusal_repeats_no_value(county: County) -> None:
    record_id = county.open_record()
    entry = new_entry("problems")
    secret = replace(entry, content={"problem": "王小明的秘密"})
    before = county.topics(record_id)

    with pytest.raises(ContentRefused) as refusal:
        county.records.add_entry(NURSE, record_id, secret)

    assert "王小明" not in str(refusal.value)
    assert county.topics(record_id) == before


def test_a_collection_of_several_forms_asks_which(county: County) -> None:
    record_id = county.open_record()
    filled = content("hypertension-follow-up")

    with pytest.raises(UnknownCode, match="form"):
        county.records.add_entry(NURSE, record_id, NewEntry("follow-ups", filled, TODAY))
    county.records.add_entry(NURSE, record_id, NewEntry("problems", content("problem"), TODAY))


def test_a_device_clock_a_little_ahead_is_recorded_and_far_ahead_refused(county: County) -> None:
    record_id = county.open_record()
    ahead = (county.clock.now + timedelta(seconds=90)).isoformat()

    county.records.add_entry(NURSE, record_id, new_entry("problems", when=ahead))

    event = last_event(county, record_id)
    assert isinstance(event, ENTRIES["problems"]) and event.occurred["skew_s"] == 90
    with pytest.raises(OccurredRefused):
        county.records.add_entry(NURSE, record_id, new_entry("problems", when="2027-01-01"))


@pytest.mark.parametrize(("when", "late"), [("2026-05-31T11:00:00+08:00", False), ("2026-05-30", True)])
def test_what_is_written_down_a_day_later_is_marked_late(county: County, when: str, late: bool) -> None:
    record_id = county.open_record()

    county.records.add_entry(NURSE, record_id, new_entry("problems", when=when))

    event = last_event(county, record_id)
    assert isinstance(event, ENTRIES["problems"]) and event.who["late"] is late


def test_what_is_accepted_but_odd_is_told_and_not_refused(county: County) -> None:
    usual, odd = new_entry("examinations"), new_entry("examinations")
    general = {"height": "160.0", "weight": "60.0", "bmi": "30.0"}
    odd = replace(odd, content={"symptoms": ["none"], "general": general})

    county.records.add_entry(NURSE, county.open_record(), odd)

    assert oddities(usual) == []
    assert [one["field"] for one in oddities(odd)] == ["/general/bmi"]


# Once only.


def test_a_repeated_request_gets_the_first_answer_and_stores_nothing(county: County) -> None:
    record_id = county.open_record()
    asked = request("nurse", key="k1")
    entry = new_entry("problems")

    first = county.records.add_entry(asked, record_id, entry)
    again = county.records.add_entry(asked, record_id, entry)

    assert again.repeated and not first.repeated
    assert again.stored == first.stored
    with pytest.raises(KeyReused):
        county.records.add_entry(request("nurse", key="k1", asked=b"b"), record_id, entry)


def test_a_creation_sent_twice_opens_one_record(county: County) -> None:
    asked = request("nurse", key="k2")

    first = county.records.create_record(asked, new_record())
    again = county.records.create_record(asked, new_record())

    assert (again.record, again.number) == (first.record, first.number)
    assert again.answer.repeated


def once(county: County, command: Callable[[], object]) -> None:
    """Sent again after its answer."""
    command()
    position = county.log.position()
    command()
    assert county.log.position() == position


def overtaken(county: County, command: Callable[[], object]) -> None:
    """Sent again while the first is being stored: the repeat has looked for an answer and found none."""
    first: list[object] = []
    positions: list[int] = []

    def first_is_stored() -> None:
        first.append(command())
        positions.append(county.log.position())

    county.log.after_lookup.append(first_is_stored)
    again = command()

    assert answer_of(again).repeated and answer_of(again).stored == answer_of(first[0]).stored
    assert county.log.position() == positions[0]


def answer_of(told: object) -> Answer:
    answer = getattr(told, "answer", told)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize("sent_again", [once, overtaken])
def test_every_command_sent_twice_stores_once_and_is_answered_alike(
    county: County, sent_again: Callable[[County, Callable[[], object]], None]
) -> None:
    records = county.records
    record_id = county.open_record()
    entry = records.add_entry(NURSE, record_id, new_entry("problems")).stored[0].event

    def twice(name: str, *args: object, **kwargs: object) -> None:
        subject, purpose = ("county", "management") if name in ADMINISTRATIVE else ("nurse", "care")
        asked = request(subject, purpose, key=f"{name} {args}")
        sent_again(county, lambda: getattr(records, name)(asked, *args, **kwargs))

    correction = Correction(entry, "misread", content("problem"), TODAY)
    twice("create_record", new_record(card(LI_ID)))
    twice("add_entry", record_id, new_entry("allergies"))
    twice("add_entry", record_id, new_entry("programmes"))
    twice("correct_entry", record_id, county.log.head(record_id), correction)
    twice("retract_entry", record_id, county.log.head(record_id), entry, "made in error")
    twice("close_record", record_id, county.log.head(record_id), reason="lost", since=TODAY)
    twice("reopen_record", record_id, county.log.head(record_id), reason="came back")
    twice("link_identity", record_id, identity_document("passport", "E12345678", issuer="CHN"))
    twice("link_login", record_id, login("wang-2"))
    twice("add_entries", record_id, [new_entry("problems"), new_entry("medications")])
    twice("add_entries", record_id, [imported(1), replace(imported(2), content={})])
    twice("register_institution", NewInstitution("示例医院", "hospital", "C" * 22, AREA))
    twice("enrol_practitioner", county.clinic, NewPractitioner("李", login("li-nurse")))
    twice("give_role", county.clinic, county.nurse, "auditor")
    twice("end_role", county.clinic, county.nurse, "auditor")
    twice("practitioner_leaves", county.clinic, county.doctor)


def test_what_is_really_refused_stays_refused_under_its_key(county: County) -> None:
    record_id = county.open_record()
    county.records.add_entry(NURSE, record_id, new_entry("allergies"))

    with pytest.raises(AllergyAlreadyRecorded):
        county.records.add_entry(request("nurse", key="k1"), record_id, new_entry("allergies"))


ADMINISTRATIVE = {
    "register_institution",
    "enrol_practitioner",
    "give_role",
    "end_role",
    "practitioner_leaves",
}


# What depends on what the caller saw.


def test_what_depends_on_what_the_caller_saw_takes_the_version_they_saw(county: County) -> None:
    record_id = county.open_record()
    entry = county.records.add_entry(NURSE, record_id, new_entry("problems")).stored[0]
    correction = Correction(entry.event, "misread", content("problem", note="corrected"), TODAY)

    records = county.records
    commands: list[Callable[[int], Answer]] = [
        lambda version: records.correct_entry(NURSE, record_id, version, correction),
        lambda version: records.retract_entry(NURSE, record_id, version, entry.event, "error"),
        lambda version: records.close_record(NURSE, record_id, version, reason="lost", since=TODAY),
        lambda version: records.reopen_record(NURSE, record_id, version, reason="found"),
    ]
    for command in commands:
        current = county.log.head(record_id)
        with pytest.raises(StaleVersion) as stale:
            command(current - 1)
        assert stale.value.current == current
        command(current)


def test_a_stale_version_of_a_record_one_may_not_see_is_not_told(county: County) -> None:
    record_id = county.open_record()

    with pytest.raises(NotAvailable):
        county.records.close_record(OTHER_NURSE, record_id, 1, reason="lost", since=TODAY)


def test_a_closing_with_a_source_is_imported_once(county: County) -> None:
    record_id = county.open_record()
    source = SourceId("synthea", "p1#death")

    def close(version: int) -> object:
        return county.records.close_record(
            CONNECTOR, record_id, version, reason="death", since=TODAY, source_id=source
        )

    close(county.log.head(record_id))
    county.records.reopen_record(NURSE, record_id, county.log.head(record_id), reason="another was meant")
    with pytest.raises(SourceAlreadyImported):
        close(county.log.head(record_id))


# Imports.


def imported(number: int, kind: str = "problems") -> NewEntry:
    return replace(new_entry(kind), source_id=SourceId("synthea", f"resource-{number}"))


def test_a_batch_is_one_append_in_which_each_entry_has_its_own_outcome(county: County) -> None:
    record_id = county.open_record()
    bad = replace(imported(2), content={})
    before = county.log.position()

    added = county.records.add_entries(CONNECTOR, record_id, [imported(1), bad, imported(3), imported(1)])

    assert [one.known for one in added.outcomes] == [False, False, False, True]
    assert isinstance(added.outcomes[1].refusal, ContentRefused)
    assert added.answer is not None
    assert [stored.event for stored in added.answer.stored] == [
        added.outcomes[0].entry,
        added.outcomes[2].entry,
    ]
    assert county.log.position() == before + 2


def test_importing_again_adds_nothing(county: County) -> None:
    record_id = county.open_record()
    county.records.add_entries(CONNECTOR, record_id, [imported(1), imported(2)])
    before = county.log.position()

    again = county.records.add_entries(CONNECTOR, record_id, [imported(1), imported(2)])

    assert again.answer is None and all(one.known for one in again.outcomes)
    assert county.log.position() == before


def test_two_imports_at_once_store_each_source_once(county: County) -> None:
    record_id = county.open_record()
    other_id = county.open_record(LI_ID, resident="li")

    def another_import_is_faster() -> None:
        county.records.add_entries(CONNECTOR, other_id, [imported(1)])

    county.log.before_append.append(another_import_is_faster)
    added = county.records.add_entries(CONNECTOR, record_id, [imported(1), imported(2)])

    assert [one.known for one in added.outcomes] == [True, False]


def test_a_life_is_imported_with_its_entries_and_found_by_its_source(county: County) -> None:
    source = SourceId("synthea", "patient-1")
    asked = new_record(channel="import", source_id=source, entries=(imported(1), imported(2)))
    assert county.records.find_source(CONNECTOR, source) is None

    opened = county.records.create_record(CONNECTOR, asked)

    assert county.records.find_source(CONNECTOR, source) == opened.record
    assert county.topics(opened.record)[-2:] == ["record.problem-recorded.v1"] * 2
    event = last_event(county, opened.record)
    assert isinstance(event, ENTRIES["problems"]) and event.cause == "synthea|resource-2"
    with pytest.raises(SourceAlreadyImported):
        county.records.create_record(CONNECTOR, replace(asked, documents=(card(LI_ID),)))
    with pytest.raises(NotPermitted):
        county.records.find_source(NURSE, source)


def test_a_source_named_twice_in_one_creation_is_refused(county: County) -> None:
    for asked in (
        new_record(entries=(imported(1), imported(1))),
        new_record(entries=(imported(1),), source_id=SourceId("synthea", "resource-1")),
    ):
        with pytest.raises(ContentRefused, match="source id"):
            county.records.create_record(CONNECTOR, asked)


def test_occurred_times_of_a_correction_are_kept(county: County) -> None:
    record_id = county.open_record()
    entry = county.records.add_entry(NURSE, record_id, new_entry("problems")).stored[0].event
    really = occurred("1987", about=True)
    correction = Correction(entry, "it was long ago", content("problem"), TODAY, entry_occurred=really)

    county.records.correct_entry(DOCTOR, record_id, county.log.head(record_id), correction)

    event = last_event(county, record_id)
    assert isinstance(event, Record.EntryCorrected) and event.entry_occurred == really


def test_an_entry_for_no_collection_of_ours_is_refused(county: County) -> None:
    record_id = county.open_record()

    with pytest.raises(UnknownCollection):
        county.records.add_entry(NURSE, record_id, NewEntry("rumours", {}, TODAY))

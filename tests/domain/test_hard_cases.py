"""What happens in a clinic and is easily got wrong: ages half known, late paper, deaths, two at once."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import errors
from domain import record_errors as refused
from domain.ports import RecordQuery
from domain.record import Record
from domain.requests import Correction, Misfiling, NewEntry, NewSequel, Request
from domain.values import occurred
from projections.life import life as course
from projections.record_view import RecordRender
from tests.amending import close, correct, without_number
from tests.builders import (
    KEEPER,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    TODAY,
    WANG,
    act,
    add,
    content,
    follow,
    form_ref,
    identity_number,
    login,
    record,
    request,
)
from tests.county import County, access_stream, last_event, shown
from tests.whole_life import Life

CHILD = identity_number("20120603", 1)  # 14 on 3 June 2026, two days from now
SON = request("son", "self")
SEXES = ("male", "female")


@pytest.fixture
def county() -> County:
    return County(RecordRender())


@pytest.fixture
def life(county: County) -> Life:
    return Life(county)


# What is re-dated by a correction.


def test_a_correction_dates_nothing_into_the_future(life: Life) -> None:
    entry = life.add("problems")

    with pytest.raises(errors.OccurredRefused):
        correct(life, entry, "problem", entry_occurred=occurred("2026-06-02"))


def test_a_correction_dates_no_care_after_the_death_but_may_date_it_before(life: Life) -> None:
    entry = life.add("encounters", when=occurred("2026-04-01"))
    close(life)

    with pytest.raises(errors.RecordClosed):
        correct(life, entry, "reception", entry_occurred=occurred("2026-05-02"))
    correct(life, entry, "reception", entry_occurred=occurred("2026-04-02"))


# Ages half known, and told twice.


def test_late_paper_does_not_change_how_old_the_resident_is_now() -> None:
    child = record()
    add(child, "basic-information", identity_number=None, birth_date="2015-05-05")

    add(child, "basic-information", when="1987", identity_number=None, birth_date="1949-12-31")

    assert child.state.birth_date == "2015-05-05"
    assert Record.restore(child.id, child.state_to_json()).state.birth_date == "2015-05-05"


def test_a_correction_of_an_old_form_leaves_the_newer_one_in_force() -> None:
    child = record()
    old = add(child, "basic-information", when="2016", identity_number=None, birth_date="2015-05-05")
    add(child, "basic-information", identity_number=None, birth_date="2015-05-06")

    filled = content("personal-basic-information", identity_number=None, birth_date="2015-05-07")
    ref = form_ref("personal-basic-information")
    child.correct(act(), old, reason="misread", form=ref, content=filled)
    assert child.state.birth_date == "2015-05-06"
    child.correct(
        act(), old, reason="it is the newer", form=ref, content=filled, entry_occurred=occurred("2026-06-02")
    )
    assert child.state.birth_date == "2015-05-07"


def test_a_form_that_does_not_tell_the_birth_date_leaves_it_known() -> None:
    child = record()
    add(child, "basic-information", identity_number=None, birth_date="2026-05-05")
    add(child, "programmes", programme="child")

    add(child, "follow-ups", form="newborn-home-visit", birth_date=None, identity_number=None)

    assert child.state.birth_date == "2026-05-05"


@pytest.mark.parametrize("born", ["2015", "2015-07"])
def test_a_child_whose_birthday_is_unknown_has_a_guardian_and_does_not_decide_alone(
    county: County, born: str
) -> None:
    child = without_number(county, birth_date=born)

    child.add("guardians", basis="parent", login=login("son"), until=None)
    shown(county, SON, child.record)
    with pytest.raises(refused.GuardianNeeded):
        child.add("restrictions", by="resident")
    county.clock.move(days=365 * 8)  # of age for certain in June 2034
    with pytest.raises(errors.CallerUnknown):
        shown(county, SON, child.record)


DAYS = ("1987", "2015-05-05", "2026-05-31", "2026-06-01")


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_decisions_and_views_know_the_same_birth_date_and_sex(data: st.DataObject) -> None:
    life = without_number(County(RecordRender()), birth_date="2015-05-05")
    entries = [life.entries["basic-information"]]
    for birth_date in data.draw(st.lists(st.sampled_from(["2014", "2015-05", "2015-05-06"]), max_size=6)):
        told = {"identity_number": None, "birth_date": birth_date, "sex": data.draw(st.sampled_from(SEXES))}
        when, entry = occurred(data.draw(st.sampled_from(DAYS))), data.draw(st.sampled_from(entries))
        what = data.draw(st.sampled_from(["add", "add", "correct", "redate", "retract", "misfile"]))
        try:
            if what == "add":
                entries.append(life.add("basic-information", NURSE, None, when, **told))
            elif what == "retract":
                life.records.retract_entry(NURSE, life.record, life.version, entry, "in error")
            elif what == "misfile":
                misfiling = Misfiling(entry, "another resident's")
                life.records.misfile_entry(KEEPER, life.record, life.version, misfiling)
            else:
                redated = {"entry_occurred": when} if what == "redate" else {}
                correct(life, entry, "personal-basic-information", NURSE, **redated, **told)
        except errors.RecordError:
            continue

    loaded = life.county.log.load(Record, life.record)
    assert loaded is not None
    query = RecordQuery(masked=loaded.state.masked)
    assert course(life.county.log.read(life.record), query).person == (
        loaded.state.birth_date,
        loaded.state.sex,
    )


# What is right is not refused.


@pytest.mark.parametrize("kind", ["referrals", "consultations"])
def test_a_slip_in_a_referral_is_corrected_after_its_day(life: Life, kind: str) -> None:
    there = str(life.county.other_clinic)
    entry = life.add(kind, to=there, until="2026-06-03")
    life.county.clock.move(days=60)
    form = {"referrals": "referral", "consultations": "consultation-request"}[kind]
    late = occurred("2026-07-31")

    def amend(until: str) -> None:
        correction = Correction(entry, "misspelt", content(form, to=there, until=until), late)
        life.records.correct_entry(NURSE, life.record, life.version, correction)

    amend("2026-06-03")
    with pytest.raises(refused.ReadingRefused):
        amend("2026-06-04")  # neither as it was nor still to come


def test_an_enrolment_that_ended_is_corrected_while_another_is_active() -> None:
    resident = record()
    first = add(resident, "programmes", programme="hypertension")
    follow(resident, "programmes", "exit", first)
    second = add(resident, "programmes", programme="hypertension")
    filled, ref = content("programme-enrolment", programme="hypertension"), form_ref("programme-enrolment")

    resident.correct(act(), first, reason="misspelt", form=ref, content=filled)

    assert resident.state.enrolments == {"hypertension": str(second)}


def test_a_follow_up_from_before_the_exit_is_entered_after_it() -> None:
    resident = record()
    enrolled = add(resident, "programmes", when="2026-01-01", programme="hypertension")
    follow(resident, "programmes", "exit", enrolled, act("2026-05-10"))

    add(resident, "follow-ups", when="2026-05-10", form="hypertension-follow-up")

    with pytest.raises(errors.NotEnrolled):
        add(resident, "follow-ups", when="2026-05-11", form="hypertension-follow-up")
    resident.retract(act(), enrolled, reason="in error")
    with pytest.raises(errors.NotEnrolled):
        add(resident, "follow-ups", when="2026-05-10", form="hypertension-follow-up")
    restored = Record.restore(resident.id, resident.state_to_json())
    assert restored.state == resident.state


def test_a_check_of_authenticity_is_about_an_entry_that_stands() -> None:
    resident = record()
    retracted = add(resident, "encounters")
    resident.retract(act(), retracted, reason="in error")

    with pytest.raises(errors.UnknownEntry):
        add(resident, "authenticity-checks", about=str(retracted))


# Two at once.


def neighbours(life: Life) -> Life:
    return Life(life.county, life.county.open_record(LI_ID, "li"))


def misfile(life: Life, other: Life) -> None:
    misfiling = Misfiling(life.entries["problems"], "another resident's", other.record)
    life.records.misfile_entry(KEEPER, life.record, life.version, misfiling)


def merge(life: Life, other: Life) -> None:
    life.records.merge_records(KEEPER, life.record, life.version, other.record, "one person")


@pytest.mark.parametrize("act_on_both", [misfile, merge])
def test_what_is_decided_on_two_records_waits_for_nobody_at_the_one_the_caller_did_not_look_at(
    life: Life, act_on_both: Callable[[Life, Life], None]
) -> None:
    life.add("problems")
    other = neighbours(life)
    life.county.log.before_append.append(lambda: other.add("encounters"))  # type: ignore[arg-type]  # its id is not asked

    act_on_both(life, other)

    assert life.county.topics(other.record)[-2] == "record.encounter-recorded.v1"


@pytest.mark.parametrize("act_on_both", [misfile, merge])
def test_the_version_that_a_stale_caller_is_told_is_that_of_the_record_they_named(
    life: Life, act_on_both: Callable[[Life, Life], None]
) -> None:
    life.add("problems")
    other = neighbours(life)
    life.county.log.before_append.append(lambda: life.add("encounters"))  # type: ignore[arg-type]  # as above

    with pytest.raises(errors.StaleVersion) as stale:
        act_on_both(life, other)

    assert (stale.value.stream, stale.value.current) == (life.record, life.version)


# What is hidden, in the lists of events.

OF_THE_NEIGHBOUR = occurred("1987-03-04")


def listed(life: Life, who: Request, entry: UUID) -> list[tuple[object, object]]:
    """When it occurred and its cause, as both lists of events tell it."""
    lists = [life.records.read_events(who, life.record)]
    if who is not NURSE:
        lists.append(life.records.read_trail(who, life.record))
    events = [one for body in lists for one in json.loads(body.body)["events"]]
    return [(one["occurred"], one["cause"]) for one in events if one["event"] == str(entry)]


@pytest.mark.parametrize("who", [WANG, KEEPER, NURSE])
def test_no_list_tells_when_a_misfiled_entry_occurred_nor_its_number_elsewhere(
    life: Life, who: Request
) -> None:
    filled = content("problem")
    entry = NewEntry("problems", filled, OF_THE_NEIGHBOUR, cause="urn:hospital|patient-77")
    added = life.records.add_entry(NURSE, life.record, entry).stored[0].event
    assert {cause for _, cause in listed(life, who, added)} == {"urn:hospital|patient-77"}

    life.records.misfile_entry(KEEPER, life.record, life.version, Misfiling(added, "another resident's"))

    assert set(listed(life, who, added)) == {(None, None)}


def test_no_list_tells_staff_when_something_occurred_that_the_resident_keeps_to_themselves(
    life: Life,
) -> None:
    entry = life.add("problems")
    life.add("restrictions", WANG, by="resident", sections=["problems"])

    assert set(listed(life, NURSE, entry)) == set(listed(life, KEEPER, entry)) == {(None, None)}
    assert all(when is not None for when, _ in listed(life, WANG, entry))


def test_a_receiver_is_told_no_notes_about_the_record_as_a_whole(life: Life) -> None:
    there = str(life.county.other_clinic)
    life.add("referrals", to=there, until="2026-06-03", sections=["problems"])
    merge(life, neighbours(life))
    life.records.close_record(
        NURSE, life.record, life.version, reason="moved-out", since=TODAY, note="to his brother's"
    )

    told = shown(life.county, OTHER_NURSE, life.record)

    assert (told["consents"], told["mergings"], told["misfiled"]) == ([], [], [])
    assert [one["note"] for one in told["closings"]] == [None]
    whole = shown(life.county, NURSE, life.record)
    assert whole["consents"] and whole["mergings"] and whole["closings"][0]["note"]


# In an emergency.


def test_staff_in_custody_read_and_write_in_an_emergency_and_say_so(life: Life) -> None:
    life.add("consent-withdrawals", WANG, by="resident")
    at_night = request("nurse", "emergency")

    shown(life.county, at_night, life.record)
    life.add("examinations", at_night)

    read = last_event(life.county, access_stream(life.county, life.record))
    assert (read.purpose, vars(read)["basis"]) == ("emergency", "custody")
    with pytest.raises(errors.NotAvailable):
        shown(life.county, request("other-nurse", "emergency"), life.record)


# A batch in which one is refused.


def test_a_card_number_that_is_taken_is_refused_alone_in_an_import(life: Life) -> None:
    life.add("basic-information", identity_number=None)
    life.add("cards", number="CARD-1")
    life.follow("cards", "loss")

    def cards(*numbers: str) -> list[NewEntry | NewSequel]:
        return [NewEntry("cards", content("card", number=number), TODAY) for number in numbers]

    encounter = NewEntry("encounters", content("reception"), TODAY)
    outcomes = life.records.add_entries(NURSE, life.record, [*cards("CARD-1", "CARD-2"), encounter]).outcomes

    assert [type(one.refusal) for one in outcomes] == [refused.CardNumberTaken, type(None), type(None)]


def test_a_card_number_is_given_once_in_an_append_too(life: Life) -> None:
    life.add("basic-information", identity_number=None)
    life.add("cards", number="CARD-1")
    replaced = content("card-replacement", number="CARD-2")
    anew = [
        NewSequel("cards", "replacement", life.entries["cards"], replaced, TODAY),
        NewSequel("cards", "replacement", life.entries["cards"], replaced, TODAY),
    ]
    lost = NewSequel("cards", "loss", life.entries["cards"], {}, TODAY)
    again = NewEntry("cards", content("card", number="CARD-2"), TODAY)
    first = NewEntry("cards", content("card", number="CARD-2"), TODAY)

    outcomes = life.records.add_entries(NURSE, life.record, [lost, first, *anew, again]).outcomes

    assert [one.refusal is None for one in outcomes] == [True, True, False, False, False]

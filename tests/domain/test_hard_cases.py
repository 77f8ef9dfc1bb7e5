"""What happens in a clinic and is easily got wrong: ages half known, late paper, deaths, two at once."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest

from domain import errors
from domain import record_errors as refused
from domain.identity import identity_document
from domain.record import Record
from domain.requests import Consent, Correction, Misfiling, NewEntry, Request
from domain.values import occurred
from projections.record_view import RecordRender
from tests.builders import (
    DOCTOR,
    KEEPER,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    TODAY,
    WANG,
    act,
    add,
    card,
    content,
    follow,
    form_ref,
    identity_number,
    login,
    new_record,
    record,
    request,
)
from tests.county import County, shown
from tests.whole_life import Life

CHILD = identity_number("20120603", 1)  # 14 on 3 June 2026, two days from now
SON = request("son", "self")


@pytest.fixture
def county() -> County:
    return County(RecordRender())


@pytest.fixture
def life(county: County) -> Life:
    return Life(county)


def without_number(county: County, **told: object) -> Life:
    """Somebody without a document, of whom the basic information tells what there is."""
    nobody = identity_document("temporary", None, reason="not registered")
    opened = county.records.create_record(NURSE, new_record(nobody, consent=Consent("guardian")))
    life = Life(county, opened.record)
    life.add("basic-information", identity_number=None, **told)
    return life


def close(life: Life, since: str = "2026-05-01") -> None:
    life.records.close_record(NURSE, life.record, life.version, reason="death", since=occurred(since))


def correct(life: Life, entry: UUID, form: str, who: Request = NURSE, **changes: object) -> None:
    when = changes.pop("entry_occurred", None)
    filled = content(form, **changes)
    correction = Correction(entry, "misread", filled, TODAY, entry_occurred=when)  # type: ignore[arg-type]  # an Occurred or None
    life.records.correct_entry(who, life.record, life.version, correction)


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


# Consent and who gives it.


@pytest.mark.parametrize("how", ["identity card", "basic information"])
def test_a_child_does_not_consent_to_the_record_alone(county: County, how: str) -> None:
    if how == "identity card":
        asked = new_record(card(CHILD), consent=Consent("resident"))
    else:
        nobody = identity_document("temporary", None, reason="not registered")
        filled = content("personal-basic-information", identity_number=None, birth_date="2015-05-05")
        asked = new_record(nobody, entries=[NewEntry("basic-information", filled, TODAY)])

    with pytest.raises(refused.GuardianNeeded):
        county.records.create_record(NURSE, asked)


def test_a_child_does_not_decide_alone_by_naming_a_day_before_the_law(county: County) -> None:
    child = Life(county, county.open_record(CHILD, "child", "guardian"))

    with pytest.raises(refused.GuardianNeeded):
        child.add("restrictions", request("child", "self"), when=occurred("2021-10-31"), by="resident")


# After death.


def test_death_ends_guardianship_and_agency(county: County) -> None:
    child = Life(county, county.open_record(CHILD, "child", "guardian"))
    child.add("guardians", basis="parent", login=login("son"), until=None)
    child.add("representatives", capacity="representative", basis="court", login=login("aunt"), until=None)
    shown(county, SON, child.record)

    close(child)

    for who in (SON, request("aunt", "self")):
        with pytest.raises(errors.CallerUnknown):
            shown(county, who, child.record)


def test_nobody_decides_in_the_name_of_the_dead_but_heirs(life: Life) -> None:
    close(life)

    with pytest.raises(refused.RepresentationRefused):
        life.add("restrictions", WANG, by="resident", when=occurred("2026-04-01"))
    with pytest.raises(refused.RepresentationRefused):
        life.add("restrictions", NURSE, by="resident")
    life.add("restrictions", NURSE, by="resident", when=occurred("2026-04-01"))  # paper from before
    life.add("restrictions", NURSE, by="heir")


def test_the_living_have_no_heirs_who_decide(life: Life) -> None:
    with pytest.raises(refused.RepresentationRefused):
        life.add("restrictions", NURSE, by="heir")


def test_what_a_resident_decided_is_corrected_after_their_death(life: Life) -> None:
    entry = life.add("statements", WANG, by="resident", about=None)
    close(life)

    correct(life, entry, "statement", by="resident", about=None, text="as the sheet says")

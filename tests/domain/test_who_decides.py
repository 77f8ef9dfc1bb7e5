"""Who speaks for a resident: by age, after death, and never by their own hand."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain import errors
from domain import record_errors as refused
from domain.identity import identity_document
from domain.requests import Consent, Misfiling, NewEntry
from domain.values import occurred
from projections.record_view import RecordRender
from tests.amending import close, correct
from tests.builders import (
    KEEPER,
    LI_ID,
    NURSE,
    TODAY,
    WANG,
    card,
    content,
    identity_number,
    login,
    new_record,
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


# Who types for another.


def test_who_types_sees_no_more_than_they_may_themselves(life: Life) -> None:
    at_night, nurse = request("doctor", "emergency"), request("nurse", "emergency")
    problem = str(life.add("problems"))
    life.add("restrictions", WANG, by="resident", sections=["problems"], until=None)
    life.add("emergency-accesses", at_night)

    typed = life.records.read_record(replace(nurse, author=life.county.doctor), life.record).body.decode()

    assert problem in life.records.read_record(at_night, life.record).body.decode()
    assert problem not in life.records.read_record(nurse, life.record).body.decode()
    assert problem not in typed


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

    with pytest.raises(errors.NotAvailable):  # by their login: the policy knows that they are dead
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

    correct(life, entry, "statement", KEEPER, by="resident", about=None, text="as the sheet says")


# Nobody makes themselves the resident's voice.


@pytest.mark.parametrize("kind", ["guardians", "representatives"])
def test_staff_do_not_appoint_themselves(life: Life, kind: str) -> None:
    capacity = "representative" if kind == "representatives" else None

    def filled(whose: str) -> dict[str, object]:
        return {"basis": "court", "capacity": capacity, "login": login(whose)}

    with pytest.raises(refused.OwnLogin):
        life.add(kind, NURSE, None, TODAY, **filled("nurse"))
    entry = life.add(kind, NURSE, None, TODAY, **filled("doctor"))
    form = {"guardians": "guardian-appointment", "representatives": "representative-appointment"}[kind]
    with pytest.raises(refused.OwnLogin):
        correct(life, entry, form, NURSE, **filled("nurse"))


def test_staff_tie_no_record_to_their_own_login_and_a_colleague_may(county: County) -> None:
    record_id = county.open_record(resident=None)

    with pytest.raises(refused.OwnLogin):
        county.records.link_login(NURSE, record_id, login("nurse"))
    with pytest.raises(refused.OwnLogin):
        county.records.create_record(NURSE, new_record(card(LI_ID), login=login("nurse")))
    county.records.link_login(KEEPER, record_id, login("nurse"))


# Nobody undoes what keeps them out.


def restricted(life: Life) -> UUID:
    return life.add("restrictions", WANG, by="resident", sections=["problems"])


@pytest.mark.parametrize("kind", ["restrictions", "consent-withdrawals", "research-opt-outs", "statements"])
def test_what_the_resident_decided_is_undone_by_the_record_manager_alone(life: Life, kind: str) -> None:
    fitting = {"about": None} if kind == "statements" else {}
    entry = life.add(kind, WANG, None, TODAY, by="resident", **fitting)

    with pytest.raises(errors.NotAvailable):
        life.records.retract_entry(NURSE, life.record, life.version, entry, "in error")
    life.records.retract_entry(KEEPER, life.record, life.version, entry, "in error")


def test_staff_take_back_a_restriction_on_paper_alone(life: Life) -> None:
    restricted(life)

    with pytest.raises(refused.RepresentationRefused) as refusal:
        life.follow("restrictions", "lifting", NURSE, by="resident", paper=None)
    assert refusal.value.facts == {"field": "/content/paper"}
    life.follow("restrictions", "lifting", NURSE, by="resident", paper="0" * 64)


def test_who_may_not_see_an_entry_neither_corrects_nor_retracts_nor_moves_it(life: Life) -> None:
    entry, other = life.add("problems"), Life(life.county, life.county.open_record(LI_ID, "li"))
    restricted(life)

    with pytest.raises(errors.NotAvailable):
        correct(life, entry, "problem", NURSE)
    with pytest.raises(errors.NotAvailable):
        life.records.retract_entry(KEEPER, life.record, life.version, entry, "in error")
    with pytest.raises(errors.NotAvailable):
        misfiling = Misfiling(entry, "another resident's", other.record)
        life.records.misfile_entry(KEEPER, life.record, life.version, misfiling)
    life.records.misfile_entry(KEEPER, life.record, life.version, Misfiling(entry, "another resident's"))

"""Who besides its institution sees a record: which sections, on which days; and who speaks for somebody."""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from domain.entries import KINDS, SECTIONS
from domain.errors import CallerUnknown, NotAvailable
from domain.ports import Course
from domain.record_errors import GuardianNeeded
from domain.requests import Correction, Misfiling, NewPractitioner, PageAsked, Request
from domain.values import occurred
from projections.record_view import RecordRender
from tests.builders import (
    COUNTY,
    KEEPER,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    TODAY,
    WANG,
    content,
    identity_number,
    login,
    request,
)
from tests.county import County, Json, access_stream, last_event, shown
from tests.whole_life import LAWYER, OTHER_NURSE_AT_NIGHT, Life

SON = request("son", "self")
NAMED = ["problems", "allergies"]
CHILD = identity_number("20120603", 1)  # 14 on 3 June 2026, two days from now


@pytest.fixture
def county() -> County:
    return County(RecordRender())


@pytest.fixture
def life(county: County) -> Life:
    """A resident with something in most sections."""
    lived = Life(county)
    lived.care()
    return lived


def refer(
    life: Life, kind: str = "referrals", until: str = "2026-06-03", sections: list[str] = NAMED
) -> UUID:
    return life.add(kind, to=str(life.county.other_clinic), until=until, sections=sections)


def sections(told: Json) -> set[str]:
    return {name.replace("_", "-") for name in told["sections"]}


def reads(life: Life, who: Request) -> bool:
    """Whether they are let in; a refusal is written down where the resident sees it."""
    try:
        life.records.read_record(who, life.record)
    except (NotAvailable, CallerUnknown):
        return False
    return True


def at(when: str) -> datetime:
    return datetime.fromisoformat(when)


@pytest.mark.parametrize("sections_named, told", [(NAMED, False), ([*SECTIONS], True)])
def test_the_course_of_a_life_tells_no_more_of_the_whole_record_than_the_record_does(
    life: Life, sections_named: list[str], told: bool
) -> None:
    entry = life.add("encounters")
    life.records.misfile_entry(KEEPER, life.record, life.version, Misfiling(entry, "another resident's"))
    other = Life(life.county, life.county.open_record(LI_ID, "li"))
    life.records.merge_records(KEEPER, other.record, other.version, life.record, "one person")
    refer(life, sections=sections_named)

    course = life.records.read_course(OTHER_NURSE, life.record, Course("life-course")).body.decode()

    for topic in ("record.entry-misfiled.v1", "record.merged.v1", "record.consent-given.v1"):
        assert (topic in course) is told
    assert "record.created.v1" in course


# By guidance, and by inspection.


def guides(county: County) -> Request:
    county.records.set_guidance(COUNTY, county.clinic, county.other_clinic)
    return request("other-nurse", "assessment")


def inspects(county: County) -> Request:
    new = NewPractitioner("inspector", login("inspector"), roles=("inspector",))
    county.records.enrol_practitioner(COUNTY, county.bureau, new)
    return request("inspector", "assessment")


@pytest.mark.parametrize("let_in", [guides, inspects])
def test_who_looks_at_how_records_are_kept_sees_nothing_of_who_else_may_see_them(
    life: Life, let_in: Callable[[County], Request]
) -> None:
    hidden = [life.add("statutory-disclosures", LAWYER), life.add("notice-rules", WANG)]
    hidden += [life.add("emergency-accesses", OTHER_NURSE_AT_NIGHT)]
    who = let_in(life.county)

    told = shown(life.county, who, life.record)
    course = life.records.read_course(who, life.record, Course("life-course")).body.decode()

    assert sections(told) == set(SECTIONS)
    assert not any(str(entry) in json.dumps(told) + course for entry in hidden)
    assert str(hidden[0]) in json.dumps(shown(life.county, NURSE, life.record))


# By referral.


@pytest.mark.parametrize("kind", ["referrals", "consultations"])
def test_a_receiver_reads_exactly_the_sections_named(life: Life, kind: str) -> None:
    assert not reads(life, OTHER_NURSE)
    refer(life, kind)

    told = shown(life.county, OTHER_NURSE, life.record)

    assert sections(told) == set(NAMED)
    assert told["sections"]["problems"] and told["sections"]["allergies"]
    assert told["basic_information"] is None and told["identities"] == []
    read = last_event(life.county, access_stream(life.county, life.record))
    assert vars(read)["basis"] == "referral" and vars(read)["sections"] == sorted(NAMED)
    assert sections(shown(life.county, NURSE, life.record)) == set(KINDS)


def test_a_receiver_sees_no_list_of_what_happened_nor_who_looked(life: Life) -> None:
    refer(life)

    for read in (life.records.read_events, life.records.read_accesses):
        with pytest.raises(NotAvailable):
            read(OTHER_NURSE, life.record, PageAsked())


def test_a_receiver_reads_in_whichever_past_no_more_than_now(life: Life) -> None:
    refer(life)
    version = life.version

    for query in (
        {"version": version - 1},
        {"as_of": life.county.clock.now},
        {"valid_at": life.county.clock.now},
    ):
        assert sections(shown(life.county, OTHER_NURSE, life.record, **query)) == set(NAMED)


def test_a_receiver_reads_until_the_day_ends_in_china(life: Life) -> None:
    refer(life, until="2026-06-03")

    life.county.clock.now = at("2026-06-03T23:59:00+08:00")
    assert reads(life, OTHER_NURSE)
    life.county.clock.now = at("2026-06-04T00:00:00+08:00")
    assert not reads(life, OTHER_NURSE)


@pytest.mark.parametrize("answers", [["decline"], ["acceptance", "return"], ["cancellation"]])
def test_a_receiver_reads_no_more_once_the_referral_is_over(life: Life, answers: list[str]) -> None:
    refer(life)
    for name in answers:
        assert reads(life, OTHER_NURSE)
        life.follow("referrals", name, NURSE if name == "cancellation" else OTHER_NURSE)

    assert not reads(life, OTHER_NURSE)


def test_who_was_asked_reads_no_more_once_the_opinion_is_given(life: Life) -> None:
    refer(life, "consultations")
    life.follow("consultations", "opinion", OTHER_NURSE)

    assert not reads(life, OTHER_NURSE)


def test_what_was_found_comes_back_however_late(life: Life) -> None:
    refer(life, until="2026-06-03")
    life.follow("referrals", "acceptance", OTHER_NURSE)
    life.county.clock.now = at("2026-07-15T10:00:00+08:00")

    assert not reads(life, OTHER_NURSE)
    life.follow("referrals", "return", OTHER_NURSE)

    with pytest.raises(NotAvailable):
        life.follow("referrals", "return", OTHER_NURSE)


def test_two_referrals_let_read_what_either_names(life: Life) -> None:
    refer(life, sections=["problems"])
    refer(life, "consultations", sections=["examinations"])

    assert sections(shown(life.county, OTHER_NURSE, life.record)) == {"problems", "examinations"}


def test_a_correction_of_a_referral_changes_who_reads_what_and_how_long(life: Life) -> None:
    def correct(**changes: object) -> None:
        to = {"to": str(life.county.other_clinic), "until": "2026-06-03", "sections": NAMED}
        filled = content("referral", **{**to, **changes})
        correction = Correction(entry, "to another hospital", filled, TODAY)
        life.records.correct_entry(NURSE, life.record, life.version, correction)

    entry = refer(life)
    correct(sections=["medications"])
    assert sections(shown(life.county, OTHER_NURSE, life.record)) == {"medications"}
    correct(until="2026-06-01")
    life.county.clock.move(days=1)
    assert not reads(life, OTHER_NURSE)
    correct(until="2026-06-02")
    assert reads(life, OTHER_NURSE)
    correct(to=str(life.county.bureau))
    assert not reads(life, OTHER_NURSE)


@pytest.mark.parametrize("how", ["retracted", "misfiled"])
def test_a_referral_that_does_not_stand_lets_nobody_read(life: Life, how: str) -> None:
    entry = refer(life)

    if how == "retracted":
        life.records.retract_entry(NURSE, life.record, life.version, entry, "in error")
    else:
        misfiled = Misfiling(entry, "another resident's")
        life.records.misfile_entry(KEEPER, life.record, life.version, misfiled)

    assert not reads(life, OTHER_NURSE)


# Restricted.


def test_what_a_resident_keeps_to_themselves_is_hidden_from_all_but_who_speaks_for_them(life: Life) -> None:
    life.add("guardians", basis="court", login=login("son"), until=None)
    refer(life)
    kept = ["problems", "medications"]
    life.add("restrictions", WANG, by="resident", sections=kept, until="2026-06-03")

    assert sections(shown(life.county, NURSE, life.record)) == set(KINDS) - set(kept)
    assert sections(shown(life.county, KEEPER, life.record)) == set(KINDS) - set(kept)
    assert sections(shown(life.county, OTHER_NURSE, life.record)) == set(NAMED) - set(kept)
    for who in (WANG, SON):
        assert sections(shown(life.county, who, life.record)) == set(KINDS)


def test_a_restriction_hides_the_past_too(life: Life) -> None:
    before = life.version
    life.add("restrictions", WANG, by="resident", sections=["problems"], until=None)

    told = shown(life.county, NURSE, life.record, version=before)

    assert "problems" not in told["sections"]


def test_a_restriction_ends_with_its_day_when_lifted_or_when_retracted(life: Life) -> None:
    def restrict(until: str | None) -> UUID:
        return life.add("restrictions", WANG, by="resident", sections=["problems"], until=until)

    def hidden() -> bool:
        return "problems" not in shown(life.county, NURSE, life.record)["sections"]

    restrict("2026-06-01")
    assert hidden()
    life.county.clock.move(days=1)
    assert not hidden()
    restrict(None)
    assert hidden()
    life.follow("restrictions", "lifting", WANG, by="resident")
    assert not hidden()
    entry = restrict(None)
    assert hidden()
    life.records.retract_entry(KEEPER, life.record, life.version, entry, "not asked for")
    assert not hidden()


def test_hidden_basic_information_hides_who_the_resident_is(life: Life) -> None:
    life.add("restrictions", WANG, by="resident", sections=["basic-information"], until=None)

    told = shown(life.county, NURSE, life.record)

    assert (told["identities"], told["basic_information"]) == ([], None)


# Who speaks for the resident.


def childs(county: County) -> Life:
    """A child of nearly 14, with a guardian who has a login."""
    life = Life(county, county.open_record(CHILD, "child", "guardian"))
    life.add("guardians", basis="designated", login=login("son"), until=None)
    return life


def test_a_guardian_reads_and_takes_part_in_that_record_alone(county: County) -> None:
    child, other = childs(county), Life(county, county.open_record(LI_ID, "li"))

    assert sections(shown(county, SON, child.record)) == set(KINDS)
    child.records.read_accesses(SON, child.record)
    child.add("statements", SON, by="guardian", about=None)
    child.add("restrictions", SON, by="guardian")

    assert last_event(county, child.record).who["role"] == "guardian"
    assert not reads(other, SON)
    with pytest.raises(CallerUnknown):
        other.add("statements", SON, by="guardian", about=None)
    with pytest.raises(NotAvailable):
        child.add("encounters", SON)


def test_a_guardian_with_a_record_of_their_own_reads_both(county: County) -> None:
    child, own = childs(county), Life(county, county.open_record(LI_ID, "son"))

    assert reads(child, SON) and reads(own, SON)
    own.add("statements", SON, by="resident", about=None)


def test_a_minors_guardian_speaks_until_the_resident_is_of_age(county: County) -> None:
    child = childs(county)

    county.clock.now = at("2030-06-02T23:59:00+08:00")
    assert reads(child, SON)
    county.clock.now = at("2030-06-03T00:00:00+08:00")
    assert not reads(child, SON)


@pytest.mark.parametrize("basis", ["court", "mandate"])
def test_an_incapable_adults_guardian_goes_on(life: Life, basis: str) -> None:
    life.add("guardians", basis=basis, login=login("son"), until=None)

    assert reads(life, SON)


def test_at_fourteen_the_resident_decides_and_the_guardian_still_may(county: County) -> None:
    child, own = childs(county), request("child", "self")

    with pytest.raises(GuardianNeeded):
        child.add("restrictions", own, by="resident")
    county.clock.move(days=2)
    child.add("restrictions", SON, by="guardian")
    child.add("restrictions", own, when=occurred("2026-06-03"), by="resident")


def test_a_representative_speaks_until_their_day_or_their_ending(life: Life) -> None:
    def appoint(until: str | None) -> None:
        life.add(
            "representatives",
            capacity="representative",
            basis="authorisation",
            login=login("son"),
            until=until,
        )

    appoint("2026-06-01")
    assert reads(life, SON)
    life.county.clock.move(days=1)
    assert not reads(life, SON)
    appoint(None)
    assert reads(life, SON)
    life.follow("representatives", "ending")
    assert not reads(life, SON)


def test_an_heir_reads_after_death_and_no_longer_if_that_was_an_error(life: Life) -> None:
    life.records.close_record(NURSE, life.record, life.version, reason="death", since=TODAY)
    life.add("representatives", capacity="heir", basis="succession", login=login("son"), until=None)
    assert reads(life, SON)

    life.records.reopen_record(NURSE, life.record, life.version, reason="another of the same name")

    assert not reads(life, SON)


def test_who_is_appointed_without_a_login_reads_nothing(life: Life) -> None:
    life.add("guardians", basis="court", login=None)

    assert not reads(life, SON)

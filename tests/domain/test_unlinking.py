"""A document or login linked to the wrong record: untied, free for its owner, told of as wrong."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import errors
from domain import record_errors as refused
from domain.errors import RecordError
from domain.identity import identity_document
from domain.personal import Person, person_of
from domain.ports import NOW
from domain.record import Record
from domain.requests import Consent, Correction, Request, SearchKey
from domain.values import IdentityDocument
from projections.record_view import RecordRender
from tests.builders import (
    CONNECTOR,
    COUNTY,
    DOCTOR,
    KEEPER,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    TODAY,
    WANG,
    WANG_ID,
    act,
    add,
    card,
    content,
    identity_number,
    login,
    new_record,
    record,
    request,
)
from tests.county import County, Json, shown
from tests.whole_life import Life

THIEF = request("thief", "self")
TEMPORARY = identity_document("temporary", reason="the card was a namesake's")
PASSPORT = identity_document("passport", "E12345678", issuer="CHN")
CHILD_ID = identity_number("20200505", 1)
BIRTH_IN_CHILDHOOD = "2020-05-05"
LI_TELLS = {"birth_date": "1880-01-01", "sex": "male"}


@pytest.fixture
def county() -> County:
    return County(RecordRender())


@pytest.fixture
def wrong(county: County) -> Life:
    """The record of 王, to which the card of 李 was linked."""
    return Life(county, county.records.create_record(NURSE, new_record(card(LI_ID))).record)


@pytest.fixture
def owner(county: County) -> Life:
    """The record of 李, under a temporary identity since their card is taken."""
    return Life(county, county.records.create_record(NURSE, new_record(TEMPORARY, login=login("li"))).record)


def links(life: Life) -> list[Json]:
    told: list[Json] = shown(life.county, KEEPER, life.record)["identities"]
    return told


def unlink(life: Life, which: int = 0, by: Request = KEEPER, reason: str = "a namesake's") -> None:
    unlink_event(life, UUID(links(life)[which]["event"]), by, reason)


def unlink_event(life: Life, link: UUID, by: Request = KEEPER, reason: str = "a namesake's") -> None:
    life.records.unlink_identity(by, life.record, life.version, link, reason)


def link(life: Life, document: IdentityDocument) -> None:
    life.records.link_identity(NURSE, life.record, document)


def listed(life: Life) -> Person:
    """The resident as a line of a list."""
    opened = life.county.log.load(Record, life.record)
    assert opened is not None
    return person_of(life.records.gate, opened, NOW)


# Free for its owner.


def test_a_document_linked_by_mistake_is_its_owners_as_soon_as_it_is_unlinked(
    wrong: Life, owner: Life
) -> None:
    with pytest.raises(errors.PersonHasRecord):
        link(owner, card(LI_ID))
    link(wrong, TEMPORARY)

    unlink(wrong)

    link(owner, card(LI_ID))
    [found] = owner.records.search(NURSE, SearchKey("identity-card", LI_ID))
    assert found.record == owner.record
    with pytest.raises(errors.PersonHasRecord):
        link(wrong, card(LI_ID))
    link(wrong, card(WANG_ID))


def test_a_document_unlinked_by_mistake_is_linked_again(wrong: Life) -> None:
    link(wrong, TEMPORARY)
    unlink(wrong)

    link(wrong, card(LI_ID))

    first, _, again = links(wrong)
    assert ("number" in first, again["number"], "unlinked" in again) == (False, LI_ID, False)


def test_a_login_that_was_stolen_opens_nothing_from_its_next_call_on_and_may_be_its_owners(
    wrong: Life, owner: Life
) -> None:
    stolen = wrong.records.link_login(NURSE, wrong.record, login("thief")).stored[0].event
    assert shown(wrong.county, THIEF, wrong.record)

    unlink_event(wrong, stolen)

    with pytest.raises(errors.CallerUnknown):
        wrong.records.read_record(THIEF, wrong.record)
    owner.records.link_login(NURSE, owner.record, login("thief"))
    assert shown(owner.county, THIEF, owner.record)
    with pytest.raises(errors.NotAvailable):
        wrong.records.read_record(THIEF, wrong.record)


# What is refused.


def test_the_last_identity_stays_until_another_is_linked(wrong: Life) -> None:
    wrong.records.link_login(NURSE, wrong.record, login("wang"))
    with pytest.raises(refused.LastIdentity):
        unlink(wrong)
    link(wrong, TEMPORARY)
    unlink(wrong)

    with pytest.raises(refused.LastIdentity):
        unlink(wrong, which=-1)
    unlink(wrong, which=1)  # the login: nobody need have one
    assert [one["kind"] for one in links(wrong) if "unlinked" not in one] == ["temporary"]


def test_a_link_is_undone_once_by_its_own_record_and_with_a_reason(wrong: Life, owner: Life) -> None:
    link(wrong, TEMPORARY)
    mistaken, theirs = UUID(links(wrong)[0]["event"]), UUID(links(owner)[0]["event"])
    with pytest.raises(errors.ReasonMissing):
        unlink_event(wrong, mistaken, reason=" ")
    for other in (theirs, uuid4()):
        with pytest.raises(refused.IdentityNotLinked):
            unlink_event(wrong, other)
    unlink_event(wrong, mistaken)

    with pytest.raises(refused.IdentityNotLinked):
        unlink_event(wrong, mistaken)
    assert wrong.county.topics(wrong.record).count("record.identity-unlinked.v1") == 1


def test_only_the_record_manager_in_custody_unlinks(wrong: Life) -> None:
    link(wrong, TEMPORARY)
    wrong.records.link_login(NURSE, wrong.record, login("wang"))

    for who in (NURSE, DOCTOR, WANG, OTHER_NURSE, CONNECTOR, COUNTY):
        with pytest.raises(errors.NotAvailable):
            unlink(wrong, by=who)
    unlink(wrong)


def test_unlinking_is_decided_on_the_version_seen_and_sent_again_is_answered_alike(wrong: Life) -> None:
    link(wrong, TEMPORARY)
    mistaken, version = UUID(links(wrong)[0]["event"]), wrong.version
    asked = request("doctor", "management", key="k1")
    with pytest.raises(errors.StaleVersion):
        wrong.records.unlink_identity(KEEPER, wrong.record, version - 1, mistaken, "a namesake's")

    first, again = (
        wrong.records.unlink_identity(asked, wrong.record, version, mistaken, "a namesake's")
        for _ in range(2)
    )

    assert (first.stored, again.repeated) == (again.stored, True)


# What is decided and shown afterwards.


def test_ages_follow_the_links_that_stand_and_else_the_forms() -> None:
    resident = record()
    add(resident, "basic-information", identity_number=None, birth_date="2020", sex=None)
    resident.link_identity(act(), card(CHILD_ID))
    mistaken = UUID(next(iter(resident.state.links)))
    assert (resident.state.birth_date, resident.state.sex) == (BIRTH_IN_CHILDHOOD, "male")
    with pytest.raises(refused.GuardianNeeded):
        add(resident, "statements", by="resident", about=None)
    resident.link_identity(act(), TEMPORARY)

    resident.unlink_identity(act(), mistaken, "a namesake's")

    assert (resident.state.birth_date, resident.state.sex) == ("2020", None)
    assert resident.state.identity_numbers == []
    resident.retract(act(), UUID(next(iter(resident.state.entries))), reason="of the namesake too")
    assert (resident.state.birth_date, resident.state.sex) == (None, None)
    add(resident, "statements", by="resident", about=None)
    resident.link_identity(act(), card(WANG_ID))
    assert (resident.state.birth_date, resident.state.sex) == ("1949-12-31", "female")


def test_a_child_by_a_wrong_card_decides_for_themselves_once_it_is_unlinked(county: County) -> None:
    life = Life(county, county.open_record(CHILD_ID, "wang", consent="guardian"))
    link(life, TEMPORARY)
    with pytest.raises(refused.GuardianNeeded):
        life.records.give_consent(WANG, life.record, Consent("resident"))

    assert listed(life).birth_date == BIRTH_IN_CHILDHOOD

    unlink(life)

    life.records.give_consent(WANG, life.record, Consent("resident"))
    assert (listed(life).birth_date, listed(life).sex) == (None, None)


def test_the_record_tells_that_it_was_unlinked_when_by_whom_and_why_and_no_number(wrong: Life) -> None:
    link(wrong, PASSPORT)
    wrong.records.link_login(NURSE, wrong.record, login("wang"))
    before = wrong.version
    unlink(wrong, reason="the namesake showed it")

    undone, stands = links(wrong)[:2]

    assert (undone["kind"], undone["unlinked"]["reason"]) == ("identity-card", "the namesake showed it")
    assert undone["unlinked"]["who"]["actor"] == str(wrong.county.doctor)
    assert undone["unlinked"]["version"] == before + 1
    assert not {"number", "issuer", "reason"} & set(undone)
    assert (stands["number"], "unlinked" in stands) == ("E12345678", False)


def test_no_past_of_the_record_shows_the_number_of_another_person_any_more(wrong: Life) -> None:
    first = wrong.add("basic-information", identity_number=LI_ID, birth_date="1880-01-01", sex="male")
    wrong.records.link_login(NURSE, wrong.record, login("wang"))
    corrected = content(
        "personal-basic-information", identity_number=LI_ID, birth_date="1880-01-01", sex="male"
    )
    wrong.records.correct_entry(
        NURSE, wrong.record, wrong.version, Correction(first, "misread", corrected, TODAY)
    )
    link(wrong, TEMPORARY)
    link(wrong, PASSPORT)
    assert LI_ID in str(shown(wrong.county, NURSE, wrong.record))

    unlink(wrong)

    for version in range(1, wrong.version + 1):
        for who in (NURSE, KEEPER, WANG):
            assert LI_ID not in str(shown(wrong.county, who, wrong.record, version=version))
    stripped = content(
        "personal-basic-information", identity_number=None, birth_date="1880-01-01", sex="male"
    )
    wrong.records.correct_entry(
        NURSE, wrong.record, wrong.version, Correction(first, "a namesake's", stripped, TODAY)
    )


# Merged.


def test_a_login_on_the_record_that_was_merged_away_is_moved_to_the_one_that_goes_on(county: County) -> None:
    away, goes_on = Life(county), Life(county, county.open_record(LI_ID, resident=None))
    away.records.merge_records(KEEPER, away.record, away.version, goes_on.record, "one person")
    with pytest.raises(errors.NotAvailable):
        goes_on.records.read_record(WANG, goes_on.record)
    assert shown(county, WANG, away.record)["merged_into"] == str(goes_on.record)

    unlink(away, which=1)
    goes_on.records.link_login(NURSE, goes_on.record, login("wang"))

    assert shown(county, WANG, goes_on.record)["record"] == str(goes_on.record)


# Whatever is linked and unlinked.

DOCUMENTS = st.sampled_from([card(WANG_ID), card(CHILD_ID), TEMPORARY, PASSPORT])
MORE = st.sampled_from(
    [
        identity_document("residence-permit-hmt", WANG_ID),
        identity_document("military", "军字第0012345号", issuer="解放军"),
        identity_document("birth-certificate", "U110000001"),
    ]
)


def known(of: Record) -> object:
    """All that decisions know, but what was undone."""
    told = of.state.to_json()
    return {name: value for name, value in told.items() if name != "unlinked"}


@given(DOCUMENTS, st.sampled_from([None, "1949", "2020-05"]), st.lists(MORE, max_size=2, unique_by=str), MORE)
def test_what_is_linked_and_unlinked_again_leaves_what_decisions_know_as_it_was(
    first: IdentityDocument, born: str | None, before: list[IdentityDocument], document: IdentityDocument
) -> None:
    resident = record()
    if born is not None:
        add(resident, "basic-information", identity_number=None, birth_date=born, sex=None)
    for one in (first, *before):
        try_linking(resident, one)
    if not resident.state.identities:
        resident.link_identity(act(), TEMPORARY)
    earlier = known(resident)

    for tie in (lambda: resident.link_identity(act(), document), lambda: _link_login(resident)):
        if (mistaken := tied_by(resident, tie)) is not None:
            resident.unlink_identity(act(), mistaken, "in error")

        assert known(resident) == earlier
        assert Record.restore(resident.id, resident.state_to_json()).state == resident.state


def _link_login(resident: Record) -> None:
    resident.link_login(act(), issuer="https://login.example", subject="wang")


def try_linking(resident: Record, document: IdentityDocument) -> UUID | None:
    return tied_by(resident, lambda: resident.link_identity(act(), document))


def tied_by(resident: Record, tie: object) -> UUID | None:
    """The event that linked it, or None where it was refused."""
    assert callable(tie)
    try:
        tie()
    except RecordError:
        return None
    return UUID(list(resident.state.links)[-1])

"""One person, one record: whoever asks for a second one, and what of the refusal is told to whom."""

from dataclasses import replace
from uuid import UUID

import pytest

import domain.access_stream as accesses
from domain.errors import (
    ConsentMissing,
    ContentRefused,
    IdentityAlreadyLinked,
    IdentityMissing,
    PersonHasRecord,
    RecordNumberTaken,
)
from domain.identity import identity_document
from domain.institution import Institution
from domain.institution_errors import LoginTaken
from domain.requests import Opened
from tests.builders import (
    AREA,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    WANG_ID,
    card,
    identity_number,
    login,
    new_record,
    request,
)
from tests.county import NOWHERE, County, access_stream, last_event


def test_one_person_cannot_get_two_records_and_the_refusal_names_nothing(county: County) -> None:
    first = county.open_record(WANG_ID)

    with pytest.raises(PersonHasRecord) as refusal:
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID)))

    assert refusal.value.facts == {}
    assert str(first) not in str(refusal.value) and WANG_ID not in str(refusal.value)
    assert refusal.value.__cause__ is None


def refusals(county: County, record_id: UUID) -> list[tuple[str, list[str]]]:
    """Action and rules of every refusal on the record's access stream."""
    told = [one.event for one in county.log.read(access_stream(county, record_id))]
    return [(one.action, one.rules) for one in told if isinstance(one, accesses.AccessRefused)]


def test_whoever_learns_that_a_person_has_a_record_leaves_a_trace_the_person_sees(county: County) -> None:
    record_id = county.open_record(WANG_ID)
    newborn = new_record(identity_document("temporary", reason="newborn"))
    other_id = county.records.create_record(OTHER_NURSE, newborn).record

    with pytest.raises(PersonHasRecord):
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID)))
    with pytest.raises(PersonHasRecord):
        county.records.link_identity(OTHER_NURSE, other_id, card(WANG_ID))
    with pytest.raises(RecordNumberTaken):
        county.records.create_record(OTHER_NURSE, new_record(card(LI_ID), number=f"{AREA}00001"))

    assert refusals(county, record_id) == [
        ("create", ["person-has-record"]),
        ("link-identity", ["person-has-record"]),
        ("create", ["record-number-taken"]),
    ]
    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused)
    assert (refused.who["institution"], refused.who["role"]) == (str(county.other_clinic), "practitioner")


def test_whoever_is_refused_for_anything_else_learns_nothing_about_the_person(county: County) -> None:
    record_id = county.open_record(WANG_ID, resident="wang")

    with pytest.raises(LoginTaken):
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID), login=login("wang")))
    with pytest.raises(ConsentMissing):
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID), consent=None))

    assert refusals(county, record_id) == []


def test_a_person_whose_record_cannot_be_found_again_is_told_with_the_institution(county: County) -> None:
    county.log.claims["identity", f"15:identity-number18:{WANG_ID}"] = NOWHERE

    with pytest.raises(PersonHasRecord):
        county.records.create_record(NURSE, new_record(card(WANG_ID)))

    refused = last_event(county, county.clinic)
    assert isinstance(refused, Institution.Refused) and refused.rules == ["person-has-record"]


def test_a_repeated_creation_that_overtakes_its_first_answer_leaves_no_refusal(county: County) -> None:
    asked = request("nurse", key="k1")
    first: list[Opened] = []
    county.log.after_lookup.append(lambda: first.append(county.records.create_record(asked, new_record())))

    again = county.records.create_record(asked, new_record())

    assert again.record == first[0].record
    assert county.accesses(again.record) == []


def test_a_document_named_twice_is_refused_by_name(county: County) -> None:
    permit = identity_document("residence-permit-hmt", WANG_ID)
    for documents in ((card(WANG_ID), card(WANG_ID)), (card(WANG_ID), permit)):
        with pytest.raises((ContentRefused, IdentityAlreadyLinked)) as refusal:
            county.records.create_record(NURSE, new_record(*documents))
        assert WANG_ID not in str(refusal.value)
    passport = identity_document("passport", "E12345678", issuer="CHN")
    with pytest.raises(ContentRefused, match="/documents/2"):
        county.records.create_record(NURSE, new_record(passport, card(WANG_ID), passport))

    record_id = county.records.create_record(NURSE, new_record(passport)).record
    for document in (passport, identity_document("passport", "e 12345678", issuer="cn")):
        with pytest.raises(IdentityAlreadyLinked):
            county.records.link_identity(NURSE, record_id, document)
    assert county.accesses(record_id) == []


@pytest.mark.parametrize("kind", ["other", "military"])
def test_an_identity_number_is_one_claim_under_whatever_kind_it_is_given(county: County, kind: str) -> None:
    county.open_record(WANG_ID)
    disguised = identity_document(kind, WANG_ID, issuer="somebody")

    with pytest.raises(PersonHasRecord):
        county.records.create_record(NURSE, new_record(disguised))


def test_two_attempts_at_once_give_the_person_one_record(county: County) -> None:
    def somebody_is_faster() -> None:
        county.records.create_record(OTHER_NURSE, new_record(card(WANG_ID)))

    county.log.before_append.append(somebody_is_faster)

    with pytest.raises(PersonHasRecord):
        county.records.create_record(NURSE, new_record(card(WANG_ID)))

    (record_id,) = {one for claim, one in county.log.claims.items() if claim[0] == "identity"}
    assert refusals(county, record_id) == [("create", ["person-has-record"])]
    created = [one for one in county.log.events if one.stored.topic == "record.created.v1"]
    assert len(created) == 1


def test_linking_a_card_that_is_anothers_is_refused(county: County) -> None:
    county.open_record(WANG_ID)
    newborn = new_record(identity_document("temporary", reason="newborn"))
    second = county.records.create_record(NURSE, newborn).record

    with pytest.raises(PersonHasRecord):
        county.records.link_identity(NURSE, second, card(WANG_ID))
    county.records.link_identity(NURSE, second, card(identity_number("20260501", 2)))


def test_a_record_needs_consent_and_somebody_it_is_about(county: County) -> None:
    with pytest.raises(ConsentMissing):
        county.records.create_record(NURSE, new_record(consent=None))
    with pytest.raises(IdentityMissing):
        county.records.create_record(NURSE, replace(new_record(), documents=()))

    county.records.create_record(NURSE, new_record(consent=None, legal_basis="emergency"))

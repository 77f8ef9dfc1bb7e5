"""Applications as commands: what is refused before the form, and what no record begins with."""

import pytest

from domain.access_stream import AccessRefused
from domain.entries import KINDS, SECTIONS
from domain.errors import ContentRefused, NotAvailable, PurposeRefused, UnknownCollection
from domain.requests import NewEntry
from tests.builders import KEEPER, LI_ID, NURSE, OTHER_NURSE, TODAY, card, content, new_entry, new_record
from tests.county import County, access_stream, last_event
from tests.whole_life import Life

APPLICATIONS = "access-applications"


def application(county: County, **changes: object) -> NewEntry:
    return NewEntry(
        APPLICATIONS, content("access-application", to=str(county.other_clinic), **changes), TODAY
    )


@pytest.mark.parametrize("purpose", ["commercial", "marketing", "advertising", "sale"])
def test_a_commercial_application_is_refused_by_rule_and_written_down(county: County, purpose: str) -> None:
    record = county.open_record()
    version = county.log.head(record)

    with pytest.raises(PurposeRefused):
        county.records.add_entry(OTHER_NURSE, record, application(county, purpose=purpose))

    told = last_event(county, access_stream(county, record))
    assert isinstance(told, AccessRefused)
    assert (told.action, told.rules) == ("apply", ["purpose-commercial"])
    assert county.log.head(record) == version


def test_one_commercial_application_of_a_batch_is_written_down_and_leaves_the_others(county: County) -> None:
    record = county.open_record()
    both = [application(county, purpose="commercial"), application(county)]

    refused, stored = county.records.add_entries(OTHER_NURSE, record, both).outcomes

    assert isinstance(refused.refusal, PurposeRefused) and stored.entry is not None
    assert county.accesses(record) == ["access.refused.v1"]


@pytest.mark.parametrize("purpose", ["emergency", "gossip", 7, None])
def test_a_purpose_that_is_none_is_a_mistake_in_the_form(county: County, purpose: object) -> None:
    record = county.open_record()
    entry = application(county)
    assert isinstance(entry.content, dict)
    wrong = NewEntry(entry.kind, {**entry.content, "purpose": purpose}, TODAY)

    with pytest.raises(ContentRefused):
        county.records.add_entry(OTHER_NURSE, record, wrong)
    assert county.accesses(record) == []


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.is_about_access])
def test_no_record_begins_with_an_entry_about_access(county: County, kind: str) -> None:
    """Each asks for a right of its own, which opening a record does not give."""
    with pytest.raises(UnknownCollection) as refusal:
        county.records.create_record(NURSE, new_record(card(LI_ID), entries=[new_entry(kind)]))

    assert refusal.value.facts == {"accepted": list(SECTIONS)}


def test_staff_of_the_institution_that_keeps_it_manage_and_nurses_do_not_decide(county: County) -> None:
    life = Life(county)
    entry = life.add(APPLICATIONS, OTHER_NURSE, to=str(county.other_clinic))

    for who in (NURSE, OTHER_NURSE):
        with pytest.raises(NotAvailable):
            life.follow(APPLICATIONS, "approval", who, entry)
    life.follow(APPLICATIONS, "approval", KEEPER, entry)

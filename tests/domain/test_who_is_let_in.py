"""Who is let in, as whom, and where it is recorded that somebody was not."""

from dataclasses import replace

import pytest

import domain.access_stream as accesses
from domain.access import POLICY
from domain.application import Records
from domain.errors import CallerUnknown, NotAvailable, NotPermitted, PurposeRefused
from domain.institution import Institution
from domain.institution_errors import UnknownPractitioner
from domain.record import Record
from domain.record_events import ENTRIES
from domain.requests import NewPractitioner
from tests.builders import (
    COUNTY,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    STRANGER,
    WANG,
    card,
    login,
    new_entry,
    new_record,
    request,
)
from tests.county import NOWHERE, County, access_stream, last_event


def test_a_token_alone_makes_nobody_anybody_and_nothing_is_recorded(county: County) -> None:
    record_id = county.open_record()
    before = county.log.position()

    for purpose in ("care", "self"):
        with pytest.raises(CallerUnknown):
            county.records.read_record(replace(STRANGER, purpose=purpose), record_id)

    assert county.log.position() == before


def test_not_there_and_not_allowed_answer_alike_and_both_are_recorded(county: County) -> None:
    record_id = county.open_record()

    with pytest.raises(NotAvailable) as not_allowed:
        county.records.read_record(OTHER_NURSE, record_id)
    with pytest.raises(NotAvailable) as not_there:
        county.records.read_record(OTHER_NURSE, NOWHERE)

    assert str(not_allowed.value) == str(not_there.value)
    assert county.accesses(record_id) == ["access.refused.v1"]
    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused)
    assert (refused.action, refused.rules) == ("read", ["deny-by-default"])
    assert county.topics(county.other_clinic)[-1] == "institution.refused.v1"


def test_a_commercial_purpose_is_refused_by_rule_and_recorded(county: County) -> None:
    record_id = county.open_record()

    with pytest.raises(PurposeRefused):
        county.records.read_record(replace(NURSE, purpose="commercial"), record_id)
    with pytest.raises(PurposeRefused):
        county.records.create_record(replace(NURSE, purpose="x" * 900), new_record())

    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused)
    assert "purpose-commercial" in refused.rules and refused.purpose == "commercial"
    kept = last_event(county, county.clinic)
    assert isinstance(kept, Institution.Refused) and kept.purpose == "x" * 64


def test_a_resident_asking_for_what_is_not_there_leaves_as_much_as_for_what_is_not_theirs(
    county: County,
) -> None:
    county.open_record()
    other_id = county.open_record(LI_ID, resident="li")

    for asked, where in ((other_id, access_stream(county, other_id)), (NOWHERE, county.clinic)):
        before = county.log.position()
        with pytest.raises(NotAvailable):
            county.records.read_record(WANG, asked)
        assert county.log.position() == before + 1
        refused = last_event(county, where)
        assert isinstance(refused, accesses.AccessRefused | Institution.Refused)
        assert (refused.action, refused.who["authenticated"]["subject"]) == ("read", "wang")


def test_a_login_of_a_record_that_is_gone_reads_nothing(county: County) -> None:
    county.log.claims["login:resident", "https://login.example ghost"] = NOWHERE

    with pytest.raises(NotAvailable):
        county.records.read_record(request("ghost", "self"), NOWHERE)


def test_when_the_policy_breaks_nobody_gets_in(county: County) -> None:
    record_id = county.open_record()
    broken = replace(POLICY, rules=(replace(POLICY.rules[2], when=("no-such-condition",)),))
    records = Records(county.log, county.records.render, county.clock, policy=broken)

    with pytest.raises(NotAvailable):
        records.read_record(NURSE, record_id)

    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused) and refused.rules == ["undecidable"]


def test_every_event_tells_who_by_which_role_and_rule(county: County) -> None:
    record_id = county.open_record()

    event = last_event(county, record_id)

    assert isinstance(event, Record.IdentityLinked)
    assert event.who["actor"] == str(county.nurse)
    assert (event.who["role"], event.who["institution"]) == ("practitioner", str(county.clinic))
    assert event.who["authenticated"]["subject"] == "nurse"
    assert event.rule == POLICY.ref


def test_what_a_colleague_typed_names_both(county: County) -> None:
    record_id = county.open_record()
    typed = replace(NURSE, author=county.doctor)

    county.records.add_entry(typed, record_id, new_entry("problems"))

    event = last_event(county, record_id)
    assert isinstance(event, ENTRIES["problems"])
    assert (event.who["actor"], event.who["entered_by"]) == (str(county.doctor), str(county.nurse))
    with pytest.raises(UnknownPractitioner):
        county.records.add_entry(replace(NURSE, author=NOWHERE), record_id, new_entry("problems"))


def test_an_act_typed_for_a_colleague_is_done_in_the_colleagues_role(county: County) -> None:
    record_id = county.open_record()
    manager = NewPractitioner("档案员", login("manager"), roles=("record-manager",))
    author = county.records.enrol_practitioner(COUNTY, county.clinic, manager).practitioner

    county.records.add_entry(replace(NURSE, author=author), record_id, new_entry("problems"))

    event = last_event(county, record_id)
    assert isinstance(event, ENTRIES["problems"])
    assert (event.who["actor"], event.who["role"]) == (str(author), "record-manager")
    assert event.who["entered_by"] == str(county.nurse)


@pytest.mark.parametrize("role", ["auditor", "institution-administrator"])
def test_nobody_types_in_the_name_of_somebody_who_may_not(county: County, role: str) -> None:
    record_id = county.open_record()
    county.records.give_role(COUNTY, county.clinic, county.doctor, role)
    for held in ("practitioner", "record-manager"):
        county.records.end_role(COUNTY, county.clinic, county.doctor, held)
    typed = replace(NURSE, author=county.doctor)

    with pytest.raises(NotAvailable):
        county.records.add_entry(typed, record_id, new_entry("problems"))
    with pytest.raises(NotPermitted):
        county.records.create_record(typed, new_record(card(LI_ID)))

    refused = last_event(county, access_stream(county, record_id))
    assert isinstance(refused, accesses.AccessRefused)
    assert refused.rules == ["author-refused", "deny-by-default"]
    assert (refused.who["actor"], refused.who["entered_by"]) == (str(county.nurse), None)
    assert county.topics(county.clinic)[-1] == "institution.refused.v1"

"""Institutions through the application: founded once, staffed by who may."""

from uuid import UUID

import pytest

from domain.application import Records
from domain.errors import CallerUnknown, ClaimTaken, NotAvailable, NotPermitted
from domain.institution import Institution
from domain.institution_errors import AlreadyFounded, InstitutionCodeTaken, LoginTaken, UnknownPractitioner
from domain.institution_state import Practitioner
from domain.ports import Claim
from domain.record import Record
from domain.requests import NewInstitution, NewPractitioner
from domain.values import Licence, occurred
from tests.builders import (
    AREA,
    AUDITOR,
    CLERK,
    COUNTY,
    COUNTY_CODE,
    LI_ID,
    NURSE,
    STRANGER,
    WANG_ID,
    act,
    login,
    new_entry,
    request,
)
from tests.county import NOWHERE, County, PlainRender, last_event
from tests.memory_log import MemoryLog


def test_a_county_is_founded_once(county: County) -> None:
    again = NewInstitution("又一局", "county-bureau", "D" * 22, "110101000000")

    with pytest.raises(AlreadyFounded):
        county.records.found(STRANGER, again, NewPractitioner("x", login("x")))


def test_a_founding_sent_again_under_its_key_names_the_same_bureau() -> None:
    log = MemoryLog()
    records = Records(log, PlainRender())
    bureau = NewInstitution("示例县卫生健康局", "county-bureau", COUNTY_CODE, "110101000000")
    administrator = NewPractitioner("县管理员", login("county"), roles=("county-administrator",))
    asked = request("operator", "management", key="founding")

    first, again = (records.found(asked, bureau, administrator) for _ in range(2))

    assert again.answer.repeated and again.institution == first.institution


def test_founding_with_a_login_in_use_says_so() -> None:
    county = County()
    del county.log.claims["founding", "county"]
    bureau = NewInstitution("又一局", "county-bureau", "D" * 22, "110101000000")

    with pytest.raises(LoginTaken):
        county.records.found(STRANGER, bureau, NewPractitioner("x", login("county")))


def test_institution_codes_and_logins_are_unique(county: County) -> None:
    with pytest.raises(InstitutionCodeTaken):
        county.records.register_institution(
            COUNTY, NewInstitution("x", "hospital", COUNTY_CODE, "110101000000")
        )
    with pytest.raises(LoginTaken):
        county.records.enrol_practitioner(COUNTY, county.clinic, NewPractitioner("x", login("nurse")))
    other = county.open_record(LI_ID, resident=None)
    county.open_record(WANG_ID, resident="wang")
    with pytest.raises(LoginTaken):
        county.records.link_login(NURSE, other, login("wang"))


def test_an_administrator_staffs_the_own_institution_and_makes_nobody_the_county(county: County) -> None:
    records = county.records
    enrolled = records.enrol_practitioner(CLERK, county.clinic, NewPractitioner("新", login("new")))
    records.give_role(CLERK, county.clinic, enrolled.practitioner, "record-manager", until="2027-01-01")
    records.end_role(CLERK, county.clinic, enrolled.practitioner, "record-manager")

    refused = (
        lambda: records.enrol_practitioner(CLERK, county.other_clinic, NewPractitioner("x", login("x"))),
        lambda: records.give_role(CLERK, county.clinic, county.nurse, "county-administrator"),
        lambda: records.enrol_practitioner(
            CLERK, county.clinic, NewPractitioner("x", login("x"), roles=("county-administrator",))
        ),
        lambda: records.register_institution(CLERK, NewInstitution("x", "hospital", "E" * 22, AREA)),
        lambda: records.give_role(NURSE, county.clinic, county.nurse, "auditor"),
    )
    for command in refused:
        with pytest.raises(NotPermitted):
            command()
        assert county.topics(county.clinic)[-1] == "institution.refused.v1"


def test_by_leaving_nobody_loses_a_role_that_only_the_county_takes(county: County) -> None:
    new = NewPractitioner("局职员", login("bureau-clerk"), roles=("institution-administrator",))
    county.records.enrol_practitioner(COUNTY, county.bureau, new)
    (auditor,) = people(county, "auditor")

    with pytest.raises(NotPermitted):
        county.records.practitioner_leaves(request("bureau-clerk", "management"), county.bureau, auditor)

    assert county.records.who_calls(AUDITOR).id == auditor
    county.records.practitioner_leaves(COUNTY, county.bureau, auditor)
    with pytest.raises(CallerUnknown):
        county.records.who_calls(AUDITOR)


def people(county: County, role: str) -> list[UUID]:
    """Who holds a role at the bureau."""
    bureau = county.log.load(Institution, county.bureau)
    assert bureau is not None
    held = bureau.state.practitioners.items()
    return [UUID(key) for key, one in held if any(given.role == role for given in one.roles)]


def test_a_licence_is_renewed_without_leaving(county: County) -> None:
    licence = Licence(kind="执业医师", number="110110", until="2026-06-10")
    new = NewPractitioner("李医生", login("li"), licence)
    enrolled = county.records.enrol_practitioner(CLERK, county.clinic, new).practitioner
    record_id, doctor = county.open_record(), request("li")
    county.clock.move(days=30)
    with pytest.raises(NotAvailable):
        county.records.add_entry(doctor, record_id, new_entry("problems"))

    renewed = Licence(kind="执业医师", number="110110", until="2031-06-10")
    county.records.change_licence(CLERK, county.clinic, enrolled, renewed)

    county.records.add_entry(doctor, record_id, new_entry("problems"))
    assert last_event(county, record_id).who["licence"] == renewed
    assert county.topics(county.clinic)[-1] == "institution.licence-changed.v1"


def test_a_licence_is_changed_by_who_enrols_and_of_who_works_there(county: County) -> None:
    licence = Licence(kind="执业医师", number="110110")

    for who in (NURSE, request("auditor", "management")):
        with pytest.raises(NotPermitted):
            county.records.change_licence(who, county.clinic, county.nurse, licence)
    with pytest.raises(UnknownPractitioner):
        county.records.change_licence(COUNTY, county.other_clinic, county.nurse, licence)


def test_a_look_after_a_licence_had_ended_stays_unusual_when_it_is_renewed() -> None:
    lapsed = Licence(kind="执业医师", number="1", until="2026-06-10")
    held = Practitioner("李医生", lapsed, login("li"))

    held = held.licensed(Licence(kind="执业医师", number="1", until="2031-06-10"), occurred("2026-07-01"))

    told = {day: held.licence_until(day) for day in ("2026-06-10", "2026-06-20", "2026-06-30", "2026-07-01")}
    assert [until < day for day, until in told.items() if until] == [False, True, True, False]


def test_who_left_is_unknown_and_the_login_may_be_bound_anew(county: County) -> None:
    record_id = county.open_record()

    county.records.practitioner_leaves(COUNTY, county.clinic, county.nurse)

    with pytest.raises(CallerUnknown):
        county.records.read_record(NURSE, record_id)
    county.records.enrol_practitioner(COUNTY, county.other_clinic, NewPractitioner("护士", login("nurse")))
    with pytest.raises(NotAvailable):
        county.records.read_record(NURSE, record_id)


def test_a_login_whose_institution_no_longer_knows_it_is_nobodys(county: County) -> None:
    county.log.claims["login:practitioner", "https://login.example ghost"] = county.clinic
    county.log.claims["login:practitioner", "https://login.example spectre"] = NOWHERE

    for ghost in ("ghost", "spectre"):
        with pytest.raises(CallerUnknown):
            county.records.who_calls(request(ghost))


def test_an_institution_that_is_not_there_cannot_be_staffed(county: County) -> None:
    with pytest.raises(NotAvailable):
        county.records.give_role(COUNTY, NOWHERE, county.nurse, "auditor")


def test_a_claim_of_an_unforeseen_kind_is_refused_by_its_namespace(county: County) -> None:
    opened = county.log.load(Record, county.open_record())
    county.log.claims["badge", "1"] = NOWHERE
    assert opened is not None
    opened.give_consent(act(), by="resident")

    _, passed = county.records.gate.enter_record(NURSE, "add-entry", opened.id)

    with pytest.raises(ClaimTaken, match="badge"):
        county.records.gate.append(passed, opened, [Claim("badge", "1")])

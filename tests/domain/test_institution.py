"""Institutions: their codes, their people, and the roles these hold."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentRefused, UnknownCode
from domain.institution import CREDIT_CODE, KINDS, ROLES, Institution, is_institution_code
from domain.institution_errors import RoleAlreadyGiven, RoleNotHeld, UnknownPractitioner
from tests.builders import AREA, COUNTY_CODE, act, login

MAY, JUNE, JULY = (datetime(2026, month, 15, tzinfo=UTC) for month in (5, 6, 7))
PERSON = UUID(int=9)
HEALTH_CODE = "1101010010011234567890"


def clinic(
    name: str = "示例村卫生室", kind: str = "village-clinic", code: str = HEALTH_CODE, area: str = AREA
) -> Institution:
    return Institution.register(UUID(int=7), act(), name=name, kind=kind, code=code, area=area)


def staffed() -> Institution:
    institution = clinic()
    licence = {"kind": "rural-doctor", "number": "1"}
    institution.enrol_practitioner(act(), PERSON, name="王医生", licence=licence, login=login("wang"))  # type: ignore[arg-type]  # a dict in the shape of Licence
    return institution


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_institution_can_be_registered(kind: str) -> None:
    assert clinic(kind=kind).state.kind == kind


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownCode, match="kind"):
        clinic(kind="casino")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("code", "12345"),
        ("code", COUNTY_CODE[:-1] + "B"),
        ("area", "11010"),
        ("area", "x" * 12),
    ],
)
def test_an_impossible_registration_is_refused_by_field_without_its_value(field: str, value: str) -> None:
    with pytest.raises(ContentRefused) as refusal:
        clinic(**{field: value})

    assert refusal.value.problems[0]["field"] == f"/{field}"
    assert value.strip() == "" or value not in str(refusal.value)


def test_real_credit_codes_satisfy_their_check_character() -> None:
    assert is_institution_code("914403001922038216")  # a published one
    assert is_institution_code(COUNTY_CODE)


@given(place=st.integers(0, 16), character=st.sampled_from(CREDIT_CODE))
def test_one_wrong_character_in_a_credit_code_is_noticed(place: int, character: str) -> None:
    wrong = COUNTY_CODE[:place] + character + COUNTY_CODE[place + 1 :]

    assert is_institution_code(wrong) == (wrong == COUNTY_CODE)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_held_from_its_day_to_its_last_day(role: str) -> None:
    institution = staffed()

    institution.give_role(act("2026-06-01"), PERSON, role, until="2026-06-30")

    holder = institution.practitioner(PERSON)
    assert [holder.holds(role, day) for day in (MAY, JUNE, JULY)] == [False, True, False]
    last_moment = datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in China
    assert holder.holds(role, last_moment)
    assert not holder.holds(role, last_moment + timedelta(seconds=1))


def test_a_role_is_given_once_and_again_when_it_has_run_out() -> None:
    institution = staffed()
    institution.give_role(act("2026-05-01"), PERSON, "practitioner", until="2026-05-31")

    with pytest.raises(RoleAlreadyGiven):
        institution.give_role(act("2026-05-02"), PERSON, "practitioner")
    institution.give_role(act("2026-07-01"), PERSON, "practitioner")

    assert institution.practitioner(PERSON).holds("practitioner", JULY)


def test_a_role_that_is_ended_is_no_longer_held() -> None:
    institution = staffed()
    institution.give_role(act("2026-05-01"), PERSON, "auditor")

    institution.end_role(act(), PERSON, "auditor")

    assert not institution.practitioner(PERSON).holds("auditor", JUNE)
    with pytest.raises(RoleNotHeld):
        institution.end_role(act(), PERSON, "auditor")


def test_roles_are_known_and_their_days_exist() -> None:
    with pytest.raises(UnknownCode, match="role"):
        staffed().give_role(act(), PERSON, "emperor")
    with pytest.raises(ContentRefused):
        staffed().give_role(act(), PERSON, "auditor", until="2026-02-30")


def test_who_left_holds_nothing_and_their_login_is_nobodys() -> None:
    institution = staffed()
    institution.give_role(act("2026-05-01"), PERSON, "practitioner")
    assert institution.state.by_login(login("wang")) == str(PERSON)

    institution.practitioner_leaves(act(), PERSON)

    assert institution.state.by_login(login("wang")) is None
    with pytest.raises(UnknownPractitioner):
        institution.practitioner(PERSON)
    with pytest.raises(UnknownPractitioner):
        institution.give_role(act(), PERSON, "practitioner")


def test_a_practitioner_has_a_name_and_a_login() -> None:
    institution = clinic()

    with pytest.raises(ContentRefused):
        institution.enrol_practitioner(act(), PERSON, name="", licence=None, login=login("x"))
    with pytest.raises(ContentRefused):
        institution.enrol_practitioner(act(), PERSON, name="x", licence=None, login=login(""))


def test_a_snapshot_restores_the_same_institution() -> None:
    institution = staffed()
    institution.give_role(act("2026-05-01"), PERSON, "practitioner", until="2030-01-01")
    institution.collect_events()

    restored = Institution.restore(institution.id, institution.state_to_json())

    assert restored == institution

"""Institutions are registered and staffed over HTTP by those whose office it is."""

from uuid import UUID

import pytest

from tests.api.served import CLINIC_CODE, Json, Served, enrol, login, new_entry, new_record
from tests.builders import AREA


def institution(code: str) -> Json:
    return {"name": "新村卫生室", "kind": "village-clinic", "code": code, "area": AREA}


def test_an_institution_is_registered_once(served: Served) -> None:
    first = served.post("/v1/institutions", institution("C" * 22), "county", "management", key="once")
    again = served.post("/v1/institutions", institution("C" * 22), "county", "management", key="once")
    second = served.post("/v1/institutions", institution("C" * 22), "county", "management")

    assert first.status_code == 201
    assert "Location" not in first.headers  # there is nothing to read under an address of its own
    assert again.content == first.content
    assert second.status_code == 409 and second.json()["type"] == "/problems/institution-code-taken"


def test_only_the_county_registers(served: Served) -> None:
    position = served.position

    answer = served.post("/v1/institutions", institution("D" * 22), "nurse", "management")

    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/not-permitted"
    assert answer.json()["rules"] == ["deny-by-default"]
    assert served.position == position + 1  # the refusal


def test_a_practitioner_is_enrolled_works_and_leaves(served: Served) -> None:
    asked = {
        "name": "李医生",
        "login": login("dr-li"),
        "licence": {"kind": "医师执业证书", "number": "110110000000001"},
    }
    path = f"/v1/institutions/{served.clinic}"
    enrolled = served.post(f"{path}/practitioners", asked, "clerk", "management", key="li")
    again = served.post(f"{path}/practitioners", asked, "clerk", "management", key="li")
    works = served.post("/v1/records", new_record(), "dr-li")

    left = served.post(
        f"{path}/leavings", {"practitioner": enrolled.json()["practitioner"]}, "clerk", "management"
    )

    assert enrolled.status_code == 201, enrolled.text
    assert again.content == enrolled.content
    assert works.status_code == 201
    assert left.status_code == 201, left.text
    assert served.post("/v1/records", new_record(), "dr-li").json()["type"] == "/problems/caller-unknown"


def test_a_licence_is_renewed_where_somebody_works(served: Served) -> None:
    lapsed = {"kind": "医师执业证书", "number": "110110000000002", "until": "2020-01-01"}
    asked = {"name": "赵医生", "login": login("dr-zhao"), "licence": lapsed}
    path, record = f"/v1/institutions/{served.clinic}", served.open_record()
    person = served.post(f"{path}/practitioners", asked, "clerk", "management").json()["practitioner"]
    before = served.post(f"/v1/records/{record}/problems", new_entry("problems"), "dr-zhao")

    renewal = {"practitioner": person, "licence": {**lapsed, "until": "2199-12-31"}}
    renewed = served.post(f"{path}/licences", renewal, "clerk", "management", key="renewal")
    again = served.post(f"{path}/licences", renewal, "clerk", "management", key="renewal")
    after = served.post(f"/v1/records/{record}/problems", new_entry("problems"), "dr-zhao")

    assert (renewed.status_code, again.content) == (201, renewed.content), renewed.text
    assert (before.status_code, after.status_code) == (404, 201)
    assert served.post(f"{path}/licences", renewal, "nurse", "management").status_code == 403


def test_a_role_is_given_and_taken_away(served: Served) -> None:
    person = enrol(served, served.clinic, "trainee", "institution-administrator")
    path, asked = f"/v1/institutions/{served.clinic}", {"practitioner": str(person), "role": "practitioner"}
    before = served.post("/v1/records", new_record(), "trainee")

    given = served.post(f"{path}/roles", {**asked, "until": "2199-12-31"}, "clerk", "management")
    during = served.post("/v1/records", new_record(), "trainee")
    ended = served.post(f"{path}/role-endings", asked, "clerk", "management")
    after = served.post("/v1/records", new_record(), "trainee")

    assert (given.status_code, ended.status_code) == (201, 201)
    assert [answer.status_code for answer in (before, during, after)] == [403, 201, 403]


@pytest.mark.parametrize(
    "path, body, status, code",
    [
        ("roles", {"practitioner": str(UUID(int=7)), "role": "practitioner"}, 422, "unknown-practitioner"),
        ("practitioners", {"name": "甲", "login": login("nurse")}, 409, "login-taken"),
        ("practitioners", {"name": "甲", "login": login("x"), "roles": ["king"]}, 422, "unknown-code"),
        ("practitioners", {"name": "甲", "login": {"issuer": "x"}}, 422, "content-refused"),
    ],
)
def test_what_cannot_be_is_refused(served: Served, path: str, body: Json, status: int, code: str) -> None:
    position = served.position

    answer = served.post(f"/v1/institutions/{served.clinic}/{path}", body, "clerk", "management")

    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"/problems/{code}"
    assert served.position == position


def test_the_code_of_an_institution_is_unique(served: Served) -> None:
    answer = served.post("/v1/institutions", institution(CLINIC_CODE), "county", "management")

    assert answer.status_code == 409

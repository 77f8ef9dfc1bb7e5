"""Value sets and regions, as anybody may read them; and what is said of an odd region or code."""

import pytest

from domain.identity import check_digit
from domain.value_sets import value_sets
from tests.api.served import WHEN, Served, new_record
from tests.builders import content


def test_every_value_set_is_listed_and_shown_without_a_token(served: Served) -> None:
    listed = served.client.get("/v1/value-sets").json()["value_sets"]

    assert [one["name"] for one in listed] == list(value_sets())
    for one in listed:
        shown = served.client.get(f"/v1/value-sets/{one['name']}").json()
        assert [edition["source"] for edition in shown["editions"]] == [
            edition["source"] for edition in one["editions"]
        ]


def test_a_value_set_tells_edition_source_codes_and_what_a_form_writes(served: Served) -> None:
    (edition,) = served.client.get("/v1/value-sets/sex").json()["editions"]

    assert (edition["edition"], edition["source"]) == ("2003", "GB/T 2261.1-2003")
    assert {"code": "2", "display": "女", "value": "female"} in edition["codes"]
    assert "personal-basic-information" in edition["forms"]


def test_a_value_set_that_is_none_is_not_there(served: Served) -> None:
    assert served.client.get("/v1/value-sets/nothing").status_code == 404


@pytest.mark.parametrize(
    "on, revision, existed, names",
    [
        ("2010-10-30", "2009-12", True, ["北京市", "市辖区", "崇文区"]),
        ("2010-10-31", "2010-10", False, ["北京市", "市辖区"]),
    ],
)
def test_a_region_is_told_as_the_revision_of_the_day_has_it(
    served: Served, on: str, revision: str, existed: bool, names: list[str]
) -> None:
    shown = served.client.get("/v1/regions/110103", params={"on": on})

    assert shown.json() == {
        "code": "110103",
        "revision": revision,
        "existed": existed,
        "names": names,
        "history": [{"name": "崇文区", "since": "2002-12", "until": "2010-10"}],
        "successors": ["110101"],
    }


def test_a_region_stands_today_as_the_newest_revision_has_it(served: Served) -> None:
    assert served.client.get("/v1/regions/110105").json()["existed"] is True


@pytest.mark.parametrize(
    "path, status",
    [
        ("/v1/regions/999999", 404),
        ("/v1/regions/1101", 404),
        ("/v1/regions/110105?on=yesterday", 400),
        ("/v1/regions/110105?on=2026-02-30", 400),
        ("/v1/regions/110105?at=2026-02-03", 400),
    ],
)
def test_what_is_no_region_or_no_day_is_refused(served: Served, path: str, status: int) -> None:
    assert served.client.get(path).status_code == status


def test_a_code_that_its_edition_does_not_have_is_told_and_stored(served: Served) -> None:
    record = served.open_record()
    problem = {"system": "urn:oid:2.16.156.10011.2.3.3.5", "code": "50"}
    asked = {"occurred_at": WHEN, "content": content("problem", problem=problem)}

    answer = served.post(f"/v1/records/{record}/problems", asked)

    assert answer.status_code == 201
    assert answer.json()["warnings"] == [
        {"field": "/content/problem/code", "reason": "is not a code of GB/T 2261.2-2003"}
    ]


def test_a_code_that_its_system_cannot_have_is_refused_by_its_field(served: Served) -> None:
    record = served.open_record()
    problem = {"system": "http://loinc.org", "code": "8480-7"}
    asked = {"occurred_at": WHEN, "content": content("problem", problem=problem)}

    answer = served.post(f"/v1/records/{record}/problems", asked)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == ["/content/problem/code"]
    assert "8480-7" not in answer.text


def test_a_region_that_was_gone_before_the_birth_is_told_and_the_record_opened(served: Served) -> None:
    first17 = "11010320200101001"  # 崇文区, merged ten years before

    opened = served.post("/v1/records", _child(first17))

    assert opened.status_code == 201
    assert opened.json()["warnings"] == [
        {"field": "/documents/0/number", "reason": "its region was dissolved before the birth"}
    ]


def _child(first17: str) -> dict[str, object]:
    """A record asked for with that number, by whoever decides for a child."""
    return new_record(first17 + check_digit(first17), consent={"by": "guardian"})


def test_a_document_linked_later_is_looked_at_too(served: Served) -> None:
    first17 = "11010320200101003"
    record = served.open_record(documents=[{"kind": "temporary", "reason": "newborn"}])

    linked = served.post(
        f"/v1/records/{record}/identities",
        {"document": {"kind": "identity-card", "number": first17 + check_digit(first17)}},
    )

    assert linked.status_code == 201, linked.text
    assert [one["field"] for one in linked.json()["warnings"]] == ["/document/number"]

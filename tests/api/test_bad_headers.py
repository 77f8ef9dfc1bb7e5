"""A header that is missing or not acceptable, and a purpose that is not: told what to send instead."""

import pytest

from domain.policy import PURPOSES
from tests.api.bad_input import NUMBER, assert_safe, encounter, problem
from tests.api.served import Served, login


@pytest.fixture
def record(served: Served) -> str:
    return served.open_record()


HEADERS: dict[str, tuple[dict[str, str | None], int, str]] = {
    "no purpose": ({"Purpose-Of-Use": None}, 400, "purpose-missing"),
    "empty purpose": ({"Purpose-Of-Use": ""}, 400, "purpose-missing"),
    "long purpose": ({"Purpose-Of-Use": "x" * 201}, 400, "header-refused"),
    "long key": ({"Idempotency-Key": "x" * 201}, 400, "header-refused"),
    "key that is not ASCII": ({"Idempotency-Key": "\u00e9"}, 400, "header-refused"),
    "no type": ({"Content-Type": None}, 415, "media-type-refused"),
    "another type": ({"Content-Type": "text/plain"}, 415, "media-type-refused"),
    "a form": ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "media-type-refused"),
    "packed": ({"Content-Encoding": "gzip"}, 415, "media-type-refused"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_is_missing_or_not_acceptable_is_named(served: Served, record: str, name: str) -> None:
    changes, status, code = HEADERS[name]
    headers = {**served.headers("nurse", "care"), **changes}
    position = served.position

    answer = served.client.post(
        f"/v1/records/{record}/encounters",
        content=encounter(),
        headers=[(key.encode(), value.encode()) for key, value in headers.items() if value is not None],
    )

    problem(answer, status, code)
    assert served.position == position


def test_json_with_a_charset_is_json(served: Served, record: str) -> None:
    headers = {**served.headers("nurse", "care"), "Content-Type": "application/json; charset=utf-8"}

    answer = served.client.post(f"/v1/records/{record}/encounters", content=encounter(), headers=headers)

    assert answer.status_code == 201


@pytest.mark.parametrize("purpose", ["curiosity", "marketing"])
def test_a_purpose_that_is_not_on_the_list_is_refused_and_only_the_refusal_is_stored(
    served: Served, record: str, purpose: str
) -> None:
    position = served.position

    answer = served.post(f"/v1/records/{record}/encounters", encounter(), purpose=purpose)

    told = problem(answer, 403, "purpose-refused")
    assert told["accepted"] == list(PURPOSES)
    assert served.position == position + 1


@pytest.mark.parametrize("purpose", [None, "", "x" * 201])
def test_without_a_purpose_those_accepted_are_told(served: Served, record: str, purpose: str | None) -> None:
    answer = served.get(f"/v1/records/{record}", purpose=purpose)

    assert answer.status_code == 400
    assert answer.json()["accepted"] == list(PURPOSES)


def test_a_resident_who_names_the_wrong_purpose_is_told_the_right_one(served: Served) -> None:
    record = served.open_record(login=login("resident-of-a-wrong-purpose"))

    told = problem(served.get(f"/v1/records/{record}", "resident-of-a-wrong-purpose"), 403, "caller-unknown")

    assert "purpose self" in str(told["detail"])
    read = served.get(f"/v1/records/{record}", "resident-of-a-wrong-purpose", "self")
    assert read.status_code == 200


def test_an_if_match_that_is_not_one_is_told_what_to_send(served: Served, record: str) -> None:
    closing = {"reason": "lost", "occurred_at": "2026-06-02"}

    missing = problem(served.post(f"/v1/records/{record}/closing", closing), 428, "if-match-missing")
    for junk in ("1", '"1', NUMBER):
        answer = served.post(f"/v1/records/{record}/closing", closing, if_match=junk)

        told = problem(answer, 400, "header-refused")
        assert told["accepts"] == missing["detail"] == 'Send If-Match: "<version>", the ETag read.'
        assert_safe(answer)

"""An address or a parameter that is none: what would be accepted is told, and nothing is stored."""

import pytest

from tests.api.bad_input import NUMBER, SECRET, assert_safe, problem
from tests.api.served import Served


@pytest.fixture
def record(served: Served) -> str:
    return served.open_record()


@pytest.mark.parametrize(
    "query",
    [
        {"version": "0"},
        {"version": "x"},
        {"version": "1.0"},
        {"as_of": "yesterday"},
        {"valid_at": "2026-02-30"},
        {"valid_at": "2026-01-01T00:00:00 08:00"},
        {"asof": "2026-01-01"},
        {"valid_At": "2026-01-01"},
        {SECRET: "1"},
        {"documents": "yes"},
    ],
    ids=str,
)
def test_a_question_about_the_past_that_has_no_answer_is_refused(
    served: Served, record: str, query: dict[str, str]
) -> None:
    position = served.position

    answer = served.get(f"/v1/records/{record}", params=query)

    assert answer.status_code == 400
    [name] = query
    assert answer.json().get("parameter", answer.json().get("field")) == (
        name if name.isascii() and name.islower() else None
    )
    assert_safe(answer)
    assert served.position == position


@pytest.mark.parametrize("query", [{"version": "99"}, {"as_of": "1900"}], ids=str)
def test_a_past_that_is_not_there_is_refused_and_who_asked_is_recorded(
    served: Served, record: str, query: dict[str, str]
) -> None:
    position = served.position

    answer = served.get(f"/v1/records/{record}", params=query)

    told = problem(answer, 400, "query-refused")
    assert told["field"] == next(iter(query))
    assert served.position == position + 1


@pytest.mark.parametrize("path", ["events", "accesses"])
@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "201"}, {"limit": "ten"}, {"limit": ""}, {"cursor": "0"}, {"cursor": SECRET}],
    ids=str,
)
def test_a_page_that_cannot_be_is_refused(
    served: Served, record: str, path: str, query: dict[str, str]
) -> None:
    position = served.position

    answer = served.get(f"/v1/records/{record}/{path}", params=query)

    assert answer.status_code == 400
    assert answer.json().get("parameter", answer.json().get("field")) == next(iter(query))
    assert_safe(answer)
    assert served.position == position


def test_a_parameter_given_twice_is_refused(served: Served, record: str) -> None:
    answer = served.get(f"/v1/records/{record}?version=1&version=2")

    problem(answer, 400, "parameter-refused")


def test_an_address_whose_id_is_none_says_what_an_id_is(served: Served) -> None:
    answer = served.get(f"/v1/records/{NUMBER}")

    told = problem(answer, 404, "no-such-address")
    assert told["parameter"] == "record_id"
    assert "UUID" in str(told["accepts"])
    assert_safe(answer)


@pytest.mark.parametrize(
    "path, status, code",
    [
        ("/v1/records/110105194912310020", 404, "no-such-address"),
        ("/v1/nothing", 404, "no-such-address"),
        ("/v1/batches", 405, "method-not-allowed"),
    ],
)
def test_an_address_that_is_none_is_not_repeated(served: Served, path: str, status: int, code: str) -> None:
    answer = served.get(path)

    told = problem(answer, status, code)
    assert "instance" not in told or told["instance"] == path
    assert "110105194912310020" not in answer.text


@pytest.mark.parametrize("path", ["/v1/records/", "/healthz/", f"/v1/records/{SECRET}/"])
def test_a_slash_too_many_leads_nowhere(served: Served, path: str) -> None:
    for answer in (served.get(path), served.post(path, {})):
        problem(answer, 404, "no-such-address")
        assert "Location" not in answer.headers


def test_head_is_not_taken_and_leaves_no_trace(served: Served, record: str) -> None:
    position = served.position

    answer = served.client.head(f"/v1/records/{record}", headers=served.headers("nurse", "care"))

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert served.position == position

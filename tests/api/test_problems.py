"""Every error of ours has a problem, and every problem a page."""

import pytest
from starlette.requests import Request

from api.problem_texts import DOMAIN, EDGE, explanations
from api.problems import Refusal, instance, tell
from domain import forms  # noqa: F401  # whose errors are subclasses too
from domain.errors import LogBusy, RecordError, StaleVersion
from tests.api.served import Served


def subclasses(kind: type[RecordError]) -> set[type[RecordError]]:
    """Of our packages; what tests declare is theirs."""
    below = {one for child in kind.__subclasses__() for one in subclasses(child)}
    return {
        one for one in below | {kind} if one is not RecordError and not one.__module__.startswith("tests")
    }


def test_every_error_of_the_domain_has_a_row() -> None:
    assert subclasses(RecordError) == set(DOMAIN)


def test_codes_are_unique_and_their_own() -> None:
    codes = [kind.code for kind in DOMAIN] + list(EDGE)

    assert len(set(codes)) == len(codes)
    assert RecordError.code not in codes


@pytest.mark.parametrize("code", sorted(explanations()))
def test_every_problem_says_how_to_mend_it(served: Served, code: str) -> None:
    page = served.client.get(f"/problems/{code}")

    assert page.status_code == 200
    assert page.json()["type"] == f"/problems/{code}"
    assert page.json()["title"].endswith(".") and page.json()["detail"]
    assert 400 <= page.json()["status"] < 600
    assert page.json()["meaning"].endswith(".")


def test_problems_are_listed_and_an_unknown_one_is_not_there(served: Served) -> None:
    assert served.client.get("/problems").json()["problems"] == sorted(explanations())
    assert served.client.get("/problems/nothing").status_code == 404


def test_an_error_missing_from_the_table_answers_500() -> None:
    class Forgotten(RecordError):
        code = "forgotten"

    assert tell(Forgotten()).problem.status == 500


def test_a_busy_log_says_when_to_come_back() -> None:
    assert tell(LogBusy()).headers["Retry-After"] == "1"


def test_a_problem_of_the_edge_carries_its_facts_and_cannot_change_its_own_words() -> None:
    body = tell(Refusal("header-refused", header="If-Match", status=200)).body(None)

    assert body["header"] == "If-Match"
    assert body["status"] == 400


class Route:
    path = "/v1/records/{record_id}"


def test_an_instance_holds_ids_and_nothing_else() -> None:
    def shown(record_id: str) -> str | None:
        return instance(Request({"type": "http", "route": Route(), "path_params": {"record_id": record_id}}))

    assert shown("6F1C0000-0000-4000-8000-000000000001") == "/v1/records/6f1c0000-0000-4000-8000-000000000001"
    assert shown("11010519491231002X") is None


def test_what_breaks_us_is_told_without_saying_anything(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("王小明 11010519491231002X")

    monkeypatch.setattr(served.service.records.gate.log, "load", broken)

    answer = served.get("/v1/records/00000000-0000-4000-8000-000000000000")

    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal-error"
    logged = capsys.readouterr().err
    assert answer.headers["X-Request-Id"] in logged and "RuntimeError" in logged
    assert "王小明" not in logged + answer.text and "11010519491231002X" not in logged + answer.text


def test_a_stale_version_tells_the_current_one(served: Served) -> None:
    record = served.open_record()

    told = tell(StaleVersion(served.clinic, 7))

    assert told.headers["ETag"] == '"7"' and told.facts["current"] == 7
    assert record not in str(told.facts)

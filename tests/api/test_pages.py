"""What is open to everybody: health, metrics, forms, the receipt key, the documentation."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count

import pytest

from api.readiness import Readiness
from domain import forms
from domain.entries import FORMS
from domain.errors import ContentRefused
from domain.finding import SEARCHED
from domain.identity import KINDS as DOCUMENTS
from domain.institution import KINDS, ROLES
from domain.policy import PURPOSES
from domain.record import CHANNELS, CLOSING_REASONS, CONSENT_BY, LEGAL_BASES
from evidence.note import Verifier
from store import connect
from store.clock import SECOND, Clock, system_clock
from store.database import PUBLISHER
from store.proof import fence
from tests.api.served import Served, new_record

READY = {"database": "ok", "clock": "ok", "log": "ok", "keys": "ok"}


def test_a_service_that_can_store_says_that_it_is_ready(served: Served) -> None:
    assert served.client.get("/healthz").json() == {"status": "alive"}
    ready = served.client.get("/readyz")

    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "checks": READY}


def test_however_often_it_is_asked_the_database_is_asked_once_and_nothing_is_written(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = served.service.opened
    asked, clocks = count(1), log.reader.clocks
    monkeypatch.setattr(log.reader, "clocks", lambda: (next(asked), clocks())[1])
    monkeypatch.setattr(log.keys, "secret", None)  # which would be made if it were not there
    readiness = Readiness(served.service)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: readiness.checks(), range(100)))

    assert all(one == READY for one in found)
    assert next(asked) == 2


def test_a_clock_that_is_wrong_is_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.readiness.KEPT_S", 0)
    monkeypatch.setattr("api.readiness.Clock", lambda: Clock(lambda: system_clock() - 3600 * SECOND))

    told = served.client.get("/readyz")

    assert told.status_code == 503
    assert told.headers["Retry-After"] == "5"
    assert told.json()["type"] == "/problems/not-ready"
    assert told.json()["checks"]["clock"] != "ok"


def test_a_fence_is_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.readiness.KEPT_S", 0)
    with closing(connect.plain(served.service.database.dsn(PUBLISHER))) as db:
        fence.raise_fence(db, 1, "unmeasured", 1)
        told = served.client.get("/readyz")
        fence.lift(db, 1)
    lifted = served.client.get("/readyz")

    assert told.status_code == 503
    assert "lifelong publish status" in told.json()["checks"]["log"]
    assert lifted.status_code == 200


def test_a_key_store_that_cannot_be_read_is_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> bool:
        raise OSError("the disk is gone")

    monkeypatch.setattr("api.readiness.KEPT_S", 0)
    monkeypatch.setattr(served.service.opened.keys, "has_secret", broken)

    told = served.client.get("/readyz")

    assert told.status_code == 503
    assert told.json()["checks"]["keys"] == "cannot be read"


def test_metrics_count_by_route_and_never_by_id(served: Served) -> None:
    record = served.open_record()
    served.get(f"/v1/records/{record}")
    served.get("/v1/records/110105194912310020")

    counted = served.client.get("/metrics").text

    assert 'lifelong_requests_total{method="GET",route="/v1/records/{record_id}",status="200"}' in counted
    assert 'lifelong_problems_total{code="no-such-address"}' in counted
    assert record not in counted and "110105194912310020" not in counted


def test_every_form_is_shown_with_an_example_that_satisfies_it(served: Served) -> None:
    listed = served.client.get("/v1/forms").json()["forms"]

    assert {one["name"] for one in listed} == set(forms.names())
    for one in listed:
        shown = served.client.get(f"/v1/forms/{one['name']}", params={"edition": one["edition"]}).json()
        form = forms.get(one["name"], one["edition"])
        assert shown["digest"] == form.digest
        assert shown["json_schema"]["type"] == "object"
        form.check(shown["example"])


def test_a_form_that_is_none_is_not_there(served: Served) -> None:
    assert served.client.get("/v1/forms/horoscope").status_code == 404
    assert served.client.get("/v1/forms/allergy", params={"edition": "1066"}).status_code == 404
    assert served.client.get("/v1/forms", params={"editon": "1"}).status_code == 400


def test_the_receipt_key_is_published_for_our_log_alone(served: Served) -> None:
    vkey = served.client.get("/v1/logs/1/receipt-key").text

    assert Verifier.parse(vkey).name == f"{served.service.opened.origin}/receipt"
    assert served.client.get("/v1/logs/2/receipt-key").status_code == 404


def test_the_documentation_lists_every_route_with_its_problems(served: Served) -> None:
    document = served.client.get("/openapi.json").json()

    page = served.client.get("/docs")
    assert page.status_code == 200
    assert "/v1/records/{record_id}/examinations" in page.text
    assert not any(fetched in page.text for fetched in ("<script", "<link", " src=", "url("))
    for kind in FORMS:
        posted = document["paths"][f"/v1/records/{{record_id}}/{kind}"]["post"]
        assert {"201", "400", "401", "403", "404", "409", "422", "503"} <= set(posted["responses"])
        assert posted["security"]
        examples = posted["requestBody"]["content"]["application/json"]["examples"]
        assert set(examples) == set(FORMS[kind])
    corrections = document["paths"]["/v1/records/{record_id}/corrections"]["post"]
    assert {"412", "428"} <= set(corrections["responses"])
    assert "ProblemOut" in document["components"]["schemas"]


def test_the_documentation_lists_every_coded_value(served: Served) -> None:
    schemas = served.client.get("/openapi.json").json()["components"]["schemas"]
    page = served.client.get("/docs").text

    for codes in (CHANNELS, LEGAL_BASES, CONSENT_BY, CLOSING_REASONS, KINDS, ROLES, SEARCHED, DOCUMENTS):
        assert json.dumps(list(codes)) in json.dumps(schemas)
        assert "one of: " + ", ".join(codes) in page


def test_the_documentation_tells_which_headers_are_required_and_what_they_take(served: Served) -> None:
    paths = served.client.get("/openapi.json").json()["paths"]

    def headers(path: str) -> dict[str, dict[str, object]]:
        return {one["name"]: one for one in paths[path]["post"]["parameters"] if one["in"] == "header"}

    for path in ("/v1/records", "/v1/search", "/v1/batches", "/v1/records/{record_id}/closing"):
        purpose = headers(path)["Purpose-Of-Use"]
        assert purpose["required"]
        assert purpose["schema"] == {"type": "string", "enum": list(PURPOSES)}
        assert "self: resident" in str(purpose["description"])
    assert headers("/v1/records/{record_id}/closing")["If-Match"]["required"]
    assert not headers("/v1/records")["Idempotency-Key"]["required"]


def test_every_command_has_an_example_and_every_open_page_of_one_thing_a_404(served: Served) -> None:
    paths = served.client.get("/openapi.json").json()["paths"]

    for path, operations in paths.items():
        for content in operations.get("post", {}).get("requestBody", {}).get("content", {}).values():
            assert content.get("examples") or content.get("example"), path
    for path in ("/v1/forms/{name}", "/problems/{code}", "/v1/logs/{log_no}/receipt-key"):
        assert "404" in paths[path]["get"]["responses"]


def test_answers_are_not_kept_by_caches_and_not_sniffed(served: Served) -> None:
    for answer in (
        served.client.get("/healthz"),
        served.client.get("/nothing"),
        served.post("/v1/records", new_record()),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Request-Id"]
        assert "Server" not in answer.headers


def test_a_form_refuses_what_is_not_its_own() -> None:
    with pytest.raises(ContentRefused):
        forms.get("allergy", "2026").check({})

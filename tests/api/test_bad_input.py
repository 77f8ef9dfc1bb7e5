"""Whatever is wrong with a request: the right problem, nothing stored, and no value repeated."""

import json
from collections.abc import Iterator

import httpx
import pytest

from domain.entries import FORMS
from domain.finding import SEARCHED
from domain.forms.document import facts_of
from domain.institution import KINDS, ROLES
from domain.policy import PURPOSES
from domain.record import CHANNELS, CLOSING_REASONS, CONSENT_BY, LEGAL_BASES
from tests.api.served import Json, Served, login, new_entry, new_number, new_record
from tests.builders import content

SECRET = "秘密的姓名"
NUMBER = new_number()
FOLLOW_UPS = FORMS["follow-ups"]


@pytest.fixture
def record(served: Served) -> str:
    return served.open_record()


def encounter(**changes: object) -> bytes:
    return json.dumps(new_entry("encounters") | changes).encode()


def inside(text: bytes) -> bytes:
    """An encounter whose content holds one more member."""
    return encounter().replace(b'"content": {', b'"content": {' + text + b", ", 1)


WRITTEN_WRONG = {
    "truncated": (encounter()[:-20], "not complete, well-formed JSON", None),
    "empty braces missing": (b"{", "not complete, well-formed JSON", None),
    "two values": (b"{} {}", "not complete, well-formed JSON", None),
    "key twice": (inside(b'"a": 1, "a": 2'), "an object that names a key twice", "/content"),
    "key twice below": (
        inside(b'"x": [{"a": 1, "a": 1}]'),
        "an object that names a key twice",
        "/content/x/0",
    ),
    "float": (inside(b'"temperature": 36.6'), "a number with a fraction", "/content/temperature"),
    "exponent": (inside(b'"x": 1e3'), "a number with a fraction", "/content/x"),
    "NaN": (inside(b'"x": NaN'), "NaN or Infinity", "/content/x"),
    "Infinity": (inside(b'"x": [-Infinity]'), "NaN or Infinity", "/content/x/0"),
    "2^53": (inside(b'"x": 9007199254740992'), "an integer beyond", "/content/x"),
    "-2^53": (inside(b'"x": -9007199254740992'), "an integer beyond", "/content/x"),
    "5000 digits": (inside(b'"x": ' + b"9" * 5000), "an integer beyond", "/content/x"),
    "lone surrogate": (inside(rb'"x": "\ud800"'), "half of a surrogate pair", "/content/x"),
    "surrogate as a key": (inside(rb'"\udc00": 1'), "half of a surrogate pair", "/content"),
    "NUL": (inside(rb'"x": "a\u0000b"'), "a control character", "/content/x"),
    "NUL as it is": (inside(b'"x": "a\x00b"'), "not complete, well-formed JSON", None),
    "delete": (inside(rb'"x": "\u007f"'), "a control character", "/content/x"),
    "not UTF-8": (inside(b'"x": "\xff"'), "text that is not valid UTF-8", ""),
    "surrogate in UTF-8": (inside(b'"x": "\xed\xa0\x80"'), "text that is not valid UTF-8", ""),
    "UTF-16": (encounter().decode().encode("utf-16"), "text that is not valid UTF-8", ""),
    "65 deep": (inside(b'"x": ' + b"[" * 65 + b"]" * 65), "nesting deeper than 64", None),
    "100,000 deep": (b"[" * 100_000 + b"]" * 100_000, "nesting deeper than 64", None),
    "a value as key": (inside(b'"' + SECRET.encode() + b'": 1.5'), "a number with a fraction", "/content/?"),
}


@pytest.mark.parametrize("name", WRITTEN_WRONG)
def test_json_that_two_readers_could_understand_differently_is_refused(
    served: Served, record: str, name: str
) -> None:
    body, reason, pointer = WRITTEN_WRONG[name]
    position = served.position

    answer = served.post(f"/v1/records/{record}/encounters", body)

    told = problem(answer, 400, "json-refused")
    assert str(told["reason"]).startswith(reason)
    assert pointer is None or told["pointer"] == pointer
    assert_safe(answer)
    assert served.position == position


SHAPED_WRONG = {
    "unknown field": (encounter(weight=70), "/weight"),
    "unknown field of the form": (inside(b'"weight": 70'), "/content/weight"),
    "a value as a field": (encounter(**{SECRET: 1}), ""),
    "text where true belongs": (encounter(about="true"), "/about"),
    "number where text belongs": (encounter(occurred_at=2026), "/occurred_at"),
    "text where an object belongs": (encounter(content=SECRET), "/content"),
    "list where an object belongs": (b"[]", ""),
    "text alone": (json.dumps(SECRET).encode(), ""),
    "null": (b"null", ""),
    "missing": (b'{"content": {}}', "/occurred_at"),
    "not an id": (encounter(author=SECRET), "/author"),
}


@pytest.mark.parametrize("name", SHAPED_WRONG)
def test_a_body_of_the_wrong_shape_is_refused_naming_the_field(
    served: Served, record: str, name: str
) -> None:
    body, field = SHAPED_WRONG[name]
    position = served.position

    answer = served.post(f"/v1/records/{record}/encounters", body)

    told = problem(answer, 422, "content-refused")
    assert isinstance(told["problems"], list)
    assert field in [one["field"] for one in told["problems"]], told
    assert_safe(answer)
    assert served.position == position


def decided_wrong() -> Iterator[tuple[str, str, Json | bytes, int, str]]:
    """Name, what is asked below the record, the body, and the problem."""
    yield (
        "far future",
        "/encounters",
        {**new_entry("encounters"), "occurred_at": "2199-01-01"},
        422,
        "occurred-refused",
    )
    yield (
        "no date",
        "/encounters",
        {**new_entry("encounters"), "occurred_at": SECRET[:4]},
        422,
        "occurred-refused",
    )
    yield (
        "unknown programme",
        "/programmes",
        new_entry("programmes", programme=SECRET),
        422,
        "content-refused",
    )
    yield "another collection's form", "/encounters", new_entry("allergies"), 422, "form-not-accepted"
    yield "no such form", "/encounters", {**new_entry("encounters"), "form": SECRET}, 422, "form-unknown"
    yield (
        "no such edition",
        "/encounters",
        {**new_entry("encounters"), "edition": SECRET},
        422,
        "form-unknown",
    )
    yield "which follow-up", "/follow-ups", {**new_entry("follow-ups"), "form": None}, 422, "unknown-code"
    yield "no such collection", "/horoscopes", new_entry("encounters"), 404, "no-such-address"
    yield "no body", "/encounters", b"", 400, "body-missing"
    yield "blank body", "/encounters", b"  \n", 400, "body-missing"
    yield "2 MB document", "/documents", document(2 << 20), 413, "body-too-large"
    yield "1 MB and a byte", "/documents", document((1 << 20) + 1), 422, "content-refused"
    yield "one identity too many", "/identities", {"document": {"kind": "passport"}}, 422, "content-refused"
    yield (
        "an identity without sense",
        "/identities",
        {"document": {"kind": SECRET, "number": SECRET}},
        422,
        "content-refused",
    )


def test_a_field_of_content_that_is_none_is_told_with_all_else_and_where_the_fields_are(
    served: Served, record: str
) -> None:
    wrong = new_entry("allergies") | {"content": {"weight": 70, "bloodPressure": 1, "criticality": SECRET}}

    answer = served.post(f"/v1/records/{record}/allergies", wrong)

    told = problem(answer, 422, "content-refused")
    assert sorted(fields(answer)) == [
        "/content",
        "/content/criticality",
        "/content/substance",
        "/content/weight",
    ]
    assert told["form"] == "allergy"
    shown = served.client.get(f"/v1/forms/{told['form']}", params={"edition": str(told["edition"])})
    assert shown.status_code == 200
    assert "bloodPressure" not in answer.text
    assert_safe(answer)


def coded_wrong() -> Iterator[tuple[str, Json, str, tuple[str, ...]]]:
    """What is asked for with a value that is on no list, the field meant, and the list."""
    clinic: Json = {"name": "甲", "kind": SECRET, "code": "C" * 22, "area": "110101001009"}
    consent = {"by": SECRET}
    yield "/v1/records", new_record(channel=SECRET), "channel", CHANNELS
    yield "/v1/records", new_record(consent=None, legal_basis=SECRET), "legal_basis", LEGAL_BASES
    yield "/v1/records", new_record(consent=consent), "consent.by", CONSENT_BY
    yield "/v1/institutions", clinic, "kind", KINDS
    yield (
        "/v1/institutions/{clinic}/roles",
        {"practitioner": "{nurse}", "role": SECRET},
        "role",
        ROLES,
    )
    yield (
        "/v1/records/{record}/closing",
        {"reason": SECRET, "occurred_at": "2026-06-02"},
        "reason",
        CLOSING_REASONS,
    )
    yield "/v1/records/{record}/follow-ups", {**new_entry("follow-ups"), "form": None}, "form", FOLLOW_UPS


@pytest.mark.parametrize("case", list(coded_wrong()), ids=lambda case: case[2])
def test_a_value_that_is_on_no_list_is_answered_with_the_list(
    served: Served, record: str, case: tuple[str, Json, str, tuple[str, ...]]
) -> None:
    path, body, field, accepted = case
    names = {"clinic": served.clinic, "record": record}
    who, purpose = ("county", "management") if "institutions" in path else ("nurse", "care")
    named = {name: str(served.nurse) if value == "{nurse}" else value for name, value in body.items()}

    answer = served.post(path.format(**names), named, who, purpose, if_match='"1"')
    if answer.status_code == 412:
        answer = served.post(path.format(**names), named, who, purpose, if_match=answer.headers["ETag"])

    told = problem(answer, 422, "unknown-code")
    assert (told["field"], told["accepted"]) == (field, list(accepted))
    assert_safe(answer)


@pytest.mark.parametrize(
    "asked, field",
    [
        ({"kind": SECRET, "value": "1"}, "/kind"),
        ({"kind": "temporary", "value": "1"}, "/kind"),
        ({"kind": "identity-card", "value": NUMBER[:-1]}, "/value"),
        ({"kind": "record-number", "value": SECRET}, "/value"),
        ({"kind": "record-number", "value": "1101010010010000"}, "/value"),
        ({"kind": "passport", "value": "E12345678"}, "/issuer"),
    ],
    ids=str,
)
def test_a_search_that_can_find_nothing_says_which_field_is_wrong(
    served: Served, asked: Json, field: str
) -> None:
    answer = served.post("/v1/search", asked)

    told = problem(answer, 422, "content-refused")
    assert fields(answer) == [field]
    if field == "/kind":
        assert ", ".join(SEARCHED) in str(told["problems"])
    assert_safe(answer)


def document(size: int) -> Json:
    return new_entry("documents") | {"content": content("document", **facts_of(b"\x00" * size))}


@pytest.mark.parametrize("case", list(decided_wrong()), ids=lambda case: case[0])
def test_what_cannot_be_is_refused(
    served: Served, record: str, case: tuple[str, str, Json | bytes, int, str]
) -> None:
    _, path, body, status, code = case
    position = served.position

    answer = served.post(f"/v1/records/{record}{path}", body)

    problem(answer, status, code)
    assert_safe(answer)
    assert served.position == position


@pytest.mark.parametrize("size", [1 << 20, 1])
def test_a_document_of_1_mb_is_kept(served: Served, record: str, size: int) -> None:
    answer = served.post(f"/v1/records/{record}/documents", document(size))

    assert answer.status_code == 201, answer.text


def test_a_body_that_does_not_say_how_long_it_is_may_not_be_longer_either(
    served: Served, record: str
) -> None:
    pieces = (b" " * 65_536 for _ in range(100))

    answer = served.client.post(
        f"/v1/records/{record}/encounters", content=pieces, headers=served.headers("nurse", "care")
    )

    problem(answer, 413, "body-too-large")


CREATED_WRONG: dict[str, tuple[Json, str]] = {
    "wrong check digit": (
        {"documents": [{"kind": "identity-card", "number": NUMBER[:-1] + "?"}]},
        "content-refused",
    ),
    "no identity": ({"documents": []}, "identity-missing"),
    "no consent": ({"consent": None}, "consent-missing"),
    "unknown channel": ({"channel": SECRET}, "unknown-code"),
    "unknown legal basis": ({"consent": None, "legal_basis": SECRET}, "unknown-code"),
    "a number that is none": ({"record_number": SECRET}, "content-refused"),
    "wrong basic information": ({"basic_information": {"content": {"name": SECRET}}}, "content-refused"),
}


@pytest.mark.parametrize("name", CREATED_WRONG)
def test_a_record_that_cannot_be_opened_is_refused(served: Served, name: str) -> None:
    changes, code = CREATED_WRONG[name]
    position = served.position

    answer = served.post("/v1/records", {**new_record(), **changes})

    problem(answer, 422, code)
    assert_safe(answer)
    assert served.position == position


def test_a_refused_field_is_named_from_the_top_of_the_body(served: Served) -> None:
    wrong = {"kind": "identity-card", "number": "1"}
    documents = served.post("/v1/records", new_record(documents=[wrong]))
    basic = served.post("/v1/records", new_record(basic_information={"content": {"name": 1}}))
    number = served.post("/v1/records", new_record(record_number="1"))

    assert fields(documents) == ["/documents/0/number"]
    assert "/basic_information/content/name" in fields(basic)
    assert fields(number) == ["/record_number"]


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


def test_an_if_match_that_is_not_one_is_told_what_to_send(served: Served, record: str) -> None:
    closing = {"reason": "lost", "occurred_at": "2026-06-02"}

    missing = problem(served.post(f"/v1/records/{record}/closing", closing), 428, "if-match-missing")
    for junk in ("1", '"1', NUMBER):
        answer = served.post(f"/v1/records/{record}/closing", closing, if_match=junk)

        told = problem(answer, 400, "header-refused")
        assert told["accepts"] == missing["detail"] == 'Send If-Match: "<version>", the ETag read.'
        assert_safe(answer)


def test_an_address_whose_id_is_none_says_what_an_id_is(served: Served) -> None:
    answer = served.get(f"/v1/records/{NUMBER}")

    told = problem(answer, 404, "no-such-address")
    assert told["parameter"] == "record_id"
    assert "UUID" in str(told["accepts"])
    assert_safe(answer)


def test_a_resident_who_names_the_wrong_purpose_is_told_the_right_one(served: Served) -> None:
    record = served.open_record(login=login("resident-of-a-wrong-purpose"))

    told = problem(served.get(f"/v1/records/{record}", "resident-of-a-wrong-purpose"), 403, "caller-unknown")

    assert "purpose self" in str(told["detail"])
    read = served.get(f"/v1/records/{record}", "resident-of-a-wrong-purpose", "self")
    assert read.status_code == 200


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


def problem(answer: httpx.Response, status: int, code: str) -> Json:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: Json = answer.json()
    assert told["type"] == f"/problems/{code}", told
    assert told["status"] == status
    assert told["title"] and told["detail"]
    return told


def fields(answer: httpx.Response) -> list[str]:
    return [one["field"] for one in answer.json()["problems"]]


def assert_safe(answer: httpx.Response) -> None:
    """Nothing that was sent as a value stands in the answer."""
    for value in (SECRET, SECRET[:4], NUMBER[:-1]):
        assert value not in answer.text

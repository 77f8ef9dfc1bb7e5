"""Well-formed requests for what cannot be: the right problem, the field, the list it is on, and no value."""

from collections.abc import Iterator

import pytest

from domain.entries import FORMS
from domain.finding import SEARCHED
from domain.forms.document import facts_of
from domain.institution import KINDS, ROLES
from domain.record import CHANNELS, CLOSING_REASONS, CONSENT_BY, LEGAL_BASES
from tests.api.bad_input import NUMBER, SECRET, assert_safe, fields, problem
from tests.api.served import Json, Served, new_entry, new_record
from tests.builders import content

FOLLOW_UPS = FORMS["follow-ups"]


@pytest.fixture
def record(served: Served) -> str:
    return served.open_record()


def document(size: int) -> Json:
    return new_entry("documents") | {"content": content("document", **facts_of(b"\x00" * size))}


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

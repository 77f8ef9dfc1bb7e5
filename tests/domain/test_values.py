"""The scalar rules that values and forms are made of."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.errors import ContentRefused, OccurredRefused
from domain.forms.model import Code
from domain.scalars import Checked, Count, Day, Quantity, Text, Yes
from domain.values import CodingIn, IdentityDocumentIn, LicenceIn, OccurredIn, SourceIn, digest

FEVER = Quantity("°C", "30", "45", 2)
ICD = "http://hl7.org/fhir/sid/icd-10"


@given(st.decimals("30", "45", places=2))
def test_every_decimal_within_the_limits_is_kept_digit_by_digit(value: Decimal) -> None:
    assert FEVER.check(f"{value:f}") == f"{value:f}"


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats() | st.integers() | st.text() | st.none())
def test_whatever_is_taken_is_a_plain_decimal_within_the_limits(value: object) -> None:
    for tried in (value, str(value)):
        if FEVER.allows(tried):
            assert isinstance(tried, str) and tried.isascii()
            assert 30 <= Decimal(tried) <= 45 and set(tried) <= set("0123456789.")


@given(st.text())
def test_accepted_text_is_not_blank_and_has_no_control_characters(value: str) -> None:
    if Text(50).allows(value):
        assert value.strip() and len(value) <= 50
        assert not any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in value)
        value.encode()


@pytest.mark.parametrize(
    "value", ["a\nb", "a\tb", "a\x00", "a\x7f", "a\x85", "a\u2028", "\ufeffa", "\udc00", "", "\u3000"]
)
def test_text_in_one_line_refuses_what_cannot_be_shown(value: str) -> None:
    assert not Text(50).allows(value)
    assert Text(50, lines=True).allows(value) == (value in ("a\nb", "a\tb"))


def test_text_has_a_length_limit() -> None:
    assert Text(3).allows("体温计") and not Text(3).allows("体温计。") and not Text(3).allows(3)


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_a_count_is_an_integer_and_nothing_like_it(value: object) -> None:
    assert Count("/day", 0, 5).allows(1) and not Count("/day", 0, 5).allows(value)
    assert Yes().allows(value) == (value is True)


def test_a_date_exists_and_is_told_as_exactly_as_the_field_allows() -> None:
    assert Day().allows("2024-02-29") and not Day().allows("2023-02-29")
    assert (
        not Day().allows("2024-02")
        and Day(partial=True).allows("2024-02")
        and Day(partial=True).allows("1850")
    )
    assert not any(Day(partial=True).allows(value) for value in ("1849", "2200", "24", "2024-2", 2024, None))


def test_a_rule_says_what_it_accepts_and_is_its_own_json_schema() -> None:
    class Colour(Code, value_set="test"):
        RED = "red", "红", "1"

    for kind in (
        FEVER,
        Quantity("kg", "1", "9", 0),
        Count("", 1, 2),
        Text(9),
        Day(),
        Yes(),
        Checked("odd", "odd", bool),
    ):
        assert kind.accepts and kind.json_schema()["type"] and kind.describe()["kind"]
    assert TypeAdapter(Colour).json_schema() == {"type": "string", "enum": ["red"], "x-labels": {"red": "红"}}


def test_a_coding_is_system_code_version_and_display() -> None:
    given_coding = {"system": ICD, "version": "2016", "code": "J06.9", "display": "急性上呼吸道感染"}

    assert CodingIn.model_validate(given_coding).model_dump(exclude_none=True) == given_coding
    assert CodingIn.model_validate({"system": "urn:oid:2.16.156.10011", "code": "a b"}).display is None


@pytest.mark.parametrize(
    "coding",
    [
        {"system": "ICD-10", "code": "J06.9"},
        {"system": ICD, "code": " J06"},
        {"system": ICD, "code": "J06\n"},
        {"system": ICD, "code": "代码"},
        {"system": ICD, "code": "1" * 101},
        {"system": ICD, "code": 1},
        {"system": ICD},
        {"system": ICD, "code": "1", "extra": 1},
        {"system": ICD + " ", "code": "1"},
    ],
)
def test_a_coding_that_no_system_could_hold_is_refused(coding: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CodingIn.model_validate(coding)


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"b": [1, "体"], "a": None}) == digest({"a": None, "b": [1, "体"]})
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_input_becomes_the_stored_shape_or_is_refused() -> None:
    told = OccurredIn.model_validate({"at": "1987-05", "about": True})
    paper = IdentityDocumentIn.model_validate({"kind": "passport", "number": "e12345678", "issuer": "FRA"})

    assert told.value() == {"at": "1987-05", "precision": "month", "about": True}
    assert paper.value() == {"kind": "passport", "number": "E12345678", "issuer": "FRA"}
    assert LicenceIn(kind="physician", number="1101").value() == {"kind": "physician", "number": "1101"}
    assert SourceIn(system="his").value() == {"system": "his", "device": None}
    with pytest.raises(OccurredRefused):
        OccurredIn(at="yesterday").value()
    with pytest.raises(ContentRefused):
        IdentityDocumentIn(kind="passport", number=None).value()


@pytest.mark.parametrize(
    "told", [{"at": 1987}, {"at": "1987", "about": 1}, {"at": "1987", "precision": "day"}, {}]
)
def test_the_precision_of_a_time_is_read_and_never_claimed(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OccurredIn.model_validate(told)

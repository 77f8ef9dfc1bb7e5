"""Record numbers: what the scheme refuses, what it only warns of."""

from datetime import date

import pytest

from domain.errors import ContentRefused
from domain.record_number import RecordNumber, schemes

CANARY = "CANARY7731"


def test_a_record_number_does_not_show_in_its_representation() -> None:
    assert "11010500100100001" not in repr(RecordNumber.parse("11010500100100001"))


def test_a_record_number_has_the_segments_of_its_scheme() -> None:
    number = RecordNumber.parse("11010500100100001")

    assert number.segments == {"county": "110105", "town": "001", "village": "001", "sequence": "00001"}
    assert number.warnings() == []


@pytest.mark.parametrize(
    "text, reason",
    [
        ("1101050010010000", "17 digits"),
        ("110105001001000011", "17 digits"),
        ("1101050010010000a", "17 digits"),
        ("１１０１０５００１００１００００１", "17 digits"),
        ("99010500100100001", "county"),
        ("83010500100100001", "county"),
        ("11010500100100000", "sequence"),
    ],
)
def test_a_record_number_outside_its_scheme_is_refused_without_repeating_it(text: str, reason: str) -> None:
    with pytest.raises(ContentRefused) as caught:
        RecordNumber.parse(text)

    assert reason in str(caught.value)
    assert text not in str(caught.value)
    assert caught.value.problems[0]["field"] == "/record_number"


def test_real_village_codes_break_the_printed_ranges_so_they_only_warn() -> None:
    assert [one["field"] for one in RecordNumber.parse("11010500120100001").warnings()] == ["/record_number"]
    for village in ("001", "099", "101", "199", "901", "999"):
        assert RecordNumber.parse(f"110105001{village}00001").warnings() == []


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ContentRefused) as caught:
        RecordNumber.parse("1", scheme=CANARY)

    assert CANARY not in str(caught.value)


def test_a_scheme_says_where_it_comes_from() -> None:
    for scheme in schemes().values():
        assert scheme["source"] and date.fromisoformat(scheme["valid_from"])

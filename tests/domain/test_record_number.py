"""Record numbers: what a scheme refuses, what it only warns of, and which one an area gives out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentRefused
from domain.identity import provinces
from domain.record_number import (
    RecordNumber,
    SchemeChoice,
    choices,
    digits,
    last_sequence,
    scheme_of,
    schemes,
    usual_scheme,
)

CANARY = "CANARY7731"
TODAY = date(2026, 6, 1)
AREAS = st.builds(
    str.__add__, st.sampled_from(sorted(provinces())), st.from_regex(r"[0-9]{10}", fullmatch=True)
)
SCHEMES = st.sampled_from(sorted(schemes()))


def test_a_record_number_does_not_show_in_its_representation() -> None:
    assert "11010500100100001" not in repr(RecordNumber.parse("11010500100100001"))


def test_a_record_number_has_the_segments_of_its_scheme() -> None:
    number = RecordNumber.parse("11010500100100001")

    assert number.segments == {"county": "110105", "town": "001", "village": "001", "sequence": "00001"}
    assert number.warnings() == []


def test_twenty_digits_are_a_number_of_the_other_scheme() -> None:
    number = RecordNumber.parse("11010500100100000001")

    assert number.scheme == "grid-20"
    assert number.segments == {"county": "110105", "town": "001", "village": "001", "sequence": "00000001"}


@given(SCHEMES, AREAS, st.data())
def test_a_number_that_is_issued_reads_back_as_its_parts(scheme: str, area: str, data: st.DataObject) -> None:
    sequence = data.draw(st.integers(1, last_sequence(scheme)))

    number = RecordNumber.issue(area, sequence, scheme)

    parts = list(number.segments.values())
    assert RecordNumber.parse(number.value) == number
    assert len(number.value) == digits(scheme)
    assert ("".join(parts[:-1]), int(parts[-1])) == (area, sequence)


@given(SCHEMES, AREAS)
def test_a_sequence_has_its_ends(scheme: str, area: str) -> None:
    for sequence in (0, last_sequence(scheme) + 1):
        with pytest.raises(ContentRefused):
            RecordNumber.issue(area, sequence, scheme)


def test_no_two_schemes_have_numbers_of_one_length() -> None:
    assert len({digits(scheme) for scheme in schemes()}) == len(schemes())


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "17 or 20 digits"),
        ("1101050010010000", "17 or 20 digits"),
        ("110105001001000011", "17 or 20 digits"),
        ("1101050010010000a", "17 or 20 digits"),
        ("１１０１０５００１００１００００１", "17 or 20 digits"),
        ("99010500100100001", "county"),
        ("83010500100100001", "county"),
        ("11010500100100000", "sequence"),
        ("99010500100100000001", "county"),
        ("11010500100100000000", "sequence"),
    ],
)
def test_a_record_number_outside_its_scheme_is_refused_without_repeating_it(text: str, reason: str) -> None:
    with pytest.raises(ContentRefused) as caught:
        RecordNumber.parse(text)

    assert reason in str(caught.value)
    assert not text or text not in str(caught.value)
    assert caught.value.problems[0]["field"] == "/record_number"


def test_a_number_asked_for_under_one_scheme_is_none_of_another() -> None:
    with pytest.raises(ContentRefused, match="must be 20 digits"):
        RecordNumber.parse("11010500100100001", "grid-20")


def test_real_village_codes_break_the_printed_ranges_so_they_only_warn() -> None:
    assert [one["field"] for one in RecordNumber.parse("11010500120100001").warnings()] == ["/record_number"]
    assert RecordNumber.parse("11010500120100000001").warnings() == []
    for village in ("001", "099", "101", "199", "901", "999"):
        assert RecordNumber.parse(f"110105001{village}00001").warnings() == []


def test_a_county_that_never_was_only_warns_and_one_that_was_does_not() -> None:
    assert "county" in RecordNumber.parse("11019900100100001").warnings()[0]["reason"]
    assert RecordNumber.parse("11010300100100001").warnings() == []  # 崇文区, merged in 2010


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ContentRefused) as caught:
        RecordNumber.parse("1", scheme=CANARY)

    assert CANARY not in str(caught.value)


def test_a_scheme_says_where_it_comes_from() -> None:
    for scheme in schemes().values():
        assert scheme["source"] and scheme["issuer"] and date.fromisoformat(scheme["valid_from"])


def test_an_area_that_chose_nothing_gives_out_the_national_number() -> None:
    assert usual_scheme() == scheme_of("110101001001", TODAY) == "national-17"


@pytest.mark.parametrize(
    "area, on, scheme",
    [
        ("110101001001", date(2026, 6, 30), "national-17"),
        ("110101001001", date(2026, 7, 1), "grid-20"),
        ("110101002001", date(2026, 7, 1), "national-17"),  # the closer choice is another
        ("110102001001", date(2026, 7, 1), "national-17"),
    ],
)
def test_an_area_changes_its_scheme_on_a_day(area: str, on: date, scheme: str) -> None:
    chosen = choices("110101=grid-20@2026-07-01, 110101002=national-17")

    assert scheme_of(area, on, chosen) == scheme


def test_of_two_choices_of_an_area_the_newer_counts() -> None:
    chosen = choices("11=grid-20,11=national-17@2026-01-01")

    assert chosen[0] == SchemeChoice("11", "grid-20", date.min)
    assert [scheme_of("110101001001", date(year, 6, 1), chosen) for year in (2025, 2026)] == [
        "grid-20",
        "national-17",
    ]

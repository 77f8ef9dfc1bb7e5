"""Value sets: which codes are possible, which an edition has, and which choices forms offer."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import forms
from domain.acts import Event
from domain.errors import ContentRefused
from domain.filling import check, oddities
from domain.forms.basic_information_codes import Toilet
from domain.forms.codes import Sex
from domain.requests import NewEntry
from domain.value_set_shapes import is_luhn, is_verhoeff, listed, refusal
from domain.value_sets import has_codings, impossible, value_sets
from domain.value_sets import oddities as odd_codings
from domain.values import CodingIn, occurred
from tests.builders import content

OID = "urn:oid:2.16.156.10011.2.3.3."
MARRIAGE, EDUCATION, ICD = f"{OID}5", f"{OID}6", "http://hl7.org/fhir/sid/icd-10"
SNOMED, LOINC, ATC = "http://snomed.info/sct", "http://loinc.org", "http://www.whocc.no/atc"
TODAY = date(2026, 6, 1)
CANARY = "CANARY7731"


@pytest.mark.parametrize(
    "system, code",
    [
        (SNOMED, "762952008"),
        (SNOMED, "138875005"),
        (SNOMED, "900000000000207008"),
        (SNOMED, "404684003:363698007=39057004"),
        (LOINC, "8480-6"),
        (LOINC, "72166-2"),
        (LOINC, "LA6576-8"),
        (ATC, "C"),
        (ATC, "C09AA02"),
        (ICD, "I10"),
        (ICD, "J06.9"),
        (ICD, "E11.900x001"),
        (ICD, "A00-A09"),
        (ICD, "M8000/0"),
        (MARRIAGE, "10"),
        (f"{OID}7", "0-21"),
    ],
)
def test_a_code_as_its_system_makes_them_passes(system: str, code: str) -> None:
    assert refusal(system, code) is None


@pytest.mark.parametrize(
    "system, code",
    [
        (SNOMED, "762952009"),  # another check digit
        (SNOMED, "34552-0"),  # a code of LOINC
        (SNOMED, "12345"),
        (SNOMED, "762952009|peanut|"),
        (LOINC, "8480-7"),
        (LOINC, "8480"),
        (LOINC, "38341003"),
        (ATC, "C09A02"),
        (ATC, "E01"),
        (ICD, "10"),
        (ICD, "hypertension"),
        (MARRIAGE, "married"),
    ],
)
def test_a_code_that_its_system_cannot_have_is_refused_without_repeating_it(system: str, code: str) -> None:
    problem = content("problem", problem={"system": system, "code": code})

    with pytest.raises(ContentRefused) as refused:
        check("problem", None, occurred("2026-06-01"), problem)

    assert [one["field"] for one in refused.value.problems] == ["/problem/code"]
    assert f" {code} " not in str(refused.value).replace("'", " ")
    assert refused.value.form == "problem"


def test_a_system_that_is_not_known_here_passes_with_any_code() -> None:
    told = content("problem", problem={"system": "urn:oid:1.2.3", "code": CANARY})

    assert impossible(told) == odd_codings(told, TODAY) == []


@given(st.integers(10**4, 10**16))
def test_of_ten_identifiers_of_snomed_that_differ_in_the_check_digit_one_is_possible(start: int) -> None:
    assert sum(is_verhoeff(f"{start}{digit}") for digit in range(10)) == 1


@given(st.integers(1, 10**7 - 1))
def test_of_ten_codes_of_loinc_that_differ_in_the_check_digit_one_is_possible(number: int) -> None:
    assert sum(is_luhn(f"{number}-{digit}") for digit in range(10)) == 1


@given(st.integers(10**4, 10**16), st.data())
def test_two_neighbours_changed_round_are_found_out(start: int, data: st.DataObject) -> None:
    (right,) = (f"{start}{digit}" for digit in range(10) if is_verhoeff(f"{start}{digit}"))
    place = data.draw(st.integers(0, len(right) - 2))
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]

    assert swapped == right or not is_verhoeff(swapped)


def test_a_code_that_the_edition_does_not_have_is_told_and_accepted() -> None:
    entry = NewEntry(
        "problems",
        content("problem", problem={"system": MARRIAGE, "version": "2003", "code": "50"}),
        occurred("2026-06-01"),
    )

    assert check("problem", None, entry.occurred, entry.content).content
    assert oddities(entry) == [{"field": "/problem/code", "reason": "is not a code of GB/T 2261.2-2003"}]


def test_codings_are_found_in_lists_and_blocks() -> None:
    wrong = {"system": EDUCATION, "code": "99"}
    told = {"a": [{"b": wrong}, wrong], "c": {"system": EDUCATION, "code": "99", "more": "no coding"}}

    assert {one["field"] for one in odd_codings(told, TODAY)} == {"/a/0/b/code", "/a/1/code"}


@pytest.mark.parametrize(
    "version, on, edition",
    [
        (None, date(1950, 1, 1), "1999"),
        (None, date(2009, 10, 31), "1999"),
        (None, date(2009, 11, 1), "2009"),
        (None, date(2015, 9, 30), "2009"),
        (None, date(2015, 10, 1), "2015"),
        ("2009", TODAY, "2009"),
        ("GB/T 6565-2009", TODAY, "2009"),
        ("of long ago", TODAY, "2015"),
    ],
)
def test_an_edition_is_the_one_named_or_the_one_in_force(version: str | None, on: date, edition: str) -> None:
    found = value_sets()["occupation-gb"].edition(version, on)

    assert found is not None and found.edition == edition


def test_a_system_without_editions_has_shapes_only() -> None:
    assert value_sets()["loinc"].edition(None, TODAY) is None


def test_the_codes_of_sex_are_those_of_the_form() -> None:
    (edition,) = value_sets()["sex"].editions

    assert edition.codes == {choice.code: choice.label for choice in Sex}
    assert edition.values["female"] == "2"
    assert "personal-basic-information" in edition.forms


def test_every_choice_of_every_form_is_in_a_value_set() -> None:
    for form in forms.registry:
        fields = form.description["fields"]
        assert isinstance(fields, dict)
        for field in (field for field in fields.values() if isinstance(field, dict) and "codes" in field):
            offered = [edition for one in value_sets().values() for edition in one.editions]
            assert any(form.name in one.forms and set(one.values) == {*field["codes"]} for one in offered)  # type: ignore[misc]  # codes is an object


def test_two_choices_of_one_name_are_kept_apart_by_their_forms() -> None:
    editions = value_sets()["toilet"].editions

    assert len(editions) == 2 and not {*editions[0].forms} & {*editions[1].forms}
    assert {choice.label for choice in Toilet} in [{*one.codes.values()} for one in editions]


def test_no_code_system_hides_a_choice_of_a_form() -> None:
    reused = {edition.get("codes_of") for one in listed() for edition in one["editions"]} - {None}

    assert reused == {"Sex"}
    assert sum(len(one.editions) for one in value_sets().values() if one.systems) == sum(
        len(one["editions"]) for one in listed()
    )


def test_every_edition_has_a_source_and_editions_follow_one_another() -> None:
    for one in value_sets().values():
        assert all(edition.source for edition in one.editions)
        if one.systems:
            days = [edition.valid_from for edition in one.editions]
            assert days == sorted(set(days))


def test_every_code_listed_is_possible_in_its_system() -> None:
    for one in value_sets().values():
        for edition in one.editions:
            assert all(refusal(system, code) is None for system in one.systems for code in edition.codes)


def test_every_event_has_a_lifecycle_code_of_the_standard() -> None:
    (edition,) = value_sets()["lifecycle"].editions
    told, waiting = set[str](), list[type[Event]]([Event])
    for one in waiting:
        waiting.extend(one.__subclasses__())
        told |= {vars(one)["LIFECYCLE"]} if "LIFECYCLE" in vars(one) else set()

    assert told and told <= {*edition.codes}


def test_the_examples_of_the_forms_have_possible_codes() -> None:
    for form in forms.registry:
        assert impossible(form.example) == [], form.name


def test_a_form_is_searched_for_codings_if_it_has_a_field_for_one() -> None:
    searched = {form.name for form in forms.registry if has_codings(form.model)}

    assert {"problem", "allergy", "medication", "immunization", "reception"} <= searched
    assert "health-examination" not in searched


def test_a_coding_has_no_fields_but_those_looked_for() -> None:
    assert {*CodingIn.model_fields} == {"system", "code", "version", "display"}

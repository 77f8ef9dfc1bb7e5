"""Which entries are guarded more closely: by form, programme and code, and never less after a correction."""

import pytest

from domain.entries import FORMS, PROGRAMMES
from domain.scalars import JsonObject
from domain.sensitivity import CLASSES, covered, joined, sensitivity_of
from tests.builders import content

ICD10 = "http://hl7.org/fhir/sid/icd-10"


def coded(code: str, system: str = ICD10) -> JsonObject:
    return {"system": system, "code": code}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_names_forms_and_programmes_there_are_and_its_law(name: str) -> None:
    told = CLASSES[name]

    assert told.forms <= {form for forms in FORMS.values() for form in forms}
    assert told.programmes <= set(PROGRAMMES)
    assert told.source and told.title
    assert all(first <= last for first, last in told.icd10)


@pytest.mark.parametrize(
    "code, expected",
    [
        ("F00", "mental-health"),
        ("F20.900", "mental-health"),
        ("F99", "mental-health"),
        ("f32.9", "mental-health"),
        ("E99", None),
        ("G00", None),
        ("A14", None),
        ("A15.0", "infectious-disease"),
        ("A19", "infectious-disease"),
        ("A20", None),
        ("A50", "infectious-disease"),
        ("A64", "infectious-disease"),
        ("A65", None),
        ("B14", None),
        ("B15", "infectious-disease"),
        ("B24", "infectious-disease"),
        ("B25", None),
        ("N95", None),
        ("N96", "reproductive-health"),
        ("N98", "reproductive-health"),
        ("N99", None),
        ("O00", "reproductive-health"),
        ("O99.800", "reproductive-health"),
        ("Z29", None),
        ("Z30", "reproductive-health"),
        ("Z39", "reproductive-health"),
        ("Z40", None),
        ("I10", None),
        ("", None),
    ],
)
def test_a_diagnosis_is_of_the_class_whose_range_has_its_category(code: str, expected: str | None) -> None:
    assert sensitivity_of("problems", "problem", {"problem": coded(code)}) == expected
    assert sensitivity_of("encounters", "reception", {"a": {"diagnoses": [{"b": coded(code)}]}}) == expected


def test_a_code_of_another_system_is_of_no_class() -> None:
    assert sensitivity_of("problems", "problem", {"problem": coded("F20", "http://snomed.info/sct")}) is None


@pytest.mark.parametrize("form", sorted(form for forms in PROGRAMMES.values() for form in forms))
def test_a_follow_up_is_of_the_class_of_its_programme(form: str) -> None:
    (programme,) = (name for name, forms in PROGRAMMES.items() if form in forms)

    of_the_form = sensitivity_of("follow-ups", form, {})
    of_the_programme = sensitivity_of("programmes", "programme-enrolment", {"programme": programme})

    assert of_the_form == of_the_programme


def test_a_form_that_this_release_does_not_hold_is_looked_through_too() -> None:
    assert sensitivity_of("problems", "a-form-of-later", {"what": coded("F20")}) == "mental-health"


def test_an_ordinary_entry_is_of_no_class() -> None:
    for form in ("immunization", "allergy", "health-examination", "personal-basic-information"):
        assert sensitivity_of("any", form, content(form)) is None


def test_an_entry_of_two_classes_is_shown_to_whom_both_are_shown() -> None:
    both = sensitivity_of("encounters", "reception", {"diagnoses": [coded("F20"), coded("B20")]})

    assert both == "infectious-disease mental-health"
    assert both == joined("mental-health", "infectious-disease") == joined(both, "mental-health")
    assert not covered(both, frozenset({"mental-health"}))
    assert covered(both, frozenset({"mental-health", "infectious-disease"}))
    assert covered(None, frozenset()) and not covered("mental-health", frozenset())

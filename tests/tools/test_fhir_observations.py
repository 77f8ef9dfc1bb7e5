"""Observations: which reading goes where on which form, in which unit, and what is left to be a document."""

import json
from datetime import date
from decimal import Decimal

import pytest

from domain import forms
from domain.scalars import Count, JsonValue, Quantity
from domain.time import CHINA
from domain.values import JsonObject, earliest
from tests.tools.fhir_lives import (
    SNOMED,
    UCUM,
    JsonMap,
    concept,
    condition,
    encounter,
    life,
    observation,
    patient,
    pressure,
    quantity,
    to,
)
from tools.fhir.measures import EXAMINATION
from tools.fhir.plan import Step, plan

DAY = "2012-02-03"
FORMS = {"examinations": "health-examination"}
DIABETES = "44054006"


def steps(*told: JsonMap) -> list[Step]:
    return [step for step in plan(life(patient(), *told)).steps if not step.is_original]


def content(step: Step) -> JsonObject:
    name = step.entry.form or FORMS[step.entry.kind]
    form = forms.current(name, earliest(step.entry.occurred).astimezone(CHINA).date())
    return form.check(step.entry.content)


def made(kind: str, *told: JsonMap) -> list[JsonObject]:
    return [content(step) for step in steps(encounter("e", DAY), *told) if step.entry.kind == kind]


def examination(*told: JsonMap) -> JsonObject:
    (only,) = made("examinations", *told)
    return only


def measured(code: str, value: object, unit: str, **fields: object) -> JsonMap:
    return observation(f"o{code}", "e", DAY, code, valueQuantity=quantity(value, unit), **fields)


def is_document(told: JsonMap) -> bool:
    return [step.entry.kind for step in steps(told) if step.resources] == ["documents"]


def test_the_readings_of_one_encounter_are_one_examination() -> None:
    found = examination(
        pressure("bp", "e", DAY, 118, 76),
        measured("8302-2", 166.8, "cm"),
        measured("29463-7", 61.25, "kg"),
        measured("39156-5", 22.02, "kg/m2"),
        measured("8331-1", 36.6, "Cel"),
        measured("8867-4", 72, "/min"),
        measured("9279-1", 14, "/min"),
        measured("4548-4", 5.9, "%"),
        observation("s", "e", DAY, "72166-2", valueCodeableConcept=concept(SNOMED, "8517006", "Former")),
    )

    assert found == {
        "general": {
            "temperature": "36.6",
            "respiration": 14,
            "blood_pressure": {"systolic": 118, "diastolic": 76},
            "height": "166.8",
            "weight": "61.25",
            "bmi": "22.02",
        },
        "lifestyle": {"smoking": {"status": "former"}},
        "physical": {"heart": {"rate": 72}},
        "tests": {"hba1c": "5.9"},
    }


@pytest.mark.parametrize(
    ("code", "value", "unit", "path", "written"),
    [
        ("38483-4", "1.2", "mg/dL", "tests/renal/creatinine", "106.08"),
        ("6299-2", "14", "mg/dL", "tests/renal/urea", "5.00"),
        ("2093-3", "200", "mg/dL", "tests/lipids/total_cholesterol", "5.18"),
        ("2571-8", "150", "mg/dL", "tests/lipids/triglycerides", "1.70"),
        ("1975-2", "0.7", "mg/dL", "tests/liver/total_bilirubin", "11.97"),
        ("1751-7", "4.25", "g/dL", "tests/liver/albumin", "42.5"),
        ("718-7", "13.55", "g/dL", "tests/blood/haemoglobin", "135.5"),
        ("14957-5", "25", "mg/L", "tests/urine_microalbumin", "2.50"),
    ],
)
def test_a_unit_the_form_does_not_use_is_converted_and_the_source_kept_beside_it(
    code: str, value: str, unit: str, path: str, written: str
) -> None:
    found = examination(measured(code, json.loads(value), unit))

    reading: object = found
    for name in path.split("/"):
        assert isinstance(reading, dict)
        reading = reading[name]
    assert isinstance(reading, str) and Decimal(reading) == Decimal(written)
    tests = found["tests"]
    assert isinstance(tests, dict)
    assert f"{value} {unit} (LOINC {code})" in str(tests["other"])


def test_values_of_the_forms_own_unit_keep_their_digits() -> None:
    found = examination(measured("6690-2", 6.0, "10*3/uL"), measured("2947-0", 140, "mmol/L"))

    assert found == {"tests": {"blood": {"leukocytes": "6.0"}, "renal": {"sodium": "140"}}}


def test_more_digits_than_the_form_takes_are_rounded_half_to_even() -> None:
    found = examination(measured("8302-2", 166.82501702858627, "cm"), measured("29463-7", 61.0625, "kg"))

    assert found == {"general": {"height": "166.83", "weight": "61.062"}}


def test_fasting_glucose_stands_in_the_field_of_its_unit_and_other_glucose_in_words() -> None:
    assert examination(measured("1558-6", 99.5, "mg/dL")) == {"tests": {"fasting_glucose_mg_dl": "99.5"}}
    assert examination(measured("1558-6", 5.5, "mmol/L")) == {"tests": {"fasting_glucose": "5.5"}}
    assert examination(measured("2339-0", 99.5, "mg/dL")) == {
        "tests": {"other": "A measurement: 99.5 mg/dL (LOINC 2339-0)"}
    }


@pytest.mark.parametrize(
    "told",
    [
        measured("8302-2", 1668, "cm"),  # impossible: a slipped point
        measured("8302-2", 5.5, "[ft_i]"),
        measured("72514-3", 2, "{score}"),
        measured("8302-2", "166", "cm"),
        measured("8302-2", True, "cm"),
        measured("8302-2", 166, "cm", status="entered-in-error"),
        measured("8302-2", 166, "cm", status="preliminary"),
        observation("o", "e", DAY, "8302-2", valueQuantity={"value": 166, "unit": "cm"}),
        observation(
            "o", "e", DAY, "4548-4", valueQuantity={**quantity(4, "%"), "comparator": "<", "system": UCUM}
        ),
        observation("o", "e", DAY, "72166-2", valueCodeableConcept=concept(SNOMED, "1", "Unheard of")),
        pressure("o", "e", DAY, 76, 118),
        pressure("o", "e", DAY, None, 76),
        observation("o", "e", DAY, "55284-4"),
    ],
)
def test_what_the_form_has_no_field_for_is_a_document(told: JsonMap) -> None:
    assert is_document(told)


@pytest.mark.parametrize("value", ["1e400", "1e-400", "9" * 40, "0." + "1" * 5000])
def test_absurd_numbers_cost_nothing_and_are_documents(value: str) -> None:
    told = measured("38483-4", 777, "mg/dL")
    lived = life(patient(), told)
    lived.resources[1].value["valueQuantity"] = {**quantity(None, "mg/dL"), "value": Decimal(value)}

    kinds = [step.entry.kind for step in plan(lived).steps if step.resources and not step.is_original]

    assert kinds == ["documents"]


def test_a_second_value_for_the_same_field_is_a_document() -> None:
    twice = [measured("2160-0", 80, "umol/L"), measured("38483-4", 90, "umol/L")]

    assert made("examinations", *twice) == [{"tests": {"renal": {"creatinine": "80"}}}]
    assert len(made_documents(*twice)) == 1


def made_documents(*told: JsonMap) -> list[Step]:
    return [step for step in steps(encounter("e", DAY), *told) if step.becomes == "document"]


def test_different_times_in_one_encounter_are_different_examinations() -> None:
    later = observation("o2", "e", "2012-02-04", "8302-2", valueQuantity=quantity(167, "cm"))

    found = made("examinations", measured("8302-2", 166, "cm"), later)

    assert [one["general"] for one in found] == [{"height": "166"}, {"height": "167"}]


def test_blood_pressure_after_the_enrolment_is_a_follow_up_and_the_rest_an_examination() -> None:
    told = (
        encounter("before", "2010-05-03"),
        condition("c", "2010-05-03", encounter=to("before")),
        pressure("bp0", "before", "2010-05-03"),
        encounter("after", "2011-05-03", "HH"),
        pressure("bp1", "after", "2011-05-03", 138, 84),
        observation("w", "after", "2011-05-03", "29463-7", valueQuantity=quantity(60, "kg")),
    )

    found = [(one.entry.kind, content(one)) for one in steps(*told) if one.becomes[:3] in ("exa", "fol")]

    assert found == [
        ("examinations", {"general": {"blood_pressure": {"systolic": 152, "diastolic": 94}}}),
        ("follow-ups", {"signs": {"systolic": 138, "diastolic": 84}, "mode": "home"}),
        ("examinations", {"general": {"weight": "60"}}),
    ]


def test_glucose_and_hba1c_after_the_enrolment_are_a_diabetes_follow_up() -> None:
    told = (
        condition("c", "2010-05-03", DIABETES),
        encounter("e", DAY),
        pressure("bp", "e", DAY, 138, 84),
        measured("2339-0", 126, "mg/dL"),
        measured("4548-4", 7.2, "%"),
    )

    (found,) = [content(step) for step in steps(*told) if step.entry.kind == "follow-ups"]

    assert found == {
        "mode": "clinic",
        "signs": {"systolic": 138, "diastolic": 84},
        "tests": {"random_glucose": "6.99", "hba1c": "7.2"},
        "note": "A measurement: 126 mg/dL (LOINC 2339-0), ×0.0555",
    }


def test_with_both_diseases_blood_pressure_belongs_to_hypertension() -> None:
    told = (
        condition("c1", "2010-05-03"),
        condition("c2", "2010-05-03", DIABETES),
        encounter("e", DAY),
        pressure("bp", "e", DAY, 138, 84),
        measured("4548-4", 7.2, "%"),
    )

    found = {step.entry.form: content(step) for step in steps(*told) if step.entry.kind == "follow-ups"}

    assert found == {
        "hypertension-follow-up": {"signs": {"systolic": 138, "diastolic": 84}, "mode": "clinic"},
        "type-2-diabetes-follow-up": {"tests": {"hba1c": "7.2"}, "mode": "clinic"},
    }


@pytest.mark.parametrize("code", EXAMINATION)
def test_every_field_of_the_table_is_one_of_the_form(code: str) -> None:
    """An unknown path would be refused by the form for every reading of that code."""
    form = forms.current("health-examination", date(2020, 1, 1))
    for one in EXAMINATION[code]:
        assert isinstance(one.rule, Quantity | Count)
        filled: JsonValue = one.rule.low
        for name in reversed(one.path):
            filled = {name: filled}
        assert form.check(filled) == filled

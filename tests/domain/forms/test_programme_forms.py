"""Rules across fields of the service forms of the programmes."""

from collections.abc import Mapping
from typing import ClassVar

import pytest

from domain import forms
from domain.forms import FormRefused
from domain.forms.child_development import (
    ASKED_AT,
    InfantAge,
    InfantSign,
    PreschoolAge,
    PreschoolSign,
    ToddlerAge,
    ToddlerSign,
)
from domain.forms.codes import Presence
from domain.forms.follow_up import Referral
from domain.forms.model import Code
from domain.forms.visit import ReferralAdvice
from domain.scalars import JsonObject
from tests.builders import identity_number

INFANT: JsonObject = {"age": "8-months"}

REFUSED: list[tuple[str, JsonObject, str]] = [
    ("newborn-home-visit", {}, ""),
    ("newborn-home-visit", {"name": None}, ""),
    (
        "newborn-home-visit",
        {"birth_date": "2026-01-10", "identity_number": identity_number("20260109", 2)},
        "/birth_date",
    ),
    ("newborn-home-visit", {"sex": "male", "identity_number": identity_number("20260109", 2)}, "/sex"),
    (
        "newborn-home-visit",
        {"birth": {"delivery": ["breech"], "delivery_note": "急产"}},
        "/birth/delivery_note",
    ),
    ("newborn-home-visit", {"birth": {"delivery_note": "急产"}}, "/birth/delivery_note"),
    (
        "newborn-home-visit",
        {"birth": {"asphyxia": {"result": "present", "apgar_1_minute": 3, "apgar_unknown": True}}},
        "/birth/asphyxia/apgar_unknown",
    ),
    (
        "newborn-home-visit",
        {"birth": {"disease_screening": ["not-done", "negative"]}},
        "/birth/disease_screening",
    ),
    ("infant-examination", {}, "/age"),
    ("infant-examination", {**INFANT, "development": ["no-laugh"]}, "/development"),
    ("infant-examination", {**INFANT, "development": ["none", "no-sitting-alone"]}, "/development"),
    ("infant-examination", {"age": "full-month", "development": ["no-gaze"]}, "/development"),
    (
        "infant-examination",
        {**INFANT, "referral": {"advised": "absent", "reason": "贫血"}},
        "/referral/reason",
    ),
    (
        "infant-examination",
        {**INFANT, "illnesses": {"kinds": ["injury"], "pneumonia_times": 1}},
        "/illnesses/pneumonia_times",
    ),
    (
        "infant-examination",
        {**INFANT, "examination": {"fontanelle": {"state": "closed", "across": "1"}}},
        "/examination/fontanelle/across",
    ),
    ("toddler-examination", {"age": "12-months", "development": ["no-walking"]}, "/development"),
    ("preschool-examination", {"age": "3-years", "development": ["no-square"]}, "/development"),
    ("child-tcm-guidance", {"age": "12-months"}, "/services"),
    (
        "child-tcm-guidance",
        {"age": "12-months", "services": ["diet"], "service_note": "穴位图"},
        "/service_note",
    ),
    ("first-antenatal-examination", {}, ""),
    (
        "first-antenatal-examination",
        {"last_period_on": "2025-10", "last_period_unknown": True},
        "/last_period_unknown",
    ),
    ("first-antenatal-examination", {"gestation": {"days": 3}}, "/gestation/weeks"),
    ("first-antenatal-examination", {"history": {"past": ["none", "heart"]}}, "/history/past"),
    (
        "first-antenatal-examination",
        {"history": {"past": ["heart"], "past_note": "病"}},
        "/history/past_note",
    ),
    (
        "antenatal-follow-up",
        {"blood_pressure": {"systolic": 80, "diastolic": 80}},
        "/blood_pressure/diastolic",
    ),
    ("antenatal-follow-up", {"guidance": ["exercise"], "guidance_note": "散步"}, "/guidance_note"),
    (
        "postpartum-visit",
        {"delivered_on": "2026-01-09", "discharged_on": "2026-01-08"},
        "/discharged_on",
    ),
    (
        "postpartum-day-42-examination",
        {"delivered_on": "2026-01-09", "discharged_on": "2026-01-08"},
        "/discharged_on",
    ),
    ("postpartum-day-42-examination", {"outcome": "closed", "referral": {"reason": "贫血"}}, "/referral"),
    (
        "postpartum-day-42-examination",
        {"classification": {"result": "recovered", "note": "恶露未净"}},
        "/classification/note",
    ),
    ("severe-mental-disorder-supplement", {}, ""),
    (
        "severe-mental-disorder-supplement",
        {"employment": "retired", "employment_note": "门卫"},
        "/employment_note",
    ),
    (
        "severe-mental-disorder-supplement",
        {"dangerous_acts": {"acts": ["none", "incident"]}},
        "/dangerous_acts/acts",
    ),
    (
        "severe-mental-disorder-follow-up",
        {"dangerous_acts": {"acts": ["incident"], "self_injury_times": 1}},
        "/dangerous_acts/self_injury_times",
    ),
    (
        "severe-mental-disorder-follow-up",
        {"hospital_stay": "now", "discharged_on": "2026-01"},
        "/discharged_on",
    ),
    (
        "severe-mental-disorder-follow-up",
        {"adverse_reaction": "not-applicable", "adverse_reaction_note": "震颤"},
        "/adverse_reaction_note",
    ),
    (
        "severe-mental-disorder-follow-up",
        {"referral": {"referred": "no", "institution": "示例县精神卫生中心"}},
        "/referral/institution",
    ),
    (
        "severe-mental-disorder-follow-up",
        {"death": {"cause": "suicide", "disease": "heart"}},
        "/death/disease",
    ),
    ("severe-mental-disorder-follow-up", {"danger": "6"}, "/danger"),
    ("tuberculosis-first-visit", {}, ""),
    ("tuberculosis-first-visit", {"mode": "phone"}, "/mode"),
    ("tuberculosis-first-visit", {"supervisor": "family", "supervisor_note": "妻子"}, "/supervisor_note"),
    ("tuberculosis-first-visit", {"symptoms": ["none", "haemoptysis"]}, "/symptoms"),
    ("tuberculosis-first-visit", {"symptoms": ["joint-pain"]}, "/symptoms/0"),
    ("tuberculosis-first-visit", {"drugs": {"missed_doses": 1}}, "/drugs/missed_doses"),
    ("tuberculosis-follow-up", {"supervisor": "self", "supervisor_note": "邻居"}, "/supervisor_note"),
    (
        "tuberculosis-follow-up",
        {"adverse_reaction": "absent", "adverse_reaction_note": "肝功能异常"},
        "/adverse_reaction_note",
    ),
    ("tuberculosis-follow-up", {"complication_note": "气胸"}, "/complication_note"),
    ("tuberculosis-follow-up", {"closing": {"reason": "moved"}}, "/closing/reason"),
]

SPARSE: list[tuple[str, JsonObject]] = [
    ("newborn-home-visit", {"birth": {"weight": "3.25"}}),
    ("newborn-home-visit", {"birth": {"asphyxia": {"result": "present", "apgar_unknown": True}}}),
    ("newborn-home-visit", {"birth_date": "2026-01", "identity_number": identity_number("20260109", 2)}),
    ("infant-examination", {"age": "full-month", "development": ["none"]}),
    ("infant-examination", {"age": "3-months", "examination": {"fontanelle": {"state": "open"}}}),
    ("first-antenatal-examination", {"last_period_unknown": True}),
    ("antenatal-follow-up", {"contact": "urged"}),
    ("antenatal-follow-up", {"gestation": {"weeks": 12, "days": 3}}),
    ("postpartum-visit", {"delivered_on": "2026-01", "discharged_on": "2026-01-12"}),
    ("severe-mental-disorder-supplement", {"onset_on": "1998"}),
    ("severe-mental-disorder-follow-up", {"danger": "level-0"}),
    ("tuberculosis-first-visit", {"sputum": "not-examined"}),
    ("tuberculosis-follow-up", {"closing": {"reason": "completed"}}),
    ("preschool-examination", {"age": "6-years", "examination": {"vision": {"left": "5.0"}}}),
]


@pytest.mark.parametrize("name, content, field", REFUSED, ids=lambda part: str(part)[:60])
def test_a_form_that_contradicts_itself_is_refused_naming_the_field(
    name: str, content: JsonObject, field: str
) -> None:
    with pytest.raises(FormRefused) as caught:
        forms.get(name, "2017").check(content)

    assert [problem["field"] for problem in caught.value.problems] == [field]


@pytest.mark.parametrize("name, content", SPARSE, ids=lambda part: str(part)[:60])
def test_old_paper_may_hold_one_reading_and_nothing_else(name: str, content: JsonObject) -> None:
    assert forms.get(name, "2017").check(content) == content


IN_ANOTHER_UNIT: list[tuple[str, JsonObject, str]] = [
    ("newborn-home-visit", {"birth": {"weight": "3250"}}, "/birth/weight"),  # g
    ("newborn-home-visit", {"birth": {"length": "500"}}, "/birth/length"),  # mm
    ("newborn-home-visit", {"examination": {"temperature": "98.2"}}, "/examination/temperature"),  # °F
    (
        "newborn-home-visit",
        {"examination": {"fontanelle_across": "15"}},
        "/examination/fontanelle_across",  # mm
    ),
    ("infant-examination", {**INFANT, "growth": {"head_circumference": "445"}}, "/growth/head_circumference"),
    ("infant-examination", {**INFANT, "outdoors": "90"}, "/outdoors"),  # min
    ("toddler-examination", {"age": "12-months", "growth": {"height": "0.81"}}, "/growth/height"),  # m
    ("antenatal-follow-up", {"fundal_height": "285"}, "/fundal_height"),  # mm
    ("antenatal-follow-up", {"gestation": {"weeks": 212}}, "/gestation/weeks"),  # days
    ("postpartum-visit", {"blood_pressure": {"systolic": 15, "diastolic": 10}}, "/blood_pressure/systolic"),
    (
        "severe-mental-disorder-follow-up",
        {"drugs": [{"name": "利培酮片", "dose": "2 mg"}]},
        "/drugs/0/dose",
    ),
    ("tuberculosis-follow-up", {"closing": {"rate": "978"}}, "/closing/rate"),  # per mille
]


@pytest.mark.parametrize("name, content, field", IN_ANOTHER_UNIT, ids=lambda part: str(part)[:60])
def test_a_reading_in_another_unit_is_refused_naming_the_field(
    name: str, content: JsonObject, field: str
) -> None:
    with pytest.raises(FormRefused) as caught:
        forms.get(name, "2017").check(content)

    assert field in [problem["field"] for problem in caught.value.problems]


def test_each_age_but_the_first_month_asks_four_signs_of_its_own() -> None:
    signs = [*list(InfantSign)[1:], *list(ToddlerSign)[1:], *list(PreschoolSign)[1:]]

    assert list(ASKED_AT) == signs and len(set(signs)) == len(signs)
    for age in [*InfantAge, *ToddlerAge, *PreschoolAge]:
        asked = [sign for sign in signs if ASKED_AT[sign] is age]
        assert [sign.code for sign in asked] == ([] if age is InfantAge.FULL_MONTH else ["1", "2", "3", "4"])
        assert all(f"（{age.label}）" in sign.label for sign in asked)


def test_a_method_taught_at_another_age_is_a_warning_only() -> None:
    form = forms.get("child-tcm-guidance", "2017")
    content: JsonObject = {"age": "18-months", "services": ["diet", "sishencong"]}

    assert form.check(content) == content
    assert [problem["field"] for problem in form.warnings(content)] == ["/services"]
    assert form.warnings({**content, "age": "36-months"}) == []


def test_a_bmi_that_height_and_weight_do_not_give_is_a_warning_only() -> None:
    form = forms.get("first-antenatal-examination", "2017")
    content: JsonObject = {"examination": {"height": "160", "weight": "60", "bmi": "32.4"}}

    assert form.check(content) == content
    assert [problem["field"] for problem in form.warnings(content)] == ["/examination/bmi"]
    assert form.warnings({"age": 29}) == []


@pytest.mark.parametrize("level", range(6))
def test_danger_from_level_3_without_the_class_unstable_is_a_warning_only(level: int) -> None:
    form = forms.get("severe-mental-disorder-follow-up", "2017")
    danger: JsonObject = {"danger": f"level-{level}"}

    for told in ("basically-stable", "stable"):
        warnings = form.warnings({**danger, "classification": told})
        assert [problem["field"] for problem in warnings] == (["/classification"] if level >= 3 else [])
    assert form.warnings({**danger, "classification": "unstable"}) == form.warnings(danger) == []


@pytest.mark.parametrize("rate, doses, odd", [("95", 171, 0), ("94.2", 171, 0), ("90", 171, 1), ("0", 0, 0)])
def test_a_rate_that_the_doses_do_not_give_is_a_warning_only(rate: str, doses: int, odd: int) -> None:
    form = forms.get("tuberculosis-follow-up", "2017")
    closing: JsonObject = {"doses_due": 180, "doses_taken": doses, "rate": rate}

    warnings = form.warnings({"closing": closing})

    assert [problem["field"] for problem in warnings] == ["/closing/rate"] * odd
    assert form.warnings({"closing": {**closing, "doses_due": 0}}) == []


@pytest.mark.parametrize("name", ["tuberculosis-first-visit", "tuberculosis-follow-up"])
def test_a_target_without_the_present_value_is_a_warning_only(name: str) -> None:
    warnings = forms.get(name, "2017").warnings({"habits": {"target_cigarettes": 0}})

    assert [problem["field"] for problem in warnings] == ["/habits/cigarettes"]


def test_what_a_field_needs_is_told_once_and_joins_the_rules_of_the_block_above() -> None:
    class Restated(ReferralAdvice):
        rules: ClassVar[tuple[str, ...]] = ("of its own",)

    class Narrower(ReferralAdvice):
        needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"note": ("advised", Presence.PRESENT)}

        note: str | None = None

    said = ReferralAdvice.rules
    assert Referral.rules == () and len(said) == 3
    assert Restated.rules == ("of its own", *said)
    assert Narrower.rules == (*said, "note only with advised present")

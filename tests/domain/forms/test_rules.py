"""Rules across fields: what one form says must agree with itself."""

import base64
import hashlib

import pytest

from domain import forms
from domain.forms import FormRefused
from domain.forms.document import LARGEST, facts_of
from domain.scalars import JsonObject, JsonValue

BASIC: JsonObject = {"name": "示例", "sex": "female", "birth_date": "1949-12-31"}
ICD = "http://hl7.org/fhir/sid/icd-10"
PROBLEM: JsonObject = {"problem": {"system": ICD, "code": "I10"}, "clinical_status": "active"}
DRUG: JsonObject = {"drug": {"system": ICD, "code": "X"}}
PAPER: JsonObject = {"title": "报告", "kind": "lab-report", "media_type": "text/plain"}


def drinking(**content: JsonValue) -> JsonObject:
    return {"lifestyle": {"drinking": content}}


REFUSED: list[tuple[str, JsonObject, str]] = [
    ("personal-basic-information", {**BASIC, "identity_number": "440524188001010014"}, "/birth_date"),
    (
        "personal-basic-information",
        {**BASIC, "sex": "male", "identity_number": "11010519491231002X"},
        "/sex",
    ),
    ("personal-basic-information", {**BASIC, "identity_number": "11010519491231002x"}, "/identity_number"),
    ("personal-basic-information", {**BASIC, "hereditary_disease_note": "病"}, "/hereditary_disease_note"),
    (
        "personal-basic-information",
        {**BASIC, "ethnicity_code": "01", "ethnicity_name": "壮族"},
        "/ethnicity_name",
    ),
    (
        "personal-basic-information",
        {**BASIC, "past_history": {"none": ["injuries"], "injuries": [{"what": "骨折"}]}},
        "/past_history/none",
    ),
    (
        "personal-basic-information",
        {**BASIC, "past_history": {"diseases": [{"disease": "stroke", "note": "左侧"}]}},
        "/past_history/diseases/0/note",
    ),
    ("health-examination", {}, ""),
    ("health-examination", {"symptoms": ["none", "headache"]}, "/symptoms"),
    ("health-examination", {"symptoms": ["headache", "headache"]}, "/symptoms"),
    ("health-examination", {"symptoms": []}, "/symptoms"),
    ("health-examination", {"main_drugs": []}, "/main_drugs"),
    (
        "health-examination",
        {"general": {"blood_pressure_left": {"systolic": 90, "diastolic": 90}}},
        "/general/blood_pressure_left/diastolic",
    ),
    ("health-examination", {"general": {"elderly": {"emotion_score": 3}}}, "/general/elderly/emotion_score"),
    (
        "health-examination",
        {"lifestyle": {"exercise": {"frequency": "none", "minutes": 30}}},
        "/lifestyle/exercise/minutes",
    ),
    (
        "health-examination",
        {"lifestyle": {"smoking": {"status": "never", "per_day": 1}}},
        "/lifestyle/smoking/per_day",
    ),
    (
        "health-examination",
        {"lifestyle": {"smoking": {"status": "current", "stopped_age": 40}}},
        "/lifestyle/smoking/stopped_age",
    ),
    (
        "health-examination",
        {"lifestyle": {"smoking": {"status": "former", "began_age": 41, "stopped_age": 40}}},
        "/lifestyle/smoking/stopped_age",
    ),
    ("health-examination", drinking(frequency="never", per_day="1"), "/lifestyle/drinking/per_day"),
    ("health-examination", drinking(frequency="daily", stopped_age=50), "/lifestyle/drinking/stopped_age"),
    (
        "health-examination",
        {"lifestyle": {"occupational_exposure": {"exposed": "absent", "work": "焊工"}}},
        "/lifestyle/occupational_exposure/work",
    ),
    (
        "health-examination",
        {"tests": {"fasting_glucose": "5.5", "fasting_glucose_mg_dl": "99"}},
        "/tests/fasting_glucose_mg_dl",
    ),
    (
        "health-examination",
        {"hospital_stays": [{"since": "2025-03", "until": "2025-02-27", "reason": "肺炎"}]},
        "/hospital_stays/0/until",
    ),
    (
        "health-examination",
        {"evaluation": {"result": "normal", "abnormalities": ["血压升高"]}},
        "/evaluation/abnormalities",
    ),
    (
        "health-examination",
        {"risk_factors": {"advice": ["diet"], "vaccine": "流感"}},
        "/risk_factors/vaccine",
    ),
    ("hypertension-follow-up", {}, ""),
    ("hypertension-follow-up", {"mode": None}, ""),
    ("hypertension-follow-up", {"signs": {"systolic": 80, "diastolic": 120}}, "/signs/diastolic"),
    (
        "hypertension-follow-up",
        {"adverse_reaction": "absent", "adverse_reaction_note": "咳嗽"},
        "/adverse_reaction_note",
    ),
    (
        "type-2-diabetes-follow-up",
        {"adverse_reaction": "absent", "classification": "adverse-reaction"},
        "/classification",
    ),
    (
        "reception",
        {"setting": "home", "objective": {"systolic": 80, "diastolic": 80}},
        "/objective/diastolic",
    ),
    ("reception", {"setting": "clinic", "began_on": "2026-01-02", "ended_on": "2026-01-01"}, "/ended_on"),
    ("problem", {**PROBLEM, "abated_on": "2026"}, "/abated_on"),
    (
        "problem",
        {**PROBLEM, "clinical_status": "resolved", "onset_on": "2026-02", "abated_on": "2025"},
        "/abated_on",
    ),
    ("problem", {**PROBLEM, "problem": {"system": "ICD-10", "code": "I10"}}, "/problem/system"),
    ("medication", {**DRUG, "started_on": "2026-01-02", "stopped_on": "2026-01-01"}, "/stopped_on"),
    ("programme-enrolment", {"programme": "weight-loss"}, "/programme"),
    (
        "programme-enrolment",
        {"programme": "hypertension", "managing_practitioner": "Dr"},
        "/managing_practitioner",
    ),
]


@pytest.mark.parametrize("name, content, field", REFUSED, ids=lambda part: str(part)[:60])
def test_a_form_that_contradicts_itself_is_refused_naming_the_field(
    name: str, content: JsonObject, field: str
) -> None:
    with pytest.raises(FormRefused) as caught:
        forms.get(name, "2017" if name in NATIONAL else "2026").check(content)

    assert [problem["field"] for problem in caught.value.problems] == [field]


NATIONAL = {form.name for form in forms.registry if form.edition == "2017"}

SPARSE: list[tuple[str, JsonObject]] = [
    ("health-examination", {"general": {"blood_pressure": {"systolic": 120, "diastolic": 80}}}),
    ("health-examination", {"tests": {"fasting_glucose_mg_dl": "99.3"}}),
    ("health-examination", drinking(frequency="never", abstinence="stopped", stopped_age=60, began_age=20)),
    ("hypertension-follow-up", {"signs": {"systolic": 120, "diastolic": 80}}),
    ("type-2-diabetes-follow-up", {"tests": {"hba1c": "6.4"}}),
    ("personal-basic-information", {**BASIC, "birth_date": "1949", "identity_number": "11010519491231002X"}),
    ("personal-basic-information", {"name": "张", "sex": "unknown", "birth_date": "1987-05"}),
]


@pytest.mark.parametrize("name, content", SPARSE, ids=lambda part: str(part)[:60])
def test_old_paper_may_hold_one_reading_and_nothing_else(name: str, content: JsonObject) -> None:
    assert forms.get(name, "2017").check(content) == content


def test_a_bmi_that_height_and_weight_do_not_give_is_a_warning_only() -> None:
    content: JsonObject = {"general": {"height": "160", "weight": "60", "bmi": "32.4"}}
    form = forms.get("health-examination", "2017")

    assert form.check(content) == content
    assert [problem["field"] for problem in form.warnings(content)] == ["/general/bmi"]
    assert form.warnings({"general": {"height": "160", "weight": "60", "bmi": "23.4"}}) == []


@pytest.mark.parametrize("name", ["hypertension-follow-up", "type-2-diabetes-follow-up"])
def test_a_target_without_the_present_value_is_a_warning_only(name: str) -> None:
    content: JsonObject = {"signs": {"target_weight": "60"}, "lifestyle": {"target_cigarettes": 0}}

    warnings = forms.get(name, "2017").warnings(content)

    assert [problem["field"] for problem in warnings] == ["/signs/weight", "/lifestyle/cigarettes"]
    assert forms.get(name, "2017").warnings({"mode": "phone"}) == []


def test_a_record_without_telephone_and_past_history_is_told_so() -> None:
    warnings = forms.get("personal-basic-information", "2017").warnings(BASIC)

    assert [problem["field"] for problem in warnings] == ["/phone", "/past_history"]


def test_a_document_keeps_the_bytes_its_hashes_name() -> None:
    form = forms.get("document", "2026")
    content: JsonObject = {**PAPER, **facts_of("血糖 5.8".encode())}

    assert form.check(content) == content


@pytest.mark.parametrize("field", ["length", "sha256", "sha512"])
def test_a_document_whose_hash_or_length_is_another_is_refused(field: str) -> None:
    content: JsonObject = {**PAPER, **facts_of(b"one"), field: facts_of(b"another")[field]}

    with pytest.raises(FormRefused) as caught:
        forms.get("document", "2026").check(content)

    assert [problem["field"] for problem in caught.value.problems] == [f"/{field}"]


def test_a_document_of_a_megabyte_is_taken_and_one_byte_more_refused() -> None:
    form = forms.get("document", "2026")
    form.check({**PAPER, **facts_of(b"\0" * LARGEST)})

    with pytest.raises(FormRefused) as caught:
        form.check({**PAPER, **facts_of(b"\0" * (LARGEST + 1))})

    assert {problem["field"] for problem in caught.value.problems} == {"/length", "/data"}


@pytest.mark.parametrize(
    "data", ["QQ=", "QR==", "QQ==\n", "Q Q==", "QQ-_", "====", "数据数据", "A" * 1_500_000]
)
def test_only_canonical_base64_is_taken_so_that_one_text_stands_for_the_bytes(data: str) -> None:
    length = len(base64.b64decode("QQ=="))
    facts = {**facts_of(b"A"), "length": length, "sha256": hashlib.sha256(b"A").hexdigest()}

    with pytest.raises(FormRefused) as caught:
        forms.get("document", "2026").check({**PAPER, **facts, "data": data})

    assert [problem["field"] for problem in caught.value.problems] == ["/data"]

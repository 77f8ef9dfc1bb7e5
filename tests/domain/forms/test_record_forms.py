"""The forms of the whole record: which there are, and what each asks across its fields."""

import re
from datetime import date
from pathlib import Path

import pytest

from domain import forms
from domain.entries import KINDS, PROGRAMMES, SECTIONS
from domain.forms import FormRefused
from domain.forms.care_plan import LIMITS, Measure
from domain.forms.sections import Section
from domain.scalars import JsonObject, JsonValue
from domain.sequels import SEQUELS
from tests.domain.forms.fields import EVERY

PAGE = Path(__file__).parents[3].joinpath("docs", "forms.md").read_text(encoding="utf-8")
TODAY = date(2026, 6, 1)
COPD = "copd-follow-up"

# form, fields of its example that are changed (None: left out), and the field refused ("": none)
CHANGED: list[tuple[str, JsonObject, str]] = [
    ("referral", {"to": None}, "/to"),
    ("referral", {"to": "示例县人民医院"}, "/to"),
    ("referral", {"direction": "across"}, "/direction"),
    ("referral", {"sections": None}, "/sections"),
    ("referral", {"sections": []}, "/sections"),
    ("referral", {"sections": ["problems", "problems"]}, "/sections"),
    ("referral", {"sections": ["everything"]}, "/sections/0"),
    ("referral", {"until": None}, "/until"),
    ("referral", {"until": "2026-07"}, "/until"),
    ("referral", {"reason": None}, "/reason"),
    ("referral", {"urgent": None}, ""),
    ("referral-decline", {"note": None}, "/note"),
    ("referral-decline", {"reason": "no-capacity", "note": None}, ""),
    ("consultation-request", {"remote": None}, "/remote"),
    ("consultation-request", {"question": None}, "/question"),
    ("consultation-decline", {"reason": None}, "/reason"),
    ("consultation-decline", {"reason": "other", "note": None}, "/note"),
    ("consultation-decline", {"note": None}, ""),
    ("consultation", {"opinion": None}, "/opinion"),
    ("consultation", {"doctors": []}, "/doctors"),
    ("consultation", {"doctors": [{"institution": "示例县人民医院"}]}, "/doctors/0/name"),
    ("birth", {"born_on": "2026-01"}, "/born_on"),
    ("birth", {"gestation_weeks": None}, "/gestation_days"),
    ("birth", {"delivery": ["caesarean"]}, "/delivery_note"),
    ("birth", {"birth_order": 2}, "/birth_order"),
    ("birth", {"children": 2, "birth_order": 2}, ""),
    ("relationship", {"record": None}, ""),
    ("relationship", {"name": None}, ""),
    ("relationship", {"record": None, "name": None}, "/name"),
    ("relationship", {"relation": "other", "note": None}, "/note"),
    ("guardian-appointment", {"paper": None}, "/paper"),
    ("guardian-appointment", {"basis": "parent", "paper": None}, ""),
    ("guardian-appointment", {"login": {"issuer": "https://login.example.org"}}, "/login/subject"),
    ("representative-appointment", {"paper": None}, "/paper"),
    ("representative-appointment", {"capacity": "representative"}, "/basis"),
    ("representative-appointment", {"basis": "authorisation"}, "/basis"),
    ("representative-appointment", {"basis": "court"}, ""),
    (
        "representative-appointment",
        {"capacity": "representative", "basis": "authorisation", "paper": None},
        "",
    ),
    ("representation-ending", {"reason": "other", "note": None}, "/note"),
    ("consent-withdrawal", {"by": "heir"}, "/by"),
    ("research-opt-out", {"by": "heir"}, ""),
    ("research-opt-out", {"by": "doctor"}, "/by"),
    ("statement", {"about": None}, ""),
    ("statement", {"text": None}, "/text"),
    ("restriction", {"sections": None}, "/sections"),
    ("restriction", {"until": None}, ""),
    ("correction-request", {"entry": None}, "/entry"),
    ("correction-request", {"should_be": None}, ""),
    ("correction-decision", {"reason": None}, "/reason"),
    ("correction-decision", {"decision": "accepted", "reason": None}, ""),
    ("card", {"number": None}, "/number"),
    ("card", {"chronic_illnesses": ["none", "asthma"]}, "/chronic_illnesses"),
    ("card", {"chronic_illnesses": ["asthma"]}, "/chronic_illness_note"),
    ("card-replacement", {"number": None}, "/number"),
    ("card-replacement", {"reason": "other", "note": None}, "/note"),
    ("card-revocation", {"reason": "other", "note": None}, "/note"),
    ("care-plan", {"goals": [{"measure": "systolic"}]}, "/goals/0/target"),
    ("care-plan", {"goals": [{"measure": "systolic", "target": "140"}]}, "/goals/0/bound"),
    ("care-plan", {"goals": [{"measure": "other"}]}, "/goals/0/what"),
    ("care-plan", {"goals": [{"measure": "other", "what": "戒酒", "bound": "at-most"}]}, "/goals/0/bound"),
    ("care-plan", {"ends_on": "2026-06-14"}, "/ends_on"),
    ("effect-evaluation", {"results": [{"measure": "bmi", "value": "23.5"}]}, "/results/0/achievement"),
    (
        "effect-evaluation",
        {"results": [{"measure": "bmi", "value": "23.5", "achievement": "not-measured"}]},
        "/results/0/value",
    ),
    ("health-education", {"content": None}, "/content"),
    ("medication-stop", {"reason": "other", "note": None}, "/note"),
    ("programme-exit", {"reason": "other", "note": None}, "/note"),
    ("programme-exit", {"reason": "tired"}, "/reason"),
    ("access-application", {"to": None}, "/to"),
    ("access-application", {"paper": None}, "/paper"),
    ("access-application", {"sections": None}, "/sections"),
    ("access-application", {"sections": ["access-applications"]}, "/sections/0"),
    ("access-application", {"sensitive": None}, ""),
    ("access-application", {"sensitive": []}, "/sensitive"),
    ("access-application", {"purpose": "marketing"}, "/purpose"),
    ("access-application", {"purpose": "emergency"}, "/purpose"),
    ("access-application", {"until": None}, "/until"),
    ("access-application", {"until": "2026-05-31"}, "/until"),
    ("access-application", {"until": "2026-06-01"}, ""),
    ("access-refusal", {"reason": None}, "/reason"),
    ("access-agreement", {"by": "institution"}, "/by"),
    ("access-revocation", {"by": "institution", "paper": None}, ""),
    ("access-revocation", {"by": None}, "/by"),
    ("statutory-disclosure", {"order": None}, "/order"),
    ("statutory-disclosure", {"notice_deferred_until": None}, "/order"),
    ("statutory-disclosure", {"notice_deferred_until": None, "order": None}, ""),
    ("statutory-disclosure", {"body_kind": "social-insurance"}, "/notice_deferred_until"),
    ("statutory-disclosure", {"certificate": None}, "/certificate"),
    ("statutory-disclosure", {"purpose": "research"}, "/purpose"),
    ("emergency-access", {"hours": 0}, "/hours"),
    ("emergency-access", {"hours": 25}, "/hours"),
    ("emergency-access", {"hours": 24}, ""),
    ("emergency-access", {"reason": None}, "/reason"),
    ("emergency-review", {"note": None}, "/note"),
    ("emergency-review", {"finding": "justified", "note": None}, ""),
    ("notice-rule", {"rule": None}, "/rule"),
    ("legal-hold", {"parties": []}, "/parties"),
    ("legal-hold", {"until": None}, ""),
    ("identity-dispute", {"other": None}, ""),
    ("identity-dispute", {"note": None}, "/note"),
    ("quality-finding", {"about": None, "finding": "other", "note": None}, "/note"),
    ("quality-resolution", {"outcome": "beyond-repair", "note": None}, "/note"),
    ("authenticity-check", {"note": None}, "/note"),
    ("authenticity-check", {"result": "authentic", "note": None}, ""),
    (COPD, {"lung_function": {"fev1": "2.65", "fvc": "2.64"}}, "/lung_function/fev1"),
    (COPD, {"exacerbations": {"times": 1, "hospital_stays": 2}}, "/exacerbations/hospital_stays"),
    (COPD, {"rehabilitation": ["walking"]}, "/rehabilitation_note"),
    (COPD, {"adverse_reaction": "absent"}, "/adverse_reaction_note"),
]


@pytest.mark.parametrize("name, changes, field", CHANGED, ids=lambda part: str(part)[:60])
def test_what_decisions_rely_on_is_asked_for_and_what_contradicts_is_refused(
    name: str, changes: JsonObject, field: str
) -> None:
    form = forms.current(name, TODAY)

    assert refused(form, {**form.example, **changes}) == ([field] if field else [])


def refused(form: forms.Form, content: JsonObject) -> list[str]:
    try:
        form.check(content)
    except FormRefused as error:
        return [problem["field"] for problem in error.problems]
    return []


@pytest.mark.parametrize("measure", LIMITS)
def test_a_goal_and_its_result_are_numbers_possible_in_the_unit_of_their_measure(measure: Measure) -> None:
    plan, evaluation = forms.current("care-plan", TODAY), forms.current("effect-evaluation", TODAY)
    low, high = float(LIMITS[measure].low), float(LIMITS[measure].high)

    def wrong(number: float) -> tuple[bool, bool]:
        """Whether the goal and the result are refused."""
        goal: JsonValue = {"measure": measure.value, "bound": "at-most", "target": f"{number:g}"}
        result: JsonValue = {"measure": measure.value, "value": f"{number:g}", "achievement": "achieved"}
        return (
            refused(plan, {"goals": [goal]}) == ["/goals/0/target"],
            refused(evaluation, {"results": [result], "conclusion": "effective"}) == ["/results/0/value"],
        )

    assert wrong(low) == wrong(high) == (False, False)
    assert wrong(high + 1) == (True, True)
    if low >= 1:
        assert wrong(low - 1) == (True, True)


def test_a_goal_in_whole_numbers_has_no_decimals() -> None:
    goal: JsonValue = {"measure": "systolic", "bound": "at-most", "target": "140.5"}

    assert refused(forms.current("care-plan", TODAY), {"goals": [goal]}) == ["/goals/0/target"]


def test_the_sections_are_the_collections_of_the_record() -> None:
    assert tuple(section.value for section in Section) == SECTIONS


def test_every_collection_and_every_sequel_has_its_form() -> None:
    used = {form for kind in KINDS.values() for form in kind.forms}
    used |= {sequel.form for sequels in SEQUELS.values() for sequel in sequels.values()}

    assert used == set(forms.names())


def test_copd_is_enrolled_in_since_the_day_of_its_notice_and_not_before() -> None:
    content: JsonObject = {"programme": "copd"}

    assert refused(forms.current("programme-enrolment", date(2024, 9, 12)), content) == ["/programme"]
    assert refused(forms.current("programme-enrolment", date(2024, 9, 13)), content) == []


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_programme_with_follow_ups_can_be_enrolled_in(programme: str) -> None:
    assert refused(forms.current("programme-enrolment", TODAY), {"programme": programme}) == []


def test_a_copd_follow_up_may_be_one_reading_and_warns_of_what_does_not_fit() -> None:
    form = forms.current(COPD, TODAY)
    content: JsonObject = {
        "signs": {"height": "168", "weight": "54.5", "bmi": "29.3", "target_bmi": "20"},
        "lung_function": {"after_bronchodilator": True, "ratio": "70"},
        "lifestyle": {"target_cigarettes": 0},
    }

    assert form.check({"cat_score": 12}) == {"cat_score": 12}
    assert [problem["field"] for problem in form.warnings(content)] == [
        "/signs/bmi",
        "/lung_function/ratio",
        "/lifestyle/cigarettes",
    ]


@pytest.mark.parametrize("form", EVERY, ids=lambda form: f"{form.name}-{form.edition}")
def test_the_documentation_has_every_field_of_a_form_with_its_edition_and_source(form: forms.Form) -> None:
    edition = f"Edition {form.edition}, valid from {form.valid_from}. {form.source}."
    head = f"## {form.name} ({form.title})\n\n{edition}"
    assert PAGE.count(head) == 1

    section = PAGE.partition(head)[2].partition("\n## ")[0]
    written = re.findall(r"^\| `(/[^`]+)`", section, re.MULTILINE)

    described = form.description["fields"]
    assert isinstance(described, dict)
    assert written == list(described) and set(form.example) <= {field.split("/")[1] for field in written}

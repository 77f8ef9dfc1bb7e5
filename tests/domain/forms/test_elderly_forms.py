"""What the two forms for the elderly compute: points, grades, scores and constitutions."""

from itertools import product

import pytest

from domain import forms
from domain.forms import FormRefused
from domain.forms.constitution import BIASED, ElderlyConstitution, scores
from domain.forms.constitution_answers import Answers
from domain.forms.self_care import Dressing, Eating, Moving, SelfCareAssessment, Toilet, Washing, grade_of
from domain.scalars import JsonObject

SELF_CARE = forms.get("self-care-assessment", "2017")
CONSTITUTION = forms.get("elderly-tcm-constitution", "2017")
ITEMS = {"eating": Eating, "washing": Washing, "dressing": Dressing, "toilet": Toilet, "moving": Moving}
INDEPENDENT: JsonObject = dict.fromkeys(ITEMS, "independent")

# 体质判定标准表, by the numbers of the questions
QUESTIONS = {
    "qi_deficiency": (2, 3, 4, 14),
    "yang_deficiency": (11, 12, 13, 29),
    "yin_deficiency": (10, 21, 26, 31),
    "phlegm_dampness": (9, 16, 28, 32),
    "damp_heat": (23, 25, 27, 30),
    "blood_stasis": (19, 22, 24, 33),
    "qi_stagnation": (5, 6, 7, 8),
    "special_diathesis": (15, 17, 18, 20),
}
NAMES = list(Answers.model_fields)  # in the order of the form


def refused(form: forms.Form, content: JsonObject) -> list[str]:
    try:
        form.check(content)
    except FormRefused as error:
        return [problem["field"] for problem in error.problems]
    return []


def answered(points: int) -> JsonObject:
    return dict.fromkeys(NAMES, points)


def test_the_total_is_the_sum_of_the_items_for_every_assessment_there_is() -> None:
    for items in product(*ITEMS.values()):
        filled = {name: item.value for name, item in zip(ITEMS, items, strict=True)}
        total = sum(int(item.code) for item in items)

        assert SelfCareAssessment.model_validate({**filled, "total": total}).points() == total
    assert total == 37


@pytest.mark.parametrize("total", [-1, 1, 37, 38])
def test_a_total_that_the_items_do_not_give_is_refused(total: int) -> None:
    assert refused(SELF_CARE, {**INDEPENDENT, "total": total}) == ["/total"]


@pytest.mark.parametrize(
    "points, grade",
    [(0, "able"), (3, "able"), (4, "mild"), (8, "mild"), (9, "moderate"), (18, "moderate"), (19, "unable")],
)
def test_the_grade_follows_the_thresholds(points: int, grade: str) -> None:
    grades = {"able", "mild", "moderate", "unable"}

    assert grade_of(points) == grade and grade_of(37) == "unable"
    assert refused(SELF_CARE, {"total": points, "grade": grade}) == []
    for other in grades - {grade}:
        assert refused(SELF_CARE, {"total": points, "grade": other}) == ["/grade"]


def test_the_grade_is_compared_with_the_items_where_no_total_was_written() -> None:
    assert refused(SELF_CARE, {**INDEPENDENT, "grade": "mild"}) == ["/grade"]
    assert refused(SELF_CARE, {**INDEPENDENT, "moving": "dependent", "grade": "moderate"}) == []


def test_an_assessment_of_some_items_is_taken_as_it_is() -> None:
    assert SELF_CARE.check({"eating": "assisted", "grade": "able"}) == {"eating": "assisted", "grade": "able"}
    assert refused(SELF_CARE, {}) == [""]


def test_the_questions_stand_in_their_order_and_belong_to_the_constitutions_of_the_annex() -> None:
    titles = [field.title or "" for field in Answers.model_fields.values()]

    assert [title.split("）")[0] for title in titles] == [f"（{number}" for number in range(1, 34)]
    assert {
        name: tuple(NAMES.index(one) + 1 for one in questions) for name, questions in BIASED.items()
    } == QUESTIONS


@pytest.mark.parametrize("points", [1, 2, 3, 4, 5])
def test_a_biased_score_is_the_sum_and_four_questions_of_the_balanced_one_are_reversed(points: int) -> None:
    computed = scores(Answers.model_validate(answered(points)))

    assert computed == {**dict.fromkeys(QUESTIONS, 4 * points), "balanced": points + 4 * (6 - points)}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_score_that_the_answers_do_not_give_is_refused(name: str) -> None:
    number = QUESTIONS[name][0]
    asked: JsonObject = {NAMES[number - 1]: 3}

    assert refused(CONSTITUTION, {"answers": {**answered(2), **asked}, name: {"score": 9}}) == []
    assert refused(CONSTITUTION, {"answers": {**answered(2), **asked}, name: {"score": 8}}) == [
        f"/{name}/score"
    ]
    assert refused(CONSTITUTION, {"answers": asked, name: {"score": 8}}) == []  # not all were answered


@pytest.mark.parametrize(
    "score, result",
    [(4, "no"), (8, "no"), (9, "tendency"), (10, "tendency"), (11, "yes"), (20, "yes")],
)
def test_a_biased_constitution_follows_the_thresholds(score: int, result: str) -> None:
    assert refused(CONSTITUTION, {"damp_heat": {"score": score, "result": result}}) == []
    for other in {"no", "tendency", "yes"} - {result}:
        at = "/damp_heat/result"
        assert refused(CONSTITUTION, {"damp_heat": {"score": score, "result": other}}) == [at]


@pytest.mark.parametrize(
    "balanced, highest, result",
    [
        (16, 4, "no"),
        (17, 8, "yes"),
        (25, 8, "yes"),
        (17, 9, "mostly"),
        (17, 10, "mostly"),
        (17, 11, "no"),
        (16, 10, "no"),
    ],
)
def test_the_balanced_constitution_depends_on_all_the_others(
    balanced: int, highest: int, result: str
) -> None:
    others: JsonObject = {name: {"score": 4} for name in QUESTIONS}
    others["blood_stasis"] = {"score": highest}

    for told in ("yes", "mostly", "no"):
        content: JsonObject = {**others, "balanced": {"score": balanced, "result": told}}
        assert refused(CONSTITUTION, content) == ([] if told == result else ["/balanced/result"])


def test_the_balanced_result_is_taken_as_it_is_while_a_score_is_unknown() -> None:
    assert refused(CONSTITUTION, {"balanced": {"score": 5, "result": "yes"}}) == []
    assert refused(CONSTITUTION, {"answers": answered(1), "balanced": {"result": "no"}}) == [
        "/balanced/result"
    ]
    assert ElderlyConstitution.model_validate({"damp_heat": {}, "balanced": {"score": 9}}).scores() == {
        "balanced": 9
    }


def test_other_guidance_needs_its_choice_under_each_constitution() -> None:
    for name in (*QUESTIONS, "balanced"):
        content: JsonObject = {name: {"guidance": ["diet"], "guidance_note": "粥"}}
        assert refused(CONSTITUTION, content) == [f"/{name}/guidance_note"]

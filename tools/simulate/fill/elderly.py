"""老年人: self-care and constitution, scored by the forms' own rules."""

from domain.forms.constitution import BIASED, balanced_result, biased_result, scores
from domain.forms.constitution_answers import Answers
from domain.forms.self_care import Dressing, Eating, Moving, Toilet, Washing, grade_of
from domain.scalars import JsonObject
from tools.simulate.chance import Dice

ITEMS = {"eating": Eating, "washing": Washing, "dressing": Dressing, "toilet": Toilet, "moving": Moving}
QUESTIONS = tuple(Answers.model_fields)
ANSWERS = ((1, 35), (2, 38), (3, 18), (4, 7), (5, 2))


def self_care(dice: Dice, frailty: float) -> JsonObject:
    """老年人生活自理能力评估表. frailty: from 0, able, to 1, dependent."""
    content: JsonObject = {}
    total = 0
    for item, kind in ITEMS.items():
        choices = list(kind)
        choice = choices[min(len(choices) - 1, int(frailty * len(choices) * (0.5 + dice.draw() / 2)))]
        content[item] = choice.value
        total += int(choice.code)
    return {**content, "total": total, "grade": grade_of(total).value}


def constitution(dice: Dice, doctor: str) -> JsonObject:
    """老年人中医药健康管理服务记录表."""
    answers = {question: dice.weighted(ANSWERS) for question in QUESTIONS}
    answers["energetic"] = dice.whole(2, 5)
    known = scores(Answers(**answers))
    content: JsonObject = {"answers": dict(answers), "doctor": doctor}
    for name in BIASED:
        points = known[name] or 0
        part: JsonObject = {"score": points, "result": biased_result(points).value}
        if part["result"] != "no":
            part["guidance"] = ["diet", "daily-life"]
        content[name] = part
    balanced = balanced_result(known)
    content["balanced"] = {"score": known["balanced"], "result": balanced.value if balanced else "no"}
    return content

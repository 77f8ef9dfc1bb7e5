"""Forms of children up to six years: 新生儿家庭访视, the examinations by age, 中医药健康管理."""

from domain.forms.child_guidance import TAUGHT_AT, GuidanceAge
from domain.scalars import JsonObject, JsonValue
from tools.simulate.chance import Dice
from tools.simulate.fill.common import day, decimal, phone
from tools.simulate.people import Person

OK: JsonObject = {"result": "unremarkable"}
# Medians of boys: WHO child growth standards 2006, rounded; girls are a little lighter and shorter.
MEDIANS = {
    0: (3.3, 49.9), 1: (4.5, 54.7), 3: (6.4, 61.4), 6: (7.9, 67.6), 8: (8.6, 70.6), 12: (9.6, 75.7),
    18: (10.9, 82.3), 24: (12.2, 87.8), 30: (13.3, 91.9), 36: (14.3, 96.1), 48: (16.3, 103.3),
    60: (18.3, 110.0), 72: (20.5, 116.0),
}  # fmt: skip
HAEMOGLOBIN_AT = (8, 18, 30, 36, 48, 60, 72)  # months; programme: at 6-8, 18, 30 months and from 3 years on
HEARING_AT = (6, 12, 24)  # months


def growth(dice: Dice, sex: str, months: int, stature: float) -> JsonObject:
    """stature: how far the child is from the median, in deviations."""
    weight, height = MEDIANS[months]
    share = 1.0 if sex == "male" else 0.97
    content: JsonObject = {
        "weight": decimal(weight * share * (1 + 0.09 * stature + dice.normal(0, 0.02)), 2),
        "weight_level": _level(stature),
        "height": decimal(height * share * (1 + 0.03 * stature + dice.normal(0, 0.004))),
        "height_level": _level(stature),
    }
    return content


def _level(stature: float) -> str:
    return "upper" if stature > 2 else "lower" if stature < -2 else "middle"


def newborn_visit(
    dice: Dice, person: Person, parents: tuple[str, str], next_on: str, doctor: str
) -> JsonObject:
    """parents: names of father and mother."""
    delivery = "caesarean" if dice.chance(0.4) else "spontaneous"
    jaundiced = dice.chance(0.3)
    weight = dice.normal(3.3, 0.35)
    return {
        "name": person.name,
        "sex": person.sex,
        "birth_date": day(person.born),
        "address": person.address,
        "father": {"name": parents[0], "phone": phone(person.household)},
        "mother": {"name": parents[1], "phone": phone(person.household)},
        "birth": _birth(dice, weight, delivery),
        "feeding": _feeding(dice),
        "examination": _newborn(dice, weight, jaundiced=jaundiced),
        "guidance": ["feeding", "development", "disease-prevention"],
        "referral": {"advised": "absent"},
        "next_on": next_on,
        "doctor": doctor,
    }


def _birth(dice: Dice, weight: float, delivery: str) -> JsonObject:
    return {
        "gestation_weeks": dice.whole(37, 41),
        "mother_illnesses": ["none"],
        "institution": "示例县人民医院",
        "delivery": [delivery],
        "asphyxia": {"result": "absent", "apgar_1_minute": dice.whole(8, 10), "apgar_5_minutes": 10},
        "malformation": {"result": "absent"},
        "hearing_screening": "passed",
        "disease_screening": ["negative"],
        "weight": decimal(weight, 2),
        "length": decimal(dice.normal(50, 1.5)),
    }


def _feeding(dice: Dice) -> JsonObject:
    return {
        "mode": dice.weighted((("breast", 65), ("mixed", 25), ("artificial", 10))),
        "feeds_per_day": dice.whole(7, 10),
        "vomiting": "absent",
        "stool": "pasty",
        "stools_per_day": dice.whole(2, 6),
    }


def _newborn(dice: Dice, weight: float, *, jaundiced: bool) -> JsonObject:
    """What is seen of the child at the visit."""
    return {
        "weight": decimal(weight + 0.1, 2),
        "temperature": decimal(dice.normal(36.7, 0.15)),
        "heart_rate": round(dice.normal(132, 8)),
        "respiration": round(dice.normal(42, 4)),
        "complexion": "jaundiced" if jaundiced else "rosy",
        "jaundice": ["face"] if jaundiced else ["none"],
        "fontanelle": "normal",
        "eyes": OK,
        "limbs": OK,
        "ears": OK,
        "skin": ["unremarkable"],
        "heart_and_lungs": OK,
        "abdomen": OK,
        "cord": ["fallen"],
    }


def examination(
    dice: Dice, sex: str, months: int, stature: float, next_on: str | None, doctor: str
) -> tuple[str, JsonObject]:
    """The form for the age, and its content."""
    content: JsonObject = {
        "growth": growth(dice, sex, months, stature),
        "illnesses": {"kinds": ["diarrhoea"], "diarrhoea_times": 1}
        if dice.chance(0.12)
        else {"kinds": ["none"]},
        "development": ["none"],
        "guidance": ["feeding", "development", "injury-prevention"],
        "referral": {"advised": "absent"},
        "doctor": doctor,
    }
    if next_on:
        content["next_on"] = next_on
    body = _body(dice, months)
    if months <= 8:
        content["age"] = "full-month" if months == 1 else f"{months}-months"
        form = "infant-examination"
    elif months <= 30:
        content["age"] = f"{months}-months"
        form = "toddler-examination"
    else:
        content["age"] = f"{months // 12}-years"
        form = "preschool-examination"
    if months <= 30:
        content.update(outdoors=decimal(0.5 + dice.draw() * 2), vitamin_d=400)
        body.update(complexion="rosy", skin=OK, eyes=OK, ears=OK, limbs=OK)
    content["examination"] = body
    return form, content


def _body(dice: Dice, months: int) -> JsonObject:
    body: JsonObject = {"chest": OK, "abdomen": OK}
    if months in HAEMOGLOBIN_AT:
        body["haemoglobin"] = decimal(dice.normal(119, 7), 0)
    if months in HEARING_AT:
        body["hearing"] = "passed" if dice.chance(0.98) else "not-passed"
    if months >= 8:
        body["teeth"] = min(20, max(0, (months - 5) // 2 + dice.whole(0, 2)))
    if months <= 18:
        open_still = months < 14
        size = decimal(max(0.3, 2 - months * 0.12))
        body["fontanelle"] = (
            {"state": "open", "across": size, "along": size} if open_still else {"state": "closed"}
        )
    if months >= 48:
        sight = decimal(0.6 + dice.draw() * 0.5)
        body["vision"] = {"left": sight, "right": sight}
        body["carious_teeth"] = dice.weighted(((0, 60), (1, 20), (2, 12), (4, 8)))
    return body


def tcm_guidance(months: int, next_on: str | None, doctor: str) -> JsonObject:
    """儿童中医药健康管理服务记录表."""
    age = GuidanceAge.check(f"{months}-months")
    taught: list[JsonValue] = [service.value for service, ages in TAUGHT_AT.items() if age in ages]
    content: JsonObject = {"age": age.value, "services": ["diet", "daily-life", *taught], "doctor": doctor}
    return {**content, "next_on": next_on} if next_on else content

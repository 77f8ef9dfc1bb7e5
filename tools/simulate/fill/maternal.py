"""Forms of pregnancy and childbed."""

from datetime import date

from domain.scalars import JsonObject
from tools.simulate.chance import Dice
from tools.simulate.fill.common import bmi, day, decimal, pressure

OK: JsonObject = {"result": "unremarkable"}
VISITS = ("second", "third", "fourth", "fifth")


def first_examination(
    dice: Dice, weeks: int, last_period: date, due: date, age: int, earlier: int, husband: str, next_on: date,
    height: float, weight: float, doctor: str,
) -> JsonObject:  # fmt: skip
    """第1次产前检查. earlier: deliveries before."""
    return {
        "gestation": {"weeks": weeks, "days": dice.whole(0, 6)},
        "age": age,
        "husband": {"name": husband},
        "last_period_on": day(last_period),
        "due_on": day(due),
        "obstetric_history": {
            "pregnancies": earlier + 1 + (dice.chance(0.15)),
            "vaginal_deliveries": earlier,
            "caesareans": 0,
        },
        "history": {
            "past": ["none"],
            "family": ["none"],
            "personal": ["none"],
            "surgery": {"result": "absent"},
        },
        "examination": _examined(dice, height, weight),
        "tests": _tests(dice),
        "assessment": OK,
        "guidance": ["lifestyle", "nutrition", "prenatal-screening"],
        "referral": {"advised": "absent"},
        "next_on": day(next_on),
        "doctor": doctor,
    }


def _examined(dice: Dice, height: float, weight: float) -> JsonObject:
    return {
        "height": decimal(height),
        "weight": decimal(weight),
        "bmi": bmi(height, weight),
        "blood_pressure": pressure(dice.normal(112, 8), dice.normal(70, 6)),
        "heart": OK,
        "lungs": OK,
        "uterus": OK,
        "adnexa": OK,
    }


def _tests(dice: Dice) -> JsonObject:
    return {
        "blood": {
            "haemoglobin": decimal(dice.normal(122, 9), 0),
            "leukocytes": decimal(dice.normal(7.4, 1), 2),
        },
        "urine": {"protein": "-", "sugar": "-", "ketones": "-", "occult_blood": "-"},
        "blood_type": dice.pick(("a", "b", "o", "ab")),
        "rhesus": "positive",
        "glucose": decimal(dice.normal(4.8, 0.4)),
        "liver": {"alt": decimal(dice.normal(18, 4)), "ast": decimal(dice.normal(20, 4))},
        "kidney": {
            "creatinine": decimal(dice.normal(54, 7), 0),
            "urea": decimal(dice.normal(3.6, 0.6), 2),
        },
        "hepatitis_b": {"surface_antigen": "positive" if dice.chance(0.04) else "negative"},
        "syphilis": "negative",
        "hiv": "negative",
        "ultrasound": "宫内早孕，单胎。",
    }


def follow_up(
    dice: Dice, which: int, weeks: int, weight: float, next_on: date | None, doctor: str, *, is_risk: bool
) -> JsonObject:
    """第2～5次产前随访. which: 0 for the second."""
    high = dice.normal(142, 5) if is_risk else dice.normal(114, 8)
    content: JsonObject = {
        "visit": VISITS[which],
        "contact": "visited",
        "gestation": {"weeks": weeks, "days": dice.whole(0, 6)},
        "weight": decimal(weight),
        "fundal_height": decimal(max(12, weeks - 3 + dice.normal(0, 1))),
        "abdominal_girth": decimal(72 + weeks * 0.7 + dice.normal(0, 2)),
        "fetal_heart_rate": round(dice.normal(142, 5)),
        "blood_pressure": pressure(high, dice.normal(92, 3) if is_risk else dice.normal(72, 6)),
        "haemoglobin": decimal(dice.normal(116, 8), 0),
        "urine_protein": "+" if is_risk else "-",
        "classification": {"result": "abnormal", "note": "血压升高"} if is_risk else OK,
        "guidance": ["nutrition", "self-monitoring"],
        "doctor": doctor,
    }
    if weeks >= 28:
        content["fetal_position"] = "LOA"
    if next_on:
        content["next_on"] = day(next_on)
    hospital = {"reason": "妊娠期血压升高", "institution": "示例县人民医院", "department": "产科"}
    content["referral"] = {"advised": "present", **hospital} if is_risk else {"advised": "absent"}
    return content


def childbed(dice: Dice, delivered: date, discharged: date, doctor: str) -> JsonObject:
    """What 产后访视 and 产后42天 share."""
    return {
        "delivered_on": day(delivered),
        "discharged_on": day(discharged),
        "general_health": "良好",
        "mental_state": "睡眠差，情绪低落" if dice.chance(0.06) else "良好",
        "blood_pressure": pressure(dice.normal(114, 8), dice.normal(72, 6)),
        "breasts": OK,
        "lochia": OK,
        "uterus": OK,
        "wound": OK,
        "doctor": doctor,
    }


def visit(dice: Dice, delivered: date, discharged: date, next_on: date, doctor: str) -> JsonObject:
    return {
        **childbed(dice, delivered, discharged, doctor),
        "temperature": decimal(dice.normal(36.7, 0.2)),
        "classification": OK,
        "guidance": ["hygiene", "breastfeeding", "newborn-care"],
        "referral": {"advised": "absent"},
        "next_on": day(next_on),
    }


def day_42(dice: Dice, delivered: date, discharged: date, doctor: str) -> JsonObject:
    return {
        **childbed(dice, delivered, discharged, doctor),
        "classification": {"result": "recovered"},
        "guidance": ["contraception", "infant-feeding"],
        "outcome": "closed",
    }

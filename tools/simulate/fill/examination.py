"""健康体检表: the yearly examination, shorter for the healthy and longer from the age of 65."""

from domain.scalars import JsonObject
from tools.simulate.chance import Dice
from tools.simulate.fill.chronic import Body
from tools.simulate.fill.common import bmi, decimal, pressure

ABSENT: JsonObject = {"result": "absent"}
NORMAL: JsonObject = {"result": "normal"}


def examination(dice: Dice, body: Body, age: int, sex: str, ill: frozenset[str], doctor: str) -> JsonObject:
    """ill: which of "hypertension", "type-2-diabetes" the resident has."""
    systolic = dice.normal(112 + age * 0.3 + (14 if "hypertension" in ill else 0), 9)
    abnormal = [
        name
        for name, known in (("血压升高", "hypertension"), ("血糖升高", "type-2-diabetes"))
        if known in ill
    ]
    general: JsonObject = {
        "temperature": decimal(dice.normal(36.5, 0.2)),
        "pulse": round(dice.normal(75, 7)),
        "respiration": round(dice.normal(18, 1)),
        "blood_pressure_left": pressure(systolic, dice.normal(78, 6)),
        "blood_pressure_right": pressure(systolic - 3, dice.normal(77, 6)),
        "height": decimal(body.height),
        "weight": decimal(body.weight),
        "waist": decimal(body.weight * 1.25),
        "bmi": bmi(body.height, body.weight),
    }
    if age >= 65:
        general["elderly"] = elderly(dice, age)
    return {
        "symptoms": ["dizziness"] if dice.chance(0.08) else ["none"],
        "general": general,
        "lifestyle": lifestyle(dice, body),
        "organ_function": organ_function(dice, age),
        "physical": physical(dice),
        "tests": tests(dice, "type-2-diabetes" in ill),
        "current_problems": {"cerebrovascular": ["none"], "kidney": ["none"], "heart": ["none"]},
        "evaluation": {"result": "abnormal", "abnormalities": list(abnormal)} if abnormal else NORMAL,
        "guidance": ["chronic-disease-management"] if abnormal else ["recheck"],
        "risk_factors": {"advice": ["diet", "exercise"]},
        "doctor": doctor,
    }


def elderly(dice: Dice, age: int) -> JsonObject:
    frail = dice.chance((age - 60) / 120)
    content: JsonObject = {
        "self_rated_health": dice.pick(("satisfied", "fairly-satisfied", "unclear")),
        "self_care": "mild" if frail else "able",
        "cognition": "positive" if frail and dice.chance(0.4) else "negative",
        "emotion": "negative",
    }
    if content["cognition"] == "positive":
        content["cognition_score"] = dice.whole(12, 24)
    return content


def lifestyle(dice: Dice, body: Body) -> JsonObject:
    frequency = dice.weighted((("daily", 40), ("weekly", 20), ("occasional", 20), ("none", 20)))
    exercise: JsonObject = {"frequency": frequency}
    if frequency != "none":
        exercise.update(minutes=dice.pick((20, 30, 40, 60)), kind=dice.pick(("散步", "广场舞", "太极拳")))
    smoking: JsonObject = {"status": "current", "per_day": body.cigarettes, "began_age": 22}
    drinking: JsonObject = {
        "frequency": "often",
        "per_day": decimal(body.alcohol),
        "abstinence": "not-stopped",
    }
    return {
        "exercise": exercise,
        "diet": [dice.pick(("balanced", "mostly-vegetable", "salty", "oily"))],
        "smoking": smoking if body.cigarettes else {"status": "never"},
        "drinking": drinking if body.alcohol else {"frequency": "never"},
        "occupational_exposure": {"exposed": "absent"},
    }


def organ_function(dice: Dice, age: int) -> JsonObject:
    return {
        "mouth": {
            "lips": "rosy",
            "dentition": ["missing"] if age > 60 else ["normal"],
            "pharynx": "not-congested",
        },
        "vision": {"left": decimal(0.4 + dice.draw() * 0.8), "right": decimal(0.4 + dice.draw() * 0.8)},
        "hearing": "unclear-or-not" if age > 70 and dice.chance(0.3) else "hears",
        "motion": "unable-alone" if age > 80 and dice.chance(0.2) else "smooth",
    }


def physical(dice: Dice) -> JsonObject:
    return {
        "skin": "normal",
        "sclera": "normal",
        "lymph_nodes": "not-palpable",
        "lungs": {"barrel_chest": False, "breath_sounds": NORMAL, "rales": "none"},
        "heart": {"rate": round(dice.normal(75, 7)), "rhythm": "regular", "murmur": ABSENT},
        "abdomen": {"tenderness": ABSENT, "mass": ABSENT, "large_liver": ABSENT, "large_spleen": ABSENT},
        "leg_oedema": "none",
    }


def tests(dice: Dice, diabetic: bool) -> JsonObject:
    return {
        "blood": {
            "haemoglobin": decimal(dice.normal(136, 12), 0),
            "leukocytes": decimal(dice.normal(6.2, 1.2), 2),
            "platelets": decimal(dice.normal(210, 40), 0),
        },
        "urine": {"protein": "-", "sugar": "+" if diabetic else "-", "ketones": "-", "occult_blood": "-"},
        "fasting_glucose": decimal(dice.normal(8.2 if diabetic else 5.2, 0.6), 2),
        "ecg": {"result": "abnormal", "note": "窦性心动过缓"} if dice.chance(0.06) else NORMAL,
        "liver": {"alt": decimal(dice.normal(22, 6)), "ast": decimal(dice.normal(23, 5))},
        "renal": {"creatinine": decimal(dice.normal(72, 11), 0), "urea": decimal(dice.normal(5.1, 0.9), 2)},
        "lipids": {
            "total_cholesterol": decimal(dice.normal(4.8, 0.7), 2),
            "triglycerides": decimal(dice.normal(1.5, 0.4), 2),
            "ldl": decimal(dice.normal(2.8, 0.5), 2),
            "hdl": decimal(dice.normal(1.3, 0.2), 2),
        },
    }

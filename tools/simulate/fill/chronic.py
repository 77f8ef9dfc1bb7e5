"""随访服务记录表 of hypertension, type 2 diabetes and COPD."""

from dataclasses import dataclass
from datetime import date

from domain.scalars import JsonObject
from tools.simulate.chance import Dice
from tools.simulate.fill.common import bmi, day, decimal, pressure

HYPERTENSION_DRUGS = (
    ("C08CA01", "氨氯地平", "5 mg", "每日1次"),
    ("C08CA05", "硝苯地平", "30 mg", "每日1次"),
    ("C09AA02", "依那普利", "10 mg", "每日2次"),
    ("C09CA03", "缬沙坦", "80 mg", "每日1次"),
)
DIABETES_DRUGS = (
    ("A10BA02", "二甲双胍", "0.5 g", "每日2次"),
    ("A10BB12", "格列美脲", "2 mg", "每日1次"),
    ("A10BF01", "阿卡波糖", "50 mg", "每日3次"),
)
COPD_DRUGS = (("R03BB04", "噻托溴铵", "18 μg", "每日1次"), ("R03AK06", "沙美特罗替卡松", "1 吸", "每日2次"))
TIMES = {"每日1次": 1, "每日2次": 2, "每日3次": 3}


@dataclass(frozen=True)
class Finding:
    """What one follow-up found. classification: as the form tells it."""

    classification: str
    is_urgent: bool = False
    refers: bool = False


@dataclass(frozen=True)
class Body:
    """What does not change from one follow-up to the next."""

    height: float
    weight: float
    cigarettes: int
    alcohol: float

    @classmethod
    def draw(cls, dice: Dice, sex: str, height: float) -> "Body":
        smokes = dice.chance(0.5 if sex == "male" else 0.02)
        drinks = dice.chance(0.4 if sex == "male" else 0.05)
        weight = round(dice.normal(25, 2.6) * (height / 100) ** 2, 1)
        return cls(height, max(weight, 38.0), dice.whole(5, 20) if smokes else 0, 1.5 if drinks else 0)

    def signs(self, dice: Dice, systolic: float, diastolic: float) -> JsonObject:
        weight = max(35.0, round(self.weight + dice.normal(0, 1), 1))
        return {
            **pressure(systolic, diastolic),
            "height": decimal(self.height),
            "weight": decimal(weight),
            "target_weight": decimal(min(weight, 24 * (self.height / 100) ** 2)),
            "bmi": bmi(self.height, weight),
            "heart_rate": round(dice.normal(76, 6)),
        }

    def lifestyle(self, dice: Dice) -> JsonObject:
        return {
            "cigarettes": self.cigarettes,
            "target_cigarettes": self.cigarettes // 2,
            "alcohol": decimal(self.alcohol),
            "target_alcohol": decimal(self.alcohol / 2),
            "exercise_times": dice.whole(0, 7),
            "target_exercise_times": 5,
            "exercise_minutes": dice.pick((15, 20, 30, 40)),
            "target_exercise_minutes": 30,
            "psychological_adjustment": dice.weighted(_GRADES),
            "compliance": dice.weighted(_GRADES),
        }


_GRADES = (("good", 60), ("fair", 32), ("poor", 8))
_MODES = (("clinic", 62), ("home", 25), ("phone", 13))


def drug_line(drug: tuple[str, str, str, str]) -> JsonObject:
    _, name, dose, frequency = drug
    return {"name": name, "times_per_day": TIMES[frequency], "each_dose": dose}


def _frame(
    dice: Dice, finding: Finding, drug: tuple[str, str, str, str], next_on: date, doctor: str
) -> JsonObject:
    """What the three forms share."""
    reacts = finding.classification == "adverse-reaction"
    regular = finding.classification == "controlled" or dice.chance(0.5)
    content: JsonObject = {
        "mode": "clinic" if finding.is_urgent else dice.weighted(_MODES),
        "adherence": "regular" if regular else "irregular",
        "adverse_reaction": "present" if reacts else "absent",
        "classification": finding.classification,
        "drugs": [drug_line(drug)],
        "next_on": day(next_on),
        "doctor": doctor,
    }
    if reacts:
        content["adverse_reaction_note"] = dice.pick(("踝部水肿", "干咳", "腹胀", "头晕"))
    return content


def _refers(content: JsonObject, finding: Finding, reason: str, department: str) -> JsonObject:
    if finding.refers:
        content["referral"] = {"reason": reason, "institution": "示例县人民医院", "department": department}
    return content


def hypertension(
    dice: Dice,
    body: Body,
    finding: Finding,
    drug: tuple[str, str, str, str],
    next_on: date,
    doctor: str,
    *,
    is_elderly: bool,
) -> JsonObject:
    """高血压患者随访服务记录表: a reading that agrees with the classification (controlled: < 140/90, from 65
    < 150/90)."""
    limit = 150 if is_elderly else 140
    if finding.is_urgent:
        systolic, diastolic = 180 + dice.whole(0, 20), 100 + dice.whole(0, 20)
    elif finding.classification == "uncontrolled":
        systolic, diastolic = limit + dice.whole(0, 24), 84 + dice.whole(0, 18)
    else:
        systolic, diastolic = limit - dice.whole(3, 24), 89 - dice.whole(0, 16)
    symptoms = ["headache-or-dizziness"] if finding.is_urgent or dice.chance(0.12) else ["none"]
    content = _frame(dice, finding, drug, next_on, doctor)
    content["symptoms"] = list(symptoms)
    content["signs"] = body.signs(dice, systolic, diastolic)
    content["lifestyle"] = {**body.lifestyle(dice), "salt": dice.pick(("light", "medium", "heavy"))}
    return _refers(content, finding, "血压控制不满意", "心血管内科")


def diabetes(
    dice: Dice,
    body: Body,
    finding: Finding,
    drug: tuple[str, str, str, str],
    on: date,
    next_on: date,
    doctor: str,
) -> JsonObject:
    """2型糖尿病患者随访服务记录表: its glucose agrees with the classification (controlled: < 7.0 mmol/L)."""
    if finding.is_urgent:
        glucose = 16.7 + dice.draw() * 4
    elif finding.classification == "uncontrolled":
        glucose = 7.1 + dice.draw() * 4
    else:
        glucose = 5.1 + dice.draw() * 1.8
    content = _frame(dice, finding, drug, next_on, doctor)
    content["symptoms"] = ["polydipsia", "polyuria"] if finding.is_urgent else ["none"]
    content["signs"] = {
        **body.signs(dice, dice.normal(134, 9), dice.normal(80, 6)),
        "foot_pulse": "weakened-both" if dice.chance(0.04) else "normal",
    }
    content["lifestyle"] = {**body.lifestyle(dice), "staple_food": dice.pick((250, 300, 350, 400))}
    tests: JsonObject = {"fasting_glucose": decimal(glucose, 2)}
    if dice.chance(0.3):
        tests.update(hba1c=decimal(2.6 + glucose * 0.62), hba1c_on=day(on))
    content["tests"] = tests
    content["hypoglycaemia"] = "occasional" if dice.chance(0.05) else "none"
    return _refers(content, finding, "血糖控制不满意", "内分泌科")


def copd(
    dice: Dice, body: Body, finding: Finding, drug: tuple[str, str, str, str], next_on: date, doctor: str
) -> JsonObject:
    """慢性阻塞性肺疾病患者随访服务记录表."""
    worse = finding.classification != "controlled"
    content = _frame(dice, finding, drug, next_on, doctor)
    content["symptoms"] = ["cough", "sputum", "dyspnoea"] if worse else ["cough"]
    content["dyspnoea"] = "grade-3" if worse else dice.pick(("grade-1", "grade-2"))
    content["cat_score"] = dice.whole(16, 28) if worse else dice.whole(4, 14)
    content["exacerbations"] = {"times": 1 if worse else 0}
    content["signs"] = {
        **body.signs(dice, dice.normal(132, 9), dice.normal(78, 6)),
        "oxygen_saturation": dice.whole(88, 93) if worse else dice.whole(94, 98),
    }
    content["lifestyle"] = body.lifestyle(dice)
    content["inhaler_use"] = dice.pick(("correct", "partly-correct"))
    return _refers(content, finding, "症状加重", "呼吸内科")

"""严重精神障碍患者: the supplement and the follow-ups."""

from datetime import date

from domain.scalars import JsonObject
from tools.simulate.chance import Dice
from tools.simulate.fill.common import day, phone

DIAGNOSES = (("F20.9", "精神分裂症", 70), ("F31.9", "双相情感障碍", 15), ("F22.0", "偏执性精神病", 8),
             ("F25.9", "分裂情感性障碍", 7))  # fmt: skip
STABILITY = {0: "stable", 1: "basically-stable", 2: "basically-stable"}


def supplement(
    dice: Dice,
    diagnosis: str,
    onset: str,
    diagnosed: str,
    on: date,
    guardian: tuple[str, int],
    rural: bool,
    doctor: str,
) -> JsonObject:
    """严重精神障碍患者个人信息补充表. guardian: name and number."""
    return {
        "guardian": {"name": guardian[0], "phone": phone(guardian[1]), "relation": "家属"},
        "committee": {"name": "示例村委会", "phone": phone(0)},
        "household": "rural" if rural else "urban",
        "employment": dice.pick(("farmer", "unemployed", "retired")),
        "consent": {"decision": "agreed", "signed_by": guardian[0], "signed_on": day(on)},
        "onset_on": onset,
        "symptoms": list(dice.some(("hallucination", "suspicion", "withdrawn", "talks-or-laughs-alone"), 3)),
        "locking": "never",
        "treatment": {"outpatient": "continuous", "hospital_stays": dice.whole(0, 4)},
        "diagnosis": {"name": diagnosis, "hospital": "示例市精神卫生中心", "diagnosed_on": diagnosed},
        "latest_effect": "improved",
        "dangerous_acts": {"acts": ["none"]},
        "economy": "poor" if dice.chance(0.3) else "not-poor",
        "filled_on": day(on),
        "doctor": doctor,
    }


def follow_up(dice: Dice, danger: int, next_on: date, doctor: str) -> JsonObject:
    """严重精神障碍患者随访服务记录表. danger: 0 to 5, which gives the classification."""
    calm = danger == 0
    hospital: JsonObject = {
        "referred": "yes",
        "reason": "症状波动，有冲动行为",
        "institution": "示例市精神卫生中心",
        "department": "精神科",
    }
    fair = "good" if calm else "fair"
    return {
        "mode": "home" if dice.chance(0.6) else "clinic",
        "danger": f"level-{danger}",
        "symptoms": ["withdrawn"]
        if calm
        else list(dice.some(("suspicion", "moodiness", "hallucination"), 2)),
        "insight": "full" if calm else "partial" if danger < 3 else "absent",
        "sleep": fair,
        "appetite": fair,
        "function": {
            "self_care": fair,
            "housework": fair,
            "work": "not-applicable",
            "social_contact": "fair",
        },
        "dangerous_acts": {"acts": ["none"]}
        if danger < 2
        else {"acts": ["minor-trouble"], "minor_trouble_times": 1},
        "locking": "never",
        "hospital_stay": "none",
        "adherence": "regular" if calm or dice.chance(0.5) else "intermittent",
        "adverse_reaction": "absent",
        "effect": "improved" if danger < 3 else "worse",
        "referral": hospital if danger >= 3 else {"referred": "no"},
        "drugs": [{"name": "利培酮片", "times": 2, "period": "day", "dose": "2"}],
        "rehabilitation": ["daily-living"],
        "classification": STABILITY.get(danger, "unstable"),
        "next_on": day(next_on),
        "doctor": doctor,
    }

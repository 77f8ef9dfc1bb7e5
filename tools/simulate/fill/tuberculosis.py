"""肺结核患者: the first visit at home and the monthly follow-ups, the last with the closing of the course."""

from datetime import date

from domain.scalars import JsonObject
from tools.simulate.chance import Dice
from tools.simulate.fill.common import day, decimal

REGIMEN = "2HRZE/4HR"
TAUGHT = ("record_card", "taking_and_storing", "course", "danger_of_irregularity", "adverse_reactions",
          "return_and_sputum", "drugs_while_away", "habits", "close_contacts")  # fmt: skip


def first_visit(dice: Dice, supervisor: str, next_on: date, doctor: str) -> JsonObject:
    training: JsonObject = {topic: "mastered" if dice.chance(0.9) else "not-mastered" for topic in TAUGHT}
    return {
        "mode": "home",
        "case_kind": "new" if dice.chance(0.92) else "retreated",
        "sputum": "positive" if dice.chance(0.4) else "negative",
        "resistance": "not-tested",
        "symptoms": ["cough-or-sputum", "fever-or-night-sweats"],
        "drugs": {"regimen": REGIMEN, "mode": "daily", "forms": ["fixed-dose-combination"]},
        "supervisor": supervisor,
        "dwelling": {"own_room": "yes", "ventilation": "good"},
        "habits": {"cigarettes": 0, "alcohol": "0"},
        "training": {"pick_up_place": "示例镇卫生院", **training},
        "next_on": day(next_on),
        "doctor": doctor,
    }


def follow_up(
    dice: Dice, month: int, supervisor: str, next_on: date | None, closed_on: date | None, doctor: str
) -> JsonObject:
    missed = dice.weighted(((0, 80), (1, 12), (2, 8)))
    content: JsonObject = {
        "treatment_month": month,
        "mode": "clinic" if dice.chance(0.6) else "home",
        "supervisor": supervisor,
        "symptoms": ["none"] if month > 2 else ["cough-or-sputum"],
        "drugs": {
            "regimen": REGIMEN,
            "mode": "daily",
            "forms": ["fixed-dose-combination"],
            "missed_doses": missed,
        },
        "adverse_reaction": "absent",
        "complication": "absent",
        "doctor": doctor,
    }
    if next_on:
        content["next_on"] = day(next_on)
    if closed_on:
        taken = 180 - dice.whole(0, 6)
        content["closing"] = {
            "stopped_on": day(closed_on),
            "reason": "completed",
            "visits_due": 7,
            "visits_made": 7,
            "doses_due": 180,
            "doses_taken": taken,
            "rate": decimal(taken / 1.8),
            "doctor": doctor,
        }
    return content

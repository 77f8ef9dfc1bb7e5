"""What fillers share: codings, decimals as text, weight for height."""

from datetime import date

from domain.scalars import JsonObject
from tools.simulate.chance import Dice

ICD10 = "http://hl7.org/fhir/sid/icd-10"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
CVX = "http://hl7.org/fhir/sid/cvx"


def coding(system: str, code: str, display: str) -> JsonObject:
    return {"system": system, "code": code, "display": display}


def decimal(value: float, places: int = 1) -> str:
    """A decimal as a clinician writes it, never below zero."""
    return f"{max(value, 0):.{places}f}"


def bmi(height_cm: float, weight_kg: float) -> str:
    return decimal(weight_kg / (height_cm / 100) ** 2)


def adult_height(dice: Dice, sex: str) -> float:
    return round(dice.normal(168, 6) if sex == "male" else dice.normal(157, 5.5), 1)


def pressure(systolic: float, diastolic: float) -> JsonObject:
    """A blood pressure whose systolic is above its diastolic."""
    high, low = round(systolic), round(diastolic)
    return {"systolic": max(high, low + 15), "diastolic": low}


def phone(number: int) -> str:
    """Of a resident; of the form 010-0…, which is given to nobody."""
    return f"010-0{number:07d}"


def day(value: date) -> str:
    return value.isoformat()

"""个人基本信息表, cards and kinship: who the resident is."""

from datetime import date

from domain.scalars import JsonObject, JsonValue
from tools.simulate import rates
from tools.simulate.chance import Dice
from tools.simulate.fill.common import day, phone
from tools.simulate.people import Person
from tools.simulate.plan import record_number
from tools.simulate.words import WORK_UNITS

EDUCATION = (("illiterate", 12), ("primary", 28), ("junior-high", 34), ("senior-high", 14), ("college", 8),
             ("university", 4))  # fmt: skip
OCCUPATION = (("agriculture", 45), ("commerce-or-service", 20), ("production-or-transport", 15),
              ("professional", 8), ("none", 8), ("other", 4))  # fmt: skip
BLOOD = (("a", 28), ("b", 28), ("o", 32), ("ab", 8), ("unknown", 4))
DISABILITIES = ("visual", "hearing", "speech", "limb", "intellectual", "mental")
FAMILY = ("hypertension", "diabetes", "coronary-heart-disease", "stroke", "malignant-tumour", "copd")
ETHNICITIES = (("03", "回族"), ("11", "满族"), ("10", "朝鲜族"), ("08", "壮族"))


def basic_information(
    dice: Dice, person: Person, on: date, diseases: dict[str, str], allergy: str | None, contact: str
) -> JsonObject:
    """diseases: code of the form → when confirmed; allergy: code of the form; contact: whom to call."""
    content: JsonObject = {
        "name": person.name,
        "sex": person.sex,
        "birth_date": day(person.born),
        "identity_number": person.identity_number,
        "phone": phone(person.number),
        "contact_name": contact,
        "contact_phone": phone(person.household),
        "address": person.address,
        "residence": "registered" if dice.chance(0.9) else "not-registered",
        "blood_type": dice.weighted(BLOOD),
        "rhesus": "positive" if dice.chance(0.9) else "unknown",
        "payment_modes": [dice.weighted(_PAYMENT)],
        "drug_allergies": [allergy or "none"],
        "exposures": ["none"],
        "past_history": past_history(dice, diseases),
        "family_history": family_history(dice),
        "hereditary_disease": "absent",
        "disabilities": [dice.pick(DISABILITIES)] if dice.chance(rates.DISABILITY) else ["none"],
        "filled_on": day(on),
    }
    content.update(ethnicity(dice))
    if person.age(on) >= 18:
        content.update(
            education=dice.weighted(EDUCATION),
            occupation=dice.weighted(OCCUPATION),
            marital_status="married" if person.spouse is not None else dice.weighted(_SINGLE),
            work_unit=dice.pick(WORK_UNITS),
        )
    if person.place.is_rural:
        content["living_environment"] = living_environment(dice)
    return content


_PAYMENT = (("rural-cooperative", 60), ("urban-resident-insurance", 25), ("urban-employee-insurance", 12),
            ("full-self", 3))  # fmt: skip
_SINGLE = (("never-married", 50), ("widowed", 35), ("divorced", 15))


def ethnicity(dice: Dice) -> JsonObject:
    if dice.chance(0.92):
        return {"ethnicity_code": "01"}
    code, name = dice.pick(ETHNICITIES)
    return {"ethnicity_code": code, "ethnicity_name": name}


def past_history(dice: Dice, diseases: dict[str, str]) -> JsonObject:
    none: list[JsonValue] = ["injuries", "transfusions"]
    history: JsonObject = {}
    if diseases:
        history["diseases"] = [{"disease": code, "confirmed_on": on} for code, on in diseases.items()]
    else:
        none.insert(0, "diseases")
    if dice.chance(0.1):
        history["operations"] = [{"what": dice.pick(("阑尾切除术", "剖宫产", "胆囊切除术", "疝修补术"))}]
    else:
        none.insert(0, "operations")
    return {"none": none, **history}


def family_history(dice: Dice) -> JsonObject:
    return {
        relative: list(dice.some(FAMILY, 2)) if dice.chance(0.3) else ["none"]
        for relative in ("father", "mother", "siblings")
    }


def living_environment(dice: Dice) -> JsonObject:
    return {
        "kitchen_exhaust": dice.pick(("none", "range-hood", "extractor-fan", "chimney")),
        "fuel": dice.pick(("liquefied-gas", "coal", "natural-gas", "biogas", "firewood")),
        "drinking_water": dice.pick(("tap", "filtered", "well")),
        "toilet": dice.pick(("sanitary", "cesspit", "open-pit")),
        "livestock_pen": dice.pick(("none", "separate", "outdoor")),
    }


def card(person: Person, allergy: str | None, illnesses: list[str]) -> JsonObject:
    """居民健康档案信息卡."""
    return {
        "number": card_number(person),
        "name": person.name,
        "sex": person.sex,
        "birth_date": day(person.born),
        "record_number": record_number(person.number),
        "chronic_illnesses": list(illnesses) or ["none"],
        "allergies": allergy or "无",
        "address": person.address,
        "home_phone": phone(person.number),
        "institution": person.place.post.institution.name,
    }


def card_number(person: Person, which: int = 1) -> str:
    return f"SL-{person.number:07d}-{which}"


def relationship(relation: str, record: str, name: str) -> JsonObject:
    """亲属关系. relation: a code of the form, or "in-law", for which it has none."""
    if relation == "in-law":
        return {"relation": "other", "record": record, "name": name, "note": "儿媳或女婿"}
    return {"relation": relation, "record": record, "name": name}

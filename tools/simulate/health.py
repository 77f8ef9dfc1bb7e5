"""What a resident suffers from, and since when: drawn once, so that every part of the life agrees."""

from dataclasses import dataclass
from datetime import date

from tools.simulate import rates
from tools.simulate.chance import Dice
from tools.simulate.fill.chronic import Body
from tools.simulate.fill.clinical import ALLERGENS
from tools.simulate.fill.common import adult_height
from tools.simulate.people import HORIZON, RECORDS_SINCE, Person

Allergen = tuple[str, str, str, str]  # code, name, category, code of the basic information form


@dataclass(frozen=True)
class Health:
    """Days of diagnosis; None: never. Some lie beyond today or beyond the end of the life."""

    body: Body
    hypertension: date | None
    diabetes: date | None
    copd: date | None
    coronary: date | None
    stroke: date | None
    mental: date | None
    tuberculosis: date | None
    allergen: Allergen | None

    def had(self, on: date) -> dict[str, str]:
        """The diseases of the past on a day, as the basic information tells them: code → month."""
        known = (
            ("hypertension", self.hypertension),
            ("diabetes", self.diabetes),
            ("coronary-heart-disease", self.coronary),
            ("copd", self.copd),
            ("stroke", self.stroke),
            ("severe-mental-disorder", self.mental),
            ("tuberculosis", self.tuberculosis),
        )
        return {code: f"{since:%Y-%m}" for code, since in known if since and since < on}

    def ill(self, on: date) -> frozenset[str]:
        """The programmes that the resident is ill enough for."""
        known = (("hypertension", self.hypertension), ("type-2-diabetes", self.diabetes))
        return frozenset(code for code, since in known if since and since <= on)


def health(dice: Dice, person: Person) -> Health:
    body = Body.draw(dice, person.sex, adult_height(dice, person.sex))
    hypertension = _since(dice, person, rates.HYPERTENSION, rates.HYPERTENSION_FROM)
    smoker = 2.5 if body.cigarettes else 0.6
    return Health(
        body=body,
        hypertension=hypertension,
        diabetes=_since(dice, person, rates.DIABETES, rates.DIABETES_FROM),
        copd=_since(dice, person, rates.COPD * smoker, rates.COPD_FROM),
        coronary=_since(dice, person, rates.CORONARY if hypertension else 0.04, (58, 85)),
        stroke=_since(dice, person, rates.STROKE if hypertension else 0.03, (60, 88)),
        mental=_since(dice, person, rates.SEVERE_MENTAL_DISORDER, (17, 45)),
        tuberculosis=_tuberculosis(dice, person),
        allergen=dice.weighted(ALLERGENS) if dice.chance(rates.ALLERGY) else None,
    )


def _since(dice: Dice, person: Person, probability: float, ages: tuple[int, int]) -> date | None:
    """From some day between two ages on. Draws the same number of times whatever comes out."""
    is_ill, age = dice.chance(probability), dice.whole(*ages)
    since = person.birthday(age)
    since = dice.day(since, date(since.year, 12, 31))
    return since if is_ill and since < HORIZON else None


def _tuberculosis(dice: Dice, person: Person) -> date | None:
    for year in range(RECORDS_SINCE.year + 2, HORIZON.year):
        if dice.chance(rates.TUBERCULOSIS_A_YEAR) and year - person.born.year >= 15:
            return dice.day(date(year, 1, 1), date(year, 12, 31))
    return None

"""Between programmes: encounters, now and then a laboratory's report or an examination."""

from datetime import date, timedelta

from tools.simulate import rates
from tools.simulate.fill import clinical, examination
from tools.simulate.health import Health
from tools.simulate.story import Story

ADULT = 18


def tell(story: Story, health: Health) -> None:
    dice, person = story.dice.at("acute"), story.person
    for year in range(person.opened.year, story.until.year + 1):
        age = year - person.born.year
        yearly = next(rate for upto, rate in rates.ENCOUNTERS_A_YEAR if age <= upto or upto == 130)
        while dice.chance(yearly / (1 + yearly)):  # geometric, with this mean
            _encounter(story, date(year, dice.whole(1, 12), dice.whole(1, 28)))
        if ADULT <= age < 65 and dice.chance(rates.EXAMINED_A_YEAR):
            day = date(year, dice.whole(3, 11), dice.whole(1, 28))
            content = examination.examination(
                dice, health.body, age, person.sex, health.ill(day), story.doctor
            )
            story.tell("examinations", story.time(day, dice), content, name=f"examination-{year}")


def _encounter(story: Story, day: date) -> None:
    dice = story.dice.at("encounter", day)
    when = story.time(day, dice)
    content = clinical.reception(dice, day, dice.weighted(clinical.ACUTE), story.doctor)
    told = story.tell("encounters", when, content, name=f"encounter-{day}")
    if told and dice.chance(0.08):
        report = clinical.lab_report(dice, day, story.person.name)
        story.tell("documents", when + timedelta(hours=1), report)

"""From 65 on: once a year an examination, an assessment of self-care, the TCM constitution."""

from datetime import date, timedelta

from tools.simulate import rates
from tools.simulate.chance import Dice
from tools.simulate.fill import clinical, elderly, examination
from tools.simulate.health import Health
from tools.simulate.story import Story

AGE = 65
SECTIONS_OF_A_YEAR = timedelta(minutes=25)


def tell(story: Story, health: Health) -> None:
    dice, person = story.dice.at("elderly"), story.person
    since = max(person.birthday(AGE), person.opened + timedelta(days=1))
    if since > story.until or not story.enrol("elderly", story.time(since, dice), "elderly"):
        return
    frailty = dice.draw() * 0.3
    for year in range(since.year, story.until.year + 1):
        examined = dice.day(max(since, date(year, 3, 1)), date(year, 11, 30))
        if dice.chance(rates.ELDERLY_EXAMINED) and examined > since:
            _year(story, health, dice, examined, frailty + max(0, person.age(examined) - 78) / 40)
        if dice.chance(0.25):
            shot = story.time(date(year, 10, dice.whole(8, 30)), dice)
            content = clinical.immunization(dice, ("141", "流感疫苗"), 1, in_programme=False)
            story.tell("immunizations", shot, content)


def _year(story: Story, health: Health, dice: Dice, examined: date, frailty: float) -> None:
    when, person = story.time(examined, dice), story.person
    content = examination.examination(
        dice, health.body, person.age(examined), person.sex, health.ill(examined), story.doctor
    )
    story.tell("examinations", when, content, name=f"examination-{examined.year}")
    assessed = elderly.self_care(dice, min(frailty, 1.0))
    story.tell("follow-ups", when + SECTIONS_OF_A_YEAR, assessed, form="self-care-assessment")
    if dice.chance(0.6):
        form, content = "elderly-tcm-constitution", elderly.constitution(dice, story.doctor)
        story.tell("follow-ups", when + SECTIONS_OF_A_YEAR * 2, content, form=form)

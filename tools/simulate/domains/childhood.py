"""From birth to six: the visit at home, vaccines, examinations, advice in Chinese medicine."""

from datetime import date, datetime, timedelta

from tools.simulate import rates
from tools.simulate.chance import Dice
from tools.simulate.fill import child, clinical
from tools.simulate.life import DOCTOR, Link
from tools.simulate.people import household
from tools.simulate.story import Story

# 国家免疫规划疫苗儿童免疫程序（2021年版）: age in months, vaccine (CVX code and name), dose.
VACCINES = (
    (0, ("08", "乙肝疫苗"), 1), (0, ("19", "卡介苗"), 1), (1, ("08", "乙肝疫苗"), 2),
    (2, ("10", "脊灰灭活疫苗"), 1), (3, ("10", "脊灰灭活疫苗"), 2), (3, ("20", "百白破疫苗"), 1),
    (4, ("182", "脊灰减毒活疫苗"), 3), (4, ("20", "百白破疫苗"), 2), (5, ("20", "百白破疫苗"), 3),
    (6, ("08", "乙肝疫苗"), 3), (6, ("191", "A群流脑多糖疫苗"), 1), (8, ("03", "麻腮风疫苗"), 1),
    (8, ("129", "乙脑减毒活疫苗"), 1), (9, ("191", "A群流脑多糖疫苗"), 2), (18, ("20", "百白破疫苗"), 4),
    (18, ("03", "麻腮风疫苗"), 2), (18, ("85", "甲肝减毒活疫苗"), 1), (24, ("129", "乙脑减毒活疫苗"), 2),
    (36, ("192", "A群C群流脑多糖疫苗"), 1), (48, ("182", "脊灰减毒活疫苗"), 4),
    (72, ("28", "白破疫苗"), 1), (72, ("192", "A群C群流脑多糖疫苗"), 2),
)  # fmt: skip
EXAMINED_AT = (1, 3, 6, 8, 12, 18, 24, 30, 36, 48, 60, 72)  # months; programme 2017
TCM_AT = (6, 12, 18, 24, 30, 36)  # months; programme 2017
SCHOOL_AGE = 84  # months


def tell(story: Story, opened: datetime) -> None:
    """What a child of the programme's age is given; of what was before the record only the vaccines."""
    dice, person = story.dice.at("childhood"), story.person
    if _at(person.born, SCHOOL_AGE) <= story.person.opened:
        return
    if not story.enrol("child", opened, "child"):
        return
    if person.is_newborn:
        _newborn(story, dice, opened)
    _vaccines(story, dice)
    stature = dice.normal(0, 0.8)
    for place, months in enumerate(EXAMINED_AT):
        when = story.time(_at(person.born, months) + timedelta(days=dice.whole(0, 20)), dice)
        following = EXAMINED_AT[place + 1] if place + 1 < len(EXAMINED_AT) else None
        next_on = _at(person.born, following).isoformat() if following else None
        form, content = child.examination(dice, person.sex, months, stature, next_on, story.doctor)
        if dice.chance(rates.CHILD_EXAMINED):
            story.tell("follow-ups", when, content, form=form)
        if months in TCM_AT and dice.chance(rates.CHILD_EXAMINED):
            guided = child.tcm_guidance(months, next_on, story.doctor)
            story.tell("follow-ups", when + timedelta(minutes=20), guided, form="child-tcm-guidance")
    school = story.time(_at(person.born, SCHOOL_AGE) + timedelta(days=dice.whole(1, 60)), dice)
    story.exit("child", school, "completed")


def _newborn(story: Story, dice: Dice, opened: datetime) -> None:
    person = story.person
    names = {one.number: one.name for one in household(story.seed, person.number)}
    parents = (names.get(person.father or -1, "不详"), names.get(person.mother or -1, "不详"))
    next_on = _at(person.born, 1).isoformat()
    visit = child.newborn_visit(dice, person, parents, next_on, story.doctor)
    story.tell("follow-ups", opened + timedelta(minutes=30), visit, form="newborn-home-visit", name="newborn")
    registered = story.time(opened.date() + timedelta(days=dice.whole(20, 150)), dice)
    if story.is_told(registered.date()):
        story.do(Link(registered, DOCTOR, story.card))


def _vaccines(story: Story, dice: Dice) -> None:
    """Those given before the record was opened are written down with it, under their day."""
    for months, vaccine, dose in VACCINES:
        day = _at(story.person.born, months) + timedelta(days=dice.whole(0, 25 if months else 1))
        content = clinical.immunization(dice, vaccine, dose)
        if dice.chance(rates.VACCINATED):
            story.tell_past("immunizations", day, content)


def _at(born: date, months: int) -> date:
    years, month = divmod(born.month - 1 + months, 12)
    return date(born.year + years, month + 1, min(born.day, 28))

"""Pregnancies: five examinations before the birth, two visits after it. The children are of the household."""

from datetime import date, timedelta

from tools.simulate.chance import Dice
from tools.simulate.fill import clinical, maternal
from tools.simulate.health import Health
from tools.simulate.people import household
from tools.simulate.story import Story

WEEKS = (18, 22, 32, 38)  # of the second to fifth examination; programme 2017: 16-20, 21-24, 28-36, 37-40
TERM_DAYS = 280
RISK = 0.06  # pregnancies with high blood pressure. Invented.


def tell(story: Story, health: Health) -> None:
    if story.person.sex != "female":
        return
    for earlier, (number, born, _) in enumerate(story.person.children):
        dice = story.dice.at("pregnancy", number)
        last_period = born - timedelta(days=TERM_DAYS + dice.whole(-10, 6))
        if born > story.person.opened:
            _pregnancy(story, health, dice, born, last_period, earlier)


def _pregnancy(story: Story, health: Health, dice: Dice, born: date, last_period: date, earlier: int) -> None:
    name = f"maternal-{earlier}"
    first = last_period + timedelta(weeks=dice.whole(8, 12))
    enrolled = story.time(first, dice)
    if not story.enrol("maternal", enrolled, name):
        return
    height = min(health.body.height, 178.0)
    weight = round(21.5 * (height / 100) ** 2 + dice.normal(0, 3), 1)
    family = household(story.seed, story.person.number)
    husband = next((one.name for one in family if one.number == story.person.spouse), "不详")
    story.tell(
        "follow-ups",
        enrolled + timedelta(minutes=10),
        maternal.first_examination(
            dice, (first - last_period).days // 7, last_period, last_period + timedelta(days=TERM_DAYS),
            story.person.age(first), earlier, husband, _week(last_period, WEEKS[0]),
            height, weight, story.doctor,
        ),
        form="first-antenatal-examination",
    )  # fmt: skip
    is_risk = dice.chance(RISK)
    for which, weeks in enumerate(WEEKS):
        day = _week(last_period, weeks) + timedelta(days=dice.whole(-4, 4))
        if day >= born or dice.chance(0.06):
            continue
        following = _week(last_period, WEEKS[which + 1]) if which < 3 else None
        high = is_risk and which == 2
        content = maternal.follow_up(
            dice, which, weeks, weight + weeks * 0.32, following, story.doctor, is_risk=high
        )
        when = story.time(day, dice)
        told = story.tell("follow-ups", when, content, form="antenatal-follow-up")
        if told and high:
            story.refer(when + timedelta(minutes=10), dice, "妊娠期血压升高", "产科", ("O13", "妊娠期高血压"))
    _childbed(story, dice, born)
    story.exit(name, story.time(born + timedelta(days=50), dice), "completed")


def _childbed(story: Story, dice: Dice, born: date) -> None:
    discharged = born + timedelta(days=dice.whole(2, 5))
    visited = story.time(discharged + timedelta(days=dice.whole(2, 7)), dice)
    later = born + timedelta(days=42 + dice.whole(-1, 3))
    visit = maternal.visit(dice, born, discharged, later, story.doctor)
    story.tell("follow-ups", visited, visit, form="postpartum-visit")
    closing = maternal.day_42(dice, born, discharged, story.doctor)
    story.tell("follow-ups", story.time(later, dice), closing, form="postpartum-day-42-examination")
    if dice.chance(0.5):
        taught = clinical.education(dice, "mother-and-child", story.doctor)
        story.tell("health-education", visited + timedelta(minutes=15), taught)


def _week(last_period: date, weeks: int) -> date:
    return last_period + timedelta(weeks=weeks)

"""Severe mental disorder: the supplement to the basic information, follow-ups by danger and stability."""

from datetime import date, timedelta

from tools.simulate.chance import Dice
from tools.simulate.fill import mental
from tools.simulate.health import Health
from tools.simulate.people import household
from tools.simulate.story import Story

DANGER = ((0, 74), (1, 14), (2, 8), (3, 3), (4, 1))  # invented
DUE_DAYS = {
    0: 90,
    1: 14,
    2: 14,
}  # until the next follow-up, by danger; programme 2017; above: 14, and referred


def tell(story: Story, health: Health) -> None:
    since = health.mental
    if since is None or since > story.until:
        return
    dice = story.dice.at("mental")
    diagnosed = max(since, story.person.opened)
    code, name = dice.weighted([((code, name), weight) for code, name, weight in mental.DIAGNOSES])
    when = story.time(diagnosed + timedelta(days=dice.whole(1, 40)), dice)
    story.note(code, name, since, when)
    if not story.enrol("severe-mental-disorder", when + timedelta(minutes=5), "mental"):
        return
    family = [one for one in household(story.seed, story.person.number) if one is not story.person]
    guardian = (family[0].name, family[0].number) if family else ("村委会", 0)
    content = mental.supplement(
        dice,
        name,
        str(since.year),
        f"{since:%Y-%m}",
        when.date(),
        guardian,
        story.person.place.is_rural,
        story.doctor,
    )
    story.tell("follow-ups", when + timedelta(minutes=10), content, form="severe-mental-disorder-supplement")
    _follow_ups(story, dice, when.date() + timedelta(days=dice.whole(5, 30)))


def _follow_ups(story: Story, dice: Dice, day: date) -> None:
    while day <= story.until and not (story.person.gone and day >= story.person.gone):
        danger = dice.weighted(DANGER)
        due = day + timedelta(days=DUE_DAYS.get(danger, 14))
        when = story.time(day, dice)
        content = mental.follow_up(dice, danger, due, story.doctor)
        told = story.tell("follow-ups", when, content, form="severe-mental-disorder-follow-up")
        if told and danger >= 3:
            diagnosis = ("F20.9", "精神障碍")
            story.refer(
                when + timedelta(minutes=10), dice, "症状波动，有冲动行为", "精神科", diagnosis, urgent=True
            )
        day = due + timedelta(days=dice.whole(-3, 2) if dice.chance(0.8) else dice.whole(10, 60))

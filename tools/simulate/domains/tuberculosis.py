"""A case of tuberculosis: the visit within 72 hours, six months of treatment, the closing of the course."""

from datetime import timedelta

from tools.simulate.fill import tuberculosis
from tools.simulate.health import Health
from tools.simulate.story import Story

MONTHS = 6


def tell(story: Story, health: Health) -> None:
    since = health.tuberculosis
    if since is None or not story.is_told(since):
        return
    dice = story.dice.at("tuberculosis")
    noted = story.time(since, dice)
    story.note("A16.2", "肺结核", since, noted)
    if not story.enrol("tuberculosis", noted + timedelta(minutes=5), "tuberculosis"):
        return
    supervisor = "doctor" if dice.chance(0.4) else "family"
    visited = story.time(since + timedelta(days=dice.whole(1, 3)), dice)
    first = tuberculosis.first_visit(dice, supervisor, visited.date() + timedelta(days=30), story.doctor)
    story.tell("follow-ups", visited, first, form="tuberculosis-first-visit")
    for month in range(1, MONTHS + 1):
        when = story.time(since + timedelta(days=30 * month + dice.whole(-3, 3)), dice)
        last = month == MONTHS
        next_on = None if last else when.date() + timedelta(days=30)
        closed_on = when.date() if last else None
        content = tuberculosis.follow_up(dice, month, supervisor, next_on, closed_on, story.doctor)
        if not story.tell("follow-ups", when, content, form="tuberculosis-follow-up"):
            return
    cured = story.time(since + timedelta(days=30 * MONTHS + 10), dice)
    story.resolve("A16.2", cured, "resolved")
    story.exit("tuberculosis", cured + timedelta(minutes=5), "completed")

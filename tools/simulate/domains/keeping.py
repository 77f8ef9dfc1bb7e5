"""The record is kept: entries are filed, cards are lost and replaced, the resident's decisions are noted."""

from datetime import date, timedelta

from tools.simulate import rates
from tools.simulate.fill import keeping
from tools.simulate.fill.basics import card_number
from tools.simulate.life import DOCTOR, MANAGER, Entry, Sequel
from tools.simulate.story import Story

ADULT = 18
FILED = ("basic-information", "examinations")  # what a record manager files; the rest stays a draft


def tell(story: Story) -> None:
    """Told late: it looks at what was written."""
    _filing(story)
    _card(story)
    if story.person.age(story.person.opened) >= ADULT:
        _decisions(story)


def _filing(story: Story) -> None:
    dice = story.dice.at("filing")
    written = [step for step in story.steps if isinstance(step, Entry) and step.name]
    for step in written:
        if step.entry.kind in FILED and dice.chance(rates.FILED):
            when = story.time(step.written.date() + timedelta(days=dice.whole(1, 40)), dice)
            if step.name and story.is_told(when.date()):
                story.do(Sequel(when, MANAGER, "entries", step.name, "filing", keeping.filing(dice)))


def _card(story: Story) -> None:
    dice = story.dice.at("card")
    issued = next((step for step in story.steps if isinstance(step, Entry) and step.name == "card"), None)
    if issued is None or not dice.chance(rates.CARD_LOST):
        return
    lost = story.time(dice.day(issued.when.date() + timedelta(days=30), story.until), dice)
    again = lost + timedelta(days=dice.whole(1, 20))
    if story.is_told(lost.date()) and story.is_told(again.date()):
        number = card_number(story.person, 2)
        story.do(Sequel(lost, DOCTOR, "cards", "card", "loss", keeping.card_loss(lost.date())))
        replaced = keeping.card_replacement(number)
        story.do(Sequel(again, DOCTOR, "cards", "card", "replacement", replaced))


def _decisions(story: Story) -> None:
    """What the resident decides about the record, written down by the clinic."""
    dice = story.dice.at("decisions")
    for kind, content in (
        ("research-opt-outs", keeping.research_opt_out(dice)),
        ("restrictions", keeping.restriction(dice)),
        ("statements", keeping.statement(dice)),
    ):
        day = dice.day(story.person.opened + timedelta(days=60), max(story.until, date(2012, 1, 1)))
        if dice.chance(rates.DECIDES):
            story.tell(kind, story.time(day, dice), content)

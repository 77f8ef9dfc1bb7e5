"""How care ends: death and what arrives after it, moving away and coming back, refusing."""

from datetime import timedelta

from domain.time import occurred
from tools.simulate.fill import clinical
from tools.simulate.life import MANAGER, Closing, Reopening
from tools.simulate.story import Story


def tell(story: Story) -> None:
    person, dice = story.person, story.dice.at("ending")
    if person.moved:
        moved = story.time(person.moved, dice)
        story.do(Closing(moved, MANAGER, "moved-out", occurred(person.moved.isoformat()), "随子女外迁"))
        if person.returned:
            back = story.time(person.returned, dice)
            story.do(Reopening(back - timedelta(hours=1), MANAGER, "返回原居住地"))
    if person.refused:
        story.do(
            Closing(
                story.time(person.refused, dice), MANAGER, "refused", occurred(person.refused.isoformat())
            )
        )
    if person.died:
        learned = story.time(person.died + timedelta(days=dice.whole(1, 25)), dice)
        story.do(Closing(learned, MANAGER, "death", occurred(person.died.isoformat())))
        if dice.chance(0.15):
            late = learned + timedelta(days=dice.whole(2, 20))
            taken = person.died - timedelta(days=dice.whole(1, 5))
            story.tell_late("documents", late, taken, clinical.lab_report(dice, taken, person.name))

"""Mistakes: an entry put right, another that should never have been made."""

from datetime import timedelta

from domain.scalars import JsonObject
from tools.simulate import rates
from tools.simulate.life import DOCTOR, Correction, Entry, Retraction
from tools.simulate.story import Story


def tell(story: Story) -> None:
    """Told last: it looks for what can have been wrong."""
    dice = story.dice.at("mending")
    seen = [step for step in story.steps if isinstance(step, Entry) and step.name]
    weighed = [step for step in seen if step.entry.kind == "examinations"]
    if weighed and dice.chance(rates.CORRECTED * 4):
        step = dice.pick(weighed)
        when = step.written + timedelta(days=dice.whole(1, 30))
        if story.is_told(when.date()):
            right = _reweighed(step.entry.content)
            story.do(Correction(when, DOCTOR, step.name or "", "体重误录，复核后更正", right))
    met = [step for step in seen if step.entry.kind == "encounters"]
    if met and dice.chance(rates.CORRECTED):
        step = dice.pick(met)
        when = step.written + timedelta(days=dice.whole(1, 10))
        if story.is_told(when.date()):
            story.do(Retraction(when, DOCTOR, step.name or "", "录入到错误的就诊记录"))


def _reweighed(content: object) -> JsonObject:
    """The same examination with the weight left out, which nobody can know any more."""
    right: JsonObject = dict(content) if isinstance(content, dict) else {}
    general = right.get("general")
    if isinstance(general, dict):
        right["general"] = {name: value for name, value in general.items() if name not in ("weight", "bmi")}
    return right

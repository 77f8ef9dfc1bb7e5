"""The record is opened: basic information, an allergy known since long, relatives, the card."""

from datetime import datetime, timedelta

from tools.simulate import rates
from tools.simulate.fill import basics, clinical
from tools.simulate.health import Health
from tools.simulate.people import Person, household
from tools.simulate.stable_ids import record_id
from tools.simulate.story import Story

RELATIONS = {  # what the other is to the resident, by their relations to the head of the household
    ("spouse", "head"): "spouse",
    ("child", "head"): "parent",
    ("child", "spouse"): "parent",
    ("child", "child"): "sibling",
    ("parent", "head"): "child",
    ("parent", "spouse"): "in-law",
    ("parent", "child"): "grandchild",
    ("parent", "parent"): "spouse",
    ("sibling", "head"): "sibling",
}


def tell(story: Story, health: Health, opened: datetime) -> None:
    person, dice = story.person, story.dice.at("opening")
    if not person.is_newborn:
        allergy = health.allergen[3] if health.allergen else ""
        near = [one.name for one in household(story.seed, person.number) if one.number != person.number]
        filled = basics.basic_information(
            dice,
            person,
            opened.date(),
            health.had(opened.date()),
            allergy or None,
            near[0] if near else "村委会",
        )
        story.tell("basic-information", opened, filled, name="basics")
    if health.allergen and person.age(opened.date()) >= 3:
        noticed = str(person.born.year + dice.whole(1, max(1, person.age(opened.date()))))
        story.tell("allergies", opened, clinical.allergy(dice, health.allergen, noticed), name="allergy")
    _relatives(story, opened)
    if dice.chance(rates.CARD) and not person.is_newborn:
        issued = opened + timedelta(days=dice.whole(10, 200))
        illnesses = [code for code in health.had(issued.date()) if code in ("hypertension", "diabetes")]
        name = health.allergen[1] if health.allergen else None
        story.tell("cards", issued, basics.card(person, name, illnesses), name="card")


def _relatives(story: Story, opened: datetime) -> None:
    """Those of the household with smaller numbers: so whoever is named has a record in any county with this
    one."""
    for other in household(story.seed, story.person.number):
        relation = _relation(story.person, other)
        if relation and other.opened <= opened.date():
            known = str(record_id(story.seed, other.number))
            story.tell("relationships", opened, basics.relationship(relation, known, other.name))


def _relation(person: Person, other: Person) -> str | None:
    if other.number >= person.number:
        return None
    relation = RELATIONS.get((person.relation, other.relation))
    if relation == "parent":
        return "mother" if other.sex == "female" else "father"
    return relation

"""Tells a whole life: the household's member, their health, and every part of what is done for them."""

from datetime import date, datetime

from domain.identity import identity_document
from domain.institution_state import Login
from domain.requests import Consent, NewRecord, SourceId
from domain.time import CHINA
from domain.values import IdentityDocument
from tools.simulate import rates
from tools.simulate.chance import Dice
from tools.simulate.domains import (
    acute,
    childhood,
    chronic,
    elderly,
    ending,
    keeping,
    mending,
    mental,
    opening,
    pregnancy,
    tuberculosis,
)
from tools.simulate.health import health
from tools.simulate.life import DOCTOR, Life, in_order
from tools.simulate.people import Person, person
from tools.simulate.plan import record_number
from tools.simulate.story import OPENING, Story, told

SOURCE = "urn:lifelong:simulation"
ISSUER = "https://issuer.demo.lifelong.example"  # of the tokens by which the county's people call
TODAY = date(2026, 6, 30)  # of a simulated county, unless another is asked for


def live(seed: int, number: int, until: date = TODAY, issuer: str = ISSUER) -> Life | None:
    """The life of the resident of this number, until a day; None if their record is not opened by then.

    issuer: of the login that some residents have.
    """
    one = person(seed, number)
    if one.opened > until:
        return None
    story = Story(seed, one, until)
    ill = health(story.dice.at("health"), one)
    opened = datetime.combine(one.opened, OPENING, CHINA)
    opening.tell(story, ill, opened)
    childhood.tell(story, opened)
    pregnancy.tell(story, ill)
    chronic.tell(story, ill)
    mental.tell(story, ill)
    tuberculosis.tell(story, ill)
    elderly.tell(story, ill)
    acute.tell(story, ill)
    ending.tell(story)
    mending.tell(story)
    keeping.tell(story)
    first, acts = in_order(story.steps)
    new = _new(story, opened, issuer)
    return Life(one, DOCTOR, opened, new, first, acts)


def _new(story: Story, opened: datetime, issuer: str) -> NewRecord:
    one, dice = story.person, story.dice.at("record")
    speaks = "guardian" if one.age(one.opened) < 14 else "resident"
    login = Login(issuer=issuer, subject=f"resident-{one.number}") if dice.chance(rates.LOGIN) else None
    return NewRecord(
        channel="visit" if one.is_newborn else dice.weighted(rates.CHANNELS),
        documents=[_document(story, dice)],
        occurred=told(opened),
        consent=Consent(speaks),
        number=record_number(one.number),
        login=login,
        source_id=SourceId(SOURCE, f"{story.seed}/{one.number}"),
    )


def _document(story: Story, dice: Dice) -> IdentityDocument:
    """A newborn has no identity card yet."""
    one: Person = story.person
    if not one.is_newborn:
        return story.card
    if dice.chance(0.6):
        return identity_document("birth-certificate", f"S{one.number:09d}")
    return identity_document("temporary", reason="新生儿尚未落户")

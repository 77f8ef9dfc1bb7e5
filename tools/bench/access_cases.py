"""Questions as they are put to the policy in a county: who asks, to do what, about which record, for what.

Drawn from a seed, so that every run asks the same. Most questions are those of a working day: staff at
records of their own clinic, now and then a referral, a grant, an emergency, a resident; and some that must be
refused.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from domain.access import RESIDENT, Actor, Facts
from domain.entitlements import Entitlement
from domain.institution_state import RoleHeld
from domain.policy import LIFE_SAVING
from domain.scopes import covers
from domain.time import CHINA
from domain.values import Licence, Occurred

NOW: Final = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
SINCE: Final = Occurred(at="2019-03-01", precision="day", about=False)
SECTIONS: Final = (*LIFE_SAVING, "encounters", "follow-ups", "examinations", "referrals", "documents")
SENSITIVE: Final = ("mental-health", "infectious-disease", "reproductive-health")
AREAS: Final = ("110101001001", "110101002001", "110102001001")

# Of each hundred questions: who asks, the actions and the purposes that they come with.
DAY: Final[Sequence[tuple[int, tuple[str, ...], Sequence[str], Sequence[str]]]] = (
    (30, ("practitioner",), ("read", "read", "list", "add-entry", "add-entry", "correct"), ("care",)),
    (8, ("practitioner", "record-manager"), ("file", "read", "read-tasks", "read-trail"), ("management",)),
    (6, ("practitioner",), ("search", "create", "read-roster", "read-tasks"), ("care", "public_health")),
    (10, ("practitioner",), ("contribute", "answer-referral", "read"), ("care", "emergency")),
    (6, ("practitioner",), ("apply", "read", "withdraw-application"), ("research", "insurance", "legal")),
    (3, ("practitioner",), ("break-glass", "read"), ("emergency",)),
    (14, ("resident",), ("read", "read-accesses", "consent", "replay", "end-grant"), ("self",)),
    (4, ("guardian",), ("read", "read-events", "consent"), ("self",)),
    (3, ("record-manager",), ("decide-application", "review-emergency", "disclose"), ("management", "legal")),
    (3, ("auditor",), ("read-accesses", "replay", "read-history"), ("audit",)),
    (2, ("inspector",), ("read",), ("assessment",)),
    (3, ("institution-administrator",), ("give-role", "enrol-practitioner", "read-history"), ("management",)),
    (2, ("county-administrator",), ("register-institution", "count", "erase"), ("management", "legal")),
    (2, ("connector",), ("create", "add-entry"), ("care",)),
    (2, ("researcher",), ("count", "read"), ("research",)),
    (2, ("practitioner",), ("read", "count"), ("marketing", "curiosity")),
)


@dataclass(frozen=True)
class Asked:
    """One question, as `domain.access.decide` takes it."""

    actor: Actor
    action: str
    facts: Facts
    purpose: str
    now: datetime = NOW


def draw(cases: int, seed: int = 1) -> list[Asked]:
    """That many questions."""
    dice = random.Random(seed)  # noqa: S311  # a workload, not a secret
    weights = [share for share, *_ in DAY]
    return [_asked(dice, *row[1:]) for row in dice.choices(DAY, weights, k=cases)]


def context(asked: Asked) -> Mapping[str, object]:
    """The same question as access.cedar looks at it."""
    actor, facts, now = asked.actor, asked.facts, asked.now
    known = {
        "institution": actor.institution,
        "own_record": actor.own_record,
        "represents": actor.represents,
        "record": facts.record,
        "custodian": facts.custodian,
        "acted_on": facts.institution,
        "guided_by": facts.guided_by,
        "role_given": facts.role_given,
        "section": facts.section,
        "sensitivity": facts.sensitivity,
    }
    until = actor.licence.get("until") if actor.licence else None
    return {
        **{name: str(value) for name, value in known.items() if value is not None},
        **({"licence_until": _day(until)} if until else {}),
        **{one.kind: _way_in(one) for one in facts.entitlements if one.to in (actor.id, actor.institution)},
        "purpose": asked.purpose,
        "today": _day(now.astimezone(CHINA).date().isoformat()),
        "roles": [held.role for held in actor.roles if held.is_held(now)],
        "in_scope": actor.scopes is None or covers(actor.scopes, asked.action),
        "in_area": bool(actor.area and facts.area and facts.area.startswith(actor.area)),
        "asked": [str(one) for one in facts.asked],
        "applicants": [str(one) for one in facts.applicants],
        "restricted": facts.restricted,
        "adolescent": facts.adolescent,
        "opted_out": facts.opted_out,
        "dead": facts.dead,
        "held": facts.held,
    }


def _way_in(one: Entitlement) -> dict[str, list[str]]:
    return {"purposes": [*one.purposes], "sections": [*one.sections], "sensitive": [*one.sensitive]}


def _day(text: str) -> int:
    return int(text.replace("-", ""))


def _asked(
    dice: random.Random, roles: Sequence[str], actions: Sequence[str], purposes: Sequence[str]
) -> Asked:
    record, own = _id(dice), _id(dice)
    custodian = own if dice.random() < 0.8 else _id(dice)
    actor = _actor(dice, roles, own, record)
    facts = _facts(dice, record, custodian, actor)
    return Asked(actor, dice.choice(actions), facts, dice.choice(purposes))


def _actor(dice: random.Random, roles: Sequence[str], own: UUID, record: UUID) -> Actor:
    if roles == ("resident",):
        return Actor(None, (RESIDENT,), own_record=_mostly(dice, record))
    if roles == ("guardian",):
        return Actor(None, tuple(RoleHeld(role, SINCE) for role in roles), represents=_mostly(dice, record))
    until = (NOW + timedelta(days=dice.choice((-30, 400, 400, 400)))).date().isoformat()
    held = tuple(RoleHeld(role, SINCE, dice.choice((None, None, None, until))) for role in roles)
    licence = Licence(kind="physician", number="110101", until=until) if dice.random() < 0.5 else None
    scopes = dice.choice((None, None, frozenset(("user/*.cruds", "openid")), frozenset(("user/*.rs",))))
    return Actor(_id(dice), held, own, licence, area=dice.choice(AREAS)[:6], scopes=scopes)


def _facts(dice: random.Random, record: UUID, custodian: UUID, actor: Actor) -> Facts:
    own = actor.institution
    return Facts(
        record=record,
        custodian=custodian,
        institution=_mostly(dice, own) if own else None,
        entitlements=tuple(_entitlements(dice, actor)),
        asked=frozenset((_mostly(dice, own),)) if own else frozenset(),
        applicants=frozenset((_id(dice),)),
        guided_by=own if dice.random() < 0.2 else None,
        area=dice.choice(AREAS),
        section=dice.choice((None, *SECTIONS, "legal-holds")),
        sensitivity=dice.choice(SENSITIVE) if dice.random() < 0.1 else None,
        restricted=dice.random() < 0.03,
        dead=dice.random() < 0.02,
        adolescent=dice.random() < 0.05,
        opted_out=dice.random() < 0.05,
        held=dice.random() < 0.02,
    )


def _entitlements(dice: random.Random, actor: Actor) -> list[Entitlement]:
    """A few of a record's, one of a kind at most for the actor: which is all that Cedar can be told."""
    found = []
    for kind in ("referral", "grant", "emergency", "disclosure"):
        own = actor.id if kind == "emergency" else actor.institution
        if own is not None and dice.random() < 0.3:
            sections = frozenset(dice.sample(SECTIONS, 6))
            sensitive = frozenset(dice.sample(SENSITIVE, 1))
            purposes = frozenset(("care", "emergency", dice.choice(("research", "insurance", "legal"))))
            found.append(Entitlement(kind, _id(dice), _mostly(dice, own), purposes, sections, sensitive))
    return found


def _mostly(dice: random.Random, one: UUID) -> UUID:
    return one if dice.random() < 0.85 else _id(dice)


def _id(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)

"""Who may do what, why: a pure function over a versioned policy.

Deny by default, a deny rule overrides every allow rule, and an error inside the decision denies. The policy
is data (`domain.access_rules`): its digest is written into every event decided under it, so that the decision
can be made again. What the words of its rules mean is said here and in docs/access.md, and stays what it is:
an old policy must go on meaning what it meant.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.access_rules import POLICY as POLICY
from domain.entitlements import Entitlement
from domain.entries import SECTIONS
from domain.institution_state import RoleHeld
from domain.policy import Policy, Rule
from domain.scopes import covers
from domain.sensitivity import covered
from domain.time import CHINA
from domain.values import Licence, Occurred

EVER = Occurred(at="1850", precision="year", about=False)  # since before anybody's time
RESIDENT = RoleHeld("resident", EVER)
OVERSIGHT = ("county-administrator", "inspector", "auditor")  # roles over more than one institution


@dataclass(frozen=True)
class Actor:
    """Who makes the request, as institution and record events tell it; never as a token claims.

    represents: the record whose resident they speak for, by that record. area: the digits of the area that
    their institution answers for. scopes: what their token bounds them to; None: by nothing.
    """

    id: UUID | None
    roles: tuple[RoleHeld, ...] = ()
    institution: UUID | None = None
    licence: Licence | None = None
    own_record: UUID | None = None
    represents: UUID | None = None
    area: str | None = None
    scopes: frozenset[str] | None = None


@dataclass(frozen=True)
class Facts:
    """What the decision is about. None, empty or false: does not arise.

    institution: the one acted on, or for. asked: the institutions from which a referral or consultation
    awaits an answer, however late. applicants: those that applied for access, or were granted it.
    guided_by: the institution that guides the one in custody. area: 12 digits, of the institution in custody
    or acted on. section, sensitivity: of the part of the record asked about. restricted: the resident keeps
    that part to themselves. dead: closed by death. adolescent: of an age to decide on their own data, not
    yet of age. opted_out: of research. held: under a legal hold.
    """

    record: UUID | None = None
    custodian: UUID | None = None
    institution: UUID | None = None
    role_given: str | None = None
    entitlements: tuple[Entitlement, ...] = ()
    asked: frozenset[UUID] = frozenset()
    applicants: frozenset[UUID] = frozenset()
    guided_by: UUID | None = None
    area: str | None = None
    section: str | None = None
    sensitivity: str | None = None
    restricted: bool = False
    dead: bool = False
    adolescent: bool = False
    opted_out: bool = False
    held: bool = False


@dataclass(frozen=True)
class Decision:
    """allowed; the rules that decided; the legal basis and the role acted in; what must be observed.

    entitlement: the way in that the record itself gave, where the basis is one.
    """

    allowed: bool
    rules: tuple[str, ...]
    basis: str = ""
    role: str = ""
    obligations: tuple[str, ...] = ()
    entitlement: Entitlement | None = None


@dataclass(slots=True)
class Question:
    """What a condition may look at. roles: those that the actor holds at this instant."""

    actor: Actor
    roles: tuple[str, ...]
    action: str
    facts: Facts
    purpose: str
    now: datetime
    policy: Policy


Kind = Literal["referral", "grant", "emergency", "disclosure"]


def entitled(question: Question, kind: Kind) -> Entitlement | None:
    """The entitlement of a kind that holds for the actor, and for the part of the record asked about."""
    actor, facts = question.actor, question.facts
    to = actor.id if kind == "emergency" else actor.institution
    for one in facts.entitlements:
        if one.kind == kind and one.to == to and _opens(one, facts) and _is_for(one, question.purpose):
            return one
    return None


def _opens(one: Entitlement, facts: Facts) -> bool:
    """Who is sent to, or called to a life in danger, sees what is sensitive; others where it is named."""
    if facts.section is not None and facts.section not in one.sections:
        return False
    return one.kind in ("referral", "emergency") or covered(facts.sensitivity, one.sensitive)


def _is_for(one: Entitlement, purpose: str) -> bool:
    """What a referral is for, its rules say: its receiver keeps lists of whom it expects, too."""
    return one.kind == "referral" or purpose in one.purposes


def _same(one: UUID | None, other: UUID | None) -> bool:
    return one is not None and one == other


def _licence_ended(question: Question) -> bool:
    licence = question.actor.licence
    until = licence.get("until") if licence else None
    return until is not None and question.now.astimezone(CHINA).date().isoformat() > until


def _scope_exceeded(question: Question) -> bool:
    """Whom a token's scopes call the patient: the resident, to themselves and to who speaks for them."""
    actor = question.actor
    if actor.scopes is None:
        return False
    return not covers(actor.scopes, question.action, is_own=_is_own(question))


def _is_own(question: Question) -> bool:
    """Whether they ask about their own record, or that of the resident for whom they speak."""
    actor, record = question.actor, question.facts.record
    return _same(record, actor.own_record) or _same(record, actor.represents)


def _in_area(question: Question) -> bool:
    area, facts = question.actor.area, question.facts
    return area is not None and facts.area is not None and facts.area.startswith(area)


def _kept(question: Question) -> bool:
    """The resident keeps this part to themselves, and it is none of those that this caller must see."""
    return question.facts.restricted and not _is_own(question) and not _saves_life(question)


def _saves_life(question: Question) -> bool:
    is_needed = question.facts.section is None or question.facts.section in question.policy.life_saving
    return is_needed and question.purpose == "emergency" and entitled(question, "emergency") is not None


CONDITIONS: Mapping[str, Callable[[Question], bool]] = {
    "custody": lambda q: _same(q.facts.custodian, q.actor.institution),
    "own-record": lambda q: _same(q.facts.record, q.actor.own_record),
    "represents-resident": lambda q: _same(q.facts.record, q.actor.represents),
    "own-institution": lambda q: _same(q.facts.institution, q.actor.institution),
    "no-county-role": lambda q: q.facts.role_given != "county-administrator",
    "no-oversight-role": lambda q: q.facts.role_given not in OVERSIGHT,
    "referred": lambda q: entitled(q, "referral") is not None,
    "granted": lambda q: entitled(q, "grant") is not None,
    "emergency-open": lambda q: entitled(q, "emergency") is not None,
    "disclosed": lambda q: entitled(q, "disclosure") is not None,
    "asked": lambda q: q.actor.institution in q.facts.asked,
    "applied": lambda q: q.actor.institution in q.facts.applicants,
    "guided": lambda q: _same(q.facts.guided_by, q.actor.institution),
    "in-area": _in_area,
    "alive": lambda q: not q.facts.dead,
    "not-sensitive": lambda q: q.facts.sensitivity is None,
    "not-about-access": lambda q: q.facts.section is None or q.facts.section in SECTIONS,
    # of deny rules
    "purpose-unlisted": lambda q: q.purpose not in q.policy.purposes,
    "purpose-commercial": lambda q: q.purpose in q.policy.commercial,
    "scope-exceeded": _scope_exceeded,
    "licence-ended": _licence_ended,
    "kept-by-resident": _kept,
    "confided": lambda q: q.facts.adolescent and "reproductive-health" in (q.facts.sensitivity or "").split(),
    "opted-out": lambda q: q.facts.opted_out,
    "held": lambda q: q.facts.held,
}

# The conditions that name an entitlement, for the decision to cite.
CITED: Mapping[str, Kind] = {
    "referred": "referral",
    "granted": "grant",
    "emergency-open": "emergency",
    "disclosed": "disclosure",
}
UNDECIDABLE = Decision(False, ("undecidable",))


def decide(
    actor: Actor, action: str, facts: Facts, purpose: str, now: datetime, policy: Policy = POLICY
) -> Decision:
    """The decision. Never raises: what cannot be decided is denied by the rule "undecidable"."""
    try:
        roles = tuple(held.role for held in actor.roles if held.is_held(now))
        question = Question(actor, roles, action, facts, purpose, now, policy)
        rules = [rule for rule in policy.for_action(action) if _applies(rule, question)]
        return _weigh(rules, question)
    except Exception:  # whatever broke, nobody gets in by it
        return UNDECIDABLE


def _applies(rule: Rule, question: Question) -> bool:
    """Loops written out: this is asked of a dozen rules for every decision."""
    if rule.purposes and question.purpose not in rule.purposes:
        return False
    if rule.roles and not _role(rule, question):
        return False
    for name in rule.when:
        if not CONDITIONS[name](question):
            return False
    return True


def _role(rule: Rule, question: Question) -> str:
    for role in rule.roles:
        if role in question.roles:
            return role
    return ""


def _weigh(rules: list[Rule], question: Question) -> Decision:
    denying = tuple(rule.id for rule in rules if rule.effect == "deny")
    if denying or not rules:
        return Decision(False, denying or ("deny-by-default",))
    first = rules[0]
    cited = (entitled(question, CITED[name]) for name in first.when if name in CITED)
    return Decision(
        True,
        tuple(rule.id for rule in rules),
        first.basis,
        _role(first, question),
        first.obligations,
        next(cited, None),
    )

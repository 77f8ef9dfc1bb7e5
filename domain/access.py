"""Who may do what, why: a pure function over a versioned policy.

Deny by default, a deny rule overrides every allow rule, and an error inside the decision denies. The policy
is data: its digest is written into every event decided under it, so that the decision can be made again.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, cast
from uuid import UUID

from domain.institution_state import RoleHeld
from domain.values import JsonObject, Licence, Occurred, RuleRef, digest

PURPOSES = (
    "care",
    "emergency",
    "management",
    "assessment",
    "public_health",
    "research",
    "insurance",
    "legal",
    "self",
    "audit",
)
EVER = Occurred(at="1850", precision="year", about=False)  # since before anybody's time
RESIDENT = RoleHeld("resident", EVER)


@dataclass(frozen=True)
class Actor:
    """Who makes the request, as institution and record events tell it; never as a token claims."""

    id: UUID | None
    roles: tuple[RoleHeld, ...] = ()
    institution: UUID | None = None
    licence: Licence | None = None
    own_record: UUID | None = None
    represents: UUID | None = None  # the record whose resident they speak for, by that record

    def holds(self, role: str, now: datetime) -> bool:
        return any(held.role == role and held.is_held(now) for held in self.roles)


@dataclass(frozen=True)
class Facts:
    """What the decision is about. None: does not arise."""

    record: UUID | None = None
    custodian: UUID | None = None
    institution: UUID | None = None  # the institution acted on, or for
    role_given: str | None = None
    readers: frozenset[UUID] = frozenset()  # institutions that a referral or consultation lets read now
    asked: frozenset[UUID] = frozenset()  # those from which one awaits an answer, however late it comes


@dataclass(frozen=True)
class Decision:
    """allowed; the rules that decided; the legal basis and the role acted in."""

    allowed: bool
    rules: tuple[str, ...]
    basis: str = ""
    role: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule as data. Empty roles, actions or purposes: any. All conditions of `when` must hold."""

    id: str
    effect: Literal["allow", "deny"]
    roles: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class Policy:
    """A named edition of the rules."""

    name: str
    edition: str
    rules: tuple[Rule, ...]
    purposes: tuple[str, ...] = PURPOSES
    commercial: tuple[str, ...] = ("commercial", "marketing", "advertising", "sale")

    @cached_property
    def ref(self) -> RuleRef:
        """Name, edition and SHA-256 of the policy as canonical JSON."""
        return RuleRef(name=self.name, edition=self.edition, digest=digest(self.description))

    @property
    def description(self) -> JsonObject:
        return cast(JsonObject, _listed(asdict(self)))


@dataclass(frozen=True)
class Question:
    """What a condition may look at."""

    actor: Actor
    facts: Facts
    purpose: str
    now: datetime
    policy: Policy = field(repr=False)


def _same(one: UUID | None, other: UUID | None) -> bool:
    return one is not None and one == other


CONDITIONS: Mapping[str, Callable[[Question], bool]] = {
    "custody": lambda q: _same(q.facts.custodian, q.actor.institution),
    "own-record": lambda q: _same(q.facts.record, q.actor.own_record),
    "represents-resident": lambda q: _same(q.facts.record, q.actor.represents),
    "referred": lambda q: q.actor.institution in q.facts.readers,
    "asked": lambda q: q.actor.institution in q.facts.asked,
    "own-institution": lambda q: _same(q.facts.institution, q.actor.institution),
    "no-county-role": lambda q: q.facts.role_given != "county-administrator",
    "purpose-unlisted": lambda q: q.purpose not in q.policy.purposes,
    "purpose-commercial": lambda q: q.purpose in q.policy.commercial,
}

STAFF = ("practitioner", "record-manager")
SPEAKERS = ("guardian", "representative", "heir")
CARE_PURPOSES = ("care", "emergency", "public_health")
STAFF_PURPOSES = ("care", "management", "public_health")
CUSTODY_PURPOSES = (*STAFF_PURPOSES, "emergency")  # who keeps the record need not say less than is true
STAFF_WRITE = (
    "add-entry",
    "correct",
    "retract",
    "close",
    "reopen",
    "link-identity",
    "resident-part",
    "consent",
    "appoint",
    "issue-card",
    "dispute-identity",
    "check-quality",
)
MANAGER_WRITE = (
    "file",
    "decide-correction",
    "settle-identity",
    "misfile",
    "receive-misfiled",
    "merge",
    "renumber",
    "unlink-identity",
)
STAFFING = ("enrol-practitioner", "practitioner-leaves", "give-role", "end-role")

POLICY = Policy(
    name="access",
    edition="2026.5",
    rules=(
        Rule("purpose-unlisted", "deny", when=("purpose-unlisted",)),
        Rule("purpose-commercial", "deny", when=("purpose-commercial",)),
        Rule(
            "staff-in-custody-read",
            "allow",
            STAFF,
            ("read", "read-events", "list"),
            CUSTODY_PURPOSES,
            ("custody",),
            basis="custody",
        ),
        Rule(
            "staff-in-custody-write",
            "allow",
            STAFF,
            STAFF_WRITE,
            CUSTODY_PURPOSES,
            ("custody",),
            basis="custody",
        ),
        Rule(
            "manager-in-custody-keeps",
            "allow",
            ("record-manager",),
            MANAGER_WRITE,
            ("management",),
            ("custody",),
            basis="custody",
        ),
        Rule(
            "referred-staff-read",
            "allow",
            STAFF,
            ("read",),
            CARE_PURPOSES,
            ("referred",),
            basis="referral",
        ),
        Rule(
            "referred-staff-answer",
            "allow",
            STAFF,
            ("answer-referral", "answer-consultation"),
            CARE_PURPOSES,
            ("asked",),
            basis="referral",
        ),
        Rule("staff-contribute", "allow", STAFF, ("contribute",), CARE_PURPOSES, basis="contribution"),
        Rule(
            "staff-create",
            "allow",
            STAFF,
            ("create", "refuse-registration"),
            STAFF_PURPOSES,
            ("own-institution",),
            basis="custody",
        ),
        Rule(
            "staff-search",
            "allow",
            STAFF,
            ("search",),
            STAFF_PURPOSES,
            ("own-institution",),
            basis="custody",
        ),
        Rule(
            "staff-read-lists",
            "allow",
            STAFF,
            ("read-roster", "read-tasks"),
            STAFF_PURPOSES,
            ("own-institution",),
            basis="custody",
        ),
        Rule(
            "referred-staff-list", "allow", STAFF, ("list",), STAFF_PURPOSES, ("referred",), basis="referral"
        ),
        Rule(
            "staff-count",
            "allow",
            (*STAFF, "county-administrator"),
            ("count",),
            ("management", "assessment", "public_health"),
            basis="law",
        ),
        Rule(
            "manager-in-custody-reads-trail",
            "allow",
            ("record-manager",),
            ("read-trail",),
            ("management",),
            ("custody",),
            basis="custody",
        ),
        Rule(
            "resident-reads-own",
            "allow",
            ("resident",),
            ("read", "read-events", "read-accesses", "read-trail"),
            ("self",),
            ("own-record",),
            basis="self",
        ),
        Rule(
            "resident-takes-part",
            "allow",
            ("resident",),
            ("resident-part", "consent", "dispute-identity"),
            ("self",),
            ("own-record",),
            basis="self",
        ),
        Rule(
            "speaker-reads",
            "allow",
            SPEAKERS,
            ("read", "read-events", "read-accesses", "read-trail"),
            ("self",),
            ("represents-resident",),
            basis="representation",
        ),
        Rule(
            "speaker-takes-part",
            "allow",
            SPEAKERS,
            ("resident-part", "consent", "dispute-identity"),
            ("self",),
            ("represents-resident",),
            basis="representation",
        ),
        Rule(
            "county-registers",
            "allow",
            ("county-administrator",),
            ("register-institution", *STAFFING),
            ("management",),
            basis="law",
        ),
        Rule(
            "county-operates-views",
            "allow",
            ("county-administrator",),
            ("operate-views",),
            ("management",),
            basis="law",
        ),
        Rule(
            "administrator-staffs-own",
            "allow",
            ("institution-administrator",),
            STAFFING,
            ("management",),
            ("own-institution", "no-county-role"),
            basis="law",
        ),
        Rule(
            "connector-creates",
            "allow",
            ("connector",),
            ("create", "find-source"),
            STAFF_PURPOSES,
            ("own-institution",),
            basis="custody",
        ),
        Rule(
            "connector-imports",
            "allow",
            ("connector",),
            ("add-entry", "link-identity", "close", "appoint", "issue-card"),
            STAFF_PURPOSES,
            ("custody",),
            basis="custody",
        ),
    ),
)


def decide(
    actor: Actor, action: str, facts: Facts, purpose: str, now: datetime, policy: Policy = POLICY
) -> Decision:
    """The decision. Never raises: what cannot be decided is denied by the rule "undecidable"."""
    try:
        question = Question(actor, facts, purpose, now, policy)
        return _weigh([rule for rule in policy.rules if _applies(rule, action, question)], question)
    except Exception:  # whatever broke, nobody gets in by it
        return Decision(False, ("undecidable",))


def _applies(rule: Rule, action: str, question: Question) -> bool:
    return (
        (not rule.actions or action in rule.actions)
        and (not rule.purposes or question.purpose in rule.purposes)
        and (not rule.roles or _role(rule, question) != "")
        and all(CONDITIONS[name](question) for name in rule.when)
    )


def _role(rule: Rule, question: Question) -> str:
    return next((role for role in rule.roles if question.actor.holds(role, question.now)), "")


def _weigh(rules: list[Rule], question: Question) -> Decision:
    denying = tuple(rule.id for rule in rules if rule.effect == "deny")
    allowing = [rule for rule in rules if rule.effect == "allow"]
    if denying or not allowing:
        return Decision(False, denying or ("deny-by-default",))
    first = allowing[0]
    return Decision(True, tuple(rule.id for rule in allowing), first.basis, _role(first, question))


def _listed(value: object) -> object:
    """Tuples as JSON lists, all the way down."""
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value

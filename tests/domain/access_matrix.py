"""The authorization matrix, in words: every cell is a question that somebody may put to the policy.

A cell says in words who asks, how they stand to what they ask about, for what and when. `staged` turns the
words into what `domain.access.decide` takes; `tests.domain.access_table` answers them from docs/access.md
alone. Blocks of cells are full products; nothing is sampled.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from domain.access import EVER, POLICY, Actor, Facts
from domain.entitlements import Entitlement
from domain.entries import SECTIONS
from domain.institution import ROLES
from domain.institution_state import RoleHeld
from domain.sensitivity import CLASSES
from domain.values import Licence, Occurred, occurred

NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)  # nine o'clock of 1 June in China
TODAY, YESTERDAY, TOMORROW = "2026-06-01", "2026-05-31", "2026-06-02"
HERE, THERE = UUID(int=1), UUID(int=2)
RECORD, OTHER_RECORD = UUID(int=3), UUID(int=4)
PERSON, COLLEAGUE, ENTRY = UUID(int=5), UUID(int=6), UUID(int=7)
VILLAGE, OTHER_VILLAGE, COUNTY, OTHER_COUNTY = "110101001001", "110101002002", "110101", "110102"
LIFE_SAVING, OTHER_SECTION, ABOUT_ACCESS = "allergies", "encounters", "statutory-disclosures"


class Part(NamedTuple):
    """The part of a record asked about. section: "" for none in particular; class_: of sensitive entries."""

    section: str = ""
    class_: str = ""
    is_restricted: bool = False


WHOLE = Part()


class Cell(NamedTuple):
    """A question in words; the words are the keys of the tables below."""

    action: str
    person: str
    relation: str
    purpose: str
    way: str = "whole"
    part: Part = WHOLE
    state: str = "open"
    held: str = "held"
    licence: str = "none"
    scopes: str = "unbounded"


ACTIONS = (*sorted({action for rule in POLICY.rules for action in rule.actions}), "no-such-action")
LISTED = ("care", "emergency", "management", "assessment", "public_health", "research", "insurance", "legal")
PURPOSES = (*LISTED, "self", "audit", "marketing", "curiosity")
SPEAKERS = ("guardian", "representative", "heir")
PERSONS = (*ROLES, "practitioner+record-manager", "resident", *SPEAKERS, "nobody")
PARTS = tuple(
    Part(section, class_, is_restricted)
    for section in (LIFE_SAVING, OTHER_SECTION)
    for class_ in ("", "mental-health", "reproductive-health", "infectious-disease reproductive-health")
    for is_restricted in (False, True)
)
STATES: Mapping[str, Mapping[str, Any]] = {  # Any: fields of Facts
    "open": {},
    "dead": {"dead": True},
    "adolescent": {"adolescent": True},
    "opted-out": {"opted_out": True},
    "held": {"held": True},
}
SINCE = occurred("2020-01-01")
HELD: Mapping[str, tuple[Occurred, str | None]] = {
    "held": (SINCE, None),
    "last-day": (SINCE, TODAY),
    "ended": (SINCE, YESTERDAY),
    "not-begun": (occurred(TOMORROW), None),
}
LICENCES: Mapping[str, str | None] = {
    "valid": TOMORROW,
    "last-day": TODAY,
    "ended": YESTERDAY,
    "endless": None,
}
SCOPES: Mapping[str, frozenset[str] | None] = {
    "unbounded": None,
    "everything": frozenset(("openid", "user/*.cruds")),
    "reading": frozenset(("user/*.rs",)),
    "writing": frozenset(("user/Patient.c", "user/*.write")),
    "finding": frozenset(("system/*.s",)),
    "observations": frozenset(("user/Observation.cruds",)),
    "narrowed": frozenset(("user/*.cruds?category=laboratory",)),
    "own": frozenset(("patient/*.cruds",)),
    "no-scope": frozenset(("openid", "profile")),
    "empty": frozenset(),
}


@dataclass(frozen=True)
class Relation:
    """How somebody stands to what they ask about: what is so of them, and of it."""

    of_them: Mapping[str, Any]  # Any: fields of Actor
    of_it: Mapping[str, Any]  # Any: fields of Facts
    opens: str = ""  # the kind of entitlement there is


_THEM = {"institution": HERE, "area": VILLAGE, "own_record": OTHER_RECORD, "represents": OTHER_RECORD}
_AT_HOME = {"record": RECORD, "custodian": HERE, "area": VILLAGE}
_AWAY = {"record": RECORD, "custodian": THERE, "area": OTHER_VILLAGE}
_GIVES = {"institution": HERE, "area": VILLAGE}

RELATIONS: Mapping[str, Relation] = {
    "nothing": Relation(_THEM, {}),
    "nowhere": Relation({"area": None}, {"record": RECORD}),
    "own-institution": Relation(_THEM, {"institution": HERE, "area": VILLAGE}),
    "area-institution": Relation({**_THEM, "area": COUNTY}, {"institution": THERE, "area": OTHER_VILLAGE}),
    "other-institution": Relation(_THEM, {"institution": THERE, "area": OTHER_VILLAGE}),
    "naming-staff": Relation(_THEM, {**_GIVES, "role_given": "practitioner"}),
    "naming-county": Relation(_THEM, {**_GIVES, "role_given": "county-administrator"}),
    "naming-inspector": Relation(_THEM, {**_GIVES, "role_given": "inspector"}),
    "naming-auditor": Relation(_THEM, {**_GIVES, "role_given": "auditor"}),
    "custody": Relation(_THEM, _AT_HOME),
    "elsewhere": Relation(_THEM, _AWAY),
    "area": Relation({**_THEM, "area": COUNTY}, _AWAY),
    "other-area": Relation({**_THEM, "area": OTHER_COUNTY}, _AWAY),
    "referred": Relation(_THEM, _AWAY, "referral"),
    "asked": Relation(_THEM, {**_AWAY, "asked": frozenset((HERE,))}),
    "applied": Relation(_THEM, {**_AWAY, "applicants": frozenset((HERE,))}),
    "granted": Relation(_THEM, {**_AWAY, "applicants": frozenset((HERE,))}, "grant"),
    "opener": Relation(_THEM, _AWAY, "emergency"),
    "opener-at-home": Relation(_THEM, _AT_HOME, "emergency"),
    "disclosing": Relation(_THEM, _AT_HOME, "disclosure"),
    "disclosed-elsewhere": Relation(_THEM, _AWAY, "disclosure"),
    "guiding": Relation(_THEM, {**_AWAY, "guided_by": HERE}),
    "guided-by-others": Relation(_THEM, {**_AWAY, "guided_by": THERE}),
    "own-record": Relation({"own_record": RECORD}, _AWAY),
    "represents": Relation({"represents": RECORD, "own_record": OTHER_RECORD}, _AWAY),
}
WAYS = ("whole", "class-named", "another-section", "another-purpose", "another's")
RECORDS = tuple(name for name, one in RELATIONS.items() if "record" in one.of_it)
OPENING = tuple(name for name, one in RELATIONS.items() if one.opens)


def cells() -> Iterator[Cell]:
    """Every cell; a few stand in more than one block."""
    yield from _block(ACTIONS, PERSONS, RELATIONS, PURPOSES)
    usual = ("care", "management", "self", "audit")
    known = ("custody", "granted", "own-record", "represents")
    yield from _block(ACTIONS, PERSONS, known, (*usual, "research"), state=tuple(STATES)[1:])
    yield from _block(("break-glass", "erase"), PERSONS, RECORDS, LISTED, state=tuple(STATES)[1:])
    yield from _block(ACTIONS, PERSONS, ("own-institution", "area", *known[2:]), usual, held=tuple(HELD)[1:])
    readers = (
        "read",
        "read-events",
        "list",
        "read-trail",
        "replay",
        "read-accesses",
        "export-evidence",
        "issue-summary",
    )
    parted = ("custody", "elsewhere", "area", "granted", "guiding", "own-record", "represents")
    yield from _block(readers, PERSONS, parted, ("care", "assessment", "self", "audit"), part=PARTS)
    about_access = tuple(Part(ABOUT_ACCESS, "", is_restricted) for is_restricted in (False, True))
    yield from _block(("read", "read-events", "replay"), PERSONS, RECORDS, PURPOSES, part=about_access)
    for_own = ("care", "emergency", "self")
    yield from _block(("read",), PERSONS, RECORDS, for_own, part=PARTS, state=("open", "adolescent"))
    holders = ("practitioner", "practitioner+record-manager", "researcher", "auditor", "resident")
    yield from _block(("read", "list"), holders, OPENING, PURPOSES, way=WAYS, part=(WHOLE, *PARTS))
    staff = ("practitioner", "record-manager", "practitioner+record-manager", "connector")
    treated = ("custody", "asked", "elsewhere")
    yield from _block(ACTIONS, staff, treated, LISTED[:3], licence=tuple(LICENCES))
    carriers = ("practitioner", "record-manager", "auditor", "county-administrator", "resident", "guardian")
    related = ("own-institution", "custody", "own-record", "represents")
    yield from _block(ACTIONS, carriers, related, usual, scopes=tuple(SCOPES)[1:])


def _block(*usual: object, **more: object) -> Iterator[Cell]:
    """The product of the words named, in the order of a cell's first fields and then by name."""
    for words in product(*usual, *more.values()):  # type: ignore[call-overload]  # of sequences of words
        yield Cell(*words[:4], **dict(zip(more, words[4:], strict=True)))


def staged(cell: Cell) -> tuple[Actor, str, Facts, str, datetime]:
    """What the policy is asked in this cell."""
    actor = _actor(cell.person, cell.relation, cell.held, cell.licence, cell.scopes)
    about = _facts(cell.relation, cell.way, cell.part, cell.state, cell.purpose)
    return actor, cell.action, about, cell.purpose, NOW


@cache
def _actor(person: str, relation: str, held: str, licence: str, scopes: str) -> Actor:
    since, until = HELD[held]
    names = () if person == "nobody" else person.split("+")
    told = None if licence == "none" else Licence(kind="physician", number="1")
    if told and (last := LICENCES[licence]):
        told["until"] = last
    roles = tuple(RoleHeld(name, since if held != "held" else EVER, until) for name in names)
    return Actor(PERSON, roles, licence=told, scopes=SCOPES[scopes], **RELATIONS[relation].of_them)


@cache
def _facts(relation: str, way: str, part: Part, state: str, purpose: str) -> Facts:
    one = RELATIONS[relation]
    given = (_entitlement(one.opens, way, part, purpose),) if one.opens else ()
    return Facts(
        **one.of_it,
        **STATES[state],
        entitlements=given,
        section=part.section or None,
        sensitivity=part.class_ or None,
        restricted=part.is_restricted,
    )


def _entitlement(kind: Any, way: str, part: Part, purpose: str) -> Entitlement:  # Any: one of its words
    """Given to the institution, or of an emergency to the person. way: in what it falls short, if at all."""
    mine, others = (PERSON, COLLEAGUE) if kind == "emergency" else (HERE, THERE)
    others_purpose = "management" if purpose != "management" else "assessment"
    return Entitlement(
        kind,
        ENTRY,
        others if way == "another's" else mine,
        frozenset((others_purpose if way == "another-purpose" else purpose,)),
        frozenset(SECTIONS) - ({part.section} if way == "another-section" else set()),
        frozenset(CLASSES) if way == "class-named" else frozenset(),
    )

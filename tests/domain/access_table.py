"""Who may do what, once more: written from docs/access.md, ordered by how people stand to a record.

An independent second formulation of the policy: it knows the words of a cell (`tests.domain.access_matrix`),
and nothing of rules, conditions or the function that decides. Both must be wrong alike to agree on a mistake.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

STAFF = "practitioner record-manager"
CARE = "care emergency public_health"
WORK = "care management public_health"
APPLIED_FOR = "care assessment public_health research insurance legal"
LISTED = frozenset(
    "care emergency management assessment public_health research insurance legal self audit".split()
)
COMMERCIAL = frozenset(("commercial", "marketing", "advertising", "sale"))
LIFE_SAVING = frozenset(("basic-information", "problems", "allergies", "medications", "immunizations"))
ABOUT_ACCESS = frozenset(
    "access-applications statutory-disclosures emergency-accesses notice-rules legal-holds".split()
)
TREATING = frozenset(("add-entry", "contribute", "answer-referral", "answer-consultation"))
OWN = ("own-record", "represents")

# What a token's scopes must name, by what is done; whatever stands nowhere here changes something: "u".
LETTERS: Mapping[str, str] = {
    "r": "read read-events read-accesses read-trail replay export-evidence read-history issue-summary",
    "s": "list search read-roster read-tasks count find-source read-history",
    "c": "create contribute add-entry apply break-glass refuse-registration",
}
TOKENS: Mapping[str, str] = {
    "everything": "cruds",
    "reading": "rs",
    "writing": "cud",
    "finding": "s",
    "own": "cruds",  # of their own record only
}


class Part(Protocol):
    @property
    def section(self) -> str: ...
    @property
    def class_(self) -> str: ...
    @property
    def is_restricted(self) -> bool: ...


class Question(Protocol):
    """The words of a cell."""

    @property
    def action(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def way(self) -> str: ...
    @property
    def part(self) -> Part: ...
    @property
    def state(self) -> str: ...
    @property
    def held(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def scopes(self) -> str: ...


class Verdict(NamedTuple):
    """refused: by which rules that deny; none if only nothing allows it."""

    allowed: bool
    refused: frozenset[str] = frozenset()
    basis: str = ""
    role: str = ""
    obligations: tuple[str, ...] = ()
    is_cited: bool = False


class Standing(NamedTuple):
    """What people who stand so to what they ask about may do.

    may: who, for which purposes, what. is_cited: the entry of the record that lets them in is named.
    """

    holds: Callable[[Question], bool]
    basis: str
    may: tuple[tuple[str, str, str], ...]
    obligations: tuple[str, ...] = ()
    is_cited: bool = False


def _opens(*relations: str) -> Callable[[Question], bool]:
    """Whether what the record gives is theirs, for this purpose, and reaches this part."""

    def holds(cell: Question) -> bool:
        is_theirs = cell.relation in relations and cell.way != "another's"
        is_care = cell.relation in ("referred", "opener", "opener-at-home")
        lacks_purpose = cell.way == "another-purpose" and cell.relation != "referred"
        is_elsewhere = cell.way == "another-section" and cell.part.section != ""
        lacks_section = is_elsewhere or _is_about_access(cell)
        lacks_class = not is_care and cell.part.class_ != "" and cell.way != "class-named"
        return is_theirs and not (lacks_purpose or lacks_section or lacks_class)

    return holds


def _is_about_access(cell: Question) -> bool:
    """Who was let in, and by whom: no section of health."""
    return cell.part.section in ABOUT_ACCESS


def _is(*relations: str) -> Callable[[Question], bool]:
    return lambda cell: cell.relation in relations


def _always(cell: Question) -> bool:
    return True


HOME = _is("custody", "opener-at-home", "disclosing")
OWN_INSTITUTION = _is(
    "own-institution", "naming-staff", "naming-county", "naming-inspector", "naming-auditor"
)
WITHIN_AREA = _is(
    *("area", "area-institution", "own-institution", "custody", "opener-at-home", "disclosing"),
    *("naming-staff", "naming-county", "naming-inspector", "naming-auditor"),
)

# The first that lets somebody do it says on what basis.
STANDINGS: tuple[Standing, ...] = (
    Standing(
        _opens("opener", "opener-at-home"),
        "emergency",
        ((STAFF, "emergency", "read"),),
        ("notify-resident",),
        is_cited=True,
    ),
    Standing(
        HOME,
        "custody",
        (
            (
                STAFF,
                "care emergency management public_health",
                "read read-events list add-entry correct retract close reopen link-identity resident-part"
                " consent appoint issue-card dispute-identity check-quality",
            ),
            (STAFF, "care emergency", "issue-summary"),
            (
                "record-manager",
                "management",
                "file decide-correction settle-identity misfile receive-misfiled merge renumber"
                " unlink-identity decide-application end-grant review-emergency read-trail replay",
            ),
            ("connector", WORK, "add-entry link-identity close appoint issue-card"),
        ),
    ),
    Standing(HOME, "law", (("record-manager", "legal insurance", "disclose hold"),)),
    Standing(
        lambda cell: HOME(cell) and _opens("disclosing")(cell),
        "law",
        (("record-manager", "legal insurance", "read export-evidence"),),
        is_cited=True,
    ),
    Standing(HOME, "custody", (("record-manager", "management", "export-evidence"),)),
    Standing(
        OWN_INSTITUTION,
        "custody",
        (
            (STAFF, WORK, "create refuse-registration search read-roster read-tasks"),
            ("connector", WORK, "create find-source"),
        ),
    ),
    Standing(
        _is("own-record"),
        "self",
        (("resident", "self", "read read-events read-accesses read-trail replay export-evidence"),),
    ),
    Standing(
        lambda cell: cell.relation == "own-record" and cell.state != "dead",
        "self",
        (("resident", "self", "resident-part consent dispute-identity end-grant"),),
    ),
    Standing(
        _is("represents"),
        "representation",
        (
            (
                "guardian representative heir",
                "self",
                "read read-events read-accesses read-trail replay export-evidence",
            ),
            ("guardian representative heir", "self", "resident-part consent dispute-identity end-grant"),
        ),
    ),
    Standing(
        _opens("referred"),
        "referral",
        ((STAFF, CARE, "read"), (STAFF, WORK, "list")),
        is_cited=True,
    ),
    Standing(_is("asked"), "referral", ((STAFF, CARE, "answer-referral answer-consultation"),)),
    Standing(_always, "contribution", ((STAFF, CARE, "contribute"),)),
    Standing(_always, "application", ((f"{STAFF} researcher", APPLIED_FOR, "apply"),)),
    Standing(
        _is("applied", "granted"),
        "application",
        ((f"{STAFF} researcher", f"{APPLIED_FOR} management", "withdraw-application"),),
    ),
    Standing(_opens("granted"), "grant", ((f"{STAFF} researcher", APPLIED_FOR, "read list"),), is_cited=True),
    Standing(
        lambda cell: cell.state != "dead",
        "emergency",
        ((STAFF, "emergency", "break-glass"),),
        ("notify-resident", "review"),
    ),
    Standing(
        lambda cell: cell.relation == "guiding" and cell.part.class_ == "" and not _is_about_access(cell),
        "guidance",
        ((STAFF, "management assessment", "read"),),
    ),
    Standing(
        lambda cell: WITHIN_AREA(cell) and cell.part.class_ == "" and not _is_about_access(cell),
        "inspection",
        (("inspector", "assessment", "read"),),
    ),
    Standing(
        WITHIN_AREA,
        "audit",
        (("auditor", "audit", "read-events read-accesses read-trail replay export-evidence"),),
        ("shape-only",),
    ),
    Standing(WITHIN_AREA, "audit", (("auditor", "audit", "read-history review-unusual"),)),
    Standing(OWN_INSTITUTION, "audit", (("institution-administrator", "management audit", "read-history"),)),
    Standing(
        _always,
        "law",
        (
            (f"{STAFF} county-administrator", "management assessment public_health", "count"),
            ("researcher", "research", "count"),
            (
                "county-administrator",
                "management",
                "register-institution set-guidance enrol-practitioner practitioner-leaves give-role end-role"
                " operate-views",
            ),
        ),
    ),
    Standing(WITHIN_AREA, "law", (("county-administrator", "legal", "erase"),)),
    Standing(
        _is("own-institution", "naming-staff"),
        "law",
        (
            (
                "institution-administrator",
                "management",
                "enrol-practitioner practitioner-leaves give-role end-role",
            ),
        ),
    ),
)


def verdict(cell: Question) -> Verdict:
    """What the page says about the cell."""
    if refused := frozenset(name for name, refuses in REFUSALS.items() if refuses(cell)):
        return Verdict(False, refused)
    roles = _roles(cell)
    for who, purposes, one in _LINES.get(cell.action, ()):
        if cell.purpose in purposes and not roles.isdisjoint(who) and one.holds(cell):
            role = next(name for name in who if name in roles)
            return Verdict(True, frozenset(), one.basis, role, one.obligations, one.is_cited)
    return Verdict(False)


_Line = tuple[tuple[str, ...], frozenset[str], Standing]


def _by_action() -> Mapping[str, list[_Line]]:
    """The same lines by what is done, their words taken apart."""
    found: dict[str, list[_Line]] = {}
    for one in STANDINGS:
        for who, purposes, actions in one.may:
            line = (tuple(who.split()), frozenset(purposes.split()), one)
            for action in actions.split():
                found.setdefault(action, []).append(line)
    return found


_LINES = _by_action()


def _roles(cell: Question) -> set[str]:
    """Those they hold now."""
    is_held = cell.held in ("held", "last-day")
    return set(cell.person.split("+")) - {"nobody"} if is_held else set()


def _exceeds(cell: Question) -> bool:
    if cell.scopes == "unbounded":
        return False
    is_own = cell.relation in OWN
    allowed = TOKENS.get(cell.scopes, "") if cell.scopes != "own" or is_own else ""
    needed = {letter for letter, actions in _LETTERS.items() if cell.action in actions} or {"u"}
    return not needed <= set(allowed)


_LETTERS = {letter: frozenset(actions.split()) for letter, actions in LETTERS.items()}


def _is_kept(cell: Question) -> bool:
    """What the resident keeps to themselves; who opened an emergency still sees what saves a life."""
    is_opener = _opens("opener", "opener-at-home")(cell) and cell.purpose == "emergency"
    is_saving = is_opener and cell.part.section in LIFE_SAVING
    return cell.part.is_restricted and cell.relation not in OWN and not is_saving


def _is_confided(cell: Question) -> bool:
    is_about = "reproductive-health" in cell.part.class_.split()
    return is_about and cell.state == "adolescent" and cell.relation == "represents"


def _has_no_licence(cell: Question) -> bool:
    return cell.licence == "ended" and cell.action in TREATING


REFUSALS: Mapping[str, Callable[[Question], bool]] = {
    "purpose-unlisted": lambda cell: cell.purpose not in LISTED,
    "purpose-commercial": lambda cell: cell.purpose in COMMERCIAL,
    "scope-exceeded": _exceeds,
    "licence-ended": _has_no_licence,
    "kept-by-resident": _is_kept,
    "confided-by-adolescent": _is_confided,
    "opted-out-of-research": lambda cell: cell.state == "opted-out" and cell.purpose == "research",
    "held-is-not-erased": lambda cell: cell.state == "held" and cell.action == "erase",
}

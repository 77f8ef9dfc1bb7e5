"""The kinds of entries a record holds: collection, forms taken, and how each one begins.

One table. A new kind of care is a row here, an event class in record_events and a form in domain.forms;
a new follow-up form is a name in PROGRAMMES. What may follow an entry stands in domain.sequels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.errors import FormNotAccepted, UnknownCollection, UnknownProgramme
from domain.values import JsonObject, earliest, occurred

PROGRAMMES: Mapping[str, tuple[str, ...]] = {  # programme -> the forms on which its follow-ups are written
    "hypertension": ("hypertension-follow-up",),
    "type-2-diabetes": ("type-2-diabetes-follow-up",),
    "copd": ("copd-follow-up",),
    "child": (
        "newborn-home-visit",
        "infant-examination",
        "toddler-examination",
        "preschool-examination",
        "child-tcm-guidance",
    ),
    "maternal": (
        "first-antenatal-examination",
        "antenatal-follow-up",
        "postpartum-visit",
        "postpartum-day-42-examination",
    ),
    "elderly": ("self-care-assessment", "elderly-tcm-constitution"),
    "severe-mental-disorder": ("severe-mental-disorder-follow-up", "severe-mental-disorder-supplement"),
    "tuberculosis": ("tuberculosis-first-visit", "tuberculosis-follow-up"),
}

# Programmes that the law prescribes whether or not somebody agrees (精神卫生法, 传染病防治法).
STATUTORY = ("severe-mental-disorder", "tuberculosis")


# A card is issued when the basic information tells all of this (居民健康档案信息卡, 2017).
CARD_NEEDS = ("name", "sex", "birth_date", "phone", "address", "contact_name", "contact_phone")


@dataclass(frozen=True)
class Kind:
    """A collection of entries.

    forms: those it takes, the usual one first. action: what the policy is asked. begins: the state in which
    an entry begins. keeps: fields of its content that later decisions look at. is_care: refused once the
    record is closed. is_voluntary: refused once consent is withdrawn. is_contributed: others add it unread.
    is_about_access: no section of the record, which a referral or restriction could name; never corrected,
    retracted, misfiled or filed, only ended by what follows it. has_hours: its term is counted in hours.
    """

    forms: tuple[str, ...]
    action: str = "add-entry"
    begins: str = "active"
    keeps: tuple[str, ...] = ()
    is_care: bool = True
    is_voluntary: bool = False
    is_contributed: bool = False
    is_about_access: bool = False
    has_hours: bool = False


def _about_access(
    form: str, action: str, *keeps: str, begins: str = "active", has_hours: bool = False
) -> Kind:
    """Who may see the record, and who did: kept for ever as it was said."""
    return Kind((form,), action, begins, keeps, is_care=False, is_about_access=True, has_hours=has_hours)


def _resident_part(form: str, *keeps: str, begins: str = "active") -> Kind:
    """What the resident does about the record, or whoever may speak for them."""
    return Kind((form,), "resident-part", begins, keeps, is_care=False)


def _keeping(form: str, action: str, *keeps: str, begins: str = "active") -> Kind:
    """What is done to keep the record right: goes on after it is closed."""
    return Kind((form,), action, begins, keeps, is_care=False)


KINDS: Mapping[str, Kind] = {
    "basic-information": Kind(("personal-basic-information",), keeps=CARD_NEEDS),
    "births": Kind(("birth",)),
    "relationships": _keeping("relationship", "add-entry"),
    "examinations": Kind(("health-examination",), is_voluntary=True, is_contributed=True),
    "encounters": Kind(("reception",), is_contributed=True),
    "programmes": Kind(("programme-enrolment",), is_voluntary=True),
    "follow-ups": Kind(tuple(form for forms in PROGRAMMES.values() for form in forms), is_voluntary=True),
    "problems": Kind(("problem",), is_contributed=True),
    "allergies": Kind(("allergy",), is_contributed=True),
    "medications": Kind(("medication",), is_contributed=True),
    "immunizations": Kind(("immunization",), is_contributed=True),
    "health-education": Kind(("health-education",), is_voluntary=True),
    "care-plans": Kind(("care-plan",), is_voluntary=True),
    "referrals": Kind(("referral",), begins="issued", keeps=("to", "sections", "until")),
    "consultations": Kind(("consultation-request",), begins="requested", keeps=("to", "sections", "until")),
    "documents": Kind(("document",), is_care=False, is_contributed=True),
    "cards": Kind(("card",), "issue-card", keeps=("number",)),
    "guardians": _keeping("guardian-appointment", "appoint", "basis", "login", "until"),
    "representatives": _keeping("representative-appointment", "appoint", "capacity", "login", "until"),
    "consent-withdrawals": _resident_part("consent-withdrawal"),
    "research-opt-outs": _resident_part("research-opt-out"),
    "restrictions": _resident_part("restriction", "sections", "until"),
    "statements": _resident_part("statement"),
    "correction-requests": _resident_part("correction-request", begins="open"),
    "identity-disputes": _keeping("identity-dispute", "dispute-identity", begins="open"),
    "quality-findings": _keeping("quality-finding", "check-quality", begins="open"),
    "authenticity-checks": _keeping("authenticity-check", "check-quality"),
    "access-applications": _about_access(
        "access-application",
        "apply",
        "to",
        "purpose",
        "sections",
        "sensitive",
        "since",
        "until",
        begins="applied",
    ),
    "statutory-disclosures": _about_access(
        "statutory-disclosure",
        "disclose",
        "purpose",
        "sections",
        "sensitive",
        "until",
        "notice_deferred_until",
    ),
    "emergency-accesses": _about_access(
        "emergency-access", "break-glass", "hours", begins="open", has_hours=True
    ),
    "notice-rules": _about_access("notice-rule", "resident-part", "rule"),
    "legal-holds": _about_access("legal-hold", "hold", "until"),
    "erasure-orders": _about_access("erasure-order", "erase", "basis", "scope", "entries", begins="ordered"),
}

SECTIONS = tuple(name for name, kind in KINDS.items() if not kind.is_about_access)

FORMS: Mapping[str, tuple[str, ...]] = {name: kind.forms for name, kind in KINDS.items()}

PERSONAL = ("personal-basic-information", "newborn-home-visit", "birth")  # that tell who the resident is


def kind_of(kind: str) -> Kind:
    """Raises UnknownCollection."""
    if kind not in KINDS:
        raise UnknownCollection(tuple(KINDS))
    return KINDS[kind]


def forms_of(kind: str) -> tuple[str, ...]:
    """The forms a collection takes, the usual one first. Raises UnknownCollection."""
    return kind_of(kind).forms


def accepts(kind: str, form: str) -> None:
    """Raise FormNotAccepted unless the collection takes entries under the form."""
    if form not in (accepted := forms_of(kind)):
        raise FormNotAccepted(kind, form, accepted)


def programme_of(form: str) -> str:
    """The programme whose follow-ups are written on the form. Raises UnknownProgramme."""
    for programme, follow_ups in PROGRAMMES.items():
        if form in follow_ups:
            return programme
    raise UnknownProgramme


def kept(kind: str, content: JsonObject) -> JsonObject | None:
    """What decisions must remember of an entry's content; None where they never look at this kind."""
    keeps = KINDS[kind].keeps
    return {name: content[name] for name in keeps if name in content} if keeps else None


def subject(kind: str, content: JsonObject) -> str | None:
    """What an entry is about, where a record may hold it active once only: a programme or a substance."""
    if kind == "programmes":
        return str(content["programme"])
    if kind == "allergies":
        return _coding(content["substance"])
    return None


def _coding(value: object) -> str:
    """A coding by system and code; its version and display do not make another substance."""
    return f"{value['system']}|{value['code']}" if isinstance(value, dict) else str(value)


# Kinds whose content may tell an end that came later, the field that tells it, and what held until then.
ENDS: Mapping[str, tuple[str, JsonObject]] = {
    "problems": ("abated_on", {"clinical_status": "active"}),
    "medications": ("stopped_on", {}),
}


def until_its_end(kind: str, content: JsonObject, instant: datetime) -> JsonObject:
    """The content as it was true at an instant (UTC): an end that came later is not told yet."""
    field, before = ENDS.get(kind, ("", {}))
    end = content.get(field)
    if not isinstance(end, str) or earliest(occurred(end)) <= instant:
        return content
    return {name: value for name, value in {**content, **before}.items() if name != field}


def person(content: JsonObject) -> tuple[str | None, str | None]:
    """Birth date and sex, where one of the PERSONAL forms tells them."""
    birth_date, sex = content.get("birth_date", content.get("born_on")), content.get("sex")
    return (str(birth_date) if birth_date else None, str(sex) if sex in ("male", "female") else None)

"""The kinds of entries a record holds: collection, forms taken, and what may be active only once.

One table. A new kind of care is a row here, an event class in record_events and a form in domain.forms;
a new follow-up form is a name in PROGRAMMES.
"""

from collections.abc import Mapping
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

FORMS: Mapping[str, tuple[str, ...]] = {
    "basic-information": ("personal-basic-information",),
    "examinations": ("health-examination",),
    "encounters": ("reception",),
    "programmes": ("programme-enrolment",),
    "follow-ups": tuple(form for forms in PROGRAMMES.values() for form in forms),
    "problems": ("problem",),
    "allergies": ("allergy",),
    "medications": ("medication",),
    "immunizations": ("immunization",),
    "documents": ("document",),
}

PERSONAL = ("personal-basic-information", "newborn-home-visit")  # the forms that tell who the resident is


def forms_of(kind: str) -> tuple[str, ...]:
    """The forms a collection takes, the usual one first. Raises UnknownCollection."""
    if kind not in FORMS:
        raise UnknownCollection(tuple(FORMS))
    return FORMS[kind]


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
    """Birth date and sex, where the basic information tells them."""
    birth_date, sex = content.get("birth_date"), content.get("sex")
    return (str(birth_date) if birth_date else None, str(sex) if sex in ("male", "female") else None)

"""The kinds of entries a record holds: collection, forms taken, and what may be active only once.

One table. A new kind of care is a row here, an event class in record_events and a form in domain.forms.
"""

from collections.abc import Mapping

from domain.errors import FormNotAccepted, UnknownCollection, UnknownProgramme
from domain.values import JsonObject

FORMS: Mapping[str, tuple[str, ...]] = {
    "basic-information": ("personal-basic-information",),
    "examinations": ("health-examination",),
    "encounters": ("reception",),
    "programmes": ("programme-enrolment",),
    "follow-ups": ("hypertension-follow-up", "type-2-diabetes-follow-up"),
    "problems": ("problem",),
    "allergies": ("allergy",),
    "medications": ("medication",),
    "immunizations": ("immunization",),
    "documents": ("document",),
}

PROGRAMMES: Mapping[str, str | None] = {  # programme -> the form of its follow-ups, where we hold one
    "child": None,
    "maternal": None,
    "elderly": None,
    "hypertension": "hypertension-follow-up",
    "type-2-diabetes": "type-2-diabetes-follow-up",
    "severe-mental-disorder": None,
    "tuberculosis": None,
}


def forms_of(kind: str) -> tuple[str, ...]:
    """The forms a collection takes, the usual one first. Raises UnknownCollection."""
    if kind not in FORMS:
        raise UnknownCollection
    return FORMS[kind]


def accepts(kind: str, form: str) -> None:
    """Raise FormNotAccepted unless the collection takes entries under the form."""
    if form not in forms_of(kind):
        raise FormNotAccepted(kind, form)


def programme_of(form: str) -> str:
    """The programme whose follow-ups are written on the form. Raises UnknownProgramme."""
    for programme, follow_up in PROGRAMMES.items():
        if follow_up == form:
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


def person(content: JsonObject) -> tuple[str | None, str | None]:
    """Birth date and sex, where the basic information tells them."""
    birth_date, sex = content.get("birth_date"), content.get("sex")
    return (str(birth_date) if birth_date else None, str(sex) if sex in ("male", "female") else None)

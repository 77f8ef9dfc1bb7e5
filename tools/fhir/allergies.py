"""AllergyIntolerance → allergy, as long as it stands."""

from domain.requests import NewEntry
from domain.values import JsonObject, Occurred
from tools.fhir.bundle import JsonMap, Resource
from tools.fhir.reading import code_in, coding, day, filled, rows, text

KINDS = ("allergy", "intolerance")
CATEGORIES = ("food", "medication", "environment", "biologic")
CRITICALITIES = ("low", "high", "unable-to-assess")
SEVERITIES = ("mild", "moderate", "severe")
MOST_REACTIONS = 10


def allergy(resource: Resource, occurred: Occurred) -> NewEntry | None:
    """None if it does not stand (inactive, resolved, refuted, in error), or names no coded substance."""
    told = resource.value
    substance = coding(told.get("code"))
    stands = code_in(told.get("clinicalStatus")) in (None, "active")
    denied = code_in(told.get("verificationStatus")) in ("refuted", "entered-in-error")
    if substance is None or not stands or denied:
        return None
    category = told.get("category")
    content = filled(
        substance=substance,
        kind=_one_of(KINDS, told.get("type")),
        category=_one_of(CATEGORIES, category[0] if isinstance(category, list) and category else None),
        criticality=_one_of(CRITICALITIES, told.get("criticality")),
        reactions=[_reaction(one) for one in rows(told, "reaction")][:MOST_REACTIONS],
        noticed_on=day(told, "onsetDateTime"),
        note=text(rows(told, "note"), "text"),
    )
    return NewEntry("allergies", content, occurred)


def _reaction(told: JsonMap) -> JsonObject:
    return filled(
        manifestation=coding(next(iter(rows(told, "manifestation")), None)),
        description=text(told, "description"),
        severity=_one_of(SEVERITIES, told.get("severity")),
    )


def _one_of(known: tuple[str, ...], value: object) -> str | None:
    return value if isinstance(value, str) and value in known else None

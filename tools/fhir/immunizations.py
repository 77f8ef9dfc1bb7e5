"""Immunization → immunization."""

from domain.forms.clinical import DoseNumber
from domain.requests import NewEntry
from domain.values import Occurred
from tools.fhir.bundle import Resource
from tools.fhir.reading import at, coding, day, filled, rows, rule_of, text

DOSE = rule_of(DoseNumber)


def immunization(resource: Resource, occurred: Occurred) -> NewEntry | None:
    """None if it was not given, or names no coded vaccine."""
    told = resource.value
    vaccine = coding(told.get("vaccineCode"))
    if vaccine is None or told.get("status") != "completed":
        return None
    dose = at(rows(told, "protocolApplied"), "doseNumberPositiveInt")
    content = filled(
        vaccine=vaccine,
        dose_number=dose if DOSE.allows(dose) else None,
        lot=text(told, "lotNumber"),
        expires_on=day(told, "expirationDate"),
        manufacturer=text(told, "manufacturer", "display"),
        site=text(told, "site", "text"),
        route=text(told, "route", "text"),
        note=text(rows(told, "note"), "text"),
    )
    return NewEntry("immunizations", content, occurred)

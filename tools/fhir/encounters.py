"""Encounter → reception form. It and what happened in it are tied by the source's ids."""

from domain.requests import NewEntry
from domain.values import Occurred
from tools.fhir.bundle import Resource
from tools.fhir.life import Life
from tools.fhir.reading import at, coding, codings, day, filled, human_name, rows, text

SETTINGS = {  # v3-ActEncounterCode
    "AMB": "clinic",
    "EMER": "emergency",
    "FLD": "home",
    "HH": "home",
    "IMP": "inpatient",
    "ACUTE": "inpatient",
    "NONAC": "inpatient",
    "OBSENC": "inpatient",
    "PRENC": "inpatient",
    "SS": "inpatient",
    "VR": "remote",
}
HAPPENED = ("arrived", "triaged", "in-progress", "onleave", "finished", "unknown")
MOST_REASONS, MOST_DIAGNOSES = 20, 30


def encounter(life: Life, resource: Resource, occurred: Occurred) -> NewEntry | None:
    """None if it did not take place, or in a setting our form does not know."""
    told = resource.value
    setting = SETTINGS.get(text(told, "class", "code") or "")
    if setting is None or told.get("status") not in HAPPENED:
        return None
    content = filled(
        setting=setting,
        department=text(told, "serviceType", "text"),
        service=coding(at(told, "type")) or coding(told.get("serviceType")),
        reasons=codings(rows(told, "reasonCode"), MOST_REASONS),
        began_on=day(told, "period", "start"),
        ended_on=_ended(resource),
        assessment=filled(diagnoses=codings(_diagnoses(life, resource), MOST_DIAGNOSES)),
        doctor=_doctor(life, resource),
    )
    return NewEntry("encounters", content, occurred)


def _ended(resource: Resource) -> str | None:
    """The last day, unless it seems to lie before the first (offsets may differ in summer)."""
    began, ended = day(resource.value, "period", "start"), day(resource.value, "period", "end")
    return ended if ended and ended >= (began or "") else None


def _diagnoses(life: Life, resource: Resource) -> list[object]:
    """The conditions that the encounter names as diagnosis, and those that name the encounter."""
    named = [life.resolve(one.get("condition")) for one in rows(resource.value, "diagnosis")]
    naming = life.conditions_of(resource)
    return [one.value.get("code") for one in [*named, *naming] if one is not None]


def _doctor(life: Life, resource: Resource) -> str | None:
    for one in rows(resource.value, "participant"):
        who = life.resolve(one.get("individual"))
        if who is not None and (name := human_name(who.value, "name")):
            return name
    return None

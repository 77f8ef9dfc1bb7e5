"""Condition → problem; hypertension and type 2 diabetes → enrolment in their programmes as well."""

import re

from domain.requests import NewEntry
from domain.values import Occurred
from tools.fhir.bundle import Resource
from tools.fhir.reading import at, code_in, codes, coding, day, filled, rows, text

STATUSES = ("active", "recurrence", "relapse", "inactive", "remission", "resolved")
ENDED = ("inactive", "remission", "resolved")
VERIFICATIONS = ("unconfirmed", "provisional", "differential", "confirmed", "refuted")
SEVERITIES = {"255604002": "mild", "6736007": "moderate", "24484000": "severe"}  # SNOMED CT
SNOMED = "http://snomed.info/sct"
ICD10 = re.compile(r"http://hl7\.org/fhir/sid/icd-10(-[a-z]+)?")
# Programme → SNOMED CT concepts and ICD-10 categories. Prediabetes and gestational forms are not meant.
PROGRAMMES = {
    "hypertension": (("38341003", "59621000"), ("I10", "I11", "I12", "I13", "I15")),
    "type-2-diabetes": (("44054006",), ("E11",)),
}


def problem(resource: Resource, occurred: Occurred) -> NewEntry | None:
    """None if it has no code or no known status, or was entered in error."""
    told = resource.value
    status, verification = code_in(told.get("clinicalStatus")), code_in(told.get("verificationStatus"))
    named = coding(told.get("code"))
    if named is None or status not in STATUSES or verification not in (None, *VERIFICATIONS):
        return None
    content = filled(
        problem=named,
        clinical_status=status,
        verification=verification,
        severity=next((SEVERITIES[c] for s, c in codes(told.get("severity")) if c in SEVERITIES), None),
        onset_on=day(told, "onsetDateTime") or day(told, "onsetPeriod", "start"),
        abated_on=_abated(resource) if status in ENDED else None,
        note=text(rows(told, "note"), "text"),
    )
    return NewEntry("problems", content, occurred)


def enrolment(resource: Resource, occurred: Occurred) -> NewEntry | None:
    """The programme of a standing diagnosis, from its onset or first date."""
    programme = programme_of(resource)
    status, verification = code_in(resource.value.get("clinicalStatus")), _verification(resource)
    if programme is None or status in ENDED or status not in STATUSES:
        return None
    if verification not in (None, "confirmed", "provisional"):
        return None
    content = filled(
        programme=programme,
        enrolled_on=occurred["at"][:10],
        diagnoses=[coding(resource.value.get("code"))],
        diagnosed_on=day(resource.value, "onsetDateTime") or day(resource.value, "recordedDate"),
    )
    return NewEntry("programmes", content, occurred)


def programme_of(resource: Resource) -> str | None:
    """The programme that cares for this disease."""
    given = codes(resource.value.get("code"))
    for programme, (concepts, categories) in PROGRAMMES.items():
        for system, code in given:
            if (system == SNOMED and code in concepts) or (
                ICD10.fullmatch(system) and code[:3] in categories
            ):
                return programme
    return None


def _verification(resource: Resource) -> str | None:
    return code_in(resource.value.get("verificationStatus"))


def _abated(resource: Resource) -> str | None:
    """The day it ended, unless it seems to lie before the day it began."""
    onset = day(resource.value, "onsetDateTime") or ""
    abated = day(resource.value, "abatementDateTime") or day(at(resource.value, "abatementPeriod"), "end")
    return abated if abated and abated >= onset else None

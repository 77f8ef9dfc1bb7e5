"""MedicationRequest → medication: what was prescribed, for what, and how it is to be taken."""

from decimal import Decimal

from domain.requests import NewEntry
from domain.values import Occurred
from tools.fhir.bundle import JsonMap, Resource
from tools.fhir.life import Life
from tools.fhir.reading import LINE, at, coding, codings, day, filled, human_name, rows, text

# A draft was not given yet, and what was entered in error never was.
PRESCRIBED = ("active", "on-hold", "cancelled", "completed", "stopped", "unknown")
MOST_REASONS = 10
UNITS = {"s": "s", "min": "min", "h": "h", "d": "d", "wk": "wk", "mo": "mo", "a": "a"}  # UCUM


def medication(life: Life, resource: Resource, occurred: Occurred) -> NewEntry | None:
    """None if nothing was prescribed, or it names no coded drug."""
    told = resource.value
    drug = coding(told.get("medicationCodeableConcept")) or _referred_drug(life, told)
    if drug is None or told.get("status") not in PRESCRIBED or told.get("doNotPerform") is True:
        return None
    dosage = next(iter(rows(told, "dosageInstruction")), {})
    content = filled(
        drug=drug,
        dose=_dose(dosage),
        route=text(dosage, "route", "text") or text(dosage, "route", "coding", "display"),
        frequency=_frequency(dosage),
        started_on=day(told, "authoredOn"),
        prescriber=_prescriber(life, told),
        reasons=codings([*rows(told, "reasonCode"), *_referred_reasons(life, told)], MOST_REASONS),
        note=f"FHIR MedicationRequest, status {told['status']}",  # one of PRESCRIBED
    )
    return NewEntry("medications", content, occurred)


def _referred_drug(life: Life, told: JsonMap) -> JsonMap | None:
    drug = life.resolve(told.get("medicationReference"))
    found = coding(drug.value.get("code")) if drug else None
    return dict(found) if found else None


def _referred_reasons(life: Life, told: JsonMap) -> list[object]:
    referred = [life.resolve(one) for one in rows(told, "reasonReference")]
    return [one.value.get("code") for one in referred if one is not None]


def _prescriber(life: Life, told: JsonMap) -> str | None:
    who = life.resolve(told.get("requester"))
    return human_name(who.value, "name") if who else None


def _dose(dosage: JsonMap) -> str | None:
    """Value and unit with the digits as told."""
    quantity = at(dosage, "doseAndRate", "doseQuantity")
    value, unit = at(quantity, "value"), text(quantity, "unit")
    return _line(f"{_digits(value)} {unit or ''}".strip()) if _digits(value) else None


def _frequency(dosage: JsonMap) -> str | None:
    """As written, else such as "2 per 1 d"; "as needed" where that is said."""
    repeat = at(dosage, "timing", "repeat")
    times, period = _digits(at(repeat, "frequency")), _digits(at(repeat, "period"))
    unit = UNITS.get(text(repeat, "periodUnit") or "")
    regular = f"{times} per {period} {unit}" if times and period and unit else None
    needed = "as needed" if dosage.get("asNeededBoolean") is True else None
    written = text(dosage, "text") or text(dosage, "timing", "code", "text")
    return written or _line(", ".join(part for part in (regular, needed) if part))


def _digits(value: object) -> str:
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else ""


def _line(line: str) -> str | None:
    return line if LINE.allows(line) else None

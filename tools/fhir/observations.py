"""Observations → health examinations and follow-ups; what no form has a field for is left to be a document.

Readings of one encounter at one time become one examination. After the resident was enrolled in a
programme, blood pressure (hypertension), glucose and HbA1c (diabetes) become its follow-up instead.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from domain.requests import NewEntry
from domain.values import JsonObject, JsonValue, Occurred
from tools.fhir import measures
from tools.fhir.bundle import JsonMap, Resource
from tools.fhir.conditions import SNOMED
from tools.fhir.measures import Field, Path
from tools.fhir.reading import PROSE, at, codes, rows, text

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
MADE = ("final", "amended", "corrected")  # others are not yet, or no longer, true
FORMS = {"hypertension": "hypertension-follow-up", "type-2-diabetes": "type-2-diabetes-follow-up"}
MODES = {"AMB": "clinic", "HH": "home"}  # encounter class → how the follow-up was made
GENERAL_PRESSURE: Path = ("general", "blood_pressure")
SIGNS: Path = ("signs",)
REMARKS: Path = ("tests", "other")


@dataclass(frozen=True)
class Reading:
    """What an observation says on a form. remark: the source's own words where they say more."""

    values: tuple[tuple[Path, JsonValue], ...] = ()
    remark: str | None = None


@dataclass
class Sheet:
    """A form being filled: content, remarks, and the observations it was filled from."""

    content: JsonObject = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)

    def take(self, resource: Resource, reading: Reading | None) -> bool:
        """Write a reading down, unless there is none or a field is filled already."""
        if reading is None or any(_stands(self.content, path) for path, _ in reading.values):
            return False
        if len("\n".join([*self.remarks, reading.remark or ""])) > PROSE.longest:
            return False
        for path, value in reading.values:
            _put(self.content, path, value)
        self.remarks += [reading.remark] if reading.remark else []
        self.resources.append(resource)
        return True


def sort_out(
    resources: Iterable[Resource], programmes: Collection[str]
) -> tuple[Sheet, dict[str, Sheet], list[Resource]]:
    """Fill the examination and a follow-up for each programme the resident is in; the rest is left over."""
    examination, left = Sheet(), list[Resource]()
    follow_ups = {programme: Sheet() for programme in FORMS if programme in programmes}
    for one in resources:
        told = _loinc(one) if one.value.get("status") in MADE else set[str]()
        taken = any(sheet.take(one, _followed(one, told, name)) for name, sheet in follow_ups.items())
        if not taken and not examination.take(one, _examined(one, told)):
            left.append(one)
    return examination, follow_ups, left


def examination_entry(sheet: Sheet, occurred: Occurred) -> NewEntry:
    content = sheet.content
    if sheet.remarks:
        _put(content, REMARKS, "\n".join(sheet.remarks))
    return NewEntry("examinations", content, occurred)


def follow_up_entry(
    programme: str, sheet: Sheet, encounter_class: str | None, occurred: Occurred
) -> NewEntry:
    content = sheet.content
    mode = MODES.get(encounter_class or "")
    content |= {"mode": mode} if mode else {}
    content |= {"note": "\n".join(sheet.remarks)} if sheet.remarks else {}
    return NewEntry("follow-ups", content, occurred, form=FORMS[programme])


def _examined(resource: Resource, told: set[str]) -> Reading | None:
    return (
        _measured(resource, told, measures.EXAMINATION)
        or _pressure(resource, told, GENERAL_PRESSURE)
        or _smoking(resource, told)
        or _glucose_in_words(resource, told)
    )


def _followed(resource: Resource, told: set[str], programme: str) -> Reading | None:
    pressure = _pressure(resource, told, SIGNS)
    if programme == "type-2-diabetes":
        return pressure or _measured(resource, told, measures.DIABETES)
    return pressure


def _measured(resource: Resource, told: set[str], table: measures.Table) -> Reading | None:
    quantity = _quantity(resource.value)
    if quantity is None:
        return None
    value, unit = quantity
    for code in sorted(told & table.keys()):
        for one in table[code]:
            if (written := one.convert(value, unit)) is not None:
                return Reading(((one.path, written),), _conversion(resource, code, one, value, unit))
    return None


def _conversion(resource: Resource, code: str, one: Field, value: Decimal, unit: str) -> str | None:
    """What the source wrote, where another unit was asked: the value, the factor and the code."""
    factor = one.factors[unit]
    return f"{_words(resource, code, value, unit)}, ×{factor}" if factor != 1 else None


def _words(resource: Resource, code: str, value: Decimal, unit: str) -> str:
    name = text(resource.value, "code", "text") or text(resource.value, "code", "coding", "display")
    return f"{name or 'LOINC'}: {value} {unit} (LOINC {code})"


def _pressure(resource: Resource, told: set[str], path: Path) -> Reading | None:
    """Both values of a blood pressure panel, or none."""
    if not told & set(measures.BLOOD_PRESSURE_PANELS):
        return None
    systolic = _component(resource.value, *measures.SYSTOLIC)
    diastolic = _component(resource.value, *measures.DIASTOLIC)
    if systolic is None or diastolic is None or systolic <= diastolic:
        return None
    return Reading((((*path, "systolic"), systolic), ((*path, "diastolic"), diastolic)))


def _component(told: JsonMap, code: str, one: Field) -> int | None:
    for part in rows(told, "component"):
        quantity = _quantity(part) if (LOINC, code) in codes(part.get("code")) else None
        written = one.convert(*quantity) if quantity else None
        if isinstance(written, int):
            return written
    return None


def _smoking(resource: Resource, told: set[str]) -> Reading | None:
    if measures.SMOKING_STATUS not in told:
        return None
    for system, code in sorted(codes(resource.value.get("valueCodeableConcept"))):
        if system == SNOMED and code in measures.SMOKING:
            return Reading(((("lifestyle", "smoking", "status"), measures.SMOKING[code]),))
    return None


def _glucose_in_words(resource: Resource, told: set[str]) -> Reading | None:
    quantity = _quantity(resource.value)
    code = next((code for code in measures.GLUCOSE_CODES if code in told), None)
    if code is None or quantity is None or quantity[1] not in measures.GLUCOSE_UNITS:
        return None
    return Reading(remark=_words(resource, code, *quantity))


def _quantity(told: JsonMap) -> tuple[Decimal, str] | None:
    """Value and UCUM unit; none where a comparator makes it a limit ("< 5") or the unit is no UCUM code."""
    quantity = told.get("valueQuantity")
    value, unit = at(quantity, "value"), text(quantity, "code")
    if not isinstance(quantity, dict) or quantity.get("comparator") or quantity.get("system") != UCUM:
        return None
    if unit is None or isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value), unit


def _loinc(resource: Resource) -> set[str]:
    return {code for system, code in codes(resource.value.get("code")) if system == LOINC}


def _stands(content: JsonObject, path: Path) -> bool:
    return at(content, *path) is not None


def _put(content: JsonObject, path: Path, value: JsonValue) -> None:
    for name in path[:-1]:
        below = content.setdefault(name, {})
        content = below if isinstance(below, dict) else {}
    content[path[-1]] = value

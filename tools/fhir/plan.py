"""A life in steps: which entries it becomes, in the order in which it was lived, and what is refused.

Every resource is accounted for once. Those that our forms can tell become entries, and are kept whole as
well: what one entry was told from, in one document. All others are documents of their own.

An entry is known by the source's ids of what it tells; a document by the bytes it keeps. So when an id comes
again with other content, the entry stands as it was told first, and the other content is kept beside it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.forms.document import LARGEST
from domain.requests import NewEntry
from domain.values import Occurred, earliest, latest
from tools.fhir.allergies import allergy
from tools.fhir.bundle import Resource
from tools.fhir.conditions import enrolment, problem, programme_of
from tools.fhir.documents import document, originals, parts
from tools.fhir.encounters import encounter
from tools.fhir.immunizations import immunization
from tools.fhir.life import Life
from tools.fhir.medications import medication
from tools.fhir.observations import Sheet, examination_entry, follow_up_entry, sort_out
from tools.fhir.patient import basic_information, source_id
from tools.fhir.reading import text

Mapper = Callable[[Life, Resource, Occurred], NewEntry | None]

MAPPERS: Mapping[str, tuple[str, Mapper]] = {  # resource type → what it becomes, and how
    "AllergyIntolerance": ("allergy", lambda life, one, when: allergy(one, when)),
    "Condition": ("problem", lambda life, one, when: problem(one, when)),
    "Encounter": ("encounter", encounter),
    "Immunization": ("immunization", lambda life, one, when: immunization(one, when)),
    "MedicationRequest": ("medication", medication),
}
# Of what happened at the same time, what explains comes before what it explains.
ORDER = ("basic-information", "encounters", "problems", "programmes")
TOO_LARGE = f"is larger than {LARGEST} bytes"
OTHER_PATIENT = "is about a patient who is not the bundle's"
MISTIMED = "tells a time of day without an offset, or one that does not exist: kept under its day"


@dataclass(frozen=True)
class Step:
    """One entry to add. becomes: what its resources are reported to have become.

    is_original: it only keeps whole what other steps have told; its resources are theirs.
    """

    entry: NewEntry
    becomes: str
    resources: tuple[Resource, ...] = ()
    is_original: bool = False


@dataclass
class Plan:
    """The steps of a life in order; which resources cannot be taken, and what is to be said of others."""

    steps: list[Step] = field(default_factory=list)
    refused: dict[Resource, str] = field(default_factory=dict)
    remarks: dict[Resource, str] = field(default_factory=dict)

    def originals_of(self, resource: Resource) -> list[NewEntry]:
        """The documents that keep whole what a resource told."""
        return [step.entry for step in self.steps if step.is_original and resource in step.resources]


def plan(life: Life) -> Plan:
    """The whole life. What no mapper takes, and what tells no time that can be placed, becomes a document;
    what is too large or another's is refused.
    """
    made = _Planner(life).work()
    made.steps.sort(key=_place)
    return made


def _place(step: Step) -> tuple[datetime, int]:
    """Originals come before the entries told from them: so an entry never stands without its original, and
    an original that is new, of an entry that is known, has changed since.
    """
    kind = step.entry.kind
    place = ORDER.index(kind) if kind in ORDER else len(ORDER) + (kind == "documents")
    return earliest(step.entry.occurred), -1 if step.is_original else place


class _Planner:
    """Fills one plan."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.made = Plan()
        self.enrolled: dict[str, Occurred] = {}
        self.diagnosed: list[Resource] = []

    def work(self) -> Plan:
        observations = []
        for one in filter(self._is_taken, self.life.resources):
            if self.life.is_mistimed(one):
                self.made.remarks[one] = MISTIMED
            if one is self.life.patient:
                self._patient()
            elif one in self.made.remarks:
                self._document(one)
            elif one.type == "Observation":
                observations.append(one)
            else:
                self._resource(one)
        self._enrol()
        for group in self._groups(observations):
            self._observations(group)
        return self.made

    def _is_taken(self, resource: Resource) -> bool:
        reason = None
        if len(resource.raw) > LARGEST:
            reason = TOO_LARGE
        elif self.life.is_about_another(resource):
            reason = OTHER_PATIENT
        if reason:
            self.made.refused[resource] = reason
        return reason is None

    def _patient(self) -> None:
        self._originals(self.life.born, self.life.local_id(self.life.patient), [self.life.patient])
        if entry := basic_information(self.life):
            self.made.steps.append(Step(entry, "record"))

    def _resource(self, resource: Resource) -> None:
        """An entry if there is a form for it and it was care: after a death come late documents only."""
        when = self.life.occurred(resource)
        becomes, mapper = MAPPERS.get(resource.type, ("", None))
        entry = mapper(self.life, resource, when) if mapper and not self.life.is_after_death(when) else None
        if entry is None:
            self._document(resource)
            return
        self._entry(entry, becomes, self.life.local_id(resource), resource)
        if resource.type == "Condition":
            self.diagnosed.append(resource)

    def _enrol(self) -> None:
        """Into each programme once, at the first condition that asks for it."""
        for one in sorted(self.diagnosed, key=lambda one: earliest(self.life.occurred(one))):
            when = self.life.occurred(one)
            programme = programme_of(one)
            entry = enrolment(one, when) if programme and programme not in self.enrolled else None
            if programme and entry:
                self.enrolled[programme] = when
                self._step(entry, "enrolment", f"{self.life.local_id(one)}#enrolment")

    def _groups(self, observations: Iterable[Resource]) -> list[list[Resource]]:
        """What was observed in one encounter at one time."""
        found: dict[tuple[Resource | None, str], list[Resource]] = {}
        for one in observations:
            key = self.life.encounter(one), self.life.occurred(one)["at"]
            found.setdefault(key, []).append(one)
        return list(found.values())

    def _observations(self, group: list[Resource]) -> None:
        """An examination, follow-ups of the programmes the resident was in by then, and documents."""
        when, anchor = self.life.occurred(group[0]), self.life.encounter(group[0])
        left = group
        if not self.life.is_after_death(when):
            since = [name for name, at in self.enrolled.items() if earliest(when) > latest(at)]
            examination, follow_ups, left = sort_out(group, since)
            setting = text(anchor.value, "class", "code") if anchor else None
            for name, sheet in follow_ups.items():
                self._sheet(sheet, anchor, "follow-up", follow_up_entry(name, sheet, setting, when))
            self._sheet(examination, anchor, "examination", examination_entry(examination, when))
        for one in left:
            self._document(one)

    def _sheet(self, sheet: Sheet, anchor: Resource | None, becomes: str, entry: NewEntry) -> None:
        if sheet.resources:
            name = entry.form or becomes
            # Of which resources it consists: with one more of them it is another entry, not silence.
            ids = _digest(one.reference for one in sheet.resources)
            local = f"{self.life.local_id(anchor or self.life.patient)}#{name}/{ids}"
            self._entry(entry, becomes, local, *sheet.resources)

    def _entry(self, entry: NewEntry, becomes: str, local: str, *resources: Resource) -> None:
        self._originals(entry.occurred, local, resources)
        self._step(entry, becomes, local, *resources)

    def _document(self, one: Resource) -> None:
        entry = document(one, self.life.occurred(one))
        self._step(entry, "document", self._kept_id(one), one)

    def _originals(self, when: Occurred, local: str, resources: Iterable[Resource]) -> None:
        """What an entry is told from, whole."""
        for part in parts(resources):
            several = f"{local}#{_digest(one.digest for one in part)}"
            known_by = self._kept_id(part[0]) if len(part) == 1 else several
            self._step(originals(part, when), "document", known_by, *part, is_original=True)

    def _kept_id(self, one: Resource) -> str:
        """The id of a resource's bytes, whether an entry was told from them or they only are a document."""
        return f"{self.life.local_id(one)}#{one.digest}"

    def _step(
        self, entry: NewEntry, becomes: str, local: str, *resources: Resource, is_original: bool = False
    ) -> None:
        claimed = replace(entry, source_id=source_id(self.life, local))
        self.made.steps.append(Step(claimed, becomes, resources, is_original))


def _digest(names: Iterable[str]) -> str:
    """The same for the same names in any order."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()

"""One life: a bundle with its patient, what refers to what in it, and when each resource happened."""

from datetime import UTC, datetime
from functools import cached_property

from domain.values import Occurred, earliest, latest
from tools.fhir.bundle import Bundle, BundleUnreadable, Resource
from tools.fhir.reading import Told, at, rows, text, time_told

# Where resources tell their own time, the most telling first (FHIR R4, the w5.when of each resource).
OWN_DATES = (
    ("effectiveDateTime",),
    ("effectivePeriod", "start"),
    ("effectiveInstant",),
    ("occurrenceDateTime",),
    ("occurrencePeriod", "start"),
    ("performedDateTime",),
    ("performedPeriod", "start"),
    ("onsetDateTime",),
    ("onsetPeriod", "start"),
    ("period", "start"),
    ("started",),
    ("authoredOn",),
    ("recordedDate",),
    ("assertedDate",),
    ("created",),
    ("issued",),
    ("date",),
    ("startDate",),
    ("billablePeriod", "start"),
    ("recorded",),
)
LIFETIME = ("birthDate", "deceasedDateTime")  # of the patient
SUBJECTS = ("subject", "patient", "beneficiary", "individual")
UNNAMED_SYSTEM = "urn:fhir:unnamed-source"


class Life:
    """Raises BundleUnreadable unless there is exactly one patient, and a time to begin with."""

    def __init__(self, bundle: Bundle) -> None:
        patients = [one for one in bundle.resources if one.type == "Patient"]
        if len(patients) != 1:
            raise BundleUnreadable("the bundle must hold exactly one patient")
        self.bundle = bundle
        self.resources = bundle.resources
        self.patient = patients[0]
        self.born = self._born()

    @cached_property
    def system(self) -> str:
        """The source: the system of the patient's first identifier, within which its ids are unique."""
        found = (text(one, "system") for one in rows(self.patient.value, "identifier"))
        return next((system for system in found if system), UNNAMED_SYSTEM)

    @cached_property
    def death(self) -> Occurred | None:
        """When the patient died, if that is told."""
        died = time_told(self.patient.value.get("deceasedDateTime"))
        return died.when if died else None

    @cached_property
    def last_known(self) -> Occurred:
        """About the last thing told of the living: when what is known of the person without a date was so."""
        now = datetime.now(UTC)
        told = [
            told.when
            for one, told in self._told.items()
            if not self.is_after_death(told.when)
            and latest(told.when) <= now  # what is planned is not known yet
            and not self.is_about_another(one)
        ]
        newest = max(told, key=earliest, default=self.born)
        return Occurred(at=newest["at"], precision=newest["precision"], about=True)

    def resolve(self, reference: object) -> Resource | None:
        """What a FHIR Reference points to, if it is in the bundle."""
        named = at(reference, "reference")
        return self._referred.get(named) if isinstance(named, str) else None

    def encounter(self, resource: Resource) -> Resource | None:
        """The encounter in which it happened."""
        found = self.resolve(resource.value.get("encounter") or resource.value.get("context"))
        return found if found and found.type == "Encounter" else None

    def conditions_of(self, encounter: Resource) -> list[Resource]:
        """The conditions that were asserted in an encounter."""
        return self._conditions.get(encounter.reference, [])

    def occurred(self, resource: Resource) -> Occurred:
        """Its own date, else its encounter's, else about the patient's birth."""
        own = self._told.get(resource)
        encounter = self.encounter(resource) if own is None else None
        told = own or (self._told.get(encounter) if encounter else None)
        return told.when if told else self.born

    def is_mistimed(self, resource: Resource) -> bool:
        """Whether it tells a time of day that cannot be placed, so that only its day is known."""
        times = [self._told.get(resource)]
        if resource is self.patient:
            times = [time_told(resource.value.get(name)) for name in LIFETIME]
        return any(told is not None and not told.is_whole for told in times)

    def is_after_death(self, when: Occurred) -> bool:
        return self.death is not None and earliest(when) > latest(self.death)

    def local_id(self, resource: Resource) -> str:
        """Its id within the source. What is not about the patient, such as an institution, is found in
        many lives: there the id is this life's own copy.
        """
        is_own = resource is self.patient or any(name in resource.value for name in SUBJECTS)
        return resource.reference if is_own else f"{self.patient.reference}/{resource.reference}"

    def is_about_another(self, resource: Resource) -> bool:
        """Whether it names a patient, and not this one."""
        named = [name for key in SUBJECTS[:3] if (name := text(resource.value, key, "reference"))]
        unknown = [name for name in named if name not in self._referred]
        return any("Patient/" in name or name.startswith("urn:") for name in unknown)

    @cached_property
    def _conditions(self) -> dict[str, list[Resource]]:
        """By the encounter they name."""
        found: dict[str, list[Resource]] = {}
        for one in self.resources:
            if one.type == "Condition" and (encounter := self.encounter(one)):
                found.setdefault(encounter.reference, []).append(one)
        return found

    @cached_property
    def _referred(self) -> dict[str, Resource]:
        by_id = {one.reference: one for one in self.resources}
        return by_id | {one.full_url: one for one in self.resources if one.full_url}

    @cached_property
    def _told(self) -> dict[Resource, Told]:
        """The times that the resources tell of themselves."""
        times = ((one, _own_time(one)) for one in self.resources if one is not self.patient)
        return {one: told for one, told in times if told}

    def _born(self) -> Occurred:
        """About the birth; where that is not told, about the first thing that is known."""
        told = time_told(self.patient.value.get("birthDate"))
        known = [told] if told else self._told.values()
        birth = min((one.when for one in known), key=earliest, default=None)
        if birth is None:
            raise BundleUnreadable("the bundle tells no time at all")
        return Occurred(at=birth["at"], precision=birth["precision"], about=True)


def _own_time(resource: Resource) -> Told | None:
    found = (time_told(at(resource.value, *path)) for path in OWN_DATES)
    return next((told for told in found if told), None)

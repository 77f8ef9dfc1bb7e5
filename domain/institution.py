"""The institution: who works there, in which roles, since when. Roles come from here, never from a token."""

import re
from typing import ClassVar, cast
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain import institution_events as events
from domain.acts import Act, begin, frame, make, revive
from domain.errors import ContentRefused, UnknownCode
from domain.institution_errors import RoleAlreadyGiven, RoleNotHeld, UnknownPractitioner
from domain.institution_state import InstitutionState, Login, Practitioner
from domain.scalars import Day, Text
from domain.unusual_errors import FindingNotOpen
from domain.values import JsonObject, Licence, earliest

KINDS = (
    "county-bureau",
    "community-health-centre",
    "community-health-station",
    "township-hospital",
    "village-clinic",
    "hospital",
    "other",
)
ROLES = (
    "practitioner",
    "record-manager",
    "institution-administrator",
    "county-administrator",
    "inspector",
    "auditor",
    "researcher",
    "connector",
)
CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(17))
HEALTH_CODE = re.compile(r"[0-9A-Z]{22}", re.ASCII)  # WS 218: structure checked, no public check digit
AREA = re.compile(r"[1-9][0-9]{11}", re.ASCII)
NAME = Text(200)
OUTCOMES = ("explained", "breach")  # of the review of an unusual access
NOTE = Text(1000)


class Institution(Aggregate):
    """A clinic, centre, hospital or bureau. Build it with `Institution.register`."""

    TOPIC = "institution"
    FOLD: ClassVar[str] = "institution/4"

    Event = events.InstitutionEvent
    Created = events.Created
    AreaChanged = events.AreaChanged
    GuidanceSet = events.GuidanceSet
    PractitionerEnrolled = events.PractitionerEnrolled
    LicenceChanged = events.LicenceChanged
    PractitionerLeft = events.PractitionerLeft
    RoleGiven = events.RoleGiven
    RoleEnded = events.RoleEnded
    RegistrationRefused = events.RegistrationRefused
    Searched = events.Searched
    HistoryRead = events.HistoryRead
    Refused = events.Refused
    UnusualAccessFound = events.UnusualAccessFound
    UnusualAccessReviewed = events.UnusualAccessReviewed

    def __init__(self) -> None:
        self.state = InstitutionState()

    @classmethod
    def register(
        cls, institution_id: UUID, act: Act, *, name: str, kind: str, code: str, area: str
    ) -> "Institution":
        """Register an institution. Raises ContentRefused naming the field, or UnknownCode for the kind."""
        _check_registration(name, kind, code, area)
        fields = {"name": name, "kind": kind, "code": code, "area": area}
        return begin(cls, make(cls.Created, act, institution_id, cls.INITIAL_VERSION, **fields))

    def change_area(self, act: Act, area: str) -> None:
        """Number records under another area from now on. Raises ContentRefused naming /area."""
        _check_area(area)
        _check("/area", area != self.state.area, "another area than the present one")
        self._trigger(self.AreaChanged, act, area=area)

    def set_guidance(self, act: Act, by: UUID | None) -> None:
        """Name the institution that guides this one, or none. Raises ContentRefused naming /by."""
        _check("/by", by != self.id, "another institution")
        self._trigger(self.GuidanceSet, act, by=by)

    def enrol_practitioner(
        self, act: Act, practitioner: UUID, *, name: str, licence: Licence | None, login: Login
    ) -> None:
        """Let a person work here under a login. Uniqueness of the login is by claim."""
        _check("/name", NAME.allows(name), NAME.accepts)
        for field, text in login.items():
            _check(f"/login/{field}", NAME.allows(text), NAME.accepts)
        self._trigger(
            self.PractitionerEnrolled, act, practitioner=practitioner, name=name, licence=licence, login=login
        )

    def change_licence(self, act: Act, practitioner: UUID, licence: Licence) -> None:
        """Renew a person's licence, or put another in its place. Raises UnknownPractitioner."""
        self.practitioner(practitioner)
        self._trigger(self.LicenceChanged, act, practitioner=practitioner, licence=licence)

    def practitioner_leaves(self, act: Act, practitioner: UUID) -> None:
        """End a person's work here, with all roles. Raises UnknownPractitioner."""
        self.practitioner(practitioner)
        self._trigger(self.PractitionerLeft, act, practitioner=practitioner)

    def give_role(self, act: Act, practitioner: UUID, role: str, *, until: str | None = None) -> None:
        """Give a role from `act.occurred`, until a last day if one is set. Raises RoleAlreadyGiven.

        A role that has run out may be given again.
        """
        if role not in ROLES:
            raise UnknownCode("role", ROLES)
        day = Day()
        _check("/until", until is None or day.allows(until), day.accepts)
        if self.practitioner(practitioner).holds(role, earliest(act.occurred)):
            raise RoleAlreadyGiven
        self._trigger(self.RoleGiven, act, practitioner=practitioner, role=role, until=until)

    def end_role(self, act: Act, practitioner: UUID, role: str) -> None:
        """Take a role away. Raises RoleNotHeld."""
        if all(held.role != role for held in self.practitioner(practitioner).roles):
            raise RoleNotHeld
        self._trigger(self.RoleEnded, act, practitioner=practitioner, role=role)

    def review_unusual(self, act: Act, finding: UUID, outcome: str, note: str | None) -> None:
        """Say what an unusual access comes to. Raises FindingNotOpen, UnknownCode or ContentRefused."""
        if str(finding) not in self.state.unusual:
            raise FindingNotOpen(finding)
        if outcome not in OUTCOMES:
            raise UnknownCode("outcome", OUTCOMES)
        _check("/note", note is None or NOTE.allows(note), NOTE.accepts)
        self._trigger(self.UnusualAccessReviewed, act, finding=finding, outcome=outcome, note=note)

    def practitioner(self, practitioner: UUID) -> Practitioner:
        """A person who works here now. Raises UnknownPractitioner."""
        found = self.state.practitioners.get(str(practitioner))
        if found is None or found.has_left:
            raise UnknownPractitioner(practitioner)
        return found

    def state_to_json(self) -> JsonObject:
        """The whole aggregate for a snapshot; `restore` is the inverse, for the same FOLD."""
        return {**frame(self), "state": self.state.to_json()}

    @classmethod
    def restore(cls, institution_id: UUID, snapshot: JsonObject) -> "Institution":
        """The aggregate as it was when state_to_json was called."""
        institution = revive(cls, institution_id, snapshot)
        institution.state = InstitutionState.from_json(cast(JsonObject, snapshot["state"]))
        return institution

    def _trigger(self, event_class: type[events.InstitutionEvent], act: Act, **fields: object) -> None:
        self.trigger_event(event_class, **act.fields(), **fields)


def is_institution_code(code: str) -> bool:
    """A unified social credit code with its check character (GB 32100-2015), or a WS 218 code."""
    if HEALTH_CODE.fullmatch(code):
        return True
    if len(code) != 18 or any(character not in CREDIT_CODE for character in code):
        return False
    values = (CREDIT_CODE.index(character) for character in code[:17])
    total = sum(weight * value for weight, value in zip(CREDIT_WEIGHTS, values, strict=True))
    return CREDIT_CODE[-total % 31] == code[17]


def _check_registration(name: str, kind: str, code: str, area: str) -> None:
    _check("/name", NAME.allows(name), NAME.accepts)
    if kind not in KINDS:
        raise UnknownCode("kind", KINDS)
    _check("/code", is_institution_code(code), "an 18-character credit code or a 22-character WS 218 code")
    _check_area(area)


def _check_area(area: str) -> None:
    _check("/area", AREA.fullmatch(area) is not None, "the 12 digits of an area code")


def _check(field: str, holds: bool, accepts: str) -> None:
    if not holds:
        raise ContentRefused([{"field": field, "reason": f"must be {accepts}"}])

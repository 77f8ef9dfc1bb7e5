"""What can happen to an institution, and what its people searched for. Nested in `domain.institution`."""

from typing import ClassVar, Protocol
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.acts import Event
from domain.institution_state import InstitutionState, Login, Practitioner, RoleHeld
from domain.values import EditionRef, Licence


class Folded(Protocol):
    """The part of an institution that events see."""

    state: InstitutionState


class InstitutionEvent(Event):
    """Base of everything on an institution's stream."""


class Created(InstitutionEvent, Aggregate.Created):
    """An institution was registered by the county administrator.

    code: unified social credit code (GB 32100-2015, 18) or the health organisation code (WS 218, 22).
    area: the 12-digit area code under which it numbers records.
    """

    TOPIC: ClassVar[str] = "institution.registered.v1"
    LIFECYCLE: ClassVar[str] = "originate"
    originator_topic: ClassVar[str] = "institution"  # type: ignore[misc]  # the library stores it; ours is the category

    name: str
    kind: str
    code: str
    area: str

    def apply(self, aggregate: Folded) -> None:
        state = aggregate.state
        state.name, state.kind, state.code, state.area = self.name, self.kind, self.code, self.area


class AreaChanged(InstitutionEvent):
    """The institution lies in another area since then: its region was merged, renamed or cut anew.

    It numbers new records under this area; the numbers it gave before stay what they are.
    """

    TOPIC: ClassVar[str] = "institution.area-changed.v1"
    LIFECYCLE: ClassVar[str] = "amend"

    area: str

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.area = self.area


class GuidanceSet(InstitutionEvent):
    """Another institution guides this one from now on: a centre its stations, a hospital its village clinics.

    Its staff may look at how records are kept here (国家基本公共卫生服务规范, 2017). by: None: nobody.
    """

    TOPIC: ClassVar[str] = "institution.guidance-set.v1"
    LIFECYCLE: ClassVar[str] = "link"

    by: UUID | None

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.guided_by = str(self.by) if self.by else None


class PractitionerEnrolled(InstitutionEvent):
    """A person began to work here. The login binds a token's issuer and subject to them."""

    TOPIC: ClassVar[str] = "institution.practitioner-enrolled.v1"
    LIFECYCLE: ClassVar[str] = "originate"

    practitioner: UUID
    name: str
    licence: Licence | None
    login: Login

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.practitioners[str(self.practitioner)] = Practitioner(
            name=self.name, licence=self.licence, login=self.login
        )


class LicenceChanged(InstitutionEvent):
    """A practitioner's licence was renewed, or is another one, since then."""

    TOPIC: ClassVar[str] = "institution.licence-changed.v1"
    LIFECYCLE: ClassVar[str] = "amend"

    practitioner: UUID
    licence: Licence

    def apply(self, aggregate: Folded) -> None:
        state = aggregate.state
        held = state.practitioners[str(self.practitioner)]
        state.practitioners[str(self.practitioner)] = held.licensed(self.licence, self.occurred)


class PractitionerLeft(InstitutionEvent):
    """A person stopped working here; the login is free again, what they did stays theirs."""

    TOPIC: ClassVar[str] = "institution.practitioner-left.v1"
    LIFECYCLE: ClassVar[str] = "archive"

    practitioner: UUID

    def apply(self, aggregate: Folded) -> None:
        leaver = aggregate.state.practitioners[str(self.practitioner)]
        ended = leaver.end(self.occurred, *leaver.roles)
        aggregate.state.change(self.practitioner, has_left=True, roles=(), ended=ended)


class RoleGiven(InstitutionEvent):
    """A practitioner holds a role from the day it occurred until `until` or until it is ended."""

    TOPIC: ClassVar[str] = "institution.role-given.v1"
    LIFECYCLE: ClassVar[str] = "originate"

    practitioner: UUID
    role: str
    until: str | None  # last civil day, YYYY-MM-DD

    def apply(self, aggregate: Folded) -> None:
        holder = aggregate.state.practitioners[str(self.practitioner)]
        given = RoleHeld(self.role, self.occurred, self.until)
        aggregate.state.change(self.practitioner, roles=(*holder.without(self.role), given))


class RoleEnded(InstitutionEvent):
    """A practitioner no longer holds a role."""

    TOPIC: ClassVar[str] = "institution.role-ended.v1"
    LIFECYCLE: ClassVar[str] = "archive"

    practitioner: UUID
    role: str

    def apply(self, aggregate: Folded) -> None:
        holder = aggregate.state.practitioners[str(self.practitioner)]
        ended = holder.end(self.occurred, *(held for held in holder.roles if held.role == self.role))
        aggregate.state.change(self.practitioner, roles=holder.without(self.role), ended=ended)


class RegistrationRefused(InstitutionEvent):
    """Somebody declined to have a record. Names nobody: whoever has no record is not recorded either."""

    TOPIC: ClassVar[str] = "institution.registration-refused.v1"
    LIFECYCLE: ClassVar[str] = "originate"

    by: str  # resident, guardian or representative
    reason: str | None
    paper: str | None  # SHA-256 (hex) of the signed form, where there is one


class Searched(InstitutionEvent):
    """Somebody here searched for a record. Tells by what kind of key and how many were shown, no value."""

    TOPIC: ClassVar[str] = "institution.searched.v1"
    LIFECYCLE: ClassVar[str] = "access"

    key_kind: str
    shown: int


class Refused(InstitutionEvent):
    """Somebody here was refused, where no record exists on whose access stream it could be told."""

    TOPIC: ClassVar[str] = "institution.refused.v1"
    LIFECYCLE: ClassVar[str] = "access"

    action: str
    rules: list[str]


class HistoryRead(InstitutionEvent):
    """Somebody here was shown who looked at what at an institution, or which accesses there are unusual.

    what: accesses or unusual-accesses. of: the institution; None: all that the reader answers for.
    practitioner, since, until: to whom and to which period it was narrowed. position: of the view.
    """

    TOPIC: ClassVar[str] = "institution.history-read.v1"
    LIFECYCLE: ClassVar[str] = "access"

    what: str
    shown: int
    position: int
    of: UUID | None = None
    practitioner: UUID | None = None
    since: str | None = None  # RFC 3339, UTC
    until: str | None = None
    before: int | None = None  # of a later page: the position before which it begins


class UnusualAccessFound(InstitutionEvent):
    """Accesses by somebody here are unusual by a rule, and wait for a review.

    detector: the rule, by name, edition and digest. record: of whom; None: of several. positions: of the
    accesses in the log, which are the evidence.
    """

    TOPIC: ClassVar[str] = "institution.unusual-access-found.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    practitioner: UUID
    record: UUID | None
    detector: EditionRef
    positions: list[int]

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.unusual[str(self.event_id)] = str(self.practitioner)


class UnusualAccessReviewed(InstitutionEvent):
    """An auditor, who is not the one who looked, said what an unusual access is: explained, or a breach."""

    TOPIC: ClassVar[str] = "institution.unusual-access-reviewed.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    finding: UUID
    outcome: str
    note: str | None

    def apply(self, aggregate: Folded) -> None:
        aggregate.state.unusual.pop(str(self.finding), None)

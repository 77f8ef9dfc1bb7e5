"""The county's institutions and people come to be in a log, through the application; what is there stays.

Everything is dated before the first record, by a clock and by ids that follow from the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.application import Records
from domain.institution_errors import AlreadyFounded
from domain.institution_state import Login
from domain.ports import Claim
from domain.requests import NewPractitioner, Principal, Request
from domain.time import CHINA
from tools.simulate.life import MANAGER, SPECIALIST
from tools.simulate.people import Person
from tools.simulate.plan import ADMINISTRATOR, BUREAU, HOSPITAL, Post, Staff, posts
from tools.simulate.stable_ids import Moment, post_path

FOUNDED = datetime(2009, 7, 1, 9, tzinfo=CHINA)
CLIENT = "lifelong simulate"


class ForeignCounty(Exception):
    """The log holds a county that is not this one."""


@dataclass(frozen=True)
class Settlement:
    """Founds the county, or whatever of it is missing. `moment`: the clock and the ids of `records`."""

    records: Records
    moment: Moment
    issuer: str

    def settle(self, residents: int) -> None:
        """The institutions for so many residents. Raises ForeignCounty."""
        wanted = list(posts(residents))
        held = self.records.gate.log.find_claims([*map(_code, wanted), *self._logins(wanted)])
        if _code(BUREAU) not in held:
            self._found()
        for post in wanted:
            institution = held.get(_code(post)) or self._register(post)
            for staff in post.staff:
                if staff is not ADMINISTRATOR and self._login(staff) not in held:
                    self._enrol(post, institution, staff)

    def _found(self) -> None:
        self.moment.at(post_path(BUREAU.name), [FOUNDED])
        request = person_at(self.issuer, "operator", "management")
        try:
            self.records.found(request, BUREAU.institution, self._practitioner(ADMINISTRATOR))
        except AlreadyFounded:
            raise ForeignCounty from None

    def _register(self, post: Post) -> UUID:
        if post is BUREAU:
            found = self.records.gate.log.find_claim("institution-code", post.institution.code)
            if found is None:
                raise ForeignCounty
            return found
        self.moment.at(post_path(post.name), [FOUNDED])
        return self.records.register_institution(self._administrator, post.institution).institution

    def _enrol(self, post: Post, institution: UUID, staff: Staff) -> None:
        self.moment.at(f"staff/{post.name}/{staff.login}", [FOUNDED])
        self.records.enrol_practitioner(self._administrator, institution, self._practitioner(staff))

    @property
    def _administrator(self) -> Request:
        return person_at(self.issuer, ADMINISTRATOR.login, "management")

    def _practitioner(self, staff: Staff) -> NewPractitioner:
        login = Login(issuer=self.issuer, subject=staff.login)
        return NewPractitioner(staff.name, login, staff.licence, staff.roles)

    def _logins(self, wanted: Sequence[Post]) -> list[Claim]:
        return [self._login(staff) for post in wanted for staff in post.staff]

    def _login(self, staff: Staff) -> Claim:
        return Claim("login:practitioner", f"{self.issuer} {staff.login}")


def _code(post: Post) -> Claim:
    return Claim("institution-code", post.institution.code)


def person_at(issuer: str, subject: str, purpose: str) -> Request:
    """Asked by somebody of the county."""
    return Request(Principal(issuer, subject, "simulated", CLIENT), purpose)


def asked_by(person: Person, by: str, issuer: str) -> Request:
    """Asked by whoever does this for the resident: of the custodian, or a specialist of the hospital."""
    post = person.place.post
    if by == SPECIALIST:
        return person_at(issuer, HOSPITAL.doctors[person.number % len(HOSPITAL.doctors)].login, "care")
    if by == MANAGER:
        return person_at(issuer, post.manager.login, "management")
    return person_at(issuer, post.doctors[person.household % len(post.doctors)].login, "care")

"""The commands on institutions: registering them, and who works there in which role."""

from collections.abc import Callable
from uuid import UUID

from domain.access import Facts
from domain.acts import Act, make
from domain.errors import ClaimTaken, NotAvailable, UnknownCode
from domain.gate import Gate, Pass, as_told
from domain.institution import Institution
from domain.institution_errors import AlreadyFounded
from domain.institution_state import Login
from domain.ports import Answer, Claim
from domain.record import CONSENT_BY
from domain.requests import Consent, Enrolled, NewInstitution, NewPractitioner, Registered, Request
from domain.values import Licence, Occurred

FOUNDING = Claim("founding", "county")

Change = Callable[[Institution, Act], None]


class InstitutionCommands:
    """What can be asked of institutions. Mixed into `Records`."""

    gate: Gate

    def found(self, request: Request, new: NewInstitution, administrator: NewPractitioner) -> Registered:
        """Register the first institution with its first administrator: the operator's act, possible once.

        Who may call this is the operator's machine account, not the policy. Raises AlreadyFounded.
        """
        claims = [FOUNDING, _code(new), _login(administrator.login)]

        def attempt() -> Registered:
            passed = self.gate.operate(request, "found", "founding")
            institution = self._register(passed, new)
            self._staff(institution, passed, self.gate.new_id(), administrator)
            try:
                return _registered(self.gate.append(passed, institution, claims))
            except ClaimTaken as taken:
                if taken.namespace == FOUNDING.namespace:
                    raise AlreadyFounded from None
                raise

        return self.gate.once(request, attempt, _registered)

    def register_institution(self, request: Request, new: NewInstitution) -> Registered:
        """Register an institution. Raises InstitutionCodeTaken, ContentRefused, UnknownCode, NotPermitted."""

        def attempt() -> Registered:
            passed = self.gate.enter(request, "register-institution", Facts())
            institution = self._register(passed, new)
            return _registered(self.gate.append(passed, institution, [_code(new)]))

        return self.gate.once(request, attempt, _registered)

    def change_area(
        self, request: Request, institution_id: UUID, area: str, since: Occurred | None = None
    ) -> Answer:
        """Let an institution number records under another area, as after its region was merged.

        Raises ContentRefused, NotPermitted, NotAvailable.
        """

        def change(institution: Institution, act: Act) -> None:
            institution.change_area(act, area)

        facts = Facts(institution=institution_id)
        return self._change(request, "register-institution", facts, change, since)

    def set_guidance(
        self, request: Request, institution_id: UUID, by: UUID | None, since: Occurred | None = None
    ) -> Answer:
        """Name the institution that guides another. Raises ContentRefused, NotPermitted, NotAvailable."""

        def change(institution: Institution, act: Act) -> None:
            if by is not None:
                self._institution(by)
            institution.set_guidance(act, by)

        return self._change(request, "set-guidance", Facts(institution=institution_id), change, since)

    def refuse_registration(
        self, request: Request, institution_id: UUID, refusal: Consent, reason: str | None, when: Occurred
    ) -> Answer:
        """Record that somebody declined to have a record; told to nobody by name. Raises UnknownCode."""

        def attempt() -> Answer:
            passed = self.gate.enter(request, "refuse-registration", Facts(institution=institution_id))
            if refusal.by not in CONSENT_BY:
                raise UnknownCode("by", CONSENT_BY)
            told = {"by": refusal.by, "paper": refusal.paper, "reason": reason}
            refused = make(
                Institution.RegistrationRefused, self.gate.act(passed, when), institution_id, 0, **told
            )
            return self.gate.log.append([refused], at_end=[institution_id], key=request.key)

        return self.gate.once(request, attempt, as_told)

    def enrol_practitioner(self, request: Request, institution_id: UUID, new: NewPractitioner) -> Enrolled:
        """Let a person work at an institution, with the roles they begin with.

        Raises LoginTaken, ContentRefused, UnknownCode, NotPermitted, NotAvailable.
        """
        practitioner = self.gate.new_id()

        def attempt() -> Enrolled:
            passed = self._enter_staffing(request, institution_id, new.roles)
            institution = self._institution(institution_id)
            self._staff(institution, passed, practitioner, new)
            claims = [_login(new.login)]
            return self._enrolled(self.gate.append(passed, institution, claims))

        return self.gate.once(request, lambda: self.gate.insist(attempt), self._enrolled)

    def change_licence(
        self,
        request: Request,
        institution_id: UUID,
        practitioner: UUID,
        licence: Licence,
        since: Occurred | None = None,
    ) -> Answer:
        """Renew a person's licence, or put another in its place. Raises UnknownPractitioner, NotPermitted."""

        def change(institution: Institution, act: Act) -> None:
            institution.change_licence(act, practitioner, licence)

        return self._change(request, "enrol-practitioner", Facts(institution=institution_id), change, since)

    def practitioner_leaves(
        self, request: Request, institution_id: UUID, practitioner: UUID, since: Occurred | None = None
    ) -> Answer:
        """End a person's work; their login may be bound again. Raises UnknownPractitioner, NotPermitted.

        All roles end with it: each is asked for.
        """

        def attempt() -> Answer:
            passed = self.gate.enter(request, "practitioner-leaves", Facts(institution=institution_id))
            institution = self._institution(institution_id)
            leaver = institution.practitioner(practitioner)
            for held in leaver.roles:
                facts = Facts(institution=institution_id, role_given=held.role)
                self.gate.enter(request, "end-role", facts)
            login = leaver.login
            institution.practitioner_leaves(self.gate.act(passed, since), practitioner)
            return self.gate.append(passed, institution, releases=[_login(login)])

        return self.gate.once_insisting(request, attempt)

    def give_role(
        self,
        request: Request,
        institution_id: UUID,
        practitioner: UUID,
        role: str,
        *,
        since: Occurred | None = None,
        until: str | None = None,
    ) -> Answer:
        """Give a role, until a last day (YYYY-MM-DD) if one is set.

        Raises RoleAlreadyGiven, UnknownCode, UnknownPractitioner, NotPermitted.
        """

        def change(institution: Institution, act: Act) -> None:
            institution.give_role(act, practitioner, role, until=until)

        facts = Facts(institution=institution_id, role_given=role)
        return self._change(request, "give-role", facts, change, since)

    def end_role(
        self,
        request: Request,
        institution_id: UUID,
        practitioner: UUID,
        role: str,
        *,
        since: Occurred | None = None,
    ) -> Answer:
        """Take a role away. Raises RoleNotHeld, UnknownPractitioner, NotPermitted."""

        def change(institution: Institution, act: Act) -> None:
            institution.end_role(act, practitioner, role)

        facts = Facts(institution=institution_id, role_given=role)
        return self._change(request, "end-role", facts, change, since)

    def _change(
        self, request: Request, action: str, facts: Facts, change: Change, since: Occurred | None
    ) -> Answer:
        def attempt() -> Answer:
            passed = self.gate.enter(request, action, facts)
            institution = self._institution(facts.institution)
            change(institution, self.gate.act(passed, since))
            return self.gate.append(passed, institution)

        return self.gate.once_insisting(request, attempt)

    def _enter_staffing(self, request: Request, institution_id: UUID, roles: tuple[str, ...]) -> Pass:
        """Enrolling somebody with roles is also giving them: each is asked for."""
        passed = self.gate.enter(request, "enrol-practitioner", Facts(institution=institution_id))
        for role in roles:
            self.gate.enter(request, "give-role", Facts(institution=institution_id, role_given=role))
        return passed

    def _register(self, passed: Pass, new: NewInstitution) -> Institution:
        act = self.gate.act(passed)
        return Institution.register(
            self.gate.new_id(), act, name=new.name, kind=new.kind, code=new.code, area=new.area
        )

    def _staff(
        self, institution: Institution, passed: Pass, practitioner: UUID, new: NewPractitioner
    ) -> None:
        act = self.gate.act(passed)
        institution.enrol_practitioner(act, practitioner, name=new.name, licence=new.licence, login=new.login)
        for role in new.roles:
            institution.give_role(self.gate.act(passed), practitioner, role)

    def _institution(self, institution_id: UUID | None) -> Institution:
        institution = self.gate.log.load(Institution, institution_id) if institution_id else None
        if institution is None:
            raise NotAvailable
        return institution

    def _enrolled(self, answer: Answer) -> Enrolled:
        """Who was enrolled by the append; read back, so that a repeat names the same person."""
        first = answer.stored[0]
        event = self.gate.log.read(first.stream, upto_version=first.version)[-1].event
        if not isinstance(event, Institution.PractitionerEnrolled):
            raise NotAvailable
        return Enrolled(event.practitioner, answer)


def _registered(answer: Answer) -> Registered:
    return Registered(answer.stored[0].stream, answer)


def _code(new: NewInstitution) -> Claim:
    return Claim("institution-code", new.code)


def _login(login: Login) -> Claim:
    return Claim("login:practitioner", f"{login['issuer']} {login['subject']}")

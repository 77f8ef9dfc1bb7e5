"""Finding unusual accesses, and reviewing what was found."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from domain.access import Facts
from domain.acts import make
from domain.adoption import adopt_definitions
from domain.errors import ClaimTaken, NotPermitted
from domain.gate import Gate, denied
from domain.institution import Institution
from domain.looks import Look
from domain.ports import Answer, Claim
from domain.requests import Request
from domain.unusual import DETECTORS, Suspicion, unusual
from domain.unusual_people import People

RULES = "unusual-access"  # the kind of definition that they are
OWN_LOOK = "own-look"  # nobody reviews what they did themselves


class UnusualCommands:
    """Mixed into `Records`."""

    gate: Gate

    def find_unusual(self, request: Request, looks: Iterable[Look], now: datetime) -> list[UUID]:
        """Write down what is unusual in these accesses, given in order, and was not found before.

        The log adopts the rules first, so that a finding names an edition that stands there whole.

        The operator's act, or that of their clock: it shows nobody anything. Answers with the new findings.
        now: the instant for which care is told before and after, aware.
        """
        adopt_definitions(self.gate, request, RULES, DETECTORS.values())
        people = People(self.gate.log)
        told = (self._find(request, one) for one in unusual(looks, people.known, now))
        return [finding for finding in told if finding is not None]

    def _find(self, request: Request, one: Suspicion) -> UUID | None:
        """The finding of those accesses that this rule has not found before; None: it has found them all."""
        while True:
            claims = {position: _claim(one, position) for position in one.positions}
            held = self.gate.log.find_claims(list(claims.values()))
            new = [position for position, claim in claims.items() if claim not in held]
            if not new:
                return None
            try:
                return self._append(request, one, new, [claims[position] for position in new])
            except ClaimTaken:  # another run was faster
                continue

    def _append(self, request: Request, one: Suspicion, positions: list[int], claims: list[Claim]) -> UUID:
        act = self.gate.act(self.gate.operate(request, "find-unusual"))
        found = make(
            Institution.UnusualAccessFound,
            act,
            one.institution,
            0,
            practitioner=one.practitioner,
            record=one.record,
            detector=one.detector.ref,
            positions=positions,
        )
        self.gate.log.append([found], at_end=[one.institution], claims=claims)
        return act.event_id

    def review_unusual(
        self, request: Request, institution_id: UUID, finding: UUID, outcome: str, note: str | None
    ) -> Answer:
        """Say what an unusual access is. Never by the one who looked.

        Raises FindingNotOpen, UnknownCode, ContentRefused, NotPermitted.
        """

        def attempt() -> Answer:
            institution = self.gate.log.load(Institution, institution_id)
            area = institution.state.area if institution else None
            facts = Facts(institution=institution_id, area=area)
            passed = self.gate.enter(request, "review-unusual", facts)
            if institution is None:
                raise NotPermitted(passed.decision.rules)
            looker = institution.state.unusual.get(str(finding))
            if looker is not None and _is_same(institution, looker, request, passed.caller.id):
                self.gate.refuse(denied(passed, OWN_LOOK), None)
                raise NotPermitted((OWN_LOOK,))
            institution.review_unusual(self.gate.act(passed), finding, outcome, note)
            return self.gate.append(passed, institution)

        return self.gate.once_insisting(request, attempt)


def _is_same(institution: Institution, looker: str, request: Request, caller: UUID | None) -> bool:
    """By the practitioner, and by the login: who works at two institutions is one person."""
    held = institution.state.practitioners.get(looker)
    return str(caller) == looker or (held is not None and held.login == request.principal.login)


def _claim(one: Suspicion, position: int) -> Claim:
    return Claim("unusual-access", f"{one.detector.name} {position}")

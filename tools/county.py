"""The demo county: a small simulated county, one resident whom the README's tour knows, and who has a token.

Everything goes through the same commands as in real life (`domain.application.Records`), so it passes the
same gate. Settling the county again adds nothing, also after a start that was interrupted half-way.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from domain.application import Records
from domain.errors import CallerUnknown
from domain.institution_state import Login
from domain.ports import RequestKey
from domain.requests import Consent, NewPractitioner, NewRecord, Principal, Request, SourceId
from tools.ahead import Ahead
from tools.county_lives import WANG, Life
from tools.simulate.county import CLIENT, ForeignCounty
from tools.simulate.plan import ADMINISTRATOR, BUREAU, TOWN_HOSPITAL, VILLAGE_CLINIC, Post, Staff
from tools.simulate.run import Simulation, simulate

SOURCE = "urn:lifelong:demo-county"
RESIDENTS = 60
POSTS = {"bureau": BUREAU, "hospital": TOWN_HOSPITAL, "clinic": VILLAGE_CLINIC}


def people() -> list[tuple[Post, Staff]]:
    """Who works in these places and has a token."""
    named = ("county", "doctor", "manager", "clerk", "connector", "village-doctor", "auditor")
    known = {staff.login: (post, staff) for post in POSTS.values() for staff in post.staff}
    return [known[login] for login in named]


@dataclass(frozen=True)
class Settled:
    """What a settling found or made. `added`: events stored now; `foreign`: another county lives here."""

    added: int
    foreign: bool = False


class DemoCounty:
    """Settles the county in a log, through the application. One process at a time."""

    def __init__(
        self, records: Records, issuer: str, operator: Principal | None = None, residents: int = RESIDENTS
    ) -> None:
        """issuer: of the tokens by which its people call; operator: who may use the command line."""
        self._records = records
        self._issuer = issuer
        self._operator = operator
        self._residents = residents

    def settle(self) -> Settled:
        """Found the county and write the lives, or whatever of that is missing."""
        log = self._records.gate.log
        before = log.position()
        try:
            asked = Simulation(self._residents, issuer=self._issuer)
            simulate(Ahead(log), self._records.render, asked, lambda settled: None)
        except ForeignCounty:
            return Settled(0, foreign=True)
        last = SourceId(SOURCE, WANG.name).claim
        if log.find_claim(last.namespace, last.value) is None:
            self._live(WANG)
        self._admit_operator()
        return Settled(log.position() - before)

    def institutions(self) -> dict[str, UUID]:
        """The institutions that are there, by their names in POSTS."""
        log = self._records.gate.log
        found = {
            name: log.find_claim("institution-code", post.institution.code) for name, post in POSTS.items()
        }
        return {name: stream for name, stream in found.items() if stream is not None}

    def _admit_operator(self) -> None:
        """Make the account that runs the demo an administrator too, so that it can import more lives."""
        if self._operator is None:
            return
        try:
            self._records.who_calls(Request(self._operator, "management"))
        except CallerUnknown:
            bureau = self.institutions().get("bureau")
            account = NewPractitioner("命令行", self._operator.login, roles=ADMINISTRATOR.roles)
            request = self._request(ADMINISTRATOR.login, "management", f"admit {self._operator.subject}")
            if bureau is not None:
                self._records.enrol_practitioner(request, bureau, account)

    def _live(self, life: Life) -> None:
        """Open the record with all its entries in one append."""
        new = NewRecord(
            channel=life.channel,
            documents=[life.document],
            occurred=life.opened,
            consent=Consent("resident"),
            login=Login(issuer=self._issuer, subject=life.login),
            entries=life.entries,
            source_id=SourceId(SOURCE, life.name),
        )
        self._records.create_record(self._request("doctor", "care", f"open {life.name}"), new)

    def _request(self, subject: str, purpose: str, step: str) -> Request:
        """A step of the settling, the same whenever it is taken."""
        scope = f"{self._issuer} {subject}"
        key = RequestKey(scope, f"{SOURCE} {step}", hashlib.sha256(step.encode()).digest())
        return Request(Principal(self._issuer, subject, "demo", CLIENT), purpose, key=key)

"""The demo county: made-up institutions, people who work there, and a handful of lives.

Everything goes through the same commands as in real life (`domain.application.Records`), so it passes the
same gate. Each step carries an idempotency key and each life a source id: settling the county again adds
nothing, also after a start that was interrupted half-way.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from domain.application import Records
from domain.errors import AlreadyFounded, CallerUnknown
from domain.institution import CREDIT_CODE, is_institution_code
from domain.institution_state import Login
from domain.ports import RequestKey
from domain.requests import (
    Consent,
    Correction,
    NewInstitution,
    NewPractitioner,
    NewRecord,
    Principal,
    Request,
    SourceId,
)
from domain.values import Licence
from tools.county_lives import COUNTY, LIVES, Life

SOURCE = "urn:lifelong:demo-county"
CLIENT = "lifelong demo"


@dataclass(frozen=True)
class Person:
    """Somebody who works in the county. `subject` is their login at the demo issuer."""

    subject: str
    name: str
    works_at: str
    role: str
    purpose: str
    licence: Licence | None = None


BUREAU, HOSPITAL, CLINIC = "bureau", "hospital", "clinic"


def credit_code(first17: str) -> str:
    """A unified social credit code with its check character (GB 32100-2015)."""
    return next(first17 + last for last in CREDIT_CODE if is_institution_code(first17 + last))


def institution(name: str, kind: str, prefix: str, area: str) -> NewInstitution:
    return NewInstitution(name, kind, credit_code(f"{prefix}{COUNTY}DEMA{area[6:11]}"), area)


INSTITUTIONS = {
    BUREAU: institution("示例县卫生健康局", "county-bureau", "11", f"{COUNTY}000000"),
    HOSPITAL: institution("示例镇卫生院", "township-hospital", "12", f"{COUNTY}101000"),
    CLINIC: institution("示例村卫生室", "village-clinic", "52", f"{COUNTY}101201"),
}
ADMINISTRATOR = Person("county", "县管理员", BUREAU, "county-administrator", "management")
DOCTOR = Licence(kind="执业医师", number="示例-110-0001")
VILLAGE_DOCTOR = Licence(kind="乡村医生", number="示例-110-0002")
STAFF = (
    Person("doctor", "示例医生", HOSPITAL, "practitioner", "care", DOCTOR),
    Person("manager", "档案管理员", HOSPITAL, "record-manager", "management"),
    Person("clerk", "卫生院管理员", HOSPITAL, "institution-administrator", "management"),
    Person("connector", "卫生院接口", HOSPITAL, "connector", "management"),
    Person("village-doctor", "示例乡村医生", CLINIC, "practitioner", "care", VILLAGE_DOCTOR),
    Person("auditor", "审计员", BUREAU, "auditor", "audit"),
)
PEOPLE = (ADMINISTRATOR, *STAFF)
WRITERS = {HOSPITAL: "doctor", CLINIC: "village-doctor"}


@dataclass(frozen=True)
class Settled:
    """What a settling found or made. `added`: events stored now; `foreign`: another county lives here."""

    added: int
    foreign: bool = False


class DemoCounty:
    """Settles the county in a log, through the application."""

    def __init__(self, records: Records, issuer: str, operator: Principal | None = None) -> None:
        """issuer: of the tokens by which its people will call; operator: who may use the command line."""
        self._records = records
        self._issuer = issuer
        self._operator = operator

    def settle(self) -> Settled:
        """Found the county and write the lives, or whatever of that is missing."""
        log = self._records.gate.log
        before = log.position()
        last = SourceId(SOURCE, LIVES[-1].name).claim  # stored in one append, after everything else
        if log.find_claim(last.namespace, last.value) is None:
            try:
                self._institutions()
            except AlreadyFounded:
                return Settled(0, foreign=True)
            for life in LIVES:
                self._live(life)
        self._admit_operator()
        return Settled(log.position() - before)

    def institutions(self) -> dict[str, UUID]:
        """The institutions that are there, by their names in INSTITUTIONS."""
        log = self._records.gate.log
        found = {name: log.find_claim("institution-code", one.code) for name, one in INSTITUTIONS.items()}
        return {name: stream for name, stream in found.items() if stream is not None}

    def _admit_operator(self) -> None:
        """Make the account that runs the demo an administrator too, so that it can import more lives."""
        if self._operator is None:
            return
        try:
            self._records.who_calls(Request(self._operator, "management"))
        except CallerUnknown:
            bureau = self.institutions().get(BUREAU)
            account = NewPractitioner("命令行", self._operator.login, roles=(ADMINISTRATOR.role,))
            request = self._request(ADMINISTRATOR.subject, "management", f"admit {self._operator.subject}")
            if bureau is not None:
                self._records.enrol_practitioner(request, bureau, account)

    def _institutions(self) -> None:
        founding = self._records.found(
            self._request("operator", "management", "found"),
            INSTITUTIONS[BUREAU],
            self._practitioner(ADMINISTRATOR),
        )
        ids = {BUREAU: founding.answer.stored[0].stream}
        for name in (HOSPITAL, CLINIC):
            request = self._request(ADMINISTRATOR.subject, "management", f"register {name}")
            ids[name] = self._records.register_institution(request, INSTITUTIONS[name]).institution
        for person in STAFF:
            request = self._request(ADMINISTRATOR.subject, "management", f"enrol {person.subject}")
            self._records.enrol_practitioner(request, ids[person.works_at], self._practitioner(person))

    def _live(self, life: Life) -> None:
        """Open the record with all its entries in one append; then what depends on having seen it."""
        writer = WRITERS[life.kept_at]
        new = NewRecord(
            channel=life.channel,
            documents=[life.document],
            occurred=life.opened,
            consent=Consent(life.consent_by),
            login=Login(issuer=self._issuer, subject=life.login) if life.login else None,
            entries=life.entries,
            source_id=SourceId(SOURCE, life.name),
        )
        opened = self._records.create_record(self._request(writer, "care", f"open {life.name}"), new)
        version = opened.answer.stored[-1].version
        if life.mistake:
            wrong = next(one.event for one in opened.answer.stored if one.topic == life.mistake.topic)
            right = Correction(wrong, life.mistake.reason, life.mistake.content, life.mistake.noticed)
            request = self._request(writer, "care", f"correct {life.name}")
            version = self._records.correct_entry(request, opened.record, version, right).stored[-1].version
        if life.died:
            request = self._request(writer, "care", f"close {life.name}")
            self._records.close_record(request, opened.record, version, reason="death", since=life.died)

    def _practitioner(self, person: Person) -> NewPractitioner:
        login = Login(issuer=self._issuer, subject=person.subject)
        return NewPractitioner(person.name, login, person.licence, (person.role,))

    def _request(self, subject: str, purpose: str, step: str) -> Request:
        """A step of the settling, the same whenever it is taken."""
        scope = f"{self._issuer} {subject}"
        key = RequestKey(scope, f"{SOURCE} {step}", hashlib.sha256(step.encode()).digest())
        return Request(Principal(self._issuer, subject, "demo", CLIENT), purpose, key=key)

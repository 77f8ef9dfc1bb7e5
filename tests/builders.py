"""Test data: people by their role in the story, contents that satisfy their forms, a county to work in."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

from domain import forms
from domain.access import POLICY
from domain.acts import Act
from domain.application import Records
from domain.entries import FORMS
from domain.identity import check_digit, identity_document
from domain.institution_state import Login
from domain.ports import RecordRenderer, RequestKey
from domain.record import Record
from domain.requests import (
    Consent,
    NewEntry,
    NewInstitution,
    NewPractitioner,
    NewRecord,
    Principal,
    Request,
)
from domain.values import FormRef, IdentityDocument, JsonObject, Occurred, Who, occurred
from tests.memory_log import MemoryLog

ISSUER = "https://login.example"
NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
TODAY: Occurred = occurred("2026-06-01T09:30:00+08:00")
AREA = "110101001001"
COUNTY_CODE = "11110101000000000A"
WANG_ID = "11010519491231002X"  # the sample of GB 11643: female, born 1949-12-31
LI_ID = "440524188001010014"  # the other sample: male, born 1880-01-01

WHO = Who(
    actor=str(UUID(int=1)),
    role="practitioner",
    institution=str(UUID(int=2)),
    licence=None,
    entered_by=None,
    authenticated={"issuer": ISSUER, "subject": "nurse", "method": "oidc", "client": "clinic"},
    source=None,
    late=False,
)


def ids() -> Iterator[UUID]:
    """Ids that read well in a failure: 1, 2, 3 …"""
    return (UUID(int=number) for number in count(1))


_ids = ids()


def act(when: str = "2026-06-01") -> Act:
    """The context of a command, with a new event id."""
    return Act(next(_ids), WHO, occurred(when), "care", POLICY.ref)


def form_ref(name: str) -> FormRef:
    return forms.current(name, date(2026, 6, 1)).ref


def content(name: str, **changes: object) -> JsonObject:
    """The example of a form, changed; a field set to None is left out."""
    example = copy.deepcopy(forms.current(name, date(2026, 6, 1)).example)
    changed = {**example, **changes}
    return {key: value for key, value in changed.items() if value is not None}  # type: ignore[misc]  # object → JsonValue


def identity_number(birth: str, order: int) -> str:
    """A made-up ID number: 110105, birth date YYYYMMDD, order (odd: male), check character."""
    first17 = f"110105{birth}{order:03d}"
    return first17 + check_digit(first17)


def card(number: str = WANG_ID) -> IdentityDocument:
    return identity_document("identity-card", number)


def allergy_to(code: str) -> JsonObject:
    substance = {"system": "http://snomed.info/sct", "code": code, "display": "a substance"}
    return content("allergy", substance=substance)


PENICILLIN = allergy_to("764146007")
PEANUT = allergy_to("762952008")


def record() -> Record:
    """A record that exists, open, with consent and without entries."""
    opened = Record.create(
        next(_ids),
        act(),
        number=f"{AREA}00001",
        channel="visit",
        custodian=UUID(int=2),
        access_stream=next(_ids),
        consented=True,
    )
    opened.give_consent(act(), by="resident")
    return opened


def add(to: Record, kind: str, form: str | None = None, when: str = "2026-06-01", **changes: object) -> UUID:
    """Add an entry made of the form's example."""
    name = form or FORMS[kind][0]
    return to.add_entry(act(when), kind, form_ref(name), content(name, **changes))


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def principal(subject: str) -> Principal:
    return Principal(ISSUER, subject, "oidc", "clinic")


def login(subject: str) -> Login:
    return Login(issuer=ISSUER, subject=subject)


def request(subject: str, purpose: str = "care", key: str | None = None, asked: bytes = b"a") -> Request:
    request_key = RequestKey(f"{ISSUER} {subject}", key, asked.ljust(32)) if key else None
    return Request(principal(subject), purpose, key=request_key)


NURSE, DOCTOR, STRANGER = request("nurse"), request("doctor"), request("stranger")
COUNTY, CLERK, AUDITOR = (
    request("county", "management"),
    request("clerk", "management"),
    request("auditor", "audit"),
)
OTHER_NURSE = request("other-nurse")
CONNECTOR = request("connector", "management")
WANG = request("wang", "self")
LI = request("li", "self")


@dataclass
class County:
    """A county in memory: a bureau, two clinics and their people."""

    render: RecordRenderer
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        made = ids()
        self.log = MemoryLog(self.clock)
        self.records = Records(
            self.log, self.render, self.clock, lambda: next(made), pause=lambda attempt: None
        )
        bureau = NewInstitution("示例县卫生健康局", "county-bureau", COUNTY_CODE, "110101000000")
        administrator = NewPractitioner("县管理员", login("county"), roles=("county-administrator",))
        self.bureau = self.records.found(request("operator", "management"), bureau, administrator).institution
        self.clinic = self._institution("示例村卫生室", "A" * 22, AREA)
        self.other_clinic = self._institution("邻村卫生室", "B" * 22, "110101001002")
        self.nurse = self._enrol(self.clinic, "nurse", "practitioner")
        self.doctor = self._enrol(self.clinic, "doctor", "practitioner", "record-manager")
        self._enrol(self.clinic, "clerk", "institution-administrator")
        self._enrol(self.clinic, "connector", "connector")
        self._enrol(self.other_clinic, "other-nurse", "practitioner")
        self._enrol(self.bureau, "auditor", "auditor")

    def open_record(self, number: str = WANG_ID, resident: str | None = "wang") -> UUID:
        """A resident's record at the clinic, with their login."""
        new = new_record(card(number), login=login(resident) if resident else None)
        return self.records.create_record(NURSE, new).record

    def topics(self, stream: UUID) -> list[str]:
        return [one.stored.topic for one in self.log.read(stream)]

    def accesses(self, record_id: UUID) -> list[str]:
        """The topics of the record's access stream."""
        opened = self.log.load(Record, record_id)
        assert opened is not None
        return self.topics(opened.access_stream)

    def _institution(self, name: str, code: str, area: str) -> UUID:
        new = NewInstitution(name, "village-clinic", code, area)
        return self.records.register_institution(COUNTY, new).institution

    def _enrol(self, institution: UUID, subject: str, *roles: str) -> UUID:
        new = NewPractitioner(subject, login(subject), roles=roles)
        return self.records.enrol_practitioner(COUNTY, institution, new).practitioner


def new_record(*documents: IdentityDocument, **changes: object) -> NewRecord:
    """A record as a clinic asks for it, with the resident's consent."""
    asked: dict[str, object] = {
        "channel": "visit",
        "documents": documents or (card(),),
        "occurred": TODAY,
        "consent": Consent("resident"),
    }
    return NewRecord(**{**asked, **changes})  # type: ignore[arg-type]  # each test sets fields of NewRecord


def new_entry(kind: str, when: str = "2026-06-01T09:30:00+08:00", **changes: object) -> NewEntry:
    """An entry made of the example of its collection's first form."""
    return NewEntry(kind, content(FORMS[kind][0], **changes), occurred(when), form=FORMS[kind][0])

"""Test data: people by their role in the story, and contents that satisfy their forms."""

import copy
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import NAMESPACE_OID, UUID, uuid5

from domain import forms
from domain.access import POLICY
from domain.acts import Act
from domain.entries import FORMS
from domain.identity import check_digit, identity_document
from domain.institution_state import Login
from domain.ports import RequestKey
from domain.record import Record
from domain.requests import (
    Consent,
    NewEntry,
    NewRecord,
    Principal,
    Request,
)
from domain.sequels import SEQUELS
from domain.values import FormRef, IdentityDocument, JsonObject, Occurred, Who, occurred

ISSUER = "https://login.example"
NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
TODAY: Occurred = occurred("2026-06-01T09:30:00+08:00")
AREA = "110101001001"
COUNTY_CODE = "11110101000000000A"
WANG_ID = "11010519491231002X"  # the sample of GB 11643: female, born 1949-12-31
LI_ID = "440524188001010014"  # the other sample: male, born 1880-01-01

HERE, THERE = UUID(int=2), UUID(int=3)  # the institution that keeps a record, and another

WHO = Who(
    actor=str(UUID(int=1)),
    role="practitioner",
    institution=str(HERE),
    licence=None,
    entered_by=None,
    authenticated={"issuer": ISSUER, "subject": "nurse", "method": "oidc", "client": "clinic"},
    source=None,
    late=False,
)


def _id(number: int) -> UUID:
    return UUID(int=number)


def ids() -> Iterator[UUID]:
    """Ids that read well in a failure: 1, 2, 3 …"""
    return map(_id, count(1))  # of a generator only one thread could take the next


_ids = ids()


def act(
    when: str = "2026-06-01",
    *,
    role: str = "practitioner",
    at: UUID = HERE,
    purpose: str = "care",
    by: str = "nurse",
) -> Act:
    """The context of a command, with a new event id. at: the institution of who acts. by: their login."""
    actor = WHO["actor"] if by == "nurse" else str(uuid5(NAMESPACE_OID, by))
    who = Who(**{**WHO, "role": role, "institution": str(at), "actor": actor})
    who["authenticated"] = {**WHO["authenticated"], "subject": by}
    return Act(next(_ids), who, occurred(when), purpose, POLICY.ref)


def acting(of: str, name: str = "", when: str = "2026-06-01") -> Act:
    """The context of who may add an entry of the collection, or what follows one by that name.

    What needs another institution, or several persons, has them.
    """
    elsewhere = (of, name) in (("access-applications", ""), ("access-applications", "withdrawal"))
    if elsewhere or (name and SEQUELS[of][name].action.startswith("answer")):
        return act(when, at=THERE, by="stranger")
    return act(when, by={"agreement": "helper", "review": "doctor"}.get(name, "nurse"))


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


# What the record must have before it takes the kind: a linked number, an enrolment, basic information …
NEEDS_BEFORE = ("basic-information", "births", "cards", "follow-ups")
PLAIN_KINDS = tuple(kind for kind in FORMS if kind not in NEEDS_BEFORE)


def fitting(kind: str, about: object) -> dict[str, str]:
    """Changes with which an adult's open record takes the kind's example. about: one of its entries."""
    changes: dict[str, dict[str, str]] = {
        "statements": {"about": str(about)},
        "quality-findings": {"about": str(about)},
        "authenticity-checks": {"about": str(about)},
        "correction-requests": {"entry": str(about)},
        "guardians": {"basis": "court"},
        "representatives": {"capacity": "representative", "basis": "authorisation"},
        "access-applications": {"to": str(THERE)},
    }
    return changes.get(kind, {})


def record(channel: str = "visit") -> Record:
    """A record that exists, open, with consent and without entries."""
    opened = Record.create(
        next(_ids),
        act(),
        number=f"{AREA}00001",
        channel=channel,
        custodian=HERE,
        access_stream=next(_ids),
        consented=True,
    )
    opened.give_consent(act(), by="resident")
    return opened


def add(
    to: Record, kind: str, /, form: str | None = None, when: str = "2026-06-01", **changes: object
) -> UUID:
    """Add an entry made of the form's example."""
    name = form or FORMS[kind][0]
    return to.add_entry(acting(kind, when=when), kind, form_ref(name), content(name, **changes))


def follow(
    to: Record, of: str, name: str, entry: UUID, /, context: Act | None = None, **changes: object
) -> UUID:
    """Let an entry be followed by what is made of the form's example; the event's id."""
    done, form = context or act(), SEQUELS[of][name].form
    to.follow(done, of, name, entry, form_ref(form), content(form, **changes))
    return done.event_id


def born(on: str) -> Record:
    """A record of somebody born on a day, as their identity number tells."""
    opened = record()
    opened.link_identity(act(), card(identity_number(on.replace("-", ""), 1)))
    return opened


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
KEEPER = request("doctor", "management")  # the clinic's record manager
OTHER_NURSE = request("other-nurse")
CONNECTOR = request("connector", "management")
WANG = request("wang", "self")
LI = request("li", "self")


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

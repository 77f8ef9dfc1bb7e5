"""The smallest county that a bench can work in: one clinic, one doctor, records with their programmes.

Everything goes through the application, so what is measured is what a clinic's requests leave behind.
"""

from collections.abc import Iterator
from itertools import cycle, islice
from uuid import UUID, uuid4

from domain.application import Records
from domain.identity import identity_document
from domain.institution_state import Login
from domain.requests import Consent, NewEntry, NewInstitution, NewPractitioner, NewRecord, Principal, Request
from domain.values import JsonObject, occurred

ISSUER = "https://issuer.demo.lifelong.example"
BUREAU = NewInstitution("示例县卫生健康局", "county-bureau", "B" * 22, "110101000000")
CLINIC = NewInstitution("示例村卫生室", "village-clinic", "C" * 22, "110101001001")
DOCTOR = "bench-doctor"
OPENED = occurred("2026-01-05T09:00:00+08:00")
# A life in a programme: mostly follow-ups, now and then care in the clinic and an examination. Filled in as
# a clinic does, not every field: bodies of about 570 bytes on the whole, as in `lifelong bench append`.
ROUTINE = ("follow-ups", "follow-ups", "encounters", "follow-ups", "follow-ups", "follow-ups", "examinations")
FORMS = {
    "follow-ups": "hypertension-follow-up",
    "encounters": "reception",
    "examinations": "health-examination",
}
CONTENTS: dict[str, JsonObject] = {
    "follow-ups": {
        "mode": "clinic",
        "signs": {"systolic": 138, "diastolic": 84, "weight": "74.5", "heart_rate": 78},
        "lifestyle": {"salt": "medium", "compliance": "good"},
        "adherence": "regular",
        "drugs": [{"name": "氨氯地平片", "times_per_day": 1, "each_dose": "5 mg"}],
        "next_on": "2026-09-01",
    },
    "encounters": {
        "setting": "clinic",
        "subjective": {"chief_complaint": "咳嗽、发热 3 天"},
        "objective": {"temperature": "38.2", "systolic": 136, "diastolic": 84, "findings": "咽部充血"},
        "plan": {"treatment": "对症治疗", "advice": "多饮水，休息。"},
    },
    "examinations": {
        "symptoms": ["none"],
        "general": {
            "temperature": "36.6",
            "height": "165",
            "weight": "74.5",
            "blood_pressure_left": {"systolic": 138, "diastolic": 84},
        },
    },
}


def request(subject: str = DOCTOR, purpose: str = "care") -> Request:
    """Asked by somebody of the county."""
    return Request(Principal(ISSUER, subject, "bench", "lifelong bench"), purpose)


def found(records: Records) -> UUID:
    """A bureau, a clinic and its doctor; the clinic's id."""
    head = NewPractitioner("县管理员", _login("bench-county"), roles=("county-administrator",))
    records.found(request("bench-operator", "management"), BUREAU, head)
    asked = request("bench-county", "management")
    clinic = records.register_institution(asked, CLINIC).institution
    doctor = NewPractitioner("示例医生", _login(DOCTOR), roles=("practitioner",))
    records.enrol_practitioner(asked, clinic, doctor)
    return clinic


def open_record(records: Records) -> UUID:
    """A resident's record, enrolled in the hypertension programme."""
    enrolled: JsonObject = {"programme": "hypertension", "enrolled_on": "2026-01-05"}
    new = NewRecord(
        channel="visit",
        documents=[identity_document("passport", uuid4().hex[:12].upper(), issuer="USA")],
        occurred=OPENED,
        consent=Consent("resident"),
        entries=[NewEntry("programmes", enrolled, OPENED)],
    )
    return records.create_record(request(), new).record


def entries(most: int) -> Iterator[NewEntry]:
    """What a clinic writes, made of the examples of the forms."""
    return (entry(kind) for kind in islice(cycle(ROUTINE), most))


def entry(kind: str) -> NewEntry:
    """One entry of a collection."""
    return NewEntry(kind, CONTENTS[kind], occurred("2026-06-01T09:30:00+08:00"), form=FORMS[kind])


def follow_up() -> JsonObject:
    """A follow-up as it is sent over HTTP."""
    kind = "follow-ups"
    return {"occurred_at": "2026-06-01T09:30:00+08:00", "form": FORMS[kind], "content": CONTENTS[kind]}


def fill(records: Records, record: UUID, events: int) -> None:
    """Add entries until the record has that many events."""
    have = records.gate.log.read(record, newest_first=True, limit=1)[0].stored.version
    records.add_entries(request(), record, list(entries(events - have)))


def _login(subject: str) -> Login:
    return Login(issuer=ISSUER, subject=subject)

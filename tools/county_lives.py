"""王建国, the resident whom the README's tour and the demo's screen know by number. Nobody real is meant.

His identity number is valid by GB 11643 and belongs to nobody: its order is one of 996 to 999, which were
kept for people who were over a hundred when numbers were first given out.
"""

from dataclasses import dataclass

from domain.identity import IdentityDocument, check_digit, identity_document
from domain.requests import NewEntry
from domain.values import Occurred, occurred
from tools.simulate.fill.clinical import medication, problem

COUNTY = "110101"


@dataclass(frozen=True)
class Life:
    """One resident: how the record was opened, and what was written with it. Times are as they were told."""

    name: str
    document: IdentityDocument
    opened: Occurred
    entries: tuple[NewEntry, ...]
    login: str
    channel: str = "visit"


def identity_number(born: str, order: int) -> str:
    """born: YYYY-MM-DD; order: odd for men."""
    first17 = f"{COUNTY}{born.replace('-', '')}{order:03d}"
    return first17 + check_digit(first17)


def entry(kind: str, at: str, content: object, form: str | None = None) -> NewEntry:
    """at: a day, or a time of day in China."""
    return NewEntry(kind, content, occurred(f"{at}+08:00" if "T" in at else at), form=form)


WANG_NUMBER = identity_number("1968-07-19", 997)
BASICS = {
    "name": "王建国",
    "sex": "male",
    "birth_date": "1968-07-19",
    "identity_number": WANG_NUMBER,
    "phone": "010-00000001",
    "contact_name": "李秀英",
    "contact_phone": "010-00000002",
    "address": "示例县示例镇示例村",
    "residence": "registered",
    "ethnicity_code": "01",
    "payment_modes": ["urban-resident-insurance"],
    "drug_allergies": ["none"],
    "exposures": ["none"],
    "past_history": {"diseases": [{"disease": "hypertension", "confirmed_on": "2019-05"}]},
    "family_history": {"father": ["hypertension", "stroke"], "mother": ["none"]},
    "filled_on": "2019-05-20",
}
COURSE = (  # of his blood pressure: two uncontrolled, a change, then controlled
    ("2023-03-14T09:10", "clinic", 158, 98, "78.0", "irregular", "uncontrolled"),
    ("2023-06-13T09:30", "clinic", 148, 92, "77.2", "regular", "uncontrolled"),
    ("2023-09-12T09:05", "home", 138, 86, "76.1", "regular", "controlled"),
    ("2023-12-12T10:20", "clinic", 136, 84, "75.4", "regular", "controlled"),
    ("2024-03-12T09:45", "phone", 134, 82, "75.0", "regular", "controlled"),
    ("2024-09-10T09:15", "clinic", 132, 82, "74.6", "regular", "controlled"),
)


def _blood_pressure(
    at: str, mode: str, systolic: int, diastolic: int, weight: str, adherence: str, classification: str
) -> NewEntry:
    """高血压患者随访服务记录表."""
    content = {
        "mode": mode,
        "symptoms": ["none"],
        "signs": {"systolic": systolic, "diastolic": diastolic, "height": "171", "weight": weight},
        "lifestyle": {"cigarettes": 5, "exercise_times": 3, "exercise_minutes": 30, "salt": "medium"},
        "adherence": adherence,
        "adverse_reaction": "absent",
        "classification": classification,
        "drugs": [{"name": "氨氯地平片", "times_per_day": 1, "each_dose": "5 mg"}],
    }
    return entry("follow-ups", at, content, "hypertension-follow-up")


WANG = Life(
    "wang-jianguo",
    identity_document("identity-card", WANG_NUMBER),
    occurred("2019-05-20"),
    (
        entry("basic-information", "2019-05-20", BASICS),
        entry("problems", "2019-05", problem("I10", "原发性高血压", "2019-05")),
        entry("programmes", "2019-05-20", {"programme": "hypertension", "enrolled_on": "2019-05-20"}),
        entry(
            "medications",
            "2019-05-20",
            medication(("C08CA01", "氨氯地平", "5 mg", "每日1次"), "2019-05-20", "regular"),
        ),
        *(_blood_pressure(*visit) for visit in COURSE),
    ),
    login="resident",
)

"""What somebody who saves a life must know of a resident: on one page, dated, to be taken along offline."""

from collections.abc import Sequence
from typing import cast

from domain.ports import NOW, Recorded, RecordQuery
from domain.time import CHINA
from domain.values import JsonObject
from projections.entry_view import EntryView
from projections.life import Life, ended, life
from projections.problem_list import ACTIVE, problem_list
from projections.record_lists import Shape

EMERGENCY_SUMMARY = "emergency-summary/1"
PERSON = ("name", "sex", "birth_date")
BLOOD = ("blood_type", "rhesus")
DENIED = ("drug_allergies", "drug_allergy_note")  # as the resident told them when the record was opened
CONTACTS = ("phone", "contact_name", "contact_phone")
ALLERGY = ("substance", "kind", "category", "criticality", "reactions", "noticed_on", "note")
MEDICATION = ("drug", "dose", "route", "frequency", "started_on", "prescriber", "reasons", "note")
CONDITION = ("problem", "clinical_status", "severity", "onset_on", "note")


def emergency_summary(recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Shape:
    """Allergies, blood group, long-term medicines, conditions and contacts, as they stand at `valid_at`.

    Of a section that is withheld from who asks it is only told that it is. Raises ValueError without an
    instant: a summary that is not dated helps nobody.
    """
    if query.valid_at is None:
        raise ValueError("a summary holds at an instant")
    told = life(recorded, query)
    basic = _newest(told, "basic-information")
    conditions = cast("list[Shape]", problem_list(recorded, query)["problems"])
    return {
        **told.frame(EMERGENCY_SUMMARY),
        "on": query.valid_at.astimezone(CHINA).date().isoformat(),
        "number": told.fold.head["number"],
        "person": _fields(basic, PERSON),
        "blood_group": _fields(basic, BLOOD),
        "contacts": [
            _fields(basic, CONTACTS),
            *(
                _fields(told.content(one), ("relation", "name", "phone"))
                for one in _of(told, "relationships")
            ),
        ],
        "allergies_told": _fields(basic, DENIED),
        "allergies": [_entry(told, one, ALLERGY) for one in _of(told, "allergies")],
        "medications": [
            _entry(told, one, MEDICATION) for one in _of(told, "medications") if _lasts(told, one)
        ],
        "conditions": [
            {"entry": one["entry"], **{name: one.get(name) for name in CONDITION}}
            for one in conditions
            if one["standing"] == ACTIVE
        ],
        "is_partial": not query.is_whole,
    }


def _of(told: Life, kind: str) -> list[EntryView]:
    return [one for one in told.entries if one.kind == kind]


def _lasts(told: Life, entry: EntryView) -> bool:
    """Whether it is still taken on the day."""
    until, instant = ended(entry), told.fold.query.valid_at
    return until is None or instant is None or until > instant.astimezone(CHINA).date()


def _newest(told: Life, kind: str) -> JsonObject:
    """What the latest entry of a kind says; nothing where there is none."""
    found = _of(told, kind)
    return told.content(found[-1]) if found else {}


def _entry(told: Life, entry: EntryView, names: Sequence[str]) -> Shape:
    """What it says, when it was said, and in which entry."""
    said = _fields(told.content(entry), names)
    return {"entry": str(entry.first.event), "occurred": dict(entry.occurred), **said}


def _fields(content: JsonObject, names: Sequence[str]) -> Shape:
    return {name: content.get(name) for name in names}

"""Shorthands for tests of what is put right, and of people of whom little is known."""

from uuid import UUID

from domain.identity import identity_document
from domain.requests import Consent, Correction, Request
from domain.values import occurred
from tests.builders import (
    NURSE,
    TODAY,
    content,
    new_record,
)
from tests.county import County
from tests.whole_life import Life


def without_number(county: County, birth_date: str) -> Life:
    """Somebody without a document, of whom the basic information tells what there is."""
    nobody = identity_document("temporary", None, reason="not registered")
    opened = county.records.create_record(NURSE, new_record(nobody, consent=Consent("guardian")))
    life = Life(county, opened.record)
    life.add("basic-information", identity_number=None, birth_date=birth_date)
    return life


def close(life: Life, since: str = "2026-05-01") -> None:
    life.records.close_record(NURSE, life.record, life.version, reason="death", since=occurred(since))


def correct(life: Life, entry: UUID, form: str, who: Request = NURSE, **changes: object) -> None:
    when = changes.pop("entry_occurred", None)
    filled = content(form, **changes)
    correction = Correction(entry, "misread", filled, TODAY, entry_occurred=when)  # type: ignore[arg-type]  # an Occurred or None
    life.records.correct_entry(who, life.record, life.version, correction)

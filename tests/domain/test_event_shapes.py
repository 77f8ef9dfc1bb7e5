"""What is stored is plain: every event's fields lie inside the canonical profile, ids aside."""

from dataclasses import fields
from typing import cast
from uuid import UUID

import pytest

from domain.access_stream import ACCESS_EVENTS
from domain.acts import Event
from domain.entries import FORMS
from domain.errors import NotAvailable
from domain.institution import Institution
from domain.record import Record
from domain.requests import Correction, SearchKey
from domain.values import JsonObject
from evidence import canonical
from tests.builders import (
    COUNTY,
    NURSE,
    OTHER_NURSE,
    TODAY,
    WANG,
    WANG_ID,
    content,
    new_entry,
)
from tests.county import County

LIBRARY = {"originator_id", "originator_version", "timestamp"}
TOPICS = {
    vars(one)["TOPIC"]
    for owner in (Record, Institution)
    for one in vars(owner).values()
    if isinstance(one, type) and "TOPIC" in vars(one)
} | {one.TOPIC for one in ACCESS_EVENTS}


def busy_county() -> County:
    """A county in which every event of ours has happened."""
    county = County()
    records, record_id = county.records, county.open_record()
    records.add_entries(NURSE, record_id, [new_entry(kind) for kind in FORMS])
    entry = records.add_entry(NURSE, record_id, new_entry("problems")).stored[0].event
    correction = Correction(entry, "misread", content("problem"), TODAY, entry_occurred=TODAY)
    records.correct_entry(NURSE, record_id, county.log.head(record_id), correction)
    records.retract_entry(NURSE, record_id, county.log.head(record_id), entry, "in error")
    records.close_record(NURSE, record_id, county.log.head(record_id), reason="lost", since=TODAY)
    records.reopen_record(NURSE, record_id, county.log.head(record_id), reason="found")
    records.read_record(WANG, record_id)
    records.search(NURSE, SearchKey("identity-card", WANG_ID))
    for target in (record_id, county.clinic):
        with pytest.raises(NotAvailable):
            records.read_record(OTHER_NURSE, target)
    records.give_role(COUNTY, county.clinic, county.doctor, "auditor", until="2027-01-01")
    records.end_role(COUNTY, county.clinic, county.doctor, "auditor")
    records.practitioner_leaves(COUNTY, county.clinic, county.doctor)
    return county


def test_every_field_of_every_event_is_canonical_or_an_id() -> None:
    county = busy_county()

    for one in county.log.events:
        assert isinstance(one.event, Event)
        for field in (field for field in fields(one.event) if field.name not in LIBRARY):
            value = getattr(one.event, field.name)
            is_id = field.type in (UUID, UUID | None)  # what the mapper converts by
            assert is_id == isinstance(value, UUID), (one.stored.topic, field.name)
            if not is_id:
                canonical.encode(value)
    assert {one.stored.topic for one in county.log.events} == TOPICS


def test_a_snapshot_is_canonical_and_restores_what_was_folded() -> None:
    county = busy_county()
    created = next(one.stored for one in county.log.events if one.stored.topic == "record.created.v1")
    record, clinic = county.log.load(Record, created.stream), county.log.load(Institution, county.clinic)
    assert record is not None and clinic is not None

    assert Record.restore(record.id, through_bytes(record.state_to_json())) == record
    assert Institution.restore(clinic.id, through_bytes(clinic.state_to_json())) == clinic


def through_bytes(state: JsonObject) -> JsonObject:
    return cast(JsonObject, canonical.decode(canonical.encode(state)))

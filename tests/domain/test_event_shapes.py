"""What is stored is plain: every event's fields lie inside the canonical profile, ids aside."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest

from domain.access_stream import ACCESS_EVENTS
from domain.acts import Event
from domain.errors import NotAvailable
from domain.institution import Institution
from domain.log_stream import DefinitionAdopted
from domain.looks import LooksAsked
from domain.record import Record
from domain.record_events import ENTRIES, SEQUEL_EVENTS
from domain.requests import FIRST_PAGE, Consent, SearchKey
from domain.values import JsonObject, Licence
from domain.view_scope import Scope
from evidence import canonical
from projections.record_view import RecordRender
from tests.builders import (
    COUNTY,
    NURSE,
    OTHER_NURSE,
    TODAY,
    WANG,
    WANG_ID,
    new_entry,
    request,
)
from tests.county import County, access_stream
from tests.memory_packer import MemoryPacker
from tests.memory_views import MemoryViews
from tests.whole_life import Life

AUDITOR = request("auditor", "audit")
LIBRARY = {"originator_id", "originator_version", "timestamp"}
OWNED = {
    vars(one)["TOPIC"]
    for owner in (Record, Institution)
    for one in vars(owner).values()
    if isinstance(one, type) and "TOPIC" in vars(one)
}
TABLED = {vars(one)["TOPIC"] for one in (*ENTRIES.values(), *SEQUEL_EVENTS.values(), *ACCESS_EVENTS)}
TOPICS = OWNED | TABLED | {DefinitionAdopted.TOPIC}  # of the log itself, what an act on others brings


def audited(county: County, record_id: UUID) -> None:
    """Somebody reads who looked; what was looked at is unusual, as if it had been at night and long after."""
    records, views = county.records, MemoryViews(county.log)
    records.views = views
    records.read_record(NURSE, record_id)
    records.read_history(AUDITOR, LooksAsked(county.clinic))
    midnight = county.clock().replace(hour=16) + timedelta(days=60)  # in China
    at_night = [replace(one, at=midnight) for one in views.all_looks()]
    found = records.find_unusual(request("operator", "management"), at_night, midnight + timedelta(days=60))
    (one, *_) = views.open_findings(FIRST_PAGE, Scope(institution=county.clinic)).rows
    assert one.finding in found
    records.review_unusual(AUDITOR, one.institution, one.finding, "explained", None)


def busy_county() -> County:
    """A county in which every event of ours has happened."""
    county = County(RecordRender())
    records, record_id = county.records, Life(county).everything().record
    records.contribute(OTHER_NURSE, SearchKey("identity-card", WANG_ID), new_entry("encounters"))
    records.refuse_registration(NURSE, county.clinic, Consent("resident"), "no wish for one", TODAY)
    records.read_record(WANG, record_id)
    seen = county.log.read(access_stream(county, record_id), limit=1, newest_first=True)[0]
    records.replay(WANG, record_id, seen.stored.event)
    records.packer = MemoryPacker()
    records.issue_evidence(WANG, record_id).packed.file.close()
    records.search(NURSE, SearchKey("identity-card", WANG_ID))
    for target in (record_id, county.clinic):
        with pytest.raises(NotAvailable):
            records.read_record(OTHER_NURSE, target)
    audited(county, record_id)
    records.set_guidance(COUNTY, county.clinic, county.other_clinic)
    records.give_role(COUNTY, county.clinic, county.doctor, "auditor", until="2027-01-01")
    records.end_role(COUNTY, county.clinic, county.doctor, "auditor")
    licence = Licence(kind="执业医师", number="110110000000001", until="2031-06-30")
    records.change_licence(COUNTY, county.clinic, county.nurse, licence)
    renewed = Licence(kind="执业医师", number="110110000000001", until="2036-06-30")
    records.change_licence(COUNTY, county.clinic, county.nurse, renewed)
    records.practitioner_leaves(COUNTY, county.clinic, county.doctor)
    records.change_area(COUNTY, county.clinic, "110101001009")
    return county


def test_every_field_of_every_event_is_canonical_or_an_id() -> None:
    county = busy_county()

    for one in county.log.events:
        assert isinstance(one.event, Event)
        for field in (field for field in fields(one.event) if field.name not in LIBRARY):
            value = getattr(one.event, field.name)
            is_id = field.type in (UUID, UUID | None)  # what the mapper converts by
            assert isinstance(value, UUID) or not is_id or value is None, (one.stored.topic, field.name)
            if not is_id:
                assert not isinstance(value, UUID), (one.stored.topic, field.name)
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

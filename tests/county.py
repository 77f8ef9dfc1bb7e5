"""A county in memory to work in: a bureau, two clinics and their people."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from domain.acts import Event
from domain.application import Records
from domain.ports import NOW, Course, Listed, Recorded, RecordQuery, RecordRenderer, Rendered, Trail
from domain.record import Record
from domain.requests import Consent, NewInstitution, NewPractitioner, Request
from tests.builders import (
    AREA,
    COUNTY,
    COUNTY_CODE,
    NURSE,
    WANG_ID,
    Clock,
    card,
    ids,
    login,
    new_record,
    request,
)
from tests.memory_log import MemoryLog

NOWHERE = UUID(int=2**127)

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely


class PlainRender:
    """A renderer that shows how many events it was given, so that only the gate is under test."""

    def at(self, edition: str) -> "PlainRender":
        return self

    def record(self, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        return Rendered("plain/1", json.dumps({"events": len(recorded)}).encode())

    def course(self, course: Course, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        told = {course.name: course.of, "events": len(recorded)}
        return Rendered("plain-course/1", json.dumps(told).encode())

    def events(self, listed: Listed) -> Rendered:
        return Rendered("plain-events/1", json.dumps({"listed": len(listed.recorded)}).encode())

    def accesses(self, listed: Listed) -> Rendered:
        return Rendered("plain-accesses/1", json.dumps({"accesses": len(listed.recorded)}).encode())

    def trail(self, trail: Trail) -> Rendered:
        return Rendered("plain-trail/1", json.dumps({"events": len(trail.recorded)}).encode())


@dataclass
class County:
    """The county, founded and staffed. `render` is given by tests of what is shown."""

    render: RecordRenderer = field(default_factory=PlainRender)
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
        self._enrol(self.bureau, "deputy", "county-administrator")

    def open_record(
        self, number: str = WANG_ID, resident: str | None = "wang", consent: str = "resident"
    ) -> UUID:
        """A resident's record at the clinic, with their login. consent: who gave it."""
        own = login(resident) if resident else None
        new = new_record(card(number), login=own, consent=Consent(consent))
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


def shown(county: County, who: Request, record_id: UUID, **query: Any) -> Json:
    """The record as somebody reads it."""
    told: Json = json.loads(county.records.read_record(who, record_id, **query).body)
    return told


def last_event(county: County, stream: UUID) -> Event:
    event = county.log.read(stream)[-1].event
    assert isinstance(event, Event)
    return event


def access_stream(county: County, record_id: UUID) -> UUID:
    opened = county.log.load(Record, record_id)
    assert opened is not None
    return opened.access_stream

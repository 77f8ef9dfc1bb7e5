"""Makes again what an access showed: from the events of its time, in its edition, less what it left out."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import cast
from uuid import UUID

from domain.access_stream import RecordRead
from domain.concealing import left_out
from domain.document_port import DocumentStore
from domain.documents import content_of
from domain.past import folded
from domain.ports import (
    Course,
    CourseName,
    EventLog,
    Listed,
    Recorded,
    RecordQuery,
    RecordRenderer,
    Rendered,
    Trail,
)
from domain.record import Record
from domain.record_documents import EDITION, OpenDocument, opened_document
from domain.record_trail import ACCESS, OWN
from domain.replay_errors import EditionUnknown
from domain.requests import LONGEST_PAGE
from domain.sensitive_options import Closed
from domain.tellers import names_of
from domain.values import JsonObject


@dataclass(frozen=True)
class Made:
    """What an access showed, made again: bytes, or a document that is read piece by piece. sha256: hex."""

    edition: str
    sha256: str
    body: bytes = field(repr=False)
    document: OpenDocument | None = None


@dataclass(frozen=True)
class Then:
    """The record at the version that the access saw, and the access."""

    log: EventLog
    access: RecordRead
    place: int  # of the access, in the log
    recorded: Sequence[Recorded]  # the record's events until then
    record: Record

    @property
    def parameters(self) -> JsonObject:
        """What the access keeps of its question; those of old kept none."""
        return self.access.parameters or {}

    @cached_property
    def query(self) -> RecordQuery:
        """What was asked for, without what was left out."""
        access, told = self.access, self.parameters
        sections = cast("list[str] | None", told.get("sections"))
        return RecordQuery(
            version=access.asked_version,
            as_of=_instant(access.as_of),
            valid_at=_instant(access.valid_at),
            with_documents=access.with_documents,
            masked=left_out(self.record.state, told),
            sections=None if sections is None else frozenset(sections),
            withheld=frozenset(access.withheld or []),
            closed=Closed.from_json(told),
        )

    @cached_property
    def known(self) -> list[Recorded]:
        """The events that the query may fold."""
        version, as_of = self.query.version or self.record.version, self.query.as_of
        found = [one for one in self.recorded if one.stored.version <= version]
        return [one for one in found if as_of is None or one.stored.recorded_at <= as_of]

    @property
    def next(self) -> str | None:
        """Where the page after this one begins."""
        told = self.parameters.get("next")
        return str(told) if told else None

    def on_page(self, place: int) -> bool:
        """Whether what lies at this place stood on the page: versions, of an audit trail positions."""
        bounds, told = self.access.versions or [], self.parameters.get("places")
        if not bounds or not min(bounds) <= place <= max(bounds):
            return False
        return not isinstance(told, list) or place in told


def then(log: EventLog, access: Recorded) -> Then:
    """The record as the access saw it: its append was refused unless the record was still at that version."""
    event = cast(RecordRead, access.event)
    recorded = log.read(event.record, upto_position=access.stored.position - 1)
    record = folded(Record, recorded)
    if record is None:
        raise LookupError(f"access {access.stored.event} precedes its record")  # a broken log
    return Then(log, event, access.stored.position, recorded, record)


def made(told: Then, render: RecordRenderer, documents: DocumentStore) -> Made:
    """What was shown. Raises EditionUnknown, or DocumentLost."""
    edition = told.access.view
    if edition == EDITION:
        return _document(told, documents)
    view, renderer = edition.rpartition("/")[0], render.at(edition)
    make = _PAGES.get(view, _course)
    rendered = make(told, renderer)
    if rendered.edition != edition:
        raise EditionUnknown(edition)
    return Made(edition, hashlib.sha256(rendered.body).hexdigest(), rendered.body)


def _record(told: Then, render: RecordRenderer) -> Rendered:
    return render.record(told.known, told.query)


def _course(told: Then, render: RecordRenderer) -> Rendered:
    """Any other view of the whole record, which the access names."""
    name, _, of = told.access.sections[0].partition("/")
    return render.course(Course(cast(CourseName, name), of), told.known, told.query)


def _events(told: Then, render: RecordRenderer) -> Rendered:
    page = [one for one in told.recorded if told.on_page(one.stored.version)]
    return render.events(_listed(told, page, told.query.masked))


def _accesses(told: Then, render: RecordRenderer) -> Rendered:
    bounds = told.access.versions or []
    page = (
        [
            one
            for one in told.log.read(
                told.record.access_stream,
                after=min(bounds) - 1,
                upto_version=max(bounds),
                newest_first=True,
            )
            if told.on_page(one.stored.version)
        ]
        if bounds
        else []
    )
    untold = frozenset(cast("list[str]", told.parameters.get("untold", [])))
    return render.accesses(replace(_listed(told, page), names=names_of(told.log, page), untold=untold))


def _listed(told: Then, page: list[Recorded], hidden: frozenset[UUID] = frozenset()) -> Listed:
    upto = int(told.next) if told.next else None
    return Listed(told.record.id, page, upto is None, hidden, upto=upto)


def _trail(told: Then, render: RecordRenderer) -> Rendered:
    both = [(OWN, one) for one in told.recorded] + [(ACCESS, one) for one in _looks(told)]
    page = [one for one in both if told.on_page(one[1].stored.position)]
    page.sort(key=lambda one: -one[1].stored.position)
    return render.trail(Trail(told.record.id, page, told.next, told.query.masked))


def _looks(told: Then) -> Iterator[Recorded]:
    """The accesses between the first and the last event of the page, newest first."""
    before, oldest = max(told.access.versions or [0]), min(told.access.versions or [0])
    while before >= oldest > 0:
        read = told.log.read(
            told.record.access_stream, upto_position=before, limit=LONGEST_PAGE, newest_first=True
        )
        yield from read
        before = read[-1].stored.position - 1 if read else 0


_PAGES = {
    "record-view": _record,
    "record-events": _events,
    "access-history": _accesses,
    "audit-trail": _trail,
}


def _document(told: Then, documents: DocumentStore) -> Made:
    """The bytes as they came: read through once for their digest, never held together."""
    entry, brought = UUID(str(told.parameters["document"])), told.recorded[told.access.record_version - 1]
    document = opened_document(documents, entry, content_of(brought))
    digest = hashlib.sha256()
    for number in range(document.content.pieces):
        digest.update(document.content.piece(number))
    return Made(EDITION, digest.hexdigest(), b"", document)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

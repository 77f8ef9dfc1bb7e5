"""Opening a record and reading it: the record, its events, and who looked."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import lined
from api.answer_models import RecordOpened
from api.answers import created, shown
from api.deps import Asking, Reading, RecordsDep, ServiceDep
from api.documentation import COMMON, WRITING, body_examples, problems, record_example
from api.instants import instant, version_number
from api.models import RecordIn
from api.paging import ListingDep
from api.problems import below
from api.strict_route import StrictRoute
from domain.entries import KINDS
from domain.errors import ContentRefused, FieldProblem
from domain.identity import oddities
from domain.record_events import BasicInformationRecorded
from domain.requests import NewEntry, NewRecord, Opened
from domain.values import RecordNumber

router = APIRouter(route_class=StrictRoute, tags=["records"], prefix="/v1/records")

BASIC = "basic-information"
VERSION = "the record as it was at this version"
AS_OF = "as it was known then: an instant with its offset, or a year, month or day to its end"
VALID_AT = "as it was then, by when things occurred; written like as_of"
SECTION = f"only this section, repeated for several: {', '.join(KINDS)}"


@router.post(
    "",
    status_code=201,
    response_model=RecordOpened,
    responses=problems(COMMON, WRITING),
    openapi_extra=body_examples({"a visit to the clinic": record_example()}),
)
def open_record(body: RecordIn, asking: Asking, records: RecordsDep, service: ServiceDep) -> Response:
    """Open a record at the caller's institution. 409 if the person has one, naming nothing."""
    try:
        opened = records.create_record(body.told_by(asking), _new(body))
    except ContentRefused as refused:
        raise _placed(refused) from None
    odd = _odd(body)
    return created(
        service,
        opened.answer,
        f"/v1/records/{opened.record}",
        record=opened.record,
        number=opened.number,
        entries=_entries(opened),
        **({"warnings": odd} if odd else {}),
    )


@router.get("/{record_id}", response_model=dict[str, object], responses=problems(COMMON))
def read_record(
    record_id: UUID,
    reading: Reading,
    records: RecordsDep,
    version: Annotated[str | None, Query(description=VERSION)] = None,
    as_of: Annotated[str | None, Query(description=AS_OF)] = None,
    valid_at: Annotated[str | None, Query(description=VALID_AT)] = None,
    documents: Annotated[str | None, Query(pattern="^(true|false)$", description="with their bytes")] = None,
    section: Annotated[list[str] | None, Query(description=SECTION)] = None,
) -> Response:
    """The record, now or in the past. The access is recorded before the first byte leaves.

    With `section`, and where the caller may not see all, the others are left out; what is told of the record
    itself, such as its number and status, is told always.
    """
    return shown(
        records.read_record(
            reading,
            record_id,
            version=version_number(version),
            as_of=instant("as_of", as_of),
            valid_at=instant("valid_at", valid_at),
            with_documents=documents == "true",
            only=section or (),
        )
    )


@router.get("/{record_id}/events", response_model=dict[str, object], responses=problems(COMMON))
def read_events(listing: ListingDep) -> Response:
    """The record's events, oldest first: what, who, when and why, the place in the log and the leaf hash.

    By the page; `next`, and a Link, name the following one. Each page is recorded as an access.
    """
    body = listing.records.read_events(listing.reading, listing.record, listing.page)
    return listing.told(body, lined.EVENTS, "events")


@router.get("/{record_id}/accesses", response_model=dict[str, object], responses=problems(COMMON))
def read_accesses(listing: ListingDep) -> Response:
    """Who saw the record or tried to, when, why and on what basis, newest first; by the page too."""
    body = listing.records.read_accesses(listing.reading, listing.record, listing.page)
    return listing.told(body, lined.ACCESSES, "accesses")


def _odd(body: RecordIn) -> list[FieldProblem]:
    """What was accepted of the number from paper and of the documents but is worth a second look."""
    odd = RecordNumber.parse(body.record_number).warnings() if body.record_number else []
    for place, document in enumerate(body.identity()):
        for one in oddities(document):
            odd.append({"field": f"/documents/{place}{one['field']}", "reason": one["reason"]})
    return odd


def _new(body: RecordIn) -> NewRecord:
    basic, occurred = body.basic_information, body.occurred
    entries = [NewEntry(BASIC, basic.content, occurred, edition=basic.edition)] if basic else []
    return NewRecord(
        channel=body.channel,
        documents=body.identity(),
        occurred=occurred,
        consent=body.consent.value() if body.consent else None,
        legal_basis=body.legal_basis,
        number=body.record_number,
        login=body.login.value() if body.login else None,
        entries=entries,
        mother=body.mother,
    )


def _placed(refused: ContentRefused) -> ContentRefused:
    """Fields of the basic information are named below it; the others stand at the top of the body."""
    own = ("/record_number", "/documents/")
    is_own = all(one["field"].startswith(own) for one in refused.problems)
    return refused if is_own else below("/basic_information/content", refused)


def _entries(opened: Opened) -> list[str]:
    """The ids of the entries the record began with."""
    topic = BasicInformationRecorded.TOPIC
    return [str(stored.event) for stored in opened.answer.stored if stored.topic == topic]

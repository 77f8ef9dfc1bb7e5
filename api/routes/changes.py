"""What depends on what the caller saw, and needs If-Match: correcting, retracting, closing, reopening."""

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import EntryKept, RecordKept
from api.changing import ChangeDep, changes
from api.models import ClosingIn, CorrectionIn, ReopeningIn, RetractionIn
from api.problems import below
from api.strict_route import StrictRoute
from domain.errors import ContentRefused
from domain.requests import Correction

router = APIRouter(route_class=StrictRoute, tags=["corrections and closing"], prefix="/v1/records")


@changes(router, "corrections", EntryKept)
def correct(body: CorrectionIn, change: ChangeDep) -> Response:
    """Correct an entry: its whole content as it should be, and why. Both versions stay readable."""
    correction = Correction(
        body.entry, body.reason, body.content, body.occurred, body.edition, body.entry_occurred
    )
    try:
        answer = change.decide(
            body,
            lambda told, version: change.records.correct_entry(told, change.record, version, correction),
        )
    except ContentRefused as refused:
        raise below("/content", refused) from None
    return change.kept(answer, entry=body.entry)


@changes(router, "retractions", EntryKept)
def retract(body: RetractionIn, change: ChangeDep) -> Response:
    """Retract an entry that should not be there. It stays readable, with who, when and why."""
    answer = change.decide(
        body,
        lambda told, version: change.records.retract_entry(
            told, change.record, version, body.entry, body.reason
        ),
    )
    return change.kept(answer, entry=body.entry)


@changes(router, "closing", RecordKept)
def close(body: ClosingIn, change: ChangeDep) -> Response:
    """Close the record since a time: death, moved-out, lost, refused. Late results are still accepted."""
    since = body.occurred
    answer = change.decide(
        body,
        lambda told, version: change.records.close_record(
            told, change.record, version, reason=body.reason, since=since, note=body.note
        ),
    )
    return change.kept(answer)


@changes(router, "reopening", RecordKept)
def reopen(body: ReopeningIn, change: ChangeDep) -> Response:
    """Open a closed record again."""
    answer = change.decide(
        body,
        lambda told, version: change.records.reopen_record(told, change.record, version, reason=body.reason),
    )
    return change.kept(answer)

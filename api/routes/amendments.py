"""Putting right what concerns two records, at the version seen: misfiled, wrongly linked, merged."""

from fastapi import APIRouter
from starlette.responses import Response

from api.answer_models import EntryKept, RecordKept
from api.changing import ChangeDep, changes
from api.models import MergingIn, MisfilingIn, UnlinkingIn
from api.strict_route import StrictRoute
from domain.requests import Misfiling

router = APIRouter(route_class=StrictRoute, tags=["corrections and closing"], prefix="/v1/records")


@changes(router, "misfilings", EntryKept)
def misfile(body: MisfilingIn, change: ChangeDep) -> Response:
    """Hide an entry that is another resident's, and write it into the right record in the same append.

    What followed it and quality findings about it go along; filing and attestation are made anew there.
    """
    misfiling = Misfiling(body.entry, body.reason, body.to)
    answer = change.decide(
        body,
        lambda told, version: change.records.misfile_entry(told, change.record, version, misfiling),
    )
    return change.kept(answer, entry=body.entry)


@changes(router, "unlinkings", RecordKept)
def unlink(body: UnlinkingIn, change: ChangeDep) -> Response:
    """Untie the record from another person's document or login: whose it is can be linked to it at once."""
    answer = change.decide(
        body,
        lambda told, version: change.records.unlink_identity(
            told, change.record, version, body.link, body.reason
        ),
    )
    return change.kept(answer)


@changes(router, "mergings", RecordKept)
def merge(body: MergingIn, change: ChangeDep) -> Response:
    """Tell that this record and another are one person's; the other one goes on."""
    answer = change.decide(
        body,
        lambda told, version: change.records.merge_records(
            told, change.record, version, body.into, body.reason
        ),
    )
    return change.kept(answer)


@changes(router, "unmergings", RecordKept)
def unmerge(body: MergingIn, change: ChangeDep) -> Response:
    """Undo a merging: each record stands by itself again."""
    answer = change.decide(
        body,
        lambda told, version: change.records.unmerge_records(
            told, change.record, version, body.into, body.reason
        ),
    )
    return change.kept(answer)

"""Adding one entry, from a route or from a line of a batch."""

from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from api.models import EntryIn
from api.problems import below
from domain.application import Records
from domain.errors import ContentRefused
from domain.filling import oddities
from domain.gate import login_of
from domain.ports import Answer
from domain.requests import Request
from store.event_log import StoredLog


def add(records: Records, asking: Request, record: UUID, kind: str, body: EntryIn) -> Answer:
    """Add the entry. Raises what Records.add_entry does; refused fields are named from the body's top."""
    try:
        with together(records, asking, record):
            return records.add_entry(body.told_by(asking), record, body.entry(kind))
    except ContentRefused as refused:
        raise below("/content", refused) from None


def together(records: Records, asking: Request, record: UUID) -> AbstractContextManager[None]:
    """Within the block, what deciding on the request needs is looked up in one go, if the log can do that."""
    log = records.gate.log
    return log.together(asking.key, login_of(asking), record) if isinstance(log, StoredLog) else nullcontext()


def worth_a_look(body: EntryIn, kind: str) -> dict[str, object]:
    """`warnings`, where something was accepted that may be a slip; told from what was asked, never stored."""
    found = [
        {"field": f"/content{odd['field']}", "reason": odd["reason"]} for odd in oddities(body.entry(kind))
    ]
    return {"warnings": found} if found else {}

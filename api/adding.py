"""Adding an entry, or what follows one, from a route or from a line of a batch."""

from uuid import UUID

from api.models import EntryIn, SequelIn
from api.problems import below
from domain.application import Records
from domain.errors import ContentRefused
from domain.filling import oddities
from domain.ports import Answer
from domain.requests import NewSequel, Request


def add(records: Records, asking: Request, record: UUID, kind: str, body: EntryIn) -> Answer:
    """Add the entry. Raises what Records.add_entry does; refused fields are named from the body's top."""
    try:
        return records.add_entry(body.told_by(asking), record, body.entry(kind))
    except ContentRefused as refused:
        raise below("/content", refused) from None


def follow(
    records: Records, asking: Request, record: UUID, of: str, name: str, entry: UUID, body: SequelIn
) -> Answer:
    """Add what follows the entry. Raises what Records.follow_entry does; fields as for `add`."""
    sequel = NewSequel(of, name, entry, body.content, body.occurred, body.edition, body.cause)
    try:
        return records.follow_entry(body.told_by(asking), record, sequel)
    except ContentRefused as refused:
        raise below("/content", refused) from None


def worth_a_look(body: EntryIn, kind: str) -> dict[str, object]:
    """`warnings`, where something was accepted that may be a slip; told from what was asked, never stored."""
    found = [
        {"field": f"/content{odd['field']}", "reason": odd["reason"]} for odd in oddities(body.entry(kind))
    ]
    return {"warnings": found} if found else {}

"""How anything of a record is shown: the access is recorded first, with the digest of what will leave."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.access_stream import RecordRead
from domain.acts import make
from domain.entries import KINDS
from domain.gate import Gate, Pass
from domain.ports import NOW, RecordQuery, Rendered
from domain.record import Record
from domain.record_readers import readers, restricted
from domain.record_rules import SPEAKERS
from domain.requests import Shown

ALL = frozenset(KINDS)
NOBODY = UUID(int=0)


def limited(gate: Gate, record: Record, passed: Pass, query: RecordQuery = NOW) -> RecordQuery:
    """The query without what this caller may not be shown, whichever past is asked for.

    Misfiled entries are hidden from all. A referral shows what it names. What the resident keeps to
    themselves is shown to them and who speaks for them only.
    """
    state, today, sections = record.state, gate.today(), ALL
    if passed.decision.basis == "referral":
        sections = readers(state, today).get(passed.actor.institution or NOBODY, frozenset())
    if passed.decision.role not in SPEAKERS:
        sections = sections - restricted(state, today)
    return replace(query, masked=state.masked, sections=None if sections == ALL else sections)


def hidden(gate: Gate, record: Record, passed: Pass) -> frozenset[UUID]:
    """The entries that this caller may not be shown: those misfiled, and those of sections not for them."""
    query = limited(gate, record, passed)
    entries = record.state.entries.items()
    return query.masked | {UUID(key) for key, entry in entries if not query.shows(entry.kind)}


@dataclass(frozen=True)
class Showing:
    """What is about to be shown, and from what it was folded.

    version: of the stream folded, as RecordRead keeps it; position: of the last event folded.
    versions: of a page of a list, the first and the last on it. cursor: of the next page.
    """

    rendered: Rendered
    version: int
    position: int
    sections: tuple[str, ...]
    query: RecordQuery = NOW
    versions: list[int] | None = None
    cursor: str | None = None


def show(gate: Gate, record: Record, passed: Pass, showing: Showing) -> Shown:
    """Record the access, if the record is still the one decided on, then let the body go."""
    query, rendered = showing.query, showing.rendered
    read = make(
        RecordRead,
        gate.act(passed),
        record.access_stream,
        0,
        record=record.id,
        basis=passed.decision.basis,
        rules=list(passed.decision.rules),
        sections=list(showing.sections),
        record_version=showing.version,
        log_position=showing.position,
        asked_version=query.version,
        as_of=_text(query.as_of),
        valid_at=_text(query.valid_at),
        view=rendered.edition,
        body_sha256=hashlib.sha256(rendered.body).hexdigest(),
        versions=showing.versions,
    )
    gate.log.append([read], at_end=[record.access_stream], conditions={record.id: record.version})
    return Shown(rendered.body, showing.version, showing.position, rendered.edition, showing.cursor)


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z") if instant else None

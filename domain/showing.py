"""How anything of a record is shown: the access is recorded first, with the digest of what will leave."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from domain.access_stream import RecordRead
from domain.acts import make
from domain.concealing import concealed
from domain.entries import KINDS, SECTIONS
from domain.gate import Gate, Pass
from domain.notices import deferred
from domain.ports import NOW, RecordQuery, Rendered
from domain.record import Record
from domain.record_readers import restricted
from domain.requests import Shown
from domain.sensitive_options import Closed, in_force
from domain.sensitivity import CLASSES
from domain.time import CHINA
from domain.values import JsonObject

ALL = frozenset(KINDS)
SHAPE_ONLY = "shape-only"  # the obligation of whoever may know that there is something, not what


def limited(gate: Gate, record: Record, passed: Pass, query: RecordQuery = NOW) -> RecordQuery:
    """The query without what this caller may not be shown, whichever past is asked for.

    Misfiled entries are hidden from all, and from the resident a disclosure whose notice is deferred. Of the
    rest, the policy is asked again for each section, for each class of sensitive entries in one, and for each
    class of options on its forms: for these whether there are any or not, so that what is left tells nothing.
    """
    sight = _Sight(gate, record, passed)
    sections = frozenset(kind for kind in KINDS if sight.is_open(kind, None))
    options = sight.closed(sections)
    closed = {
        UUID(key): [one for one in entry.sensitivity.split() if not sight.is_open(entry.kind, one)]
        for key, entry in record.state.entries.items()
        if entry.sensitivity and entry.kind in sections
    }
    withheld = frozenset(key for key, classes in closed.items() if classes)
    return replace(
        query,
        masked=record.state.masked | withheld | deferred(record, passed),
        sections=None if sections == ALL else sections,
        withheld=frozenset(one for classes in closed.values() for one in classes) | _left(record, options),
        closed=options,
    )


def _left(record: Record, closed: Closed) -> frozenset[str]:
    """The classes of the options that there are and that are not shown."""
    entries = (entry for entry in record.state.entries.values() if entry.options)
    return frozenset(name for one in entries for name in closed.hides(one.kind, one.options))


class _Sight:
    """What of a record a pass opens, part by part; each kind of part is decided once."""

    def __init__(self, gate: Gate, record: Record, passed: Pass) -> None:
        self._gate = gate
        self._passed = passed
        self._today = passed.now.astimezone(CHINA).date()
        self._restricted = restricted(record.state, self._today)
        own = (passed.actor.id, passed.actor.institution)
        self._is_entitled = any(one.to in own for one in passed.facts.entitlements)
        self._decided: dict[tuple[str | None, str | None, bool], bool] = {}

    def is_open(self, section: str, sensitivity: str | None) -> bool:
        """Only ways in that the record gives, and restrictions, tell one section of health from another."""
        is_restricted = section in self._restricted
        is_named = is_restricted or self._is_entitled or section not in SECTIONS
        named = section if is_named else None
        part = (named, sensitivity, is_restricted)
        if part not in self._decided:
            facts = replace(
                self._passed.facts, section=named, sensitivity=sensitivity, restricted=is_restricted
            )
            self._decided[part] = self._gate.part(self._passed, facts).allowed
        return self._decided[part]

    def closed(self, sections: frozenset[str]) -> Closed:
        """The options that stay closed in these sections, by the edition of the day."""
        edition = in_force(self._today)
        parts = (one for one in edition.parts if one[0] in sections and not self.is_open(*one))
        return Closed(edition.edition, frozenset(parts))


def hidden(gate: Gate, record: Record, passed: Pass) -> frozenset[UUID]:
    """The entries that this caller may not be shown: those misfiled, and those that are not for them.

    Who is shown the shape of things only is told of no entry what it is.
    """
    query, entries = limited(gate, record, passed), record.state.entries.items()
    is_shape = SHAPE_ONLY in passed.decision.obligations
    return query.masked | {UUID(key) for key, entry in entries if is_shape or not query.shows(entry.kind)}


def untold(gate: Gate, passed: Pass) -> frozenset[str]:
    """The classes of sensitive entries of which this caller is not even told that there are any."""
    if SHAPE_ONLY in passed.decision.obligations:
        return frozenset(CLASSES)
    facts = (replace(passed.facts, sensitivity=name) for name in CLASSES)
    return frozenset(str(one.sensitivity) for one in facts if not gate.part(passed, one).allowed)


@dataclass(frozen=True)
class Showing:
    """What is about to be shown, and from what it was folded.

    version: of the stream folded, as RecordRead keeps it; position: of the last event folded.
    versions: of a page of a list, the first and the last on it. cursor: of the next page.
    hidden: entries left out of a list; of anything else the query tells. parameters: whatever else the
    renderer was asked, so that it can be asked again.
    """

    rendered: Rendered
    version: int
    position: int
    sections: tuple[str, ...]
    query: RecordQuery = NOW
    versions: list[int] | None = None
    cursor: str | None = None
    hidden: frozenset[UUID] = frozenset()
    parameters: JsonObject = field(default_factory=dict)


def asked(record: Record, passed: Pass, query: RecordQuery, more: JsonObject) -> dict[str, object]:
    """What an access keeps of its question beside what it shows, for whoever asks it again."""
    way_in = passed.decision.entitlement
    sections: JsonObject = {} if query.sections is None else {"sections": [*sorted(query.sections)]}
    return {
        "cites": way_in.entry if way_in else None,
        "withheld": sorted(query.withheld) or None,
        "with_documents": query.with_documents,
        "parameters": {**sections, **concealed(record.state, query.masked), **query.closed.to_json(), **more}
        or None,
    }


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
        **asked(record, passed, replace(query, masked=query.masked | showing.hidden), showing.parameters),
    )
    gate.log.append([read], at_end=[record.access_stream], conditions={record.id: record.version})
    return Shown(rendered.body, showing.version, showing.position, rendered.edition, showing.cursor)


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z") if instant else None

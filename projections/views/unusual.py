"""The unusual accesses found at each institution: open until an auditor has said what they are.

`area` is that of the institution, so that auditors find what lies in theirs. A finding names who looked, and
at whose record, by ids, and the accesses by their positions.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from domain import institution_events as events
from domain.ports import Recorded
from projections.ledger import Ledger
from projections.projection import Projection, Row, Table, Tokens
from projections.row_security import THE_INSTITUTION, WITHIN_THE_AREA

UNUSUAL = Table(
    "unusual",
    {
        "stream_id": "uuid",  # the institution of who looked
        "area": "text",
        "finding": "uuid",
        "detector": "text",
        "edition": "text",
        "record_id": "uuid",  # null: of several
        "practitioner": "uuid",
        "positions": "int8[]",  # of the accesses
        "from_position": "int8",
        "to_position": "int8",  # null: not reviewed
    },
    indexes=("(from_position)",),
    scope=f"stream_id = {THE_INSTITUTION} OR {WITHIN_THE_AREA}",
)


class UnusualFold:
    """The findings at one institution."""

    def __init__(self, stream: UUID, tokens: Tokens) -> None:
        self._stream = stream
        self._area = ""
        self._open: dict[UUID, Row] = {}
        self._ledger = Ledger()

    def take(self, one: Recorded) -> None:
        match one.event:
            case events.Created(area=area) | events.AreaChanged(area=area):
                self._area = area
            case events.UnusualAccessFound() as found:
                self._open[found.event_id] = _told(found)
            case events.UnusualAccessReviewed(finding=finding):
                self._open.pop(finding, None)
            case _:
                raise TypeError(f"tells of no finding: {one.stored.topic}")
        told = ((self._stream, self._area, *row) for row in self._open.values())
        self._ledger.hold("open", told, one.stored.position)

    def rows(self) -> Mapping[str, Collection[Row]]:
        return {UNUSUAL.name: self._ledger.rows()}


def _told(found: events.UnusualAccessFound) -> Row:
    rule = found.detector
    return (
        found.event_id,
        rule["name"],
        rule["edition"],
        found.record,
        found.practitioner,
        tuple(found.positions),
    )


PROJECTION = Projection(
    name="unusual",
    version=1,
    tables=(UNUSUAL,),
    begin=UnusualFold,
    topics=frozenset(
        one.TOPIC
        for one in (
            events.Created,
            events.AreaChanged,
            events.UnusualAccessFound,
            events.UnusualAccessReviewed,
        )
    ),
)

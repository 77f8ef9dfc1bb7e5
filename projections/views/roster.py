"""Whose record lies where: custodian, status and area of every record, at any past position.

A fact that changes ends its row (`to_position`, the position of the event that changed it) and begins the
next (`from_position`). What held at position p: from_position <= p and (to_position is null or > p).
"""

from collections.abc import Collection, Mapping
from functools import singledispatchmethod
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain import record_events as events
from domain.ports import Recorded
from domain.record_number import RecordNumber
from projections.projection import Projection, Row, Table, Tokens
from projections.row_security import THE_INSTITUTION

ROSTER = Table(
    "roster",
    {
        "record_id": "uuid",
        "custodian": "uuid",  # the institution that answers for keeping the record
        "status": "text",  # open, closed, or merged: another record of the same person goes on
        "area": "text",  # the digits before the sequence in the record's number
        "from_position": "int8",
        "to_position": "int8",  # null: it still holds
    },
    indexes=("(custodian, from_position)", "(area, from_position)"),
    scope=f"custodian = {THE_INSTITUTION}",
)


class RosterFold:
    """The roster of one record."""

    def __init__(self, record: UUID, tokens: Tokens) -> None:
        self._record = record
        self._custodian: UUID | None = None
        self._area = ""
        self._is_closed = False
        self._is_merged = False
        self._ended: list[Row] = []
        self._facts: Row = ()
        self._since = 0

    def take(self, one: Recorded) -> None:
        """Fold the event; where it changed a fact, end the row and begin the next."""
        self._change(one.event)
        if (facts := self._now()) != self._facts:
            if self._facts:
                self._ended.append((*self._facts, self._since, one.stored.position))
            self._facts, self._since = facts, one.stored.position

    def rows(self) -> Mapping[str, Collection[Row]]:
        """The rows that ended, and the one that holds."""
        return {"roster": [*self._ended, (*self._facts, self._since, None)] if self._facts else []}

    def _now(self) -> Row:
        if self._custodian is None:
            return ()
        status = "merged" if self._is_merged else "closed" if self._is_closed else "open"
        return (self._record, self._custodian, status, self._area)

    @singledispatchmethod
    def _change(self, event: DomainEvent) -> None:
        raise TypeError(f"the roster cannot fold {type(event).__name__}")

    @_change.register
    def _created(self, event: events.Created) -> None:
        self._custodian, self._area = event.custodian, _area(event.number)

    @_change.register
    def _number_given(self, event: events.NumberGiven) -> None:
        self._area = _area(event.number)

    @_change.register
    def _closed(self, event: events.Closed) -> None:
        self._is_closed = True

    @_change.register
    def _reopened(self, event: events.Reopened) -> None:
        self._is_closed = False

    @_change.register
    def _merged(self, event: events.Merged) -> None:
        self._is_merged = self._is_merged or not event.goes_on

    @_change.register
    def _unmerged(self, event: events.Unmerged) -> None:
        self._is_merged = self._is_merged and event.goes_on


def _area(number: str) -> str:
    """The digits before the sequence, under whatever scheme the number has."""
    *area, _ = RecordNumber.parse(number).segments.values()
    return "".join(area)


PROJECTION = Projection(
    name="roster",
    version=1,
    tables=(ROSTER,),
    begin=RosterFold,
    topics=frozenset(
        {
            events.Created.TOPIC,
            events.NumberGiven.TOPIC,
            events.Closed.TOPIC,
            events.Reopened.TOPIC,
            events.Merged.TOPIC,
            events.Unmerged.TOPIC,
        }
    ),
)

"""Who may order an erasure and who may carry it out: two persons, and never against the rules of keeping."""

from datetime import date
from uuid import UUID

from domain.acts import Act
from domain.deciding import Proposed
from domain.erasure_errors import OrderMissing, TermNotOver
from domain.errors import UnknownEntry
from domain.grant_rules import another_than, by_own_hand
from domain.record_errors import OutOfTurn
from domain.record_state import EntryState, RecordState
from domain.retention import Term, may_erase_of_the_living

KIND = "erasure-orders"
ORDERED = "ordered"


def may_order(state: RecordState, proposed: Proposed) -> None:
    """Raises OrderMissing, or UnknownEntry for what is no document of this record."""
    content = proposed.content
    _may_reach(state, str(content["basis"]))
    named = content.get("entries", [])
    for key in named if isinstance(named, list) else []:
        entry = state.entries.get(str(key))
        if entry is None or entry.kind != "documents" or entry.misfiled:
            raise UnknownEntry(UUID(str(key)))


def may_carry_out(state: RecordState, act: Act, order: UUID) -> EntryState:
    """The order, for somebody else than who gave it.

    Raises UnknownEntry, OutOfTurn, OwnHand, AnotherPersonDecides, OrderMissing.
    """
    entry = state.entry(order)
    if entry is None or entry.kind != KIND:
        raise UnknownEntry(order)
    if entry.state != ORDERED:
        raise OutOfTurn(order, entry.state, (ORDERED,))
    by_own_hand(act)
    another_than(entry, act.who, "begun")
    _may_reach(state, str((entry.kept or {})["basis"]))
    return entry


def is_over(term: Term, today: date) -> None:
    """Raise TermNotOver until the day after its last."""
    if today <= term.until:
        raise TermNotOver(term.name, term.until.isoformat())


def _may_reach(state: RecordState, basis: str) -> None:
    if state.closed_because != "death" and not may_erase_of_the_living(basis):
        raise OrderMissing

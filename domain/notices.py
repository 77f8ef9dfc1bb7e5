"""Of which accesses a resident is given notice: by the rules they chose, else by those that hold for all.

A rule is a standing wish (the collection notice-rules); it says which accesses are told, never which are
recorded: the access history always tells them all.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from uuid import UUID

from domain.access_stream import AccessEvent, AccessRefused
from domain.gate import Pass
from domain.ports import Recorded
from domain.record import Record
from domain.record_state import RecordState
from domain.time import CHINA

USUAL: Final = frozenset(("outside", "emergency", "refused"))  # while the resident has set no rule
ALWAYS: Final = frozenset(("emergency",))  # the notice is owed: 个人信息保护法第十八条第二款
OWN: Final = ("self", "representation")  # bases: the resident, and who speaks for them

# Rule → whether it tells of an access, given the institution that keeps the record now.
RULES: Final[Mapping[str, Callable[[AccessEvent, UUID], bool]]] = {
    "outside": lambda event, custodian: _is_outside(event, custodian),
    "emergency": lambda event, custodian: "emergency" in (basis_of(event), event.purpose),
    "refused": lambda event, custodian: isinstance(event, AccessRefused),
    "all": lambda event, custodian: True,
}


def rules_of(state: RecordState) -> frozenset[str]:
    """The rules in force for a record. Of an emergency the resident is told in any case (ALWAYS)."""
    entries = (one for one in state.standing("notice-rules") if one.state == "active")
    return (frozenset(str((one.kept or {}).get("rule")) for one in entries) or USUAL) | ALWAYS


def reasons(event: AccessEvent, custodian: UUID, rules: frozenset[str]) -> tuple[str, ...]:
    """The rules by which this access is told; none: it is not."""
    return tuple(name for name, tells in RULES.items() if name in rules and tells(event, custodian))


def basis_of(event: AccessEvent) -> str | None:
    """On what an access rested; None: it was refused."""
    return getattr(event, "basis", None)


def is_told(one: Recorded, untold: frozenset[UUID]) -> bool:
    """Whether an event is told: no disclosure that the caller is not told of yet, nor what rests on one."""
    event = one.event
    about = (getattr(event, name, None) for name in ("event_id", "entry", "cites"))
    return not untold or untold.isdisjoint(about)


def deferred(record: Record, passed: Pass) -> frozenset[UUID]:
    """The disclosures by law of which this caller is not told yet: the resident, and who speaks for them."""
    if passed.decision.basis not in OWN:
        return frozenset()
    today = passed.now.astimezone(CHINA).date().isoformat()
    return frozenset(key for key, until in _deferred(record.state) if today <= until)


def _deferred(state: RecordState) -> Iterator[tuple[UUID, str]]:
    """Each disclosure whose order defers the notice of it, and the last day on which it does."""
    for key, entry in state.entries.items():
        until = (entry.kept or {}).get("notice_deferred_until")
        if entry.kind == "statutory-disclosures" and until:
            yield UUID(key), str(until)


def _is_outside(event: AccessEvent, custodian: UUID) -> bool:
    """Who kept the record then looked on the basis of custody, whoever keeps it now.

    What its keepers read by law they hand to an outside body.
    """
    institution, basis = event.who["institution"], basis_of(event)
    is_elsewhere = institution is not None and institution != str(custodian)
    return basis == "law" or (is_elsewhere and basis != "custody")

"""What is to be done about access: applications to decide and to answer, grants held, emergencies to review.

Both sides of an application have it on their list. What ends by its term lapses the day after, by the
calendar alone.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.access_terms import review_due
from projections.projection import Row
from projections.standing import Standing

TO_DECIDE, TO_ANSWER = "application-to-decide", "application-to-answer"
APPLIED, HELD = "application-open", "grant-held"
TO_REVIEW = "emergency-review"
APPLICATIONS, EMERGENCIES = "access-applications", "emergency-accesses"

SECTION: Final[Mapping[str, str]] = {
    **dict.fromkeys((TO_DECIDE, TO_ANSWER, APPLIED, HELD), APPLICATIONS),
    TO_REVIEW: EMERGENCIES,
}
KINDS: Final = tuple(SECTION)

# The state of an application → the task of the institution that keeps the record, and that of the applicant.
SIDES: Final[Mapping[str, tuple[str | None, str]]] = {
    "applied": (TO_DECIDE, APPLIED),
    "approved": (TO_ANSWER, APPLIED),
    "active": (None, HELD),
}
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "access-application": ("to", "since", "until"),
    "emergency-access": (),
}


def about_access(entry: Standing, custodian: UUID | None) -> Iterator[Row]:
    """The tasks that an entry about access makes; rows without record and positions."""
    if entry.kind == EMERGENCIES and entry.state == "open":
        yield (custodian, TO_REVIEW, entry.id, entry.state, None, None, review_due(entry.on), None)
    if entry.kind == APPLICATIONS and entry.state in SIDES:
        ours, theirs = SIDES[entry.state]
        opens = _day(entry, "since") if theirs == HELD else None
        lapses = _day(entry, "until") + timedelta(days=1)
        if ours is not None:
            yield (custodian, ours, entry.id, entry.state, None, None, None, lapses)
        yield (UUID(str(entry.content["to"])), theirs, entry.id, entry.state, None, opens, None, lapses)


def _day(entry: Standing, field: str) -> date:
    return date.fromisoformat(str(entry.content[field]))

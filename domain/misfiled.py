"""A misfiled entry and all that hangs on it: what goes along to the right record, and what does not.

Along goes what was done about the matter: its newest content and what followed it (a programme's exit, the
answer to a referral), or else what is over would begin anew there. What was said of it as this resident's
stays in the log: earlier contents, filing, attestations. There it is a draft, for somebody to answer for.

Remarks on it are hidden with it, since they tell of it. A quality finding goes along, still to be settled or
as it was; a check of authenticity does not, having asked the wrong person. What the resident says of it (a
statement, a request for correction) is theirs and stays.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.acts import Act
from domain.record import Record
from domain.record_events import EntryCorrected, EntryFollowed, EntryRecorded
from domain.values import Occurred, Who

STAY = ("filing", "attestation")
REMARKS = {"quality-findings": True, "authenticity-checks": False}  # collection -> whether they go along
ABOUT = "about"  # the field in which a remark names its entry

Events: TypeAlias = Sequence[DomainEvent]  # of a record, in order
Acts: TypeAlias = Callable[[Occurred, str], Act]  # of whoever moves it: of what occurred when, and its cause


@dataclass(frozen=True)
class Account:
    """What the events tell of one entry: how it began, what it says now, what followed it."""

    first: EntryRecorded
    last: EntryRecorded | EntryCorrected
    sequels: Sequence[EntryFollowed]


def account(events: Events, entry: UUID) -> Account:
    """entry: one that no sequel began, as one of cards does."""
    first = next(one for one in events if isinstance(one, EntryRecorded) and one.event_id == entry)
    corrections = [one for one in events if isinstance(one, EntryCorrected) and one.entry == entry]
    sequels = [one for one in events if isinstance(one, EntryFollowed) and one.entry == entry]
    return Account(first, corrections[-1] if corrections else first, sequels)


def remarks(record: Record, events: Events, entry: UUID) -> Iterator[UUID]:
    """The remarks on an entry, whatever became of them."""
    for key in [UUID(key) for key, one in record.state.entries.items() if one.kind in REMARKS]:
        if account(events, key).last.content.get(ABOUT) == str(entry):
            yield key


@dataclass(frozen=True)
class Move:
    """Writes entries of the wrong record into the right one, as their authors', entered by who moves them."""

    events: Events  # of the wrong record
    wrong: Record
    right: Record
    acts: Acts

    def entry(self, entry: UUID, cause: str, **changes: str) -> UUID:
        """Write an entry with what goes along; its id there. changes: of its content.

        Raises what the right record refuses.
        """
        told, state = account(self.events, entry), self.wrong.state.entries[str(entry)]
        content = {**told.last.content, **changes}
        act = self._act(told.first, state.occurred, cause)
        moved = self.right.add_entry(act, state.kind, told.last.form, content)
        for one in told.sequels:
            if one.NAME not in STAY:
                act = self._act(one, one.occurred, cause)
                self.right.follow(act, state.kind, one.NAME, moved, one.form, one.content)
        return moved

    def remark(self, remark: UUID, moved: UUID, cause: str) -> UUID | None:
        """The same of a remark on what is moved already; None of one that does not go along."""
        state = self.wrong.state.entries[str(remark)]
        if state.retracted or state.is_moved or not REMARKS[state.kind]:
            return None
        return self.entry(remark, cause, **{ABOUT: str(moved)})

    def _act(self, event: EntryRecorded | EntryFollowed, occurred: Occurred, cause: str) -> Act:
        """As it was done, and for what it was, so that an auditor can decide it again."""
        act = self.acts(occurred, cause)
        who: Who = {**event.who, "entered_by": act.who["actor"], "late": True}
        return replace(act, who=who, purpose=event.purpose)

"""The base of folds that ask how a record's entries stand.

An entry found to be misfiled, or a link found to be wrong, is from then on as if it had never been recorded:
what was folded before is folded again without it, so that no past of a view shows it either. For that the
fold keeps its steps, each with no more of the content than the view asks for.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

from domain import record_events as events
from domain.acts import Event
from domain.entries import KINDS
from domain.ports import Recorded
from domain.scalars import first_day
from domain.sequels import ANY, sequel_of
from domain.values import JsonObject, Occurred, earliest
from projections.ledger import Ledger
from projections.life import ENDINGS, day
from projections.standing import Resident, Standing, day_of

REPLACED: Final = "replacement"  # a sequel of a card that is also the beginning of the next one

Keep: TypeAlias = Callable[[str, JsonObject], JsonObject]
"""What a view keeps of the content of an entry, by its form."""

WHOLE = (
    events.Created,
    events.IdentityLinked,
    events.NumberGiven,
    events.Closed,
    events.Reopened,
    events.Merged,
    events.Unmerged,
)


@dataclass(frozen=True, slots=True)
class Step:
    """An event, without what the view does not ask for.

    did: recorded, corrected, retracted, the name of a sequel, or "" for what befell the record as a whole,
    which is then `whole`. kind: the collection of an entry that is recorded.
    """

    event: UUID
    position: int
    version: int
    day: date  # in China, on which we learned it
    did: str
    entry: UUID
    kind: str = ""
    form: str = ""
    content: JsonObject = field(default_factory=dict)
    occurred: Occurred | None = None
    institution: UUID | None = None
    whole: Event | None = None


def step_of(one: Recorded, keep: Keep) -> Step | None:
    """The step of an event; None if it says nothing of what stands."""
    event, stored = one.event, one.stored
    place = (stored.event, stored.position, stored.version, day_of(stored))
    if isinstance(event, WHOLE):
        return Step(*place, "", stored.event, whole=event)
    if isinstance(event, events.EntryRetracted):
        return Step(*place, "retracted", event.entry)
    if not isinstance(event, events.EntryRecorded | events.EntryFollowed | events.EntryCorrected):
        return None
    form = event.form["name"]
    told = (form, keep(form, event.content))
    by = event.who["institution"]
    institution = UUID(by) if by else None
    if isinstance(event, events.EntryRecorded):
        return Step(*place, "recorded", stored.event, event.KIND, *told, event.occurred, institution)
    if isinstance(event, events.EntryFollowed):
        return Step(*place, event.NAME, event.entry, event.OF[0], *told, event.occurred, institution)
    return Step(*place, "corrected", event.entry, "", *told, event.entry_occurred)


class StandingFold(ABC):
    """A fold of the entries as they stand. A subclass notes, after each step, what it makes of it."""

    def __init__(self, record: UUID, keep: Keep) -> None:
        self.record = record
        self._keep = keep
        self._steps: list[Step] = []
        self._masked: set[UUID] = set()
        self.restart()

    def restart(self) -> None:
        """Begin again, with nothing folded."""
        self.resident = Resident()
        self.ledger = Ledger()

    @abstractmethod
    def note(self, step: Step, entry: Standing | None) -> None:
        """After a step. entry: the one it was about; None for the record as a whole."""

    def take(self, one: Recorded) -> None:
        """Fold the event; a misfiling, or a link undone, folds everything again."""
        if isinstance(one.event, events.EntryMisfiled):
            self._without(one.event.entry)
        elif isinstance(one.event, events.IdentityUnlinked):
            self._without(one.event.link)
        elif (step := step_of(one, self._keep)) is not None:
            self._steps.append(step)
            self._do(step)

    def _without(self, wrong: UUID) -> None:
        self._masked.add(wrong)
        self.restart()
        for known in self._steps:
            self._do(known)

    def _do(self, step: Step) -> None:
        if step.whole is not None and step.event in self._masked:
            return
        if step.whole is not None:
            self.resident.befall(step.whole)
            self.note(step, None)
            return
        entry = self.resident.entries.get(step.entry)
        if step.did == "recorded":
            entry = self._begin(step)
        elif step.did == "corrected" and entry is not None:
            entry.form, entry.content = step.form, step.content
            entry.begins = earliest(step.occurred) if step.occurred else entry.begins
        elif step.did == "retracted" and entry is not None:
            entry.is_retracted = True
        elif entry is not None:
            _follow(entry, step)
        if entry is not None:
            entry.for_rules = None
            self.note(step, entry)
        if step.did == REPLACED and (card := self._begin(step)) is not None:
            self.note(step, card)

    def _begin(self, step: Step) -> Standing | None:
        """The entry that begins with the step, unless it is misfiled."""
        if step.event in self._masked or step.occurred is None:
            return None
        begun = Standing(
            id=step.event,
            kind=step.kind,
            form=step.form,
            content=step.content,
            begins=earliest(step.occurred),
            version=step.version,
            institution=step.institution,
            state=KINDS[step.kind].begins,
        )
        self.resident.entries[begun.id] = begun
        return begun


def _follow(entry: Standing, step: Step) -> None:
    """What the sequel makes of the entry."""
    collection = ANY if step.kind == ANY else entry.kind
    entry.state = sequel_of(collection, step.did).becomes or entry.state
    entry.is_filed = entry.is_filed or step.did == "filing"
    sequel, telling = ENDINGS.get(entry.kind, ("", ""))
    if step.did == sequel and step.occurred is not None:
        told = step.content.get(telling)
        entry.endings.append((first_day(told) if isinstance(told, str) else None) or day(step.occurred))

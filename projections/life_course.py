"""The record as the course of a life: stage, problem, activity. Every event that may be shown, once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from domain import forms
from domain import record_events as events
from domain.acts import Event
from domain.forms import FormUnknown
from domain.ports import NOW, Recorded, RecordQuery
from domain.record_events.whole import BEFORE_BIRTH
from domain.values import FormRef, Occurred, earliest
from projections.belonging import Belonging
from projections.entry_view import EntryView, instant_text
from projections.life import Life, day, life
from projections.life_stages import STAGES, stage_on
from projections.record_lists import Shape
from projections.tables import table

LIFE_COURSE = "life-course/2"
IDENTITIES = (events.IdentityLinked, events.IdentityUnlinked)
WHOLE = (events.Merged, events.Unmerged, events.EntryMisfiled)
# By edition, what befell the record as a whole and is told with a collection only, as in the record.
TOLD_WITH: Mapping[str, Mapping[type[Event], str]] = {
    "life-course/1": dict.fromkeys(IDENTITIES, "basic-information"),
    LIFE_COURSE: {
        **dict.fromkeys(IDENTITIES, "basic-information"),
        **dict.fromkeys(WHOLE, "identity-disputes"),
        events.ConsentGiven: "consent-withdrawals",
    },
}
TITLES: dict[str, dict[str, str]] = table("event_titles")
UNTITLED = {"zh": "其他", "en": "other"}


@dataclass(frozen=True)
class Activity:
    """One event with the entry it is about, if any, and when what it tells happened."""

    recorded: Recorded
    event: Event
    entry: EntryView | None

    @property
    def occurred(self) -> Occurred:
        """An entry's first event lies where the entry does, as corrected; later steps where they happened."""
        is_first = self.entry is not None and self.entry.first.event == self.recorded.stored.event
        return self.entry.occurred if self.entry and is_first else self.event.occurred

    def to_json(self) -> Shape:
        stored, entry = self.recorded.stored, self.entry
        return {
            "event": str(stored.event),
            "version": stored.version,
            "topic": stored.topic,
            "title": TITLES.get(stored.topic, UNTITLED),
            "occurred": dict(self.occurred),
            "recorded_at": instant_text(stored.recorded_at),
            "institution": self.event.who["institution"],
            "entry": str(entry.first.event) if entry else None,
            "collection": entry.kind if entry else None,
            "form": _form(entry.form) if entry else None,
            "status": entry.status if entry else None,
        }


def life_course(recorded: Sequence[Recorded], query: RecordQuery = NOW, edition: str = LIFE_COURSE) -> Shape:
    """Stages in the order of a life; under each the problems, and what belongs to none of them last."""
    told = life(recorded, query)
    belonging = Belonging(one for one in told.fold.entries.values() if query.shows(one.kind))
    placed: dict[str, dict[UUID | None, list[Activity]]] = {}
    for one in sorted(_activities(told, TOLD_WITH[edition]), key=_in_order):
        problem = belonging.of(one.entry.first.event if one.entry else None, one.event.cause)
        placed.setdefault(_stage(told, one), {}).setdefault(problem, []).append(one)
    stages = [
        {"stage": stage.name, "title": stage.title, "problems": _problems(placed[stage.name], belonging)}
        for stage in STAGES
        if stage.name in placed
    ]
    return {**told.frame(edition), "stages": stages}


def _activities(told: Life, told_with: Mapping[type[Event], str]) -> Iterator[Activity]:
    """The events that may be shown and had happened by then."""
    for recorded in told.known:
        event = recorded.event
        if isinstance(event, Event):
            about = _about(told, event)
            activity = Activity(recorded, event, about)
            collection = about.kind if about else told_with.get(type(event))
            if _may_be_shown(told, event, collection) and told.fold.was_true(activity.occurred):
                yield activity


def _about(told: Life, event: Event) -> EntryView | None:
    """The entry an event is about: the one it names, or the one it begins."""
    named = cast("UUID | None", getattr(event, "entry", None))
    entries = told.fold.entries
    return (entries.get(named) if named else None) or entries.get(event.event_id)


def _may_be_shown(told: Life, event: Event, collection: str | None) -> bool:
    """As in the record: of a misfiled entry only that there was one, and no section that is withheld."""
    if collection is not None:
        return told.fold.query.shows(collection)
    return not isinstance(event, _OF_ENTRIES)


_OF_ENTRIES = (events.EntryRecorded, events.EntryFollowed, events.EntryCorrected, events.EntryRetracted)


def _stage(told: Life, one: Activity) -> str:
    is_unborn = told.fold.head["channel"] == BEFORE_BIRTH
    return stage_on(day(one.occurred), told.born, told.died, is_unborn=is_unborn)


def _problems(placed: dict[UUID | None, list[Activity]], belonging: Belonging) -> list[Shape]:
    named = [_problem(belonging.problems[problem], placed[problem]) for problem in placed if problem]
    if None not in placed:
        return named
    general: Shape = {"problem": None, "title": None, "activities": [one.to_json() for one in placed[None]]}
    return [*named, general]


def _problem(entry: EntryView, activities: Sequence[Activity]) -> Shape:
    """The title is the problem as it was coded."""
    told = [one.to_json() for one in activities]
    return {"problem": str(entry.first.event), "title": entry.content.get("problem"), "activities": told}


def _form(ref: FormRef) -> Shape:
    """A form that this release does not hold is told by its name."""
    try:
        title = forms.registry.get(ref["name"], ref["edition"]).title
    except FormUnknown:
        title = ref["name"]
    return {"name": ref["name"], "edition": ref["edition"], "title": title}


def _in_order(one: Activity) -> tuple[object, int]:
    return earliest(one.occurred), one.recorded.stored.version

"""Since when a programme is for a resident, and the days from which its contacts are counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from domain.follow_up_rules.conditions import Sight, There
from domain.follow_up_rules.facts import Entry, Facts
from domain.follow_up_rules.table import AnchorPlace, Programme, WhoRule
from domain.measurements import pointed
from domain.scalars import first_day

DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Episode:
    """The time for which a programme holds on a day.

    since: its first day; begins: the first on which anything could be asked, which is not before the record.
    after: the end of the time before it; entries: those since that end, in order. What was done shortly
    before somebody was enrolled is part of it.
    """

    who: WhoRule
    facts: Facts
    since: date
    after: date
    entries: tuple[Entry, ...]

    @property
    def begins(self) -> date:
        return max(self.since, self.facts.opened_on or self.since)


def episode(programme: Programme, facts: Facts, on: date) -> Episode | None:
    """The programme's time for this resident that holds on the day."""
    who = programme.who(on)
    if who is None or (who.unless is not None and who.unless.holds(Sight(facts, on))):
        return None
    since = _since(programme, who, facts, on)
    if since is None:
        return None
    after = _after(who, facts, since)
    return Episode(who, facts, since, after, tuple(entry for entry in facts.entries if entry.on >= after))


def _after(who: WhoRule, facts: Facts, since: date) -> date:
    """The end of the enrolment before; for those not enrolled, their first day."""
    if who.enrolled is None:
        return since
    ends = [one.until for one in facts.enrolments if one.programme == who.enrolled and one.until is not None]
    return max((end for end in ends if end <= since), default=date.min)


def _since(programme: Programme, who: WhoRule, facts: Facts, on: date) -> date | None:
    if who.enrolled is not None:
        enrolled = facts.enrolment(who.enrolled, on)
        return enrolled.since if enrolled else None
    if isinstance(who.trigger, There):
        cause = who.trigger.first(Sight(facts, on))
        return cause.on if cause else None
    return _since_age(who, facts, on)


def _since_age(who: WhoRule, facts: Facts, on: date) -> date | None:
    if facts.birth_date is None or who.from_age is None:
        return None
    since = who.from_age.after(facts.birth_date)
    until = who.to_age.after(facts.birth_date) if who.to_age else date.max
    return since if since <= on < until else None


def anchor(programme: Programme, found: Episode, name: str) -> date | None:
    """The day of that name: "birth", "start", or one of the programme's own, as the first place tells it."""
    if name == "birth":
        return found.facts.birth_date
    if name == "start":
        return found.begins
    places = programme.table.anchors.get(name, ())
    return next((day for place in places for day in _days(programme, found, place)), None)


def _days(programme: Programme, found: Episode, place: AnchorPlace) -> Iterator[date]:
    """The days a place tells, the newest entry's first."""
    if place.anchor:
        day = anchor(programme, found, place.anchor)
        if day is not None:
            yield _moved(day, place)
        return
    for entry in reversed(found.entries):
        if entry.form in place.forms:
            told = _date(entry, place) if place.date else _by_weeks(entry, place)
            if told is not None:
                yield _moved(told, place)


def _moved(day: date, place: AnchorPlace) -> date:
    return place.after.after(place.before.before(day))


def _date(entry: Entry, place: AnchorPlace) -> date | None:
    """A whole date; a month or a year is too coarse to count days from."""
    for value in pointed(entry.content, place.date):
        if isinstance(value, str) and len(value) == len("2026-01-17"):
            return first_day(value)
    return None


def _by_weeks(entry: Entry, place: AnchorPlace) -> date | None:
    weeks, days = _whole(entry, place.weeks), _whole(entry, place.days) or 0
    return entry.on - timedelta(days=weeks * DAYS_A_WEEK + days) if weeks is not None else None


def _whole(entry: Entry, pointer: str) -> int | None:
    found = pointed(entry.content, pointer) if pointer else ()
    return next((one for one in found if isinstance(one, int) and not isinstance(one, bool)), None)

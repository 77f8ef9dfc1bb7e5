"""What is due for a resident, by when and by which rule: from the last follow-up, by interval, by age."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.follow_up_rules.anchors import Episode, anchor, episode
from domain.follow_up_rules.assess import FOLLOW_UP, LOOK_BACK, Assessment, Cited, assess, cited, newest
from domain.follow_up_rules.conditions import Sight
from domain.follow_up_rules.facts import Entry, Facts
from domain.follow_up_rules.table import ContactRule, IntervalRule, Programme, Title

REFERRAL = "referral"
LOOK_BACK_TITLE = Title(zh="转诊后随访", en="look-back after referral")
REFERRAL_TITLE = Title(zh="转诊", en="referral")


@dataclass(frozen=True)
class Due:
    """A contact that is due: from `opens` on where it has a first day, by `by` at the latest.

    since: the entry it follows from; None: from an age or the beginning. class_, urgent, refer: of that one.
    """

    programme: str
    what: str
    title: Title
    opens: date | None
    by: date
    rule: Cited
    since: UUID | None = None
    class_: str | None = None
    urgent: bool = False
    refer: bool = False

    def is_overdue(self, on: date) -> bool:
        return self.by < on


@dataclass(frozen=True)
class Standing:
    """A programme that is for the resident on the day: since when, by which rule, and how it stands.

    in_scope: whether the specification means this resident. due: sorted by day. missed: contacts that can no
    longer be made good. last: the newest follow-up.
    """

    programme: str
    title: Title
    since: date
    who: Cited
    in_scope: bool
    last: Assessment | None
    due: tuple[Due, ...]
    missed: tuple[Due, ...]


def due(programme: Programme, facts: Facts, on: date) -> Standing | None:
    """How the programme stands on a day; None if it is not for this resident then."""
    known = replace(facts, entries=[entry for entry in facts.entries if entry.on <= on])
    found = episode(programme, known, on)
    if found is None:
        return None
    assessed = [one for one in assess(programme, known) if one.on >= found.after]
    last = assessed[-1] if assessed else None
    ended = last is not None and last.ends
    planned = [] if ended else list(_contacts(programme, found, on))
    open_ = [] if ended else [*_from_last(programme, found, last), *_intervals(programme, found, on)]
    return Standing(
        programme=programme.name,
        title=programme.table.title,
        since=found.since,
        who=cited(programme, found.who, on),
        in_scope=found.who.scope.holds(Sight(known, on)),
        last=last,
        due=tuple(_sorted([*_earliest(open_), *_near(planned, on)])),
        missed=tuple(_sorted(one for one, lapses in planned if lapses is not None and lapses <= on)),
    )


@dataclass(frozen=True)
class Planned:
    """A contact as time will make it due. lapses: from when it is not asked for any more."""

    due: Due
    lapses: date | None


def plan(programme: Programme, facts: Facts, on: date) -> list[Planned]:
    """What is due from a day on as long as nothing more happens, under the rules in force on that day.

    For a programme that begins at an age, also from that age on. What `due` tells on a later day is of this:
    what has opened by then and not lapsed, and the next to open.
    """
    who, born = programme.who(on), facts.birth_date
    begins = who.from_age.after(born) if who and who.from_age and born else on
    until = who.to_age.after(born) if who and who.to_age and born else None
    start = max(on, begins)
    if until is not None and until <= start:
        return []
    known = replace(facts, entries=[entry for entry in facts.entries if entry.on <= on])
    found = episode(programme, known, start)
    if found is None:
        return []
    last = newest(programme, known)
    if last is not None and last.on < found.after:
        last = None
    if last is not None and last.ends:
        return []
    opens = start if start > on else None
    open_ = _earliest([*_from_last(programme, found, last), *_intervals(programme, found, start)])
    planned = [Planned(replace(one, opens=opens), until) for one in open_]
    for one, lapses in _contacts(programme, found, start):
        ends = min((day for day in (lapses, until) if day is not None), default=None)
        if ends is None or ends > on:
            planned.append(Planned(one, ends))
    return planned


def _from_last(programme: Programme, found: Episode, last: Assessment | None) -> Iterator[Due]:
    """The next contact that the last follow-up leads to, and the referral it calls for until it is made."""
    if last is None or last.rule is None:
        return
    urgent, rule = bool(last.urgent), last.rule
    told = (rule, last.entry, last.class_, urgent, last.refer)
    if last.refer and not _referred(programme, found, last):
        yield Due(programme.name, REFERRAL, REFERRAL_TITLE, last.on, last.on, *told)
    if last.next_by is not None:
        title = LOOK_BACK_TITLE if last.what == LOOK_BACK else programme.table.follow_up
        yield Due(programme.name, last.what, title, None, last.next_by, *told)


def _referred(programme: Programme, found: Episode, last: Assessment) -> bool:
    """Whether the referral was made: told on the follow-up itself, or an entry of its own since."""
    told = programme.table.referred
    for entry in found.entries:
        if entry.form == REFERRAL and entry.on >= last.on:
            return True
        if entry.id == last.entry and told and told.holds(Sight(found.facts, entry.on, entry)):
            return True
    return False


def _intervals(programme: Programme, found: Episode, on: date) -> Iterator[Due]:
    """For each contact that comes back, when it is next due; of two editions' rules that which came first."""
    first: dict[str, tuple[date, Due]] = {}
    for rule in programme.table.intervals:
        for began, one in _interval(programme, found, rule, on):
            if rule.what not in first or began < first[rule.what][0]:
                first[rule.what] = (began, one)
    return (one for _, one in first.values())


def _interval(
    programme: Programme, found: Episode, rule: IntervalRule, on: date
) -> Iterator[tuple[date, Due]]:
    """Counted from the last entry, under the edition in force on its day.

    A rule that no edition had by then counts from the day its first edition came into force.
    """
    last = _newest(found, rule)
    base = last.on if last else found.begins
    later = (one.valid_from for one in programme.table.editions if base < one.valid_from <= on)
    for began in (base, *sorted(later)):
        if programme.edition(began).edition in rule.editions:
            span = rule.every if last else rule.first or rule.every
            told = cited(programme, rule, began)
            title, by = rule.title, span.after(began)
            since = last.id if last else None
            yield began, Due(programme.name, rule.what, title, None, by, told, since)
            return


def _newest(found: Episode, rule: IntervalRule) -> Entry | None:
    counting = (
        entry
        for entry in reversed(found.entries)
        if entry.form in rule.forms and rule.counts.holds(Sight(found.facts, entry.on, entry))
    )
    return next(counting, None)


def _contacts(programme: Programme, found: Episode, on: date) -> Iterator[tuple[Due, date | None]]:
    """The contacts at an age or week that are not made yet, each with the day on which it lapses."""
    for rule in programme.table.contacts:
        day = anchor(programme, found, rule.anchor)
        if day is None or _is_settled(found, rule, day, on):
            continue
        opens = rule.opens.after(day)
        lapses = rule.lapses.after(day) if rule.lapses else None
        too_early = lapses is not None and lapses <= found.begins  # over before anybody could be asked
        if not too_early and programme.edition(opens).edition in rule.editions:
            told = cited(programme, rule, opens)
            yield Due(programme.name, rule.what, rule.title, opens, rule.by.after(day), told), lapses


def _is_settled(found: Episode, rule: ContactRule, day: date, on: date) -> bool:
    """Whether the contact was made, or is not to be made."""
    since = [entry for entry in found.entries if entry.on >= day or rule.anchor == "start"]
    made = any(
        entry.form in rule.forms and rule.done.holds(Sight(found.facts, entry.on, entry)) for entry in since
    )
    spared = rule.unless is not None and rule.unless.holds(Sight(replace(found.facts, entries=since), on))
    return made or spared


def _near(planned: Sequence[tuple[Due, date | None]], on: date) -> list[Due]:
    """Those that are open on the day, and the next to open."""
    standing = [one for one, lapses in planned if lapses is None or on < lapses]
    opened = [one for one in standing if one.opens is None or one.opens <= on]
    coming = [one for one in _sorted(standing) if one not in opened]
    return [*opened, *coming[:1]]


def _earliest(found: Iterable[Due]) -> list[Due]:
    """Of what the same visit settles, the earliest: a look-back is a follow-up too."""
    first: dict[str, Due] = {}
    for one in found:
        slot = FOLLOW_UP if one.what == LOOK_BACK else one.what
        if slot not in first or one.by < first[slot].by:
            first[slot] = one
    return list(first.values())


def _sorted(found: Iterable[Due]) -> list[Due]:
    return sorted(found, key=lambda one: (one.by, one.rule.id, one.what))

"""What is to be done at each institution: what is unfiled, unanswered, due, missing or in doubt.

A task stands from `since_position` until `to_position`. What is due comes from the follow-up rules as a plan:
`opens` and `due_by` are its first and last day, and it lapses on `lapses`; the calendar does the rest, so
that no row changes by the passing of a day.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final
from uuid import UUID

from domain.entries import CARD_NEEDS, SECTIONS
from domain.follow_up_rules import Planned, national
from domain.follow_up_rules.spans import Span
from domain.follow_up_rules.table import Programme
from domain.scalars import JsonObject, first_day
from projections import access_tasks
from projections.access_tasks import about_access
from projections.due_list import sections_read
from projections.follow_up_plan import fields_read, planned, reading
from projections.projection import Projection, Row, Table, Tokens
from projections.row_security import THE_INSTITUTION
from projections.standing import Resident, Standing
from projections.standing_fold import StandingFold, Step

UNFILED = "unfiled-entry"
REFERRAL_OUT, REFERRAL_IN = "open-referral-out", "open-referral-in"
CONSULTATION_OUT, CONSULTATION_IN = "open-consultation-out", "open-consultation-in"
FOLLOW_UP, INCOMPLETE, CARD = "follow-up-due", "incomplete-record", "card-to-issue"
CORRECTION, FINDING, DISPUTE = "open-correction-request", "open-quality-finding", "identity-dispute"
KINDS: Final = (
    UNFILED,
    REFERRAL_OUT,
    REFERRAL_IN,
    CONSULTATION_OUT,
    CONSULTATION_IN,
    FOLLOW_UP,
    INCOMPLETE,
    CARD,
    CORRECTION,
    FINDING,
    DISPUTE,
    *access_tasks.KINDS,
)

TASKS = Table(
    "tasks",
    {
        "record_id": "uuid",
        "institution": "uuid",  # whose task it is
        "kind": "text",
        "entry": "uuid",  # the entry it is about, or follows from; null: none
        "what": "text",  # the contact due, the field missing, how the referral stands
        "programme": "text",  # of a follow-up
        "opens": "date",  # not before; null: at once
        "due_by": "date",  # the last day; null: none is set
        "lapses": "date",  # not to be done any more from this day on; null: never
        "since_position": "int8",
        "to_position": "int8",  # null: it stands
    },
    indexes=("(institution, kind, to_position)", "(institution, due_by)"),
    scope=f"institution = {THE_INSTITUTION}",
)

# Entries that are tasks while in one of these states: the task, and that of whom they are addressed to.
OPEN: Final[Mapping[str, tuple[tuple[str, ...], str, str | None]]] = {
    "referrals": (("issued", "accepted"), REFERRAL_OUT, REFERRAL_IN),
    "consultations": (("requested",), CONSULTATION_OUT, CONSULTATION_IN),
    "correction-requests": (("open",), CORRECTION, None),
    "quality-findings": (("open",), FINDING, None),
    "identity-disputes": (("open",), DISPUTE, None),
}
ASKED_FOR: Final = ("phone", "past_history")  # what a record is most often found to lack
BASIC: Final = "basic-information"
TELLING_WHAT_LACKS: Final = (BASIC, "births", "follow-ups", "cards", "identity-disputes")
BASIC_FORM: Final = "personal-basic-information"
NEWBORN_VISIT: Final = "newborn-home-visit"  # stands for the basic information of a child
CHILDHOOD_Y: Final = 7  # years for which it does
ADDRESSED: Final = ("referral", "consultation-request")


def sections_of(kind: str, what: str, programme: str | None) -> frozenset[str]:
    """The collections of which a task tells something; of a programme that is no more, any."""
    if kind == FOLLOW_UP:
        return _sections_read().get(str(programme), frozenset(SECTIONS))
    for collection, (_, own, theirs) in OPEN.items():
        if kind in (own, theirs):
            return frozenset((collection,))
    return frozenset(({UNFILED: what, **access_tasks.SECTION}.get(kind, BASIC),))


@cache
def _sections_read() -> Mapping[str, frozenset[str]]:
    return {one.name: sections_read(one) for one in national()}


class TasksFold(StandingFold):
    """The tasks of one record."""

    def __init__(self, record: UUID, tokens: Tokens) -> None:
        super().__init__(record, keep)

    def rows(self) -> Mapping[str, Collection[Row]]:
        return {"tasks": self.ledger.rows()}

    def note(self, step: Step, entry: Standing | None) -> None:
        """Only what the step can have changed is told anew."""
        if self.resident.custodian is None:
            return
        if entry is None:
            programmes = tuple(national())
            for one in self.resident.entries.values():
                self._note_entry(one, step)
        else:
            programmes = reading(entry.form)
            self._note_entry(entry, step)
        if entry is None or entry.kind in TELLING_WHAT_LACKS:
            self.ledger.hold("lacks", self._rows(_lacking(self.resident)), step.position)
        self._note_programmes(programmes, step)

    def _note_entry(self, entry: Standing, step: Step) -> None:
        facts = () if entry.is_retracted else _about(entry, self.resident)
        self.ledger.hold(entry.id, self._rows(facts), step.position)

    def _note_programmes(self, programmes: Sequence[Programme], step: Step) -> None:
        """Under the day on which we learned it: earlier, nobody could know what follows from it."""
        resident = self.resident
        if not programmes:
            return
        if not resident.takes_care or resident.is_unborn:
            for programme in programmes:
                self.ledger.hold(programme.name, (), step.position)
            return
        for programme, found in planned(programmes, resident, step.day):
            facts = [_planned(one, resident) for one in found]
            self.ledger.hold(programme.name, self._rows(facts), step.position)

    def _rows(self, facts: Collection[Row] | Iterator[Row]) -> Iterator[Row]:
        return ((self.record, *fact) for fact in facts)


def _about(entry: Standing, resident: Resident) -> Iterator[Row]:
    """The tasks that an entry makes by itself."""
    custodian = resident.custodian
    if entry.kind not in SECTIONS:
        yield from about_access(entry, custodian)
    elif not entry.is_filed:
        yield _task(custodian, UNFILED, entry.id, what=entry.kind)
    states, own, theirs = OPEN.get(entry.kind, ((), "", None))
    if entry.state not in states:
        return
    until = entry.content.get("until")
    yield _task(entry.institution or custodian, own, entry.id, what=entry.state, due_by=until)
    if theirs is not None:
        yield _task(UUID(str(entry.content["to"])), theirs, entry.id, what=entry.state, due_by=until)


def _lacking(resident: Resident) -> Iterator[Row]:
    """What the record as a whole lacks: basic information, fields of it, a card."""
    if not resident.takes_care or resident.is_unborn:
        return
    told = resident.newest(BASIC)
    if told is None:
        visited = any(one.form == NEWBORN_VISIT for one in resident.standing("follow-ups"))
        opens = _seventh_birthday(resident) if visited else None
        yield _task(resident.custodian, INCOMPLETE, None, what=BASIC, opens=opens)
        return
    for name in ASKED_FOR:
        if name not in told.content:
            yield _task(resident.custodian, INCOMPLETE, told.id, what=name)
    if _is_card_due(resident):
        yield _task(resident.custodian, CARD, told.id, what="card")


def _is_card_due(resident: Resident) -> bool:
    """As `domain.record_rules` admits one: nothing missing, none valid, and nobody in doubt who it is."""
    told = {name for one in resident.standing(BASIC) for name in one.content}
    is_disputed = any(one.state == "open" for one in resident.standing("identity-disputes"))
    has_card = any(one.state == "active" for one in resident.standing("cards"))
    return told.issuperset(CARD_NEEDS) and not is_disputed and not has_card


def _seventh_birthday(resident: Resident) -> str | None:
    born = resident.born
    return Span(months=12 * CHILDHOOD_Y).after(born).isoformat() if born else None


def _planned(one: Planned, resident: Resident) -> Row:
    due = one.due
    return (
        resident.custodian,
        FOLLOW_UP,
        due.since,
        due.what,
        due.programme,
        due.opens,
        due.by,
        one.lapses,
    )


def _task(
    institution: UUID | None,
    kind: str,
    entry: UUID | None,
    *,
    what: str,
    opens: object = None,
    due_by: object = None,
) -> Row:
    """A row without record and positions. opens, due_by: as forms tell a day, or none."""
    return (institution, kind, entry, what, None, _day(opens), _day(due_by), None)


def _day(told: object) -> date | None:
    return first_day(told) if isinstance(told, str) else None


def keep(form: str, content: JsonObject) -> JsonObject:
    """Of an entry what the rules read, and what is asked for; of that, where it is a text, no more."""
    if form in access_tasks.KEPT:
        return {name: content[name] for name in access_tasks.KEPT[form]}
    if form in ADDRESSED:
        return {name: content[name] for name in ("to", "until") if name in content}
    read = fields_read(form)
    kept = {name: value for name, value in content.items() if name in read}
    if form == BASIC_FORM:
        kept |= {name: True for name in (*CARD_NEEDS, *ASKED_FOR) if name in content and name not in kept}
    return kept


PROJECTION = Projection(name="tasks", version=2, tables=(TASKS,), begin=TasksFold)

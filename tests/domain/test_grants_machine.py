"""A machine: access is applied for, decided, ended and raced for; nobody reads without a way in that holds.

What holds is kept by a plain model of what was accepted, and compared with what the record itself says, with
who decided by the log, and with what each reader is shown.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from domain.entitlements import entitlements
from domain.entries import FORMS
from domain.errors import CallerUnknown, RecordError
from domain.record import Record
from domain.record_events import EntryFollowed, EntryRecorded
from domain.requests import NewEntry, NewSequel
from domain.sequels import SEQUELS
from domain.time import occurred_at
from projections.record_view import RecordRender
from tests.builders import LI_ID, content, identity_number, login, request
from tests.county import County
from tests.domain.grants_model import (
    APPLICANTS,
    APPLICATIONS,
    BORN,
    CHILD,
    DEPRESSION,
    DRUG,
    EMERGENCIES,
    ENDINGS,
    GUARDIANS,
    MANAGERS,
    MOTHER,
    PLAIN,
    PSYCHIATRIC,
    PURPOSES,
    SECTION,
    STAFF,
    Applied,
    Known,
    Opened,
    person,
)


class Grants(RuleBasedStateMachine):
    """Whoever does whatever about access, in whichever order."""

    applications: Bundle[UUID] = Bundle("applications")

    def __init__(self) -> None:
        super().__init__()
        self.county = County(RecordRender())
        self.log, self.records, self.clock = self.county.log, self.county.records, self.county.clock
        self.county._enrol(self.county.other_clinic, "other-doctor", "practitioner", "record-manager")
        self.county._enrol(self.county.clinic, "manager", "practitioner", "record-manager")
        number = identity_number(BORN.strftime("%Y%m%d"), 1)
        self.record = self.county.open_record(number, CHILD, consent="guardian")
        self.neighbour = self.county.open_record(LI_ID, "li")
        self.known = Known(self.clock)
        self.add("nurse", "care", "problems", note=PLAIN)
        self.add("nurse", "care", "problems", problem=DEPRESSION, note=PSYCHIATRIC)
        self.add("nurse", "care", "medications", note=DRUG)
        self.appoint(MOTHER)

    # What is done. A refusal is an answer too; what is accepted goes into the model.

    def add(self, who: str, purpose: str, kind: str, /, **changes: object) -> UUID:
        form = FORMS[kind][0]
        entry = NewEntry(kind, content(form, **changes), occurred_at(self.clock()))
        return self.records.add_entry(request(who, purpose), self.record, entry).stored[0].event

    def follow(self, who: str, purpose: str, of: str, name: str, entry: UUID, /, **changes: object) -> None:
        filled = content(SEQUELS[of][name].form, **changes)
        sequel = NewSequel(of, name, entry, filled, occurred_at(self.clock()))
        self.records.follow_entry(request(who, purpose), self.record, sequel)

    @initialize(target=applications, purpose=PURPOSES)
    def begin(self, purpose: str) -> MultipleResults[UUID]:
        """So that much can be done from the first step on: one granted, one approved only."""
        both = [self.apply(who, purpose, ["problems", "medications"], False, 365) for who in APPLICANTS]
        granted, approved = (one for one in both if isinstance(one, UUID))
        self.carry_through(granted)
        self.decide_by_staff(approved, "approval", "doctor", None)
        lets_in = [self.known.applied[one].lets_in(self.known.today) for one in (granted, approved)]
        assert lets_in == [True, False]
        return multiple(granted, approved)

    @rule(entry=applications)
    def carry_through(self, entry: UUID) -> None:
        """As it should be: a manager decides, then the resident's side."""
        self.decide_by_staff(entry, "approval", "doctor", None)
        self.decide_oneself(entry, "agreement", MOTHER if self.known.years < 14 else CHILD)

    @rule(
        target=applications,
        who=st.sampled_from([*APPLICANTS, "nurse"]),
        purpose=PURPOSES,
        sections=st.sampled_from([["problems"], ["medications"], ["problems", "medications"]]),
        sensitive=st.booleans(),
        days=st.sampled_from([0, 3, 40, 365, 365]),
    )
    def apply(
        self, who: str, purpose: str, sections: list[str], sensitive: bool, days: int
    ) -> UUID | MultipleResults[UUID]:
        until = self.known.today + timedelta(days=days)
        asked: dict[str, object] = {
            "to": str(self.county.other_clinic),
            "purpose": purpose,
            "sections": sections,
            "sensitive": ["mental-health"] if sensitive else None,
            "since": self.known.today.isoformat(),
            "until": until.isoformat(),
        }
        try:
            entry = self.add(who, purpose, APPLICATIONS, **asked)
        except RecordError:
            return multiple()
        assert who in APPLICANTS
        self.known.applied[entry] = Applied(who, purpose, frozenset(sections), sensitive, until)
        return entry

    @rule(
        entry=applications,
        name=st.sampled_from(["approval", "agreement", *SEQUELS[APPLICATIONS]]),
        who=st.sampled_from([*APPLICANTS, *STAFF]),
        by=st.sampled_from([None, "resident", "guardian"]),
    )
    def decide_by_staff(self, entry: UUID, name: str, who: str, by: str | None) -> None:
        """by: for whom they write it down, on paper."""
        with suppress(RecordError):
            self.decide(entry, name, who, by)

    @rule(
        entry=applications,
        name=st.sampled_from(["agreement", "agreement", "objection", "revocation"]),
        who=st.sampled_from([CHILD, *GUARDIANS]),
    )
    def decide_oneself(self, entry: UUID, name: str, who: str) -> None:
        by = "resident" if who == CHILD else "guardian"
        with suppress(RecordError):
            self.follow(who, "self", APPLICATIONS, name, entry, by=by, paper=None)
            assert self.known.speaks(who)
            assert by == "guardian" or self.known.years >= 14
            applied = self.known.applied[entry]
            assert name != "agreement" or who not in (applied.by, applied.decisions["approval"])
            applied.decisions[name] = who

    @rule(entry=applications)
    def decide_twice(self, entry: UUID) -> None:
        """Who applied, and who approved, tries to agree too: for the resident on paper, or as a guardian."""
        applied, by = self.known.applied[entry], "resident" if self.known.years >= 14 else "guardian"
        for who in (applied.by, applied.decisions.get("approval", applied.by)):
            self.decide_by_staff(entry, "agreement", who, by)
            if who in GUARDIANS and who not in self.known.guardians.values():
                self.appoint(who)
            self.decide_oneself(entry, "agreement", who)

    def decide(self, entry: UUID, name: str, who: str, by: str | None) -> None:
        purpose = {"agreement": "care", "objection": "care", "withdrawal": "research"}.get(name, "management")
        told: dict[str, object] = {}
        if "by" in content(SEQUELS[APPLICATIONS][name].form):
            told["by"] = by or "institution"
        self.follow(who, purpose, APPLICATIONS, name, entry, **told)
        applied = self.known.applied[entry]
        if name in ("approval", "agreement"):
            assert who in STAFF and who not in (applied.by, applied.decisions.get("approval"))
        if name == "agreement":
            assert not self.known.is_dead and (
                self.known.years >= 14 if by == "resident" else self.known.has_guardian
            )
        if name == "withdrawal":
            assert who in APPLICANTS
        applied.decisions[name] = who

    @rule(who=st.sampled_from([*APPLICANTS, "manager"]), hours=st.sampled_from([1, 24]))
    def break_glass(self, who: str, hours: int) -> None:
        with suppress(RecordError):
            entry = self.add(who, "emergency", EMERGENCIES, hours=hours)
            assert not self.known.is_dead
            self.known.opened[entry] = Opened(who, self.clock() + timedelta(hours=hours))
        if who in APPLICANTS:
            self.looks(who, "emergency")

    @precondition(lambda self: self.known.opened)
    @rule(data=st.data(), who=st.sampled_from([*APPLICANTS, *STAFF]))
    def review(self, data: st.DataObject, who: str) -> None:
        entry = data.draw(st.sampled_from(list(self.known.opened)))
        with suppress(RecordError):
            self.follow(who, "management", EMERGENCIES, "review", entry)
            assert who in MANAGERS and who != self.known.opened[entry].by
            self.known.opened[entry].is_reviewed = True

    # What else happens to the record.

    @rule(hours=st.sampled_from([1, 1, 1, 23, 23, 48, 48, 1000, 10_000]))
    def sleep(self, hours: int) -> None:
        self.clock.move(hours=hours)

    @rule(login_of=st.sampled_from(GUARDIANS))
    def appoint(self, login_of: str) -> None:
        with suppress(RecordError):
            told = {"basis": "parent", "login": login(login_of), "until": None}
            self.known.guardians[self.add("nurse", "care", "guardians", **told)] = login_of

    @precondition(lambda self: self.known.guardians)
    @rule(data=st.data())
    def dismiss(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(list(self.known.guardians)))
        with suppress(RecordError):
            self.follow("nurse", "care", "guardians", "ending", entry)
            del self.known.guardians[entry]

    @rule()
    def restrict(self) -> None:
        by = "resident" if self.known.years >= 14 else "guardian"
        with suppress(RecordError):
            told = {"by": by, "sections": ["medications"], "until": None}
            self.known.restrictions.add(self.add("nurse", "care", "restrictions", **told))

    @precondition(lambda self: self.known.restrictions)
    @rule()
    def lift(self) -> None:
        by = "resident" if self.known.years >= 14 else "guardian"
        for entry in list(self.known.restrictions):
            with suppress(RecordError):
                self.follow("nurse", "care", "restrictions", "lifting", entry, by=by)
                self.known.restrictions.remove(entry)

    @rule(reason=st.sampled_from([None, None, "death", "moved-out"]))
    def close_or_reopen(self, reason: str | None) -> None:
        nurse, version = request("nurse"), self.log.head(self.record)
        with suppress(RecordError):
            if reason is None:
                self.records.reopen_record(nurse, self.record, version, reason="came back")
            else:
                since = occurred_at(self.clock())
                self.records.close_record(nurse, self.record, version, reason=reason, since=since)
            self.known.is_dead = reason == "death"

    @rule(undo=st.booleans())
    def merge(self, undo: bool) -> None:
        command = self.records.unmerge_records if undo else self.records.merge_records
        keeper, version = request("doctor", "management"), self.log.head(self.record)
        with suppress(RecordError):
            command(keeper, self.record, version, self.neighbour, "looked at again")

    # What is read, also while somebody else ends what it rests on.

    @rule(who=st.sampled_from(APPLICANTS), purpose=st.sampled_from(["care", "research", "emergency"]))
    def read_from_outside(self, who: str, purpose: str) -> None:
        self.looks(who, purpose)

    @rule(who=st.sampled_from([CHILD, *GUARDIANS]))
    def read_for_the_resident(self, who: str) -> None:
        self.looks(who, "self")

    @rule(
        entry=applications,
        ending=st.sampled_from(
            [("withdrawal", "other-doctor"), ("revocation", "doctor"), ("revocation", "")]
        ),
    )
    def read_while_it_ends(self, entry: UUID, ending: tuple[str, str]) -> None:
        """Between the decision on the read and its recording: what holds then is decided on."""
        name, who = ending

        def somebody_is_faster() -> None:
            if who:
                self.decide_by_staff(entry, name, who, None)
            else:
                self.decide_oneself(entry, name, CHILD)

        self.log.before_append.append(somebody_is_faster)
        self.looks(self.known.applied[entry].by, self.known.applied[entry].purpose)
        self.log.before_append.clear()

    @rule(
        entry=applications,
        faster=st.sampled_from(
            [("withdrawal", "other-doctor"), ("objection", "nurse"), ("approval", "manager")]
        ),
        then=st.sampled_from([("approval", "doctor"), ("agreement", "nurse")]),
    )
    def decide_while_another_does(self, entry: UUID, faster: tuple[str, str], then: tuple[str, str]) -> None:
        by = "resident" if self.known.years >= 14 else "guardian"
        self.log.before_append.append(lambda: self.decide_by_staff(entry, *faster, by))
        self.decide_by_staff(entry, *then, by)
        self.log.before_append.clear()

    def looks(self, who: str, purpose: str) -> None:
        """Recorded whatever comes of it; answered only by a way in, and with what that opens."""
        before = len(self.county.accesses(self.record))
        try:
            shown = self.records.read_record(request(who, purpose), self.record)
        except CallerUnknown:
            assert not self.known.shown_to(who, purpose)
            return
        except RecordError:
            told = self.county.accesses(self.record)[before:]
            assert told[-1] == "access.refused.v1" and "access.read.v1" not in told
            assert not self.known.shown_to(who, purpose)
            return
        told = self.county.accesses(self.record)[before:]
        assert told[-1] == "access.read.v1" and told.count("access.read.v1") == 1
        body = shown.body.decode()
        assert {canary for canary in SECTION if canary in body} == self.known.shown_to(who, purpose)

    # What always holds.

    def load(self) -> Record:
        loaded = self.log.load(Record, self.record)
        assert loaded is not None
        return loaded

    def deciders(self) -> Iterator[tuple[UUID, dict[str, tuple[str | None, str]]]]:
        """Each application with whoever did what about it, by the log alone: practitioner's id and login."""
        found: dict[UUID, dict[str, tuple[str | None, str]]] = {}
        for one in self.log.read(self.record):
            event = one.event
            if isinstance(event, EntryRecorded) and event.KIND == APPLICATIONS:
                found[event.event_id] = {"begun": person(event)}
            elif isinstance(event, EntryFollowed) and event.entry in found:
                found[event.entry][event.NAME] = person(event)
        yield from found.items()

    @invariant()
    def a_grant_has_two_decisions_by_two_persons_neither_of_them_the_applicant(self) -> None:
        decided = dict(self.deciders())
        for one in entitlements(self.load().state, self.clock()):
            if one.kind == "grant":
                parts = [decided[one.entry][name] for name in ("begun", "approval", "agreement")]
                ids = [actor for actor, _ in parts if actor is not None]
                logins = [login for _, login in parts]
                assert len(set(ids)) == len(ids) and len(set(logins)) == 3
                assert not set(ENDINGS) & set(decided[one.entry])

    @invariant()
    def what_holds_is_what_was_accepted(self) -> None:
        holding = {one.entry for one in entitlements(self.load().state, self.clock())}
        grants = {key for key, one in self.known.applied.items() if one.lets_in(self.known.today)}
        opened = {key for key, one in self.known.opened.items() if self.known.is_open(one)}
        assert holding == grants | opened


Grants.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestGrants = Grants.TestCase

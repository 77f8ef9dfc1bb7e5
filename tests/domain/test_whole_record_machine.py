"""A machine: everybody does everything to a record and its neighbour; nothing disappears, nothing leaks."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import cast
from uuid import UUID

from eventsourcing.domain import DomainEvent
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from domain.entitlements import entitlements
from domain.entries import FORMS, KINDS
from domain.errors import CallerUnknown, RecordError
from domain.forms.document import facts_of
from domain.policy import LIFE_SAVING
from domain.ports import Answer, Course, Recorded, RecordQuery
from domain.record import Record
from domain.record_contributions import CONTRIBUTED
from domain.record_events import EntryFollowed, EntryMisfiled
from domain.record_readers import restricted
from domain.requests import Consent, Correction, Misfiling, NewEntry, NewSequel, SearchKey
from domain.sequels import ANY, SEQUELS
from domain.showing import limited
from domain.values import JsonObject
from projections.record_view import RecordRender
from projections.whole_record import RecordView
from tests.builders import LI_ID, NURSE, OTHER_NURSE, TODAY, WANG_ID, content, fitting, login
from tests.county import NOWHERE, County, access_stream
from tests.everybody import (
    ADDED,
    ANYBODY,
    FOLLOWED,
    PEOPLE,
    SPEAKERS,
    WORKERS,
    Told,
    somebody,
    text_field,
)
from tests.whole_life import Life

BOTH = st.sampled_from([0, 1])
# By which ways in those may read who are not let in by a referral alone.
GIVEN = {"lawyer": ("disclosure",), "nurse at night": ("referral", "emergency")}
COURSES = [
    None,
    Course("life-course"),
    Course("problem-list"),
    Course("measurements", "systolic"),
    Course("reconciliation"),
    Course("due"),
]


class WholeRecord(RuleBasedStateMachine):
    """Whoever asks for whatever, in whichever order: nothing disappears, and nothing masked is told."""

    entries: Bundle[Told] = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.county = County(RecordRender())
        self.log, self.records = self.county.log, self.county.records
        mine = Life(self.county)
        mine.add("basic-information", identity_number=None)
        mine.add("guardians", basis="court", login=login("son"), until=None)
        self.both = (mine.record, self.county.open_record(LI_ID, "li"))
        self.numbers = count(1)
        self.told: dict[UUID, Told] = {}
        self.seen: list[Recorded] = list(self.log.events)

    # What is tried. A refusal is an answer too, and must leave the records as they were.

    def attempt(self, command: Callable[[], Answer]) -> Answer | None:
        heads = [self.log.head(record) for record in self.both]
        try:
            return command()
        except RecordError:
            assert [self.log.head(record) for record in self.both] == heads
            return None

    def filled(self, form: str, who: str, **changes: object) -> tuple[JsonObject, str]:
        """A form filled in by somebody, and the canary in it, which is in no other."""
        canary, example = f"金丝雀{next(self.numbers)}号", content(form, **changes)
        if "by" in example:
            example["by"] = "guardian" if who == "guardian" else "resident"
        if form == "document":
            example |= facts_of(canary.encode())
        return {**example, text_field(form): canary}, canary

    def fits(self, kind: str, record: UUID) -> dict[str, object]:
        """What the example needs to fit into this county, and an entry of this record to be about."""
        entries = self.load(record).state.entries
        about = next((key for key, one in entries.items() if one.stands), str(NOWHERE))
        changes: dict[str, object] = {**fitting(kind, about)}
        if kind in ("referrals", "consultations"):
            changes |= {
                "to": str(self.county.other_clinic),
                "until": "2026-06-03",
                "sections": ["problems", "documents"],
            }
        if kind == "access-applications":
            changes["to"] = str(self.county.other_clinic)
        if kind == "statutory-disclosures":
            changes |= {"sections": ["problems"], "notice_deferred_until": None, "order": None}
        if kind == "cards":
            changes["number"] = f"CARD-{next(self.numbers)}"
        if kind == "identity-disputes":
            changes["other"] = str(self.both[1])
        return changes

    def accepted(
        self, record: UUID, kind: str, answer: Answer | None, canary: str
    ) -> Told | MultipleResults[Told]:
        if answer is None:
            return multiple()
        entry = Told(record, answer.stored[0].event, kind, canary, {canary})
        self.told[entry.id] = entry
        return entry

    @rule(target=entries, whose=BOTH, kind=st.sampled_from(ADDED), data=st.data())
    def add(self, whose: int, kind: str, data: st.DataObject) -> Told | MultipleResults[Told]:
        return self.add_as(data.draw(somebody(KINDS[kind].action, whose)), whose, kind)

    @initialize(target=entries)
    def begin(self) -> MultipleResults[Told]:
        """So that much can be done from the first step on."""
        began = [self.add_as("nurse", 0, kind) for kind in ("problems", "documents", "referrals", "cards")]
        began += [self.add_as("nurse", 1, kind) for kind in ("problems", "programmes")]
        assert all(isinstance(one, Told) for one in began)
        return multiple(*cast(list[Told], began))

    def add_as(self, who: str, whose: int, kind: str, **changes: object) -> Told | MultipleResults[Told]:
        record, form = self.both[whose], FORMS[kind][0]
        filled, canary = self.filled(form, who, **{**self.fits(kind, record), **changes})
        entry = NewEntry(kind, filled, TODAY)
        answer = self.attempt(lambda: self.records.add_entry(PEOPLE[who], record, entry))
        return self.accepted(record, kind, answer, canary)

    @rule(target=entries, whose=BOTH, kind=st.sampled_from(CONTRIBUTED))
    def contribute(self, whose: int, kind: str) -> Told | MultipleResults[Told]:
        filled, canary = self.filled(FORMS[kind][0], "nurse elsewhere")
        key = SearchKey("identity-card", (WANG_ID, LI_ID)[whose])
        entry = NewEntry(kind, filled, TODAY)
        answer = self.attempt(lambda: self.records.contribute(OTHER_NURSE, key, entry))
        found = answer.stored[0].stream if answer else self.both[whose]  # of merged ones that which goes on
        return self.accepted(found, kind, answer, canary)

    @rule(target=entries, entry=entries, data=st.data())
    def follow(self, entry: Told, data: st.DataObject) -> Told | MultipleResults[Told]:
        of, name = data.draw(st.sampled_from([row for row in FOLLOWED if row[0] in (entry.kind, ANY)]))
        who = data.draw(somebody(SEQUELS[of][name].action, self.both.index(entry.record)))
        number = {"number": f"CARD-{next(self.numbers)}"} if name == "replacement" else {}
        filled, canary = self.filled(SEQUELS[of][name].form, who, **number)
        sequel = NewSequel(of, name, entry.id, filled, TODAY)
        answer = self.attempt(lambda: self.records.follow_entry(PEOPLE[who], entry.record, sequel))
        if answer is None:
            return multiple()
        entry.steps.append(answer.stored[0].event)
        if SEQUELS[of][name].begins:
            return self.accepted(entry.record, entry.kind, answer, canary)
        entry.canaries.add(canary)
        return multiple()

    @rule(entry=entries, who=somebody("correct"))
    def correct(self, entry: Told, who: str) -> None:
        state = self.load(entry.record).state.entries[str(entry.id)]
        number = {"number": (state.kept or {}).get("number")} if entry.kind == "cards" else {}
        filled, canary = self.filled(state.form, who, **{**self.fits(entry.kind, entry.record), **number})
        correction = Correction(entry.id, "misread", filled, TODAY)
        version = self.log.head(entry.record)
        answer = self.attempt(
            lambda: self.records.correct_entry(PEOPLE[who], entry.record, version, correction)
        )
        if answer is not None:
            entry.say(canary)
            entry.steps.append(answer.stored[0].event)

    @rule(entry=entries, who=somebody("correct"))
    def retract(self, entry: Told, who: str) -> None:
        version = self.log.head(entry.record)
        self.attempt(
            lambda: self.records.retract_entry(PEOPLE[who], entry.record, version, entry.id, "in error")
        )

    @rule(
        target=entries,
        entry=entries,
        who=somebody("misfile"),
        whither=st.sampled_from(["nowhere", "other"]),
    )
    def misfile(self, entry: Told, who: str, whither: str) -> MultipleResults[Told]:
        """Again with the right record, if it was not known at first; and with it what hangs on it."""
        (other,) = [record for record in self.both if record != entry.record]
        misfiling = Misfiling(entry.id, f"{entry.says} is another's", other if whither == "other" else None)
        version = self.log.head(entry.record)
        answer = self.attempt(
            lambda: self.records.misfile_entry(PEOPLE[who], entry.record, version, misfiling)
        )
        if answer is None:
            return multiple()
        stored = {one.event for one in answer.stored}
        events = [one.event for one in self.log.events if one.stored.event in stored]
        hidden = [event for event in events if isinstance(event, EntryMisfiled)]
        assert (hidden[0].entry, hidden[0].moved_to) == (entry.id, misfiling.to)
        assert hidden[0].moved_entry is not None or whither == "nowhere"
        return multiple(*[moved for event in hidden if (moved := self.hide(event, events, other))])

    def hide(self, misfiled: EntryMisfiled, events: Sequence[DomainEvent], other: UUID) -> Told | None:
        """The entry is gone from its record; what it is in the other one, if it was moved."""
        entry = self.told[misfiled.entry]
        entry.is_hidden = True
        if misfiled.moved_entry is None:
            return None
        followed = [one for one in events if isinstance(one, EntryFollowed)]
        followed = [one for one in followed if one.entry == misfiled.moved_entry]
        canaries = {one for one in entry.canaries if any(one in repr(event.content) for event in followed)}
        steps = [event.event_id for event in followed]
        moved = Told(other, misfiled.moved_entry, entry.kind, entry.says, {entry.says, *canaries}, steps)
        self.told[moved.id] = moved
        return moved

    @rule(kept=BOTH, who=somebody("merge"), undo=st.booleans())
    def merge(self, kept: int, who: str, undo: bool) -> None:
        one, other = self.both[kept], self.both[1 - kept]
        command = self.records.unmerge_records if undo else self.records.merge_records
        version = self.log.head(one)
        self.attempt(lambda: command(PEOPLE[who], one, version, other, "looked at again"))

    @rule(whose=BOTH, reason=st.sampled_from([None, "death", "moved-out"]))
    def close_or_reopen(self, whose: int, reason: str | None) -> None:
        record, version = self.both[whose], self.log.head(self.both[whose])
        if reason is None:
            self.attempt(lambda: self.records.reopen_record(NURSE, record, version, reason="came back"))
        else:
            since = TODAY
            self.attempt(
                lambda: self.records.close_record(NURSE, record, version, reason=reason, since=since)
            )

    @rule(whose=BOTH, who=st.sampled_from(SPEAKERS))
    def consent(self, whose: int, who: str) -> None:
        by = Consent("guardian" if who == "guardian" else "resident")
        self.attempt(lambda: self.records.give_consent(PEOPLE[who], self.both[whose], by))

    @rule(
        target=entries, whose=BOTH, section=st.sampled_from(["problems", "documents", "referrals", "cards"])
    )
    def restrict(self, whose: int, section: str) -> Told | MultipleResults[Told]:
        return self.add_as(("resident", "neighbour")[whose], whose, "restrictions", sections=[section])

    @rule(days=st.integers(1, 2))
    def sleep(self, days: int) -> None:
        self.county.clock.move(days=days)

    # What is read.

    @rule(whose=BOTH, who=ANYBODY, back=st.integers(0, 20), course=st.sampled_from(COURSES))
    def read(self, whose: int, who: str, back: int, course: Course | None) -> None:
        record, caller = self.both[whose], PEOPLE[who]
        version = max(1, self.log.head(record) - back)
        read = partial(self.records.read_course, course=course) if course else self.records.read_record
        self.looks(who, record, lambda: read(caller, record, version=version).body)

    @rule(whose=BOTH, who=ANYBODY, which=st.sampled_from(["events", "accesses"]))
    def read_list(self, whose: int, who: str, which: str) -> None:
        record, caller = self.both[whose], PEOPLE[who]
        read = self.records.read_events if which == "events" else self.records.read_accesses
        self.looks(who, record, lambda: read(caller, record).body)

    @rule(whose=BOTH, who=ANYBODY)
    def search(self, whose: int, who: str) -> None:
        key = SearchKey("identity-card", (WANG_ID, LI_ID)[whose])
        try:
            found = self.records.search(PEOPLE[who], key)
        except RecordError:
            return
        assert "金丝雀" not in repr(found)
        assert bool(found) is (self.withheld(who, self.both[whose]) != frozenset(KINDS))
        listed = ["access.refused.v1", "access.listed.v1"][bool(found)]
        assert self.county.accesses(self.both[whose])[-1] == listed

    def looks(self, who: str, record: UUID, read: Callable[[], bytes]) -> bytes | None:
        """Somebody tries to read: it is recorded whatever comes of it, and tells only what is theirs."""
        before = self.county.accesses(record)
        try:
            body = read()
        except CallerUnknown:
            assert self.county.accesses(record) == before
            return None
        except RecordError:
            assert self.county.accesses(record) == [*before, "access.refused.v1"]
            return None
        assert self.county.accesses(record) == [*before, "access.read.v1"]
        recorded = self.log.read(access_stream(self.county, record))[-1].event
        assert vars(recorded)["body_sha256"] == hashlib.sha256(body).hexdigest()
        assert not [canary for canary in self.kept_from(who, record) if canary in body.decode()]
        return body

    def kept_from(self, who: str, record: UUID) -> set[str]:
        """The canaries that this reader must not meet in this record."""
        own = [entry for entry in self.told.values() if entry.record == record]
        shown = {canary for entry in own if not entry.is_hidden for canary in entry.canaries}
        masked = {canary for entry in own if entry.is_hidden for canary in entry.canaries} - shown
        withheld = self.withheld(who, record)
        return masked | {canary for entry in own if entry.kind in withheld for canary in entry.canaries}

    def withheld(self, who: str, record: UUID) -> frozenset[str]:
        """The sections that are not for this reader today."""
        state, today = self.load(record).state, self.records.gate.today()
        if who in SPEAKERS:
            return frozenset()
        if who in WORKERS:
            return restricted(state, today)
        kinds = GIVEN.get(who, ("referral",))
        given = [one for one in entitlements(state, self.county.clock()) if one.kind in kinds]
        shown = {section for one in given for section in one.sections}
        kept = restricted(state, today) if who in GIVEN else frozenset()
        if any(one.kind == "emergency" for one in given):
            kept -= frozenset(LIFE_SAVING)
        return frozenset(KINDS) - (shown - kept)

    # What always holds.

    def load(self, record: UUID) -> Record:
        loaded = self.log.load(Record, record)
        assert loaded is not None
        return loaded

    @invariant()
    def nothing_that_was_stored_is_ever_gone_or_another(self) -> None:
        assert all(one is another for one, another in zip(self.seen, self.log.events, strict=False))
        assert len(self.log.events) >= len(self.seen)
        self.seen = list(self.log.events)
        stored = {one.stored.event for one in self.seen}
        assert {step for entry in self.told.values() for step in (entry.id, *entry.steps)} <= stored

    @invariant()
    def the_fold_that_decides_and_the_fold_that_shows_agree(self) -> None:
        for record in self.both:
            loaded = self.load(record)
            again = Record.restore(record, self.load(record).state_to_json())
            view = RecordView(RecordQuery(masked=loaded.state.masked)).fold(self.log.read(record))
            assert (again.state, again.version) == (loaded.state, loaded.version)
            assert view.version == loaded.version
            standing = {key: one for key, one in loaded.state.entries.items() if not one.misfiled}
            assert {
                str(key): (one.kind, one.state, one.status == "retracted")
                for key, one in view.entries.items()
            } == {key: (one.kind, one.state, one.retracted) for key, one in standing.items()}
            hidden = {
                str(entry.id) for entry in self.told.values() if entry.record == record and entry.is_hidden
            }
            assert hidden == set(loaded.state.entries) - set(standing)

    def teardown(self) -> None:
        """Everybody is shown every version, and only what is theirs; the residents find all that stands."""
        for number, record in enumerate(self.both):
            for who in PEOPLE:
                kept_from = self.kept_from(who, record)
                for body in self.versions(who, record):
                    assert not [canary for canary in kept_from if canary in body]
                for entry in self.told.values():
                    if (entry.record, entry.kind) == (record, "documents"):
                        self.download(entry, who)
            *_, newest = self.versions(SPEAKERS[number], record)
            for entry in self.told.values():
                if entry.record == record and not entry.is_hidden:
                    assert entry.says in newest
                    assert all(str(step) in newest for step in (entry.id, *entry.steps))

    def download(self, entry: Told, who: str) -> None:
        """Somebody asks for a document's bytes."""

        def read() -> bytes:
            return b"".join(self.records.open_document(PEOPLE[who], entry.record, entry.id).pieces())

        body = self.looks(who, entry.record, read)
        assert body is None or (body == entry.says.encode() and not entry.is_hidden)
        assert body is None or "documents" not in self.withheld(who, entry.record)

    def versions(self, who: str, record: UUID) -> Iterator[str]:
        """The record as somebody would be shown it at each version; none if they would not be let in."""
        gate, recorded = self.records.gate, self.log.read(record)
        with suppress(RecordError):
            entered, passed = gate.enter_record(PEOPLE[who], "read", record)
            for version in range(1, len(recorded) + 1):
                query = limited(gate, entered, passed, RecordQuery(version))
                yield self.county.render.record(recorded, query).body.decode()


WholeRecord.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestWholeRecord = WholeRecord.TestCase

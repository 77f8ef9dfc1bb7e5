"""A thousand accesses are shown again byte for byte, whatever became of the records and of the program since.

By everybody who may look, for every purpose, at every view and past, drawn from a fixed seed; in between
entries are corrected, retracted, misfiled, restricted, records merged and parted, and every view gets another
edition. Each decision is made again, too.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

import tests.county
from domain.access_stream import RecordRead
from domain.adoption import adopt_policy
from domain.document_port import NO_DOCUMENTS
from domain.entries import FORMS
from domain.errors import RecordError
from domain.ports import Course, Recorded
from domain.record import Record
from domain.redeciding import Redecider
from domain.remaking import made, then
from domain.requests import Correction, Misfiling, NewEntry, NewSequel, PageAsked, Request
from projections.editions import EDITIONS, Editions
from projections.record_lists import Shape
from projections.record_view import RecordRender
from store.database import Database
from store.event_log import StoredLog
from tests.builders import (
    AUDITOR,
    KEEPER,
    NURSE,
    OTHER_NURSE,
    TODAY,
    content,
    identity_number,
    request,
)
from tests.county import County
from tests.store.logs import opened, unused_log_no

ACCESSES, RECORDS = 1000, 5
NIGHT, LAWYER = request("nurse", "emergency"), request("doctor", "legal")
COURSES = (
    Course("life-course"),
    Course("problem-list"),
    Course("measurements", "systolic"),
    Course("reconciliation"),
    Course("due"),
)
SECTIONS = ("problems", "encounters", "allergies", "medications", "documents")


@dataclass
class Town:
    """Some records of one clinic, what was done to them, and what was shown of them."""

    county: County
    draw: random.Random = field(default_factory=lambda: random.Random(5))  # the same every run
    records: list[UUID] = field(default_factory=list)
    seen: dict[UUID, tuple[UUID, bytes]] = field(default_factory=dict)  # access → record and bytes

    def __post_init__(self) -> None:
        for order in range(RECORDS):
            number = identity_number("19600101", order * 2 + 1)
            self.records.append(self.county.open_record(number, f"resident {order}"))
            for kind in ("problems", "encounters", "allergies", "medications", "documents", "examinations"):
                self.add(self.records[-1], kind)

    def state(self, record: UUID) -> Record:
        found = self.county.log.load(Record, record)
        assert found is not None
        return found

    def own(self, record: UUID) -> Request:
        return request(f"resident {self.records.index(record)}", "self")

    def add(self, record: UUID, kind: str, who: Request = NURSE, **changes: object) -> UUID:
        form = FORMS[kind][0]
        entry = NewEntry(kind, content(form, **changes), TODAY, form=form)
        return self.county.records.add_entry(who, record, entry).stored[0].event

    def looks(self) -> list[Callable[[Request, UUID], bytes]]:
        """What one may ask for."""
        records, draw = self.county.records, self.draw
        now = self.state(self.records[0])
        asked = PageAsked(limit=draw.choice((1, 3, 20)), cursor=draw.choice((None, None, 2, 9)))
        instant = self.county.clock() - timedelta(days=draw.choice((0, 400)))
        recorded = now.modified_on - timedelta(seconds=draw.choice((0, 0.05, 0.2)))
        course, only = draw.choice(COURSES), draw.sample(SECTIONS, 2)
        return [
            lambda who, record: records.read_record(who, record).body,
            lambda who, record: records.read_record(who, record, version=draw.choice((1, 4, 7))).body,
            lambda who, record: records.read_record(who, record, as_of=recorded).body,
            lambda who, record: records.read_record(who, record, valid_at=instant, with_documents=True).body,
            lambda who, record: records.read_record(who, record, only=only).body,
            lambda who, record: records.read_course(who, record, course).body,
            lambda who, record: records.read_course(who, record, course, valid_at=instant).body,
            lambda who, record: records.read_events(who, record, asked).body,
            lambda who, record: records.read_accesses(who, record, asked).body,
            lambda who, record: records.read_notices(who, record, asked).body,
            lambda who, record: records.read_trail(who, record, asked).body,
            lambda who, record: records.issue_summary(who, record).shown.body,
            self.read_document,
        ]

    def read_document(self, who: Request, record: UUID) -> bytes:
        entries = self.state(record).state.entries.items()
        document = next(UUID(key) for key, one in entries if one.kind == "documents")
        return b"".join(self.county.records.open_document(who, record, document).pieces())

    def look(self) -> None:
        """Somebody looks, or tries to."""
        record, look = self.draw.choice(self.records), self.draw.choice(self.looks())
        staff = (NURSE, NIGHT, KEEPER, OTHER_NURSE, AUDITOR, LAWYER)
        who = self.draw.choice((*staff, self.own(record), self.own(record)))
        try:
            shown = look(who, record)
        except RecordError:
            return  # refused, and recorded as such
        stream = self.state(record).access_stream
        (access,) = self.county.log.read(stream, limit=1, newest_first=True)
        self.seen[access.stored.event] = (record, shown)

    def do(self) -> None:
        """Something happens to a record, where it can."""
        acts = (self.write, self.amend, self.misfile, self.restrict, self.refer, self.disclose, self.merge)
        with suppress(RecordError):
            self.draw.choice(acts)(self.draw.choice(self.records))

    def write(self, record: UUID) -> None:
        self.add(record, self.draw.choice(SECTIONS[:4]))
        if self.draw.random() < 0.5:
            self.add(record, "programmes", programme="severe-mental-disorder")

    def entry(self, record: UUID, kind: str) -> UUID:
        state = self.state(record).state
        found = [UUID(key) for key, one in state.entries.items() if one.kind == kind and one.stands]
        return self.draw.choice(found or [self.add(record, kind)])

    def amend(self, record: UUID) -> None:
        records, entry = self.county.records, self.entry(record, "problems")
        version = self.state(record).version
        if self.draw.random() < 0.3:
            records.retract_entry(NURSE, record, version, entry, "written by mistake")
            return
        filled = content("problem", note=f"corrected at {version}")
        records.correct_entry(NURSE, record, version, Correction(entry, "misread", filled, TODAY))

    def misfile(self, record: UUID) -> None:
        entry, to = self.entry(record, self.draw.choice(("encounters", "problems"))), self.records[0]
        misfiling = Misfiling(entry, "another resident's", to if to != record else None)
        self.county.records.misfile_entry(KEEPER, record, self.state(record).version, misfiling)

    def restrict(self, record: UUID) -> None:
        own, state = self.own(record), self.state(record).state
        active = [UUID(key) for key, one in state.entries.items() if (one.kind, one.state) == RESTRICTED]
        if active:
            lifted = NewSequel("restrictions", "lifting", active[0], content("resident-decision"), TODAY)
            self.county.records.follow_entry(own, record, lifted)
        else:
            self.add(record, "restrictions", own, sections=self.draw.sample(SECTIONS, 2))

    def refer(self, record: UUID) -> None:
        sections = self.draw.sample(SECTIONS, 3)
        self.add(record, "referrals", to=str(self.county.other_clinic), sections=sections)

    def disclose(self, record: UUID) -> None:
        """To a court, and nothing sensitive; the resident is not told yet."""
        sections = ["encounters", "problems", "programmes"]
        self.add(record, "statutory-disclosures", LAWYER, sections=sections, sensitive=None)

    def merge(self, record: UUID) -> None:
        records, into, version = self.county.records, self.records[1], self.state(record).version
        change = records.unmerge_records if self.state(record).state.merged_into else records.merge_records
        change(KEEPER, record, version, into, "one person, or not")

    def accesses(self) -> Iterator[tuple[UUID, Recorded]]:
        """Everything on the access streams."""
        for record in self.records:
            for one in self.county.log.read(self.state(record).access_stream):
                yield record, one


RESTRICTED = ("restrictions", "active")
BETWEEN = ("entry-corrected", "entry-retracted", "entry-misfiled", "restriction-set", "merged", "unmerged")


def otherwise(make: Callable[..., Shape], edition: str, *asked: object) -> Shape:
    """A view as a later release shows it."""
    return {**make(*asked), "view": edition, "layout": "another"}


def later(editions: Editions) -> Editions:
    """Every view in an edition after the newest."""
    for view in editions.views:
        edition, make = editions.newest(view)
        name, _, number = edition.rpartition("/")
        following = f"{name}/{int(number) + 1}"
        editions = editions.then(view, following, partial(otherwise, make, following))
    return editions


@pytest.fixture
def town(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with opened(database, unused_log_no(), tmp_path) as log:
        monkeypatch.setattr(tests.county, "MemoryLog", lambda clock: StoredLog(log))
        county = County(render=RecordRender())
        adopt_policy(county.records.gate)
        yield Town(county)


def test_a_thousand_accesses_are_shown_again_byte_for_byte(town: Town) -> None:
    while len(town.seen) < ACCESSES:
        if town.draw.random() < 0.1:
            town.do()
        if len(town.seen) == ACCESSES // 2:
            town.county.records.render = RecordRender(later(EDITIONS))
        town.county.clock.move(minutes=7)
        town.look()

    log, render = town.county.log, RecordRender(later(EDITIONS))
    again = {
        one.stored.event: made(then(log, one), render, NO_DOCUMENTS)
        for _, one in town.accesses()
        if one.stored.event in town.seen
    }
    assert len(again) >= ACCESSES
    for access, (_, shown) in town.seen.items():
        assert again[access].sha256 == hashlib.sha256(shown).hexdigest(), again[access].edition
        assert again[access].document or again[access].body == shown
    editions = Counter(one.edition for one in again.values())
    assert len(editions) >= 2 * len(EDITIONS.views), editions  # each view before and after the change

    happened = {one.stored.topic for record in town.records for one in log.read(record)}
    assert {f"record.{what}.v1" for what in BETWEEN} <= happened
    reads = [one.event for _, one in town.accesses() if isinstance(one.event, RecordRead)]
    assert any(one.cites for one in reads) and any(one.withheld for one in reads)
    assert any("sections" in (one.parameters or {}) for one in reads)

    decider = Redecider(log)
    decided = Counter((decider.again(one, record).holds, one.stored.topic) for record, one in town.accesses())
    written = Counter(decider.again(one, r).holds for r in town.records for one in log.read(r))
    assert {holds for holds, _ in decided} | set(written) <= {"same", "unknown"}, (decided, written)
    assert decided["same", "access.read.v1"] == ACCESSES and decided["same", "access.refused.v1"] > 50

    told = {one.stored.event for _, one in town.accesses() if getattr(one.event, "cites", None) is None}
    record, access = next((r, a) for a, (r, _) in reversed(town.seen.items()) if a in told)
    replayed = town.county.records.replay(town.own(record), record, access)
    assert replayed.matched and replayed.decision == "same"

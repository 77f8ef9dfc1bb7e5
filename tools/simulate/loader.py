"""Stores lives through `domain.application.Records`, the one gate: a few large appends for each resident.

The residents come one after the other, so that the log is the same, event by event, in every run. Each act
leaves a claim behind: a second run finds the claim of the last one and passes on; a run that was killed goes
on with the first act whose claim is missing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from uuid import UUID

from domain.application import Records
from domain.errors import IdentityAlreadyLinked
from domain.filling import identities, login_claim
from domain.ports import Answer, Claim, RecordRenderer, RequestKey
from domain.record import Record
from domain.requests import Correction as NewCorrection
from domain.requests import NewEntry, NewSequel, Outcome, Request, SourceId
from tools.ahead import Ahead
from tools.simulate.county import asked_by
from tools.simulate.life import (
    Act,
    Closing,
    Correction,
    Entry,
    Life,
    Link,
    Reopening,
    Retraction,
    Sequel,
    Step,
)
from tools.simulate.lives import SOURCE
from tools.simulate.stable_ids import Moment, act_path, record_id, stable_id
from tools.simulate.story import told

LOOKED_UP = 200  # residents whose claims are looked for together
WHOLE = "whole"


class EntryRefused(Exception):
    """An entry of a made-up life does not pass: a mistake of the simulation. The cause says why."""


@dataclass
class Stored:
    """What a run has stored."""

    residents: int = 0  # that have a record, whoever stored it
    records: int = 0
    events: int = 0
    known: int = 0  # residents that were whole before

    def add(self, other: "Stored") -> None:
        """What another part of the run has stored."""
        self.residents += other.residents
        self.records += other.records
        self.events += other.events
        self.known += other.known


def loader_on(log: Ahead, render: RecordRenderer, seed: int, issuer: str) -> "Loader":
    """A loader with an application of its own on the log."""
    moment = Moment(seed)
    return Loader(Records(log, render, moment.clock, moment.new_id), log, moment, seed, issuer)


@dataclass
class Loader:
    """Stores the lives of one county. `ahead`, `moment`: the log, the clock and the ids of `records`."""

    records: Records
    ahead: Ahead
    moment: Moment
    seed: int
    issuer: str  # of the logins of its people
    stored: Stored = field(default_factory=Stored)

    def missing(self, numbers: Sequence[int]) -> Iterator[int]:
        """The residents whose life is not whole in the log."""
        held = self.ahead.find_claims([self._source(number, WHOLE).claim for number in numbers])
        for number in numbers:
            if self._source(number, WHOLE).claim in held:
                self.stored.known += 1
                self.stored.residents += 1
            else:
                yield number

    def expect(self, lives: Iterable[Life]) -> None:
        """Look up together what must be free for the lives that come next."""
        self.ahead.expect([claim for life in lives for claim in self._claims(life)])

    def load(self, life: Life) -> None:
        """Store a life, or what is missing of it."""
        done = self._done(life)
        record = self.record_of(life.person.number)
        version = self._open(life) if 0 not in done else None
        ids = {name: self._entry_id(life, *place) for name, place in life.places().items()}
        working = _Working(self, life, record, ids, version)
        for number, act in enumerate(life.acts, start=1):
            if number not in done:
                working.do(number, act)
        self.stored.residents += 1

    def record_of(self, number: int) -> UUID:
        """The record of a resident, there or not."""
        return record_id(self.seed, number)

    def count(self, answer: Answer | None) -> None:
        if answer is not None and not answer.repeated:
            self.stored.events += len(answer.stored)

    def source(self, life: Life, act: int) -> SourceId:
        """The source id that tells that an act was done; of the last one: that all were."""
        return self._source(life.person.number, WHOLE if act == len(life.acts) else str(act))

    def _claims(self, life: Life) -> Iterator[Claim]:
        """All that the life will claim and that is looked for before."""
        yield from (self.source(life, act).claim for act in range(len(life.acts) + 1))
        yield Claim("record-number", life.new.number or "")
        if life.new.source_id:
            yield life.new.source_id.claim
        if life.new.login:
            yield login_claim(life.new.login)
        links = (step.document for act in life.acts for step in act.steps if isinstance(step, Link))
        yield from identities([*life.new.documents, *links])

    def _source(self, number: int, act: str) -> SourceId:
        return SourceId(SOURCE, f"{self.seed}/{number}/{act}")

    def _done(self, life: Life) -> set[int]:
        """The acts whose claims are held, and those before them, which left none."""
        acts = {self.source(life, act).claim: act for act in range(len(life.acts) + 1)}
        held = self.ahead.find_claims(list(acts))
        newest = max((acts[claim] for claim in held), default=-1)
        return set(range(newest + 1))

    def _open(self, life: Life) -> int:
        """Open the record; its version then."""
        source = self.source(life, 0)
        entries = [step.entry for step in life.first]
        new = replace(life.new, entries=_claimed(entries, source))
        if not entries:
            new = replace(new, source_id=source)
        lead = [life.opened] * self._ids_before_entries(life)
        self.moment.at(act_path(life.person.number, 0), [*lead, *(step.written for step in life.first)])
        opened = self.records.create_record(asked_by(life.person, life.by, self.issuer), new)
        self.stored.records += not opened.answer.repeated
        self.count(opened.answer)
        return opened.answer.stored[-1].version

    def _ids_before_entries(self, life: Life) -> int:
        """Record, its event, the access stream; then consent, documents and login, each an event."""
        return 3 + (life.new.consent is not None) + len(life.new.documents) + (life.new.login is not None)

    def _entry_id(self, life: Life, act: int, place: int) -> UUID:
        before = self._ids_before_entries(life) if act == 0 else 0
        return stable_id(self.seed, act_path(life.person.number, act), before + place)


def _claimed(entries: Sequence[NewEntry], source: SourceId) -> list[NewEntry]:
    """The entries, the last of them with the source id."""
    return [*entries[:-1], *(replace(last, source_id=source) for last in entries[-1:])]


@dataclass
class _Working:
    """One record as its acts are done. version: its newest, once it is known."""

    loader: Loader
    life: Life
    record: UUID
    ids: dict[str, UUID]
    version: int | None = None

    def do(self, number: int, act: Act) -> None:
        """Do one act at its time, in the name of whoever does it."""
        request = asked_by(self.life.person, act.by, self.loader.issuer)
        path = act_path(self.life.person.number, number)
        self.loader.moment.at(path, [step.written for step in act.steps])
        if act.is_batch:
            answer = self._add(request, act.steps, self.loader.source(self.life, number))
        else:
            key = sha256(f"{self.loader.seed}/{path}".encode())
            keyed = replace(request, key=RequestKey(SOURCE, key.hexdigest(), key.digest()))
            answer = self._alone(keyed, act.steps[0], self.loader.source(self.life, number))
        self.loader.count(answer)
        if answer is not None:
            self.version = answer.stored[-1].version

    def _add(self, request: Request, steps: Sequence[Step], source: SourceId) -> Answer | None:
        entries = [self._asked(step) for step in steps]
        entries[-1] = replace(entries[-1], source_id=source)
        added = self.loader.records.add_entries(request, self.record, entries)
        _raise_refused(added.outcomes)
        return added.answer

    def _asked(self, step: Step) -> NewEntry | NewSequel:
        if isinstance(step, Entry):
            return step.entry
        if isinstance(step, Sequel):
            return NewSequel(step.collection, step.sequel, self.ids[step.of], step.content, told(step.when))
        raise TypeError(f"{type(step).__name__} is not written in a batch")

    def _alone(self, request: Request, step: Step, source: SourceId) -> Answer | None:
        records, version = self.loader.records, self._seen()
        match step:
            case Correction():
                right = NewCorrection(self.ids[step.of], step.reason, step.content, told(step.when))
                return records.correct_entry(request, self.record, version, right)
            case Retraction():
                return records.retract_entry(request, self.record, version, self.ids[step.of], step.reason)
            case Link():
                return self._link(request, step)
            case Closing():
                return records.close_record(
                    request, self.record, version, reason=step.reason, since=step.since, note=step.note,
                    source_id=source,
                )  # fmt: skip
            case Reopening():
                return records.reopen_record(request, self.record, version, reason=step.reason)
            case _:
                raise TypeError(f"nobody knows how to do {type(step).__name__}")

    def _link(self, request: Request, step: Link) -> Answer | None:
        try:
            return self.loader.records.link_identity(request, self.record, step.document, told(step.when))
        except IdentityAlreadyLinked:
            return None  # before an interruption

    def _seen(self) -> int:
        if self.version is None:
            record = self.loader.records.gate.log.load(Record, self.record)
            self.version = record.version if record else 0
        return self.version


def _raise_refused(outcomes: Iterable[Outcome]) -> None:
    for place, outcome in enumerate(outcomes):
        if outcome.refusal is not None:
            raise EntryRefused(f"entry {place}: {outcome.refusal.code}") from outcome.refusal

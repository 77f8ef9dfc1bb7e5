"""`lifelong audit replay`: a history of accesses, step by step, each made again and compared.

What is printed tells who looked, when and why, and never what was in the record, unless that is asked for.
Each step is the act of the operator's account and is recorded with the record before it is printed.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from rich.console import Console

from domain.access_stream import ACCESS_EVENTS, AccessEvent, RecordRead
from domain.application import Records
from domain.ports import Recorded
from domain.record import Record
from domain.record_replays import Replayed
from domain.tellers import names_of
from projections.access_history import access as in_words
from projections.record_view import RecordRender
from store.mapper import event_of
from store.settings import Settings
from tools.opening import Opened, open_records, operator
from tools.output import FINDING, OK, USAGE, CommandFailed, result

TOGETHER = 1000  # events of the log, read at once
TOPICS = tuple(str(vars(one)["TOPIC"]) for one in ACCESS_EVENTS)
Place = tuple[UUID, UUID]  # a record, and an access to it


@dataclass(frozen=True)
class Asked:
    """Whose accesses: those to a record, or those of a person. most: so many, newest first."""

    record: UUID | None
    practitioner: UUID | None
    most: int
    content: bool = False


@dataclass(frozen=True)
class Step:
    """One access in plain words, and what came of it when it was made again."""

    words: dict[str, str]
    found: Recorded
    replayed: Replayed

    @property
    def outcome(self) -> str:
        """same, differs, or why there is nothing to compare."""
        if self.replayed.matched is not None:
            return "same" if self.replayed.matched else "differs"
        return "not-made" if isinstance(self.found.event, RecordRead) else "nothing-shown"

    @property
    def is_finding(self) -> bool:
        return self.outcome in ("differs", "not-made") or self.replayed.decision == "differs"

    def to_json(self, *, content: bool) -> dict[str, object]:
        """What a script is told of it."""
        stored, replayed = self.found.stored, self.replayed
        shown = {"content": json.loads(replayed.body)} if content and replayed.body else {}
        return {
            "record": str(cast(AccessEvent, self.found.event).record),
            "event": str(stored.event),
            "position": stored.position,
            "topic": stored.topic,
            "words": self.words,
            "view": replayed.edition,
            "body_sha256": replayed.sha256,
            "outcome": self.outcome,
            "decision": replayed.decision,
            "recorded_as": str(replayed.recorded_as),
            **shown,
        }


def run(settings: Settings, asked: Asked, *, as_json: bool) -> int:
    """Exit status: 0 if everything is as it was shown and decided, else 1. Raises CommandFailed."""
    with open_records(settings) as opened:
        steps = replay(opened, asked)
        if as_json:
            told = list(steps)
            accesses = [one.to_json(content=asked.content) for one in told]
            result({"accesses": accesses, "findings": sum(one.is_finding for one in told)}, "", as_json=True)
            return FINDING if any(one.is_finding for one in told) else OK
        return FINDING if _walk(steps, asked, Console(highlight=False)) else OK


def replay(opened: Opened, asked: Asked) -> Iterator[Step]:
    """The accesses, newest first; each is made again and recorded when its turn comes."""
    records = Records(opened.log, RecordRender(), documents=opened.parts.blobs)
    places = _of_record(opened, asked) if asked.record else _of_person(opened, asked)
    for record, access in places[: asked.most]:
        replayed = records.replay_as_operator(operator(), record, access, content=asked.content)
        stream = _record(opened, record).access_stream
        found = cast(Recorded, opened.log.find(stream, access))  # it was there just now
        words = cast("dict[str, str]", in_words(found, names_of(opened.log, [found]))["words"])
        yield Step(words, found, replayed)


def _record(opened: Opened, record: UUID) -> Record:
    found = opened.log.load(Record, record)
    if found is None:
        raise CommandFailed(f"the log holds no record {record}", USAGE)
    return found


def _of_record(opened: Opened, asked: Asked) -> list[Place]:
    record = cast(UUID, asked.record)
    stream = _record(opened, record).access_stream
    return [
        (record, one.stored.event) for one in opened.log.read(stream, limit=asked.most, newest_first=True)
    ]


def _of_person(opened: Opened, asked: Asked) -> list[Place]:
    """By reading all accesses of the log: what is evidence rests on no view."""
    places: list[Place] = []
    first, person = 1, str(asked.practitioner)
    while rows := opened.parts.reader.log(first=first, limit=TOGETHER, topics=TOPICS):
        events = [cast(AccessEvent, event_of(row)) for row in rows]
        places += [(one.record, one.event_id) for one in events if one.who["actor"] == person]
        first = rows[-1].position + 1
    return places[::-1]


def _walk(steps: Iterator[Step], asked: Asked, console: Console) -> int:
    """Print one after the other; on a terminal wait for the reader. How many findings there were."""
    waits, findings, walked = sys.stdin.isatty() and sys.stdout.isatty(), 0, 0
    for step in steps:
        walked += 1
        findings += step.is_finding
        _print(step, asked, console)
        if waits and console.input("[dim]Enter: the next; q: end [/dim]").strip() == "q":
            break
    console.print(f"{walked} accesses replayed and recorded, {findings} findings")
    return findings


def _print(step: Step, asked: Asked, console: Console) -> None:
    colour = "red" if step.is_finding else "green"
    console.print(step.words["zh"], markup=False)
    console.print(step.words["en"], markup=False)
    digest = f" {step.replayed.sha256}" if step.replayed.sha256 else ""
    console.print(f"  [{colour}]shown: {step.outcome}; decision: {step.replayed.decision}[/{colour}]{digest}")
    if asked.content and step.replayed.body:
        console.print(step.replayed.body.decode(), markup=False, soft_wrap=True)

"""The operator steps through a history of accesses: every step is compared, decided again and recorded."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from rich.console import Console

import tests.county
from domain.access_stream import RecordReplayed
from domain.adoption import adopt_policy
from domain.errors import NotAvailable
from projections.editions import EDITIONS
from projections.record_view import EDITION, RecordRender
from store.database import APPENDER, Database
from store.event_log import StoredLog
from tests.builders import NURSE, OTHER_NURSE, WANG, new_entry
from tests.county import County, access_stream
from tests.store.logs import opened, unused_log_no
from tools.audit_commands import replay as command
from tools.audit_replay import Asked, _walk, replay
from tools.opening import Opened
from tools.output import CommandFailed

# The record view as nobody may make it: other bytes under the same edition.
CHANGED = EDITIONS.then("record", EDITION, lambda *asked: {"view": EDITION})


@dataclass
class Looked:
    """A record that was looked at by a nurse and its resident, and that a stranger was refused."""

    county: County
    opened: Opened
    record: UUID

    @property
    def replays(self) -> list[RecordReplayed]:
        stream = access_stream(self.county, self.record)
        told = [one.event for one in self.county.log.read(stream)]
        return [one for one in told if isinstance(one, RecordReplayed)]


@pytest.fixture
def looked(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Looked]:
    with opened(database, unused_log_no(), tmp_path) as parts:
        log = StoredLog(parts)
        monkeypatch.setattr(tests.county, "MemoryLog", lambda clock: log)
        county = County(render=RecordRender())
        adopt_policy(county.records.gate)
        record = county.open_record()
        county.records.add_entry(NURSE, record, new_entry("problems"))
        county.records.read_record(NURSE, record)
        with pytest.raises(NotAvailable):
            county.records.read_record(OTHER_NURSE, record)
        county.records.read_accesses(WANG, record)
        yield Looked(county, Opened(log, county.records, parts, database.dsn(APPENDER)), record)


def test_each_access_is_told_newest_first_and_recorded_with_who_replayed_it(looked: Looked) -> None:
    steps = list(replay(looked.opened, Asked(looked.record, None, 100)))

    outcomes = [(one.found.stored.topic, one.outcome, one.replayed.decision) for one in steps]
    assert outcomes == [
        ("access.read.v1", "same", "same"),
        ("access.refused.v1", "nothing-shown", "same"),
        ("access.read.v1", "same", "same"),
    ]
    assert not any(one.is_finding for one in steps)
    assert [one.access for one in looked.replays] == [one.found.stored.event for one in steps]
    assert {(one.who["role"], one.basis, one.is_shape) for one in looked.replays} == {
        ("operator", "law", True)
    }


def test_the_accesses_of_a_person_are_found_without_any_view(looked: Looked) -> None:
    steps = list(replay(looked.opened, Asked(None, looked.county.nurse, 100)))

    assert [one.found.event.who["actor"] for one in steps] == [str(looked.county.nurse)]  # type: ignore[attr-defined]  # an access


def test_content_is_printed_only_when_it_is_asked_for(looked: Looked) -> None:
    printed = {}
    for content in (False, True):
        asked, out = Asked(looked.record, None, 100, content=content), io.StringIO()
        assert _walk(replay(looked.opened, asked), asked, Console(file=out, width=200)) == 0
        printed[content] = out.getvalue()

    assert "I20.9" in printed[True] and "I20.9" not in printed[False]
    assert "3 accesses replayed and recorded, 0 findings" in printed[False]


def test_what_is_not_as_it_was_shown_is_a_finding_and_stands_in_the_history(
    looked: Looked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.audit_replay.RecordRender", lambda: RecordRender(CHANGED))

    steps = list(replay(looked.opened, Asked(looked.record, None, 3)))

    assert [one.outcome for one in steps] == ["same", "nothing-shown", "differs"]
    assert [one.is_finding for one in steps] == [False, False, True]
    assert [one.matched for one in looked.replays] == [True, None, False]
    assert not steps[-1].replayed.body


def test_a_record_that_is_not_there_is_wrong_usage(looked: Looked) -> None:
    with pytest.raises(CommandFailed):
        list(replay(looked.opened, Asked(uuid4(), None, 1)))


@pytest.mark.parametrize("both", [False, True])
def test_either_a_record_or_a_person_is_named(both: bool) -> None:
    with pytest.raises(CommandFailed):
        command(uuid4(), uuid4()) if both else command()

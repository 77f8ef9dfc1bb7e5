"""`lifelong keys`, on a deployment of its own."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from store.database import APPENDER, Database
from store.keys import open_key_store
from store.proof.keys import checkpoint_verifiers
from store.settings import Settings
from store.signing import receipt_verifiers
from store.wiring import open_log
from tests.store.audit import audited
from tools import keys
from tools.output import CommandFailed

STREAM = uuid4()


@pytest.fixture
def settings(empty_database: Database, tmp_path: Path) -> Iterator[Settings]:
    """A deployment with a log, as the command finds it."""
    made = Settings(dsn=empty_database.admin, data=tmp_path, origin="lifelong.example/test/keys")
    keys.rotate(made, "receipt", as_json=True)  # which begins the log
    with closing(open_log(**_log(made, empty_database))) as log:  # type: ignore[arg-type]  # its arguments
        log.recorder.insert_events([StoredEvent(STREAM, n, "test.told.v1", b"told") for n in (1, 2, 3)])
    yield made


def _log(settings: Settings, database: Database) -> dict[str, object]:
    dsn = replace(database, embedded=False).dsn(APPENDER)
    return {"dsn": dsn, "keys": settings.keys, "origin": settings.origin, "log_no": settings.log_no}


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    answer: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


def test_signing_keys_rotate_each_for_itself(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    keys.rotate(settings, "checkpoint", as_json=True)

    rotated = told(capsys)
    assert rotated["purpose"] == "checkpoint" and rotated["generation"] == 2
    with closing(open_key_store(settings.keys, begin=False)) as store:
        every = checkpoint_verifiers(settings.origin, store)
        assert len(every) == 4 and [str(one) for one in every[:2]] == rotated["vkeys"]
        assert len(receipt_verifiers(settings.origin, store)) == 2


def test_everything_is_wrapped_and_sealed_again(
    settings: Settings, empty_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_log(**_log(settings, empty_database))) as log:  # type: ignore[arg-type]  # its arguments
        before = [(row.envelope, row.parts) for row in audited(log)]

    keys.rewrap(settings, tmp_path / "new", as_json=True)
    assert int(str(told(capsys)["wrapped"])) > 3
    keys.reencrypt(settings, None, wait_s=0, as_json=True)
    assert int(str(told(capsys)["events"])) >= len(before)

    assert (tmp_path / "keys" / "kek").read_bytes() == (tmp_path / "new").read_bytes()
    with closing(open_log(**_log(settings, empty_database))) as log:  # type: ignore[arg-type]  # its arguments
        assert [(row.envelope, row.parts) for row in audited(log)][: len(before)] == before
        assert [held.generation for held in log.keys.table.between(STREAM, STREAM)] == [2]


def test_what_cannot_be_done_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"too short")
    with pytest.raises(CommandFailed, match="32 random bytes"):
        keys.rewrap(settings, tmp_path / "short", as_json=False)
    with pytest.raises(CommandFailed, match="no such record"):
        keys.reencrypt(settings, uuid4(), wait_s=0, as_json=False)


def test_where_nothing_was_erased_nothing_is_erased_again(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.erase_again(settings, as_json=True)

    assert told(capsys) == {"records": 0, "keys": 0}

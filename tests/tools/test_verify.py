"""`lifelong verify`: what it says of what it did and of what it did not, and what it leaves alone."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from store import connect
from store.database import APPENDER, embedded_database
from store.postgres import EmbeddedServer
from store.settings import Settings
from store.wiring import open_log
from tests.tools.processes import lifelong
from tools import publish
from tools.output import CommandFailed
from tools.verify import Asked, run


@pytest.fixture(scope="module")
def settings(
    cluster: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A log of three events, published."""
    database = embedded_database(cluster, "verified_by_command", template=template)
    settings = Settings(
        dsn=database.admin, data=tmp_path_factory.mktemp("data"), origin="lifelong.example/test/1"
    )
    opened = open_log(
        dsn=database.dsn(APPENDER), keys=settings.data / "keys", origin=settings.origin, log_no=1
    )
    with closing(opened):
        opened.recorder.insert_events([StoredEvent(uuid4(), 1, "test:thing", b"{}") for _ in range(3)])
    publish.once(settings, as_json=False)
    yield settings


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:  # Any: JSON
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return told


def test_a_log_that_is_as_it_was_has_nothing_wrong(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, Asked(), as_json=True) == 0
    told = said(capsys)

    assert (told["events"], told["findings"], told["not_checked"]) == (3, [], [])


def test_what_was_not_looked_at_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, Asked(content=False), as_json=False) == 0
    *passed_over, verdict = capsys.readouterr().out.splitlines()

    assert passed_over == ["not checked: the content, which was not opened"]
    assert verdict.endswith("nothing is wrong")


@pytest.mark.parametrize("kept", ["{broken", "[]", '{"name": "somebody"}', "\N{SNOWMAN}"])
def test_a_file_that_somebody_else_keeps_is_not_resumed_and_stays(
    settings: Settings, tmp_path: Path, kept: str
) -> None:
    path = tmp_path / "kept"
    path.write_text(kept, encoding="utf-8")

    with pytest.raises(CommandFailed, match="left as it is"):
        run(settings, Asked(resume=path), as_json=False)

    assert path.read_text(encoding="utf-8") == kept


def test_an_earlier_run_is_resumed_and_its_file_is_gone_at_the_end(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept"
    path.write_text(json.dumps({"log": ["another.example/log", 1], "reached": 2}))

    assert run(settings, Asked(resume=path), as_json=True) == 0

    assert said(capsys)["events"] == 3
    assert not path.exists()


def test_where_very_much_is_wrong_it_is_said_how_much(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("store.proof.verify.findings.MOST", 2)
    monkeypatch.setattr("tools.verify.MOST", 2)
    put_under_other_keys(settings, 1)
    try:
        assert run(settings, Asked(), as_json=True) == 1
        told = said(capsys)
        assert ([one["kind"] for one in told["findings"]], told["more"]) == (["content"] * 2, {"content": 1})

        assert run(settings, Asked(), as_json=False) == 1
        *_, more, verdict = capsys.readouterr().out.splitlines()
        assert more == "and 1 more: --json tells the first 2 of each kind"
        assert verdict.endswith(": 3 wrong")
    finally:
        put_under_other_keys(settings, -1)


def put_under_other_keys(settings: Settings, by: int) -> None:
    assert settings.dsn is not None
    with connect.plain(settings.dsn) as db:
        db.execute("UPDATE store.content SET key_generation = key_generation + %s", [by])


@pytest.mark.parametrize("beside", [["--held", "."], ["--export", "."], ["--resume", "x"], ["--no-content"]])
def test_files_alone_are_not_said_to_be_compared_with_anything(tmp_path: Path, beside: list[str]) -> None:
    asked = lifelong("verify", "--files", str(tmp_path), *beside)

    assert asked.returncode == 2
    assert re.search("--files goes with --json alone", asked.stderr)

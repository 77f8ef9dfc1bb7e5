"""The command line as a script sees it: exit status, one line for a failure, and nothing loaded in vain."""

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

import pytest

from domain.application import Records
from domain.errors import ClockWrong, ContentRefused, FieldProblem, NotPermitted, StaleVersion
from projections.record_view import RecordRender
from store.clock import Clock, system_clock
from store.database import APPENDER, Database
from store.event_log import StoredLog
from tests.store.logs import new_log
from tests.tools.processes import BUREAU, ROOT, lifelong
from tools.clock import confirm
from tools.import_fhir import found
from tools.opening import Opened
from tools.output import told

HEAVY = ("fastapi", "psycopg", "eventsourcing", "uvicorn", "rich", "cryptography")
COMMANDS = (
    ("serve",), ("demo",), ("migrate",), ("import", "fhir"), ("institution", "open"), ("clock", "confirm"),
    ("bench", "append"), ("bench", "load"), ("bench", "growth"), ("bench", "api"),
)  # fmt: skip


def test_loading_the_command_line_loads_nothing_that_help_does_not_need() -> None:
    script = f"import sys, tools.cli; print([name for name in {HEAVY} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)

    assert loaded.stdout.strip() == "[]", loaded.stderr


def test_help_is_instant() -> None:
    def took_s() -> float:
        started = time.perf_counter()
        assert lifelong("--help").returncode == 0
        return time.perf_counter() - started

    assert min(took_s() for _ in range(5)) < 0.3


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    asked = lifelong(*words, "--help")

    assert asked.returncode == 0
    assert f"lifelong {' '.join(words)} [OPTIONS]" in asked.stdout.replace("python -m tools.cli", "lifelong")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("serv",),
        ("serve", "--workers", "0"),
        ("serve", "--port", "70000"),
        ("import", "fhir", "no-such-folder"),
        ("bench", "append", "--threads", "many"),
        ("institution", "open", "--name", "without the rest"),
        ("clock", "confirm"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2_with_the_reason_and_no_traceback(words: tuple[str, ...]) -> None:
    asked = lifelong(*words)

    assert asked.returncode == 2
    assert asked.stderr and "Traceback" not in asked.stderr


def test_a_wrong_setting_is_named_without_its_value() -> None:
    asked = lifelong("migrate", LIFELONG_DSN="postgresql://county:secret@[")

    assert asked.returncode == 2
    assert asked.stderr == "lifelong: LIFELONG_DSN: expected a PostgreSQL connection string or address\n"


def test_a_database_of_ones_own_demands_an_origin_except_for_the_demo() -> None:
    away = "host=127.0.0.1 port=9 connect_timeout=3"

    served, demo = (lifelong(word, "--port", "0", LIFELONG_DSN=away) for word in ("serve", "demo"))

    assert served.returncode == 2
    assert served.stderr.startswith("lifelong: LIFELONG_ORIGIN: expected with LIFELONG_DSN")
    assert demo.returncode == 3


def test_a_database_that_is_away_is_status_3_in_one_line() -> None:
    away = "host=127.0.0.1 port=9 password=secret connect_timeout=3"

    asked = lifelong("migrate", LIFELONG_DSN=away, LIFELONG_ORIGIN="county.example/330106/1")

    assert asked.returncode == 3
    assert asked.stdout == "" and len(asked.stderr.splitlines()) == 1
    assert "secret" not in asked.stderr


@pytest.mark.slow
def test_an_operator_migrates_opens_the_county_once_and_confirms_the_clock(tmp_path: Path) -> None:
    data = tmp_path / "data"

    first, again = lifelong("migrate", "--json", data=data), lifelong("migrate", data=data)
    assert json.loads(first.stdout)["applied"][0] == "0001_event_log"
    assert again.stdout == "nothing to apply\n"

    opened, refused = lifelong(*BUREAU, "--json", data=data), lifelong(*BUREAU, data=data)
    assert (opened.returncode, json.loads(opened.stdout)["position"]) == (0, 2)  # the policy comes first
    assert (refused.returncode, refused.stderr) == (
        1,
        "lifelong: The first institution is registered already.\n",
    )

    healthy = lifelong("clock", "confirm", "--reason", "in advance", "--json", data=data)
    assert (healthy.returncode, healthy.stdout) == (1, "")
    assert healthy.stderr.startswith("lifelong: nothing to confirm")

    elsewhere = lifelong(*BUREAU, data=data, LIFELONG_ORIGIN="other")
    assert elsewhere.returncode == 2
    assert "LIFELONG_ORIGIN" in elsewhere.stderr and "LIFELONG_LOG_NO" in elsewhere.stderr

    (data / "lives").mkdir()
    (data / "lives" / "a.json").write_text("{}")
    nowhere = lifelong("import", "fhir", str(data / "lives"), "--institution", str(UUID(int=7)), data=data)
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert (
        nowhere.stderr.splitlines()[-1]
        == f"lifelong: --institution: the log holds no institution {UUID(int=7)}"
    )


@pytest.mark.slow
def test_the_clock_is_confirmed_only_while_the_log_is_ahead_of_it(database: Database) -> None:
    hour = timedelta(hours=1) // timedelta(microseconds=1)
    ahead = [hour]
    with new_log(database, Clock(lambda: system_clock() + ahead[0], shift=lambda: ahead[0])) as parts:
        log = StoredLog(parts)
        opened = Opened(log, Records(log, RecordRender()), parts, database.dsn(APPENDER))
        found(opened.records, "110101199000")  # an hour ahead
        ahead[0] = 0

        confirmed = confirm(opened, "the clock was an hour ahead").stored[0]

        assert log.position() == confirmed.position
        assert confirmed.recorded_at > datetime.now(UTC) + timedelta(minutes=59)


@pytest.mark.parametrize("data", ["file", "file/below"])
def test_a_data_folder_that_cannot_be_used_is_told_with_its_path_and_its_setting(
    tmp_path: Path, data: str
) -> None:
    (tmp_path / "file").write_text("")

    for words in (("demo", "--port", "0"), ("migrate",)):
        asked = lifelong(*words, data=tmp_path / data)

        assert asked.returncode == 3
        assert re.fullmatch(
            rf"lifelong: {tmp_path}/file\S*: Not a directory; LIFELONG_DATA .*\n", asked.stderr
        )


def test_refusals_are_told_in_words() -> None:
    problem = FieldProblem(field="/reason", reason="must be a text")

    assert told(ContentRefused([problem]))[0] == (
        "The content does not satisfy its form: /reason must be a text"
    )
    assert told(ClockWrong(reason="the clock is behind"))[0].endswith("stopped: the clock is behind")
    assert told(StaleVersion(UUID(int=1), 3))[0].endswith(f"names: stream {UUID(int=1)}; current 3")
    assert told(NotPermitted())[0] == NotPermitted.title


@pytest.mark.parametrize("path", ["/county/data", "/county/data/keys/kek", "/county"])
def test_a_file_of_ours_is_told_with_the_setting_and_one_that_was_named_without(path: str) -> None:
    denied = PermissionError(13, "Permission denied", path)

    assert told(denied, data=Path("/county/data"))[0].startswith(f"{path}: Permission denied; LIFELONG_DATA")
    assert told(denied, data=Path("/elsewhere/data"))[0] == f"{path}: Permission denied"


def test_the_version_is_the_releases() -> None:
    asked = lifelong("--version")

    assert (asked.returncode, asked.stdout) == (0, f"lifelong {version('lifelong')}\n")

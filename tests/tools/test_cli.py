"""The command line as a script sees it: exit status, one line for a failure, and nothing loaded in vain."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tools.processes import ROOT, lifelong

HEAVY = ("fastapi", "psycopg", "eventsourcing", "uvicorn", "rich", "cryptography")
COMMANDS = (
    ("serve",), ("demo",), ("migrate",), ("import", "fhir"), ("institution", "open"), ("clock", "confirm"),
    ("bench", "append"),
)  # fmt: skip
BUREAU = (
    "institution", "open", "--name", "示例县卫生健康局", "--code", "11110101000000000A",
    "--area", "110101000000", "--administrator", "县管理员", "--issuer", "https://login.example",
    "--subject", "county",
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
    assert (opened.returncode, json.loads(opened.stdout)["position"]) == (0, 1)
    assert (refused.returncode, refused.stderr) == (
        1,
        "lifelong: The first institution is registered already.\n",
    )

    confirmed = lifelong("clock", "confirm", "--reason", "set by hand", "--json", data=data)
    assert json.loads(confirmed.stdout)["position"] == 4

    elsewhere = lifelong("clock", "confirm", "--reason", "typing error", data=data, LIFELONG_ORIGIN="other")
    assert elsewhere.returncode == 3


@pytest.mark.slow
def test_the_bench_prints_one_object_and_leaves_nothing_behind(tmp_path: Path) -> None:
    words = ("bench", "append", "--rounds", "1", "--threads", "1,2", "--seconds", "0.1", "--json")

    asked = lifelong(*words, data=tmp_path / "data")

    measured = json.loads(asked.stdout)
    assert set(measured) == {"bench", "machine", "results", "ratios"}
    assert {"stock_x1", "stock_x2", "insert_x1", "insert_x2"} <= set(measured["ratios"])
    assert not (tmp_path / "data" / "bench").exists()

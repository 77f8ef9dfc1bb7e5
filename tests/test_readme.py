"""The README's tour runs as printed: every command ends well and shows what the text says."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import temporary_data
from tests.tools.processes import Demo

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CUT = "---- next block"

# What each block shows, in order: a pattern that its output must match.
SHOWN = (
    r'"status":"ready"',
    r"^1101011010000000\d$",
    r"^the first answer again$",
    r"^7\n8$",
    r"^82\.0\nrefused: the record has moved on since version 1\n9$",
    r"^62\.0\n82\.0\nactive\n\[\]$",
    r"^refused: another institution\nrefused: a purpose that no rule permits$",
    r"^approved by the hospital\nagreed to by Ms Zhou$",
    r"^\{'adherence': 'regular', .*\}\nrevoked by Ms Zhou\nrefused: revoked\nrefused: there is none$",
    r"^\['none'\]$",
    r"^open\n.* tried to .*\n.* for marketing, was refused.*\n.* follow-ups, for care\. .* agreed to\.\n"
    r".* was refused.*\n.* basic information, for an emergency\. .*\n.*: the resident looked at the whole ",
    r"^replay-sha256: [0-9a-f]{64}\s+replay-matched: true\s+replay-decision: same\s+what the clinic saw, ",
    r"^Receipt\(origin='lifelong\.example/110101/1', stream='[0-9a-f-]{36}', version=",
    r"in the log: the event stands in the public tree of \d+ events$",
    r"^VERIFIED: every event shown .*\n(.*\n){3}INDEPENDENCE: attested by .*operator.*$",
    r"^ok .*\nFAILED .* has other bytes than it had\nNOT VERIFIED: .*\nfound: a byte was flipped$",
)


@pytest.fixture(scope="module")
def tour() -> Iterator[list[str]]:
    """The output of each block, all pasted twice into one shell, against a demo of its own."""
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    script = f"\necho '{CUT}'\n".join(blocks * 2)
    with temporary_data() as data, Demo(data):
        environment = {**os.environ, "LIFELONG_DATA": str(data), "PYTHONUTF8": "1"}
        ran = subprocess.run(
            ["bash", "-euo", "pipefail"],
            input=script,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        yield [output.strip() for output in ran.stdout.split(CUT)]


@pytest.mark.skipif(not (ROOT / ".venv/bin/python").exists(), reason="the tour uses the environment of make")
def test_the_tour_runs_line_by_line_as_printed_and_shows_the_same_when_pasted_again(tour: list[str]) -> None:
    assert len(tour) == 2 * len(SHOWN)

    for number, (output, shown) in enumerate(zip(tour, SHOWN * 2, strict=True), start=1):
        assert re.search(shown, output), f"block {number} shows: {output}"


def test_the_readme_names_the_two_commands_on_lines_of_their_own() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()

    assert {"make run", "make test"} <= set(lines)


def test_every_file_that_the_documents_point_to_exists() -> None:
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        prose = re.sub(r"`[^`]*`", "", document.read_text(encoding="utf-8"))  # a pattern is no link
        for target in re.findall(r"\]\(([^)#]+)", prose):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_that_the_documents_name_exists() -> None:
    known = subprocess.run(
        [sys.executable, "-m", "tools.cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for command in re.findall(r"`lifelong ([a-z]+)", document.read_text(encoding="utf-8")):
            assert re.search(rf"^  {command}\b", known, re.MULTILINE), f"{document.name}: lifelong {command}"


def test_every_setting_is_described_for_operators() -> None:
    described = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    read = (ROOT / "store/settings.py").read_text(encoding="utf-8")

    assert [name for name in set(re.findall(r'"(LIFELONG_[A-Z_]+)"', read)) if name not in described] == []


def test_every_dependency_has_its_line_of_justification() -> None:
    justified = (ROOT / "docs/adr/0009-dependencies.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        re.split(r"[\[<>=; ]", one)[0]
        for one in project["dependencies"] + project["optional-dependencies"]["dev"]
    ]

    assert [name for name in named if f"`{name}`" not in justified] == []

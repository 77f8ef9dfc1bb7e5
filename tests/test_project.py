"""The repository itself: what it takes to install it, and what must not be in it."""

import importlib.metadata
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = "lifelong"
PACKAGES = ["domain", "evidence", "store", "projections", "api", "tools", "migrations"]

PINNED = re.compile(r"^([a-z0-9-]+)==[^\s;]+", re.MULTILINE)
# Where a file lay on the machine of whoever wrote it.
MACHINE_PATHS = re.compile(rb"(?<![\w.])/(?:home|root|Users|work|opt)/\w")


def project() -> dict[str, list[str]]:
    """Dependencies by requirements file."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime = list(table["dependencies"])
    return {
        "requirements.txt": runtime,
        "requirements-dev.txt": runtime + list(table["optional-dependencies"]["dev"]),
    }


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: there is no list of tracked files")
    # Whoever runs the tests need not be who cloned: git is told that this folder is meant.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_by_hash_and_name_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pinned = PINNED.findall(text)

    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=sha256:)", text, re.MULTILINE), (
        "an option of an index or another file"
    )
    requirements = re.sub(r"\\\n", "", text)
    for line in (line for line in requirements.splitlines() if PINNED.match(line)):
        assert "--hash=sha256:" in line, line
    for requirement in project()[name]:
        assert re.match(r"[a-z0-9-]+", requirement)[0] in pinned, requirement  # type: ignore[index]  # it matches


def test_both_requirements_files_pin_the_same_versions() -> None:
    runtime, dev = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )

    assert runtime.items() <= dev.items()


@pytest.mark.parametrize("name", PACKAGES)
def test_no_installed_distribution_has_a_package_of_our_name(name: str) -> None:
    assert set(importlib.metadata.packages_distributions().get(name, [OURS])) == {OURS}


def test_continuous_integration_can_be_started() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_no_tracked_file_names_a_path_of_somebodys_machine() -> None:
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in tracked_files()
        if path.is_file() and path != Path(__file__) and (match := MACHINE_PATHS.search(path.read_bytes()))
    }

    assert found == {}


def test_neither_data_nor_keys_are_tracked() -> None:
    names = [str(path.relative_to(ROOT)) for path in tracked_files()]

    assert [
        name for name in names if name.startswith(("data/", ".venv/")) or name.endswith((".pem", ".key"))
    ] == []

"""`lifelong demo` and `lifelong serve` as processes: ready, clear about obstacles, stopped in order."""

import os
import re
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from api.demo_issuer import AUDIENCE, ISSUER, DemoIssuer
from tests.conftest import temporary_data
from tests.tools.processes import BUREAU, Demo, Running, lifelong

pytestmark = pytest.mark.slow

COUNTED = re.compile(r"\((\d+) events, (\d+) of them new\)")


@pytest.fixture
def data() -> Iterator[Path]:
    with temporary_data() as folder:
        yield folder


def servers_of(data: Path) -> list[str]:
    """The PostgreSQL processes that work in the data folder."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(data) in line and "postgres" in line]


def test_the_demo_keeps_its_data_and_a_second_start_adds_nothing(data: Path) -> None:
    with Demo(data) as first:
        [(events, new)] = COUNTED.findall(first.said)
        assert int(events) == int(new) + 1 > 1  # the policy is adopted before anything is decided by it
        assert all(f"\n{name}=" in first.said for name in ("COUNTY", "DOCTOR", "VILLAGE_DOCTOR", "RESIDENT"))
    assert first.status == 0
    assert servers_of(data) == []

    with Demo(data) as second:
        assert COUNTED.findall(second.said) == [(events, "0")]
    assert second.status == 0


def test_tokens_are_readable_by_their_owner_only_and_go_with_the_demo(data: Path) -> None:
    script = data / "demo" / "demo.sh"

    with Demo(data) as demo:
        assert stat.S_IMODE(script.stat().st_mode) == 0o600
        assert demo.said.index(f". {script}") < demo.said.index("\nCOUNTY=")
        assert re.search(r"^HOSPITAL=[0-9a-f-]{36}$", script.read_text(), re.MULTILINE)

    assert not script.exists()


def test_two_demos_that_start_at_once_in_a_new_folder_each_have_a_script_of_their_own(data: Path) -> None:
    with ExitStack() as stack:
        with ThreadPoolExecutor(2) as starting:
            both = list(starting.map(stack.enter_context, (Demo(data, "one"), Demo(data, "other"))))

        scripts = {path.name: path.read_text() for path in (data / "demo").glob("*.sh")}
        assert len(scripts) == 2 and "demo.sh" in scripts
        for demo in both:
            [named] = re.findall(r"^  \. .*/(demo.*\.sh)$", demo.said, re.MULTILINE)
            assert f"BASE={demo.base}\n" in scripts[named]
            assert named in ("demo.sh", f"demo-{demo.base.rpartition(':')[2]}.sh")

    assert [demo.status for demo in both] == [0, 0]


def test_in_another_county_the_demo_says_that_its_tokens_open_nothing(data: Path) -> None:
    assert lifelong(*BUREAU, data=data).returncode == 0

    with Demo(data) as demo:
        assert "The log holds another county" in demo.said and "LIFELONG_DATA=" in demo.said
        assert "/v1/search" not in demo.said


def test_a_port_in_use_is_said_in_one_line_before_anything_is_started(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        asked = lifelong("demo", "--port", str(port), data=data)

    assert asked.returncode == 3
    assert asked.stderr.startswith(
        f"lifelong: cannot listen on 127.0.0.1 port {port}: Address already in use"
    )
    assert "LIFELONG_PORT" in asked.stderr and len(asked.stderr.splitlines()) == 1
    assert not data.exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_answers_readyz_and_ends_in_order_on_sigterm(data: Path, workers: str) -> None:
    with serving(data, "--workers", workers) as server:
        assert '"status":"ready"' in server.get("/readyz")
        server.stop(signal.SIGTERM)

    assert server.status == 0
    assert "Traceback" not in server.said
    assert servers_of(data) == []


def test_serve_says_at_once_which_settings_are_missing(data: Path) -> None:
    asked = lifelong("serve", "--port", "0", data=data, LIFELONG_OIDC_ISSUER=ISSUER)

    assert asked.returncode == 2
    assert asked.stderr == ("lifelong: not set, and needed to validate tokens: LIFELONG_OIDC_AUDIENCE\n")


def serving(data: Path, *arguments: str) -> Running:
    keys = DemoIssuer(data.parent / "issuer").jwks
    return Running(
        "serve",
        "--port",
        "0",
        *arguments,
        data=data,
        LIFELONG_OIDC_ISSUER=ISSUER,
        LIFELONG_OIDC_JWKS=os.fspath(keys),
        LIFELONG_OIDC_AUDIENCE=AUDIENCE,
    )

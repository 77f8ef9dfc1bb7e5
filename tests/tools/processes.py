"""`lifelong` as a process of its own, as whoever uses it starts it."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
BUREAU = (
    "institution", "open", "--name", "示例县卫生健康局", "--code", "11110101000000000A",
    "--area", "110101000000", "--administrator", "县管理员", "--issuer", "https://login.example",
    "--subject", "county",
)  # fmt: skip
START_S = 60.0
STOP_S = 60.0
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


def lifelong(*arguments: str, data: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. `variables`: further settings."""
    return subprocess.run(
        command(arguments),
        env=environment(data, variables),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=400,
    )


def command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "tools.cli", *arguments]


def environment(data: Path | None, variables: Mapping[str, str]) -> dict[str, str]:
    folder = {"LIFELONG_DATA": str(data)} if data else {}
    return {**os.environ, "PYTHONUTF8": "1", **folder, **variables}


class Running:
    """A command that serves: ready inside the block, stopped in order at its end."""

    def __init__(self, *arguments: str, data: Path, named: str | None = None, **variables: str) -> None:
        """named: for what it says, where several run at once."""
        self._arguments = arguments
        self._environment = environment(data, variables)
        self._said = data.parent / f"{named or arguments[0]}.log"
        self.base = ""
        self.status: int | None = None

    def __enter__(self) -> "Running":
        with open(self._said, "w", encoding="utf-8") as said:
            self._process = subprocess.Popen(
                command(self._arguments), env=self._environment, cwd=ROOT, stdout=said, stderr=said
            )
        try:
            self._wait_until_ready(time.monotonic() + START_S)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def said(self) -> str:
        """All that it wrote so far, results and the rest."""
        return self._said.read_text(encoding="utf-8")

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        """Send the signal, once, and wait until it has ended; `status` is its exit status."""
        if self.status is None:
            self._process.send_signal(by)
            self.status = self._process.wait(STOP_S)

    @property
    def largest_memory(self) -> int:
        """The most memory it has ever had resident, in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) * 1024

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.base + path, timeout=10) as answer:  # noqa: S310  # our own server
            body: bytes = answer.read()
            return body.decode()

    def _wait_until_ready(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.said
            if found := ADDRESS.search(self.said):
                self.base = found[0]
                try:
                    self.get("/readyz")
                    return
                except (urllib.error.URLError, OSError):
                    pass
            time.sleep(0.05)
        raise TimeoutError(self.said)


class Demo(Running):
    """`lifelong demo` on a free port."""

    def __init__(self, data: Path, named: str | None = None) -> None:
        super().__init__("demo", "--port", "0", data=data, named=named)

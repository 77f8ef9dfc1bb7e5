"""`lifelong witness` as an auditor runs it: what it answers over HTTP, and what it does when it is killed."""

import random
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import note
from evidence.merkle import root_hash
from evidence.note import COSIGNATURE, ML_DSA_44, Verifier
from evidence.signing import Signer
from evidence.witness import request
from evidence.witness_state import WitnessState
from tests.evidence.histories import checkpoint, leaves, proof
from tests.evidence.published import LOG, LOG_TOO
from tests.tools.processes import ROOT, command, environment, lifelong
from tools.output import CommandFailed
from tools.witness import KEY, STATE, keys

KILLS = 20
START_S = 60.0
NAME = "auditor.example/w1"


@dataclass
class Witness:
    """A process that may be killed and started again at the same address."""

    folder: Path
    vkeys: Sequence[str]
    port: int
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> list[Verifier]:
        """Returns when it answers; its keys, as it prints them."""
        logs = [word for vkey in self.vkeys for word in ("--log", vkey)]
        arguments = ["witness", "--folder", str(self.folder), "--name", NAME, "--port", str(self.port), *logs]
        self.process = subprocess.Popen(
            command(arguments),
            env=environment(None, {}),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        told = [Verifier.parse(self.process.stdout.readline()) for _ in range(2)]
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            try:
                httpx.get(f"{self.url}/logs")
                return told
            except httpx.TransportError:
                time.sleep(0.01)
        raise TimeoutError

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()


@contextmanager
def witness(folder: Path, vkeys: Sequence[str]) -> Iterator[Witness]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    one = Witness(folder, vkeys, port)
    try:
        yield one
    finally:
        one.kill()


@pytest.mark.slow
def test_it_says_its_keys_signs_with_both_and_shows_what_it_refused(tmp_path: Path) -> None:
    with witness(tmp_path / "w", [str(LOG.verifier), str(LOG_TOO.verifier)]) as one:
        told = one.start()
        assert {(key.name, key.kind) for key in told} == {(NAME, COSIGNATURE), (NAME, ML_DSA_44)}

        with httpx.Client(base_url=one.url) as client:
            signed = client.post("/add-checkpoint", content=request(0, [], checkpoint(12)))
            moved = client.post("/add-checkpoint", content=request(0, [], checkpoint(20)))
            forked = client.post("/add-checkpoint", content=request(12, [], checkpoint(12, "b")))
            large = client.post("/add-checkpoint", content=b"x" * 70_000)
            logs, refusals = client.get("/logs").json(), client.get("/refusals").json()
            assert client.get("/add-checkpoint").status_code == 405

    assert signed.status_code == 200
    opened = note.open(text=checkpoint(12) + signed.content, verifiers=told)
    assert set(opened.signed_by) == set(told)
    assert (moved.status_code, moved.text) == (409, "12\n")
    assert moved.headers["Content-Type"].startswith("text/x.tlog.size")
    assert (forked.status_code, large.status_code) == (409, 413)
    assert [(log["origin"], log["size"]) for log in logs] == [(LOG.verifier.name, 12)]
    assert [(one["reason"], one["offered"], one["held"]) for one in refusals] == [
        ("forked", checkpoint(12, "b").decode(), checkpoint(12).decode())
    ]


@dataclass
class Submitter:
    """Somebody with the log's key who tells one history, and wants it signed whatever it takes."""

    url: str
    signer: Signer
    history: str
    stopping: threading.Event
    signed: list[tuple[int, bytes]] = field(default_factory=list)

    def run(self) -> None:
        old, size, chance = 0, 11, random.Random(self.history + self.signer.verifier.name)
        with httpx.Client(timeout=5) as client:
            while not self.stopping.is_set():
                body = request(
                    old, proof(old, size, self.history), checkpoint(size, self.history, self.signer)
                )
                try:
                    answer = client.post(f"{self.url}/add-checkpoint", content=body)
                except httpx.TransportError:
                    time.sleep(0.005)
                    continue
                if answer.status_code == 200:
                    self.signed.append((size, root_hash(leaf_hashes=leaves(size, self.history))))
                    old, size = size, min(size + chance.randint(1, 3), 400)
                elif answer.status_code == 409:
                    old = int(answer.text)
                    size = max(size, old)


@pytest.mark.slow
def test_killed_20_times_at_random_it_never_signs_two_histories(tmp_path: Path) -> None:
    """Each time it starts, one more log is offered in two histories at once."""
    chance = random.Random(20)
    logs = [
        Signer(f"lifelong.example/test/{at}", Ed25519PrivateKey.from_private_bytes(bytes([at + 50]) * 32))
        for at in range(KILLS)
    ]
    stopping = threading.Event()
    with witness(tmp_path / "w", [str(one.verifier) for one in logs]) as one:
        submitters, threads = list[Submitter](), list[threading.Thread]()
        first: list[Verifier] = []
        for log in logs:
            pair = [Submitter(one.url, log, history, stopping) for history in "ab"]
            submitters += pair
            threads += [threading.Thread(target=each.run) for each in pair]
            for thread in threads[-2:]:
                thread.start()
            told = one.start()
            assert told == (first := first or told)
            time.sleep(chance.uniform(0.0, 0.25))
            one.kill()
            stopping.set()
            for thread in threads:
                thread.join()
            threads.clear()
            stopping.clear()
        one.start()

    with closing(WitnessState(tmp_path / "w" / STATE)) as state:
        for log in logs:
            ours = [each for each in submitters if each.signer is log]
            held = state.held(log.verifier.name)
            histories = [each.history for each in ours if each.signed]
            assert len(histories) <= 1, log.verifier.name
            for each in ours:
                sizes = [size for size, _ in each.signed]
                assert sizes == sorted(sizes)
                if sizes:
                    assert held is not None and held.size >= sizes[-1]
                    assert held.root == root_hash(leaf_hashes=leaves(held.size, each.history))
        assert sum(bool(each.signed) for each in submitters) > KILLS // 2


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    first, again = keys(folder, NAME), keys(folder, NAME)

    assert [one.verifier for one in first] == [one.verifier for one in again]
    assert [path.name for path in folder.iterdir()] == [KEY]
    assert (folder / KEY).stat().st_mode & 0o077 == 0


def test_a_name_that_no_note_can_hold_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed):
        keys(tmp_path, "two words")


@pytest.mark.slow
def test_one_that_lost_its_memory_is_retired(tmp_path: Path) -> None:
    keys(tmp_path, NAME)
    ended = lifelong(
        "witness", "--folder", str(tmp_path), "--name", NAME, "--log", str(LOG.verifier), "--port", "0"
    )

    assert (ended.returncode, "Retire it" in ended.stderr) == (3, True)


@pytest.mark.slow
def test_a_key_of_a_log_that_does_not_read_is_wrong_usage(tmp_path: Path) -> None:
    ended = lifelong("witness", "--folder", str(tmp_path), "--name", NAME, "--log", "x+y+z", "--port", "0")

    assert (ended.returncode, "--log" in ended.stderr) == (2, True)

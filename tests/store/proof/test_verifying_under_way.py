"""A verification among whatever else goes on: clinics, operators, and ends before its time."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from store import connect
from store.ciphers import Ciphers
from store.database import RESEALER, Database
from store.keys import replace_kek
from store.proof import heads
from store.proof.verify import workers
from store.proof.verify.running import verify
from store.proof.verify.walking import WalkBeside
from store.proof.verify.workers import SideBySide, Worker
from store.resealing import Resealing
from tests.store.logs import path_of
from tests.store.proof import test_insiders
from tests.store.proof.test_insiders import EACH, SIZE, World, in_parts
from tests.store.proof.test_insiders_odd_rows import task_of

world = test_insiders.world
SHOWN_S = 0.2


def test_content_sealed_again_and_keys_wrapped_anew_meanwhile_are_no_finding(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows were read before, and the keys under which they lay were removed."""
    look_up, done = Ciphers.look_up, list[bool]()

    def meanwhile(ciphers: Ciphers, places: object) -> None:
        if not done:
            done.append(True)
            with closing(connect.plain(database.dsn(RESEALER))) as db:
                number, origin = world.log.log_no, world.log.origin
                resealing = Resealing(db, log_no=number, origin=origin, keys=world.log.keys)
                resealing.begin(resealing.streams())
                resealing.end()
            replace_kek(path_of(world.log.keys).parent, world.log.keys, os.urandom(32))
        look_up(ciphers, places)  # type: ignore[arg-type]  # as it was given

    monkeypatch.setattr(Ciphers, "look_up", meanwhile)

    assert verify(task_of(world)).findings == ()
    assert done


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_clinics_and_the_publisher_do_meanwhile_is_no_finding(world: World, jobs: int) -> None:
    def live() -> None:
        version = EACH
        while not ended.is_set():
            version += 1
            for stream in (*world.streams, uuid4()):
                world.store(stream, version if stream in world.streams else 1)
            world.publish()
            heads.make(world.db, world.log.log_no, SIZE + (version - EACH) * 7, with_second_leg=True)

    ended = threading.Event()
    task = replace(task_of(world), jobs=jobs, place=world.published.place)
    with ThreadPoolExecutor(1) as somebody, in_parts(100):
        living = somebody.submit(live)
        try:
            found = [verify(task) for _ in range(3)]
        finally:
            ended.set()
        living.result()

    assert [one.findings for one in found] == [(), (), ()]
    assert found[-1].upto > found[0].upto >= SIZE


def test_without_content_nothing_of_it_is_believed_later(world: World, tmp_path: Path) -> None:
    """Whoever goes on with the content opened begins anew: of what is done it was not."""
    world.insider.execute("DELETE FROM store.content WHERE log_no = %s AND position = 1", world.log.log_no)
    quick = replace(task_of(world, with_content=False), progress_file=tmp_path / "progress")

    def stop(events: int) -> None:
        raise KeyboardInterrupt

    with in_parts(37), pytest.raises(KeyboardInterrupt):
        verify(quick, stop)
    assert json.loads((tmp_path / "progress").read_bytes().splitlines()[-1])["reached"] == 37
    verified = verify(replace(task_of(world), progress_file=tmp_path / "progress"))

    assert [(one.kind, one.position) for one in verified.findings] == [("content", 1)]


def test_no_more_parts_are_asked_for_than_can_lie_in_memory(world: World) -> None:
    """Whoever joins them may be slower than those who check."""
    asked = list[int]()

    def parts() -> Iterator[tuple[int, int]]:
        for after in range(0, SIZE, 10):
            asked.append(after)
            yield after, after + 10

    with ExitStack() as stack:
        found = SideBySide(replace(task_of(world), jobs=2), stack).map(Worker.check, parts())
        assert next(found).upto == 10
        assert len(asked) <= 2 * workers.AHEAD + 1
        assert [part.upto for part in found] == [*range(20, SIZE + 1, 10)]


def test_a_walk_that_is_cut_off_is_told_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*told: object) -> None:
        raise OSError("a disk that is away")

    monkeypatch.setattr(WalkBeside, "_run", broken)
    seen = list[int]()

    def slowly(events: int) -> None:
        seen.append(events)
        time.sleep(SHOWN_S)

    with in_parts(10), pytest.raises(OSError, match="away"):
        verify(task_of(world), slowly)
    assert sum(seen) < SIZE


@pytest.mark.parametrize("events", [0, 1])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_log_of_hardly_anything(world: World, events: int, jobs: int) -> None:
    world.insider.forget_publication()
    for table in ("store.content", "store.event"):
        delete = f"DELETE FROM {table} WHERE log_no = %s AND position > %s"
        world.insider.execute(delete, world.log.log_no, events)

    verified = verify(replace(task_of(world), jobs=jobs))

    assert (verified.findings, verified.events, verified.upto) == ((), events, events)


_SCRIPT = """
import sys, time
from store.key_place import *
from store.proof.verify import running
from store.proof.verify.running import Task, verify
running.EVENTS = running.LEAST = 10
def slowly(events):
    print("going", flush=True)
    time.sleep(0.3)
if __name__ == "__main__":
    from pathlib import Path
    dsn, log_no, origin, keys = sys.argv[1:]
    verify(Task(dsn, int(log_no), origin, [], keys=Path(keys), jobs=2, is_whole=False), slowly)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_process_outlives_a_verification(world: World, tmp_path: Path, end: signal.Signals) -> None:
    script = tmp_path / "verifying.py"
    script.write_text(_SCRIPT)
    told = [world.published.dsn, str(world.log.log_no), world.log.origin, str(world.keys)]
    with subprocess.Popen(
        [sys.executable, str(script), *told],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"going\n", process.stderr.read()
        assert len(_session(process.pid)) > 3
        (os.killpg if end == signal.SIGINT else os.kill)(process.pid, end)  # as a terminal does
        process.wait(10)
        until = time.monotonic() + 5
        while _session(process.pid) and time.monotonic() < until:
            time.sleep(0.05)
        assert _session(process.pid) == []
        noise = process.stderr.read().decode()
    assert noise.count("Traceback") <= (end == signal.SIGINT), noise


def _session(leader: int) -> list[int]:
    """The processes of a session that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue
        if int(session) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return found

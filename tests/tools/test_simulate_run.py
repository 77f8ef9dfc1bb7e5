"""`lifelong simulate`: the same log every time, however it is made; nothing twice; on after a break."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.application import Records
from domain.errors import ClaimTaken
from domain.identity import identity_document
from domain.requests import Consent, NewInstitution, NewPractitioner, NewRecord
from domain.time import occurred
from projections.record_view import RecordRender
from store.clock import Clock
from store.database import APPENDER, Database
from store.event_log import StoredLog
from store.wiring import OpenLog
from tests.builders import AREA, COUNTY_CODE, login, request
from tests.conftest import temporary_data
from tests.memory_log import MemoryLog
from tests.store.logs import new_log
from tests.tools.processes import command, environment, lifelong
from tools.ahead import Ahead
from tools.simulate.behind import storing_behind
from tools.simulate.county import ForeignCounty, asked_by
from tools.simulate.digest import digest
from tools.simulate.lives import ISSUER, live
from tools.simulate.loader import Loader, Stored, loader_on
from tools.simulate.people import person
from tools.simulate.plan import record_number
from tools.simulate.run import OtherSeed, Simulation, simulate

pytestmark = pytest.mark.slow
SMALL = 60


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database, Clock()) as opened:
        yield opened


def watch_nobody(settled: int) -> None:
    """A progress callback."""


def run(opened: OpenLog, database: Database, asked: Simulation) -> Stored:
    with storing_behind(StoredLog(opened), opened, database.dsn(APPENDER)) as bulk:
        return simulate(bulk, RecordRender(), asked, watch_nobody)


def simulated(data: Path, *more: str) -> dict[str, object]:
    ran = lifelong("simulate", "--json", "--digest", *more, data=data)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def contents(log: MemoryLog) -> list[tuple[object, ...]]:
    """What was stored of residents, whatever was stored before it."""
    mine = [one for one in log.events if one.stored.topic.startswith("record.")]
    return [
        (one.stored.stream, one.stored.version, one.stored.event, vars(one.event).get("content"))
        for one in mine
    ]


def in_memory() -> tuple[MemoryLog, Loader]:
    log = MemoryLog()
    simulate(Ahead(log), RecordRender(), Simulation(1), watch_nobody)
    log.events = [one for one in log.events if not one.stored.topic.startswith("record.")]
    log.claims = {
        key: value
        for key, value in log.claims.items()
        if key[0] not in ("source", "record-number", "identity")
    }
    return log, loader_on(Ahead(log), RecordRender(), 1, ISSUER)


def test_the_log_is_the_same_in_every_run_with_and_without_other_processes() -> None:
    with temporary_data() as one, temporary_data() as other:
        alone = simulated(one, "--residents", "120", "--workers", "0")
        together = simulated(other, "--residents", "120", "--workers", "2")

    assert alone["digest"] == together["digest"]
    assert alone["events"] == together["events"]


def test_a_second_run_adds_nothing_and_a_larger_county_goes_on() -> None:
    with temporary_data() as data:
        first = simulated(data, "--residents", str(SMALL))
        again = simulated(data, "--residents", str(SMALL))
        larger = simulated(data, "--residents", str(SMALL + 40))

    assert (again["events"], again["records"], again["known"]) == (0, 0, SMALL)
    assert again["digest"] == first["digest"]
    assert larger["known"] == SMALL and larger["records"] == 40


def test_a_killed_run_goes_on_to_the_same_log(tmp_path: Path) -> None:
    arguments = ("simulate", "--residents", "400", "--workers", "0", "--json")
    with temporary_data() as data, temporary_data() as other:
        process = subprocess.Popen(
            command(arguments),
            env=environment(data, {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        ended = simulated(data, "--residents", "400")
        whole = simulated(other, "--residents", "400")

    assert ended["digest"] == whole["digest"]


@pytest.mark.parametrize("appends", (1, 2, 30, 61))
def test_a_run_that_broke_off_after_any_append_goes_on_to_the_same_records(appends: int) -> None:
    whole, broken = MemoryLog(), MemoryLog()
    simulate(Ahead(whole), RecordRender(), Simulation(SMALL), watch_nobody)

    def stop() -> None:
        raise KeyboardInterrupt

    broken.before_append = [lambda: None] * appends + [stop]
    with pytest.raises(KeyboardInterrupt):
        simulate(Ahead(broken), RecordRender(), Simulation(SMALL), watch_nobody)
    simulate(Ahead(broken), RecordRender(), Simulation(SMALL), watch_nobody)

    assert contents(broken) == contents(whole)


def test_a_resident_made_alone_is_the_one_within_a_county() -> None:
    whole = MemoryLog()
    simulate(Ahead(whole), RecordRender(), Simulation(20), watch_nobody)
    log, loader = in_memory()
    life = live(1, 7)
    assert life is not None

    loader.load(life)

    mine = contents(log)
    assert mine == [one for one in contents(whole) if one[0] == loader.record_of(7)]


def test_what_is_stored_behind_is_what_is_stored_at_once(log: OpenLog, database: Database) -> None:
    run(log, database, Simulation(SMALL))
    with new_log(database, Clock()) as other:
        simulate(Ahead(StoredLog(other)), RecordRender(), Simulation(SMALL), watch_nobody)
        position = other.reader.last_position()

        assert log.reader.last_position() == position
        assert digest(log.reader, position) == digest(other.reader, position)


def test_the_residents_can_be_read_where_they_are_kept(log: OpenLog, database: Database) -> None:
    run(log, database, Simulation(SMALL))
    records = Records(StoredLog(log), RecordRender())

    for number in range(0, SMALL, 9):
        one = person(1, number)
        asked = asked_by(one, "doctor", ISSUER)
        assert records.read_record(
            asked, loader_on(Ahead(StoredLog(log)), RecordRender(), 1, ISSUER).record_of(number)
        ).body


def test_another_county_is_left_alone(log: OpenLog, database: Database) -> None:
    records = Records(StoredLog(log), RecordRender())
    bureau = NewInstitution("另一个县", "county-bureau", COUNTY_CODE, f"{AREA[:6]}000000")
    records.found(request("operator", "management"), bureau, NewPractitioner("管理员", login("county")))
    before = log.reader.last_position()

    with pytest.raises(ForeignCounty):
        run(log, database, Simulation(SMALL))

    assert log.reader.last_position() == before


def test_the_residents_of_another_seed_are_left_alone(log: OpenLog, database: Database) -> None:
    run(log, database, Simulation(20))
    before = log.reader.last_position()

    with pytest.raises(OtherSeed):
        run(log, database, Simulation(20, seed=2))

    assert log.reader.last_position() == before


def test_a_number_that_somebody_took_meanwhile_is_refused_at_the_flush(
    log: OpenLog, database: Database
) -> None:
    run(log, database, Simulation(1))
    records = Records(StoredLog(log), RecordRender())
    with storing_behind(StoredLog(log), log, database.dsn(APPENDER)) as bulk:
        loader = loader_on(bulk, RecordRender(), 1, ISSUER)
        life = live(1, 1)
        assert life is not None
        loader.expect([life])
        new = NewRecord(
            channel="visit",
            documents=[identity_document("temporary", reason="证件遗失")],
            occurred=occurred("2020-01-01"),
            consent=Consent("resident"),
            number=record_number(1),
        )
        records.create_record(asked_by(person(1, 0), "doctor", ISSUER), new)
        loader.load(life)

        with pytest.raises(ClaimTaken):
            bulk.flush()


def test_a_day_that_is_none_is_wrong_usage() -> None:
    with temporary_data() as data:
        ran = lifelong("simulate", "--until", "tomorrow", data=data)

    assert ran.returncode == 2
    assert "--until" in ran.stderr

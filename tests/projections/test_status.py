"""How far the views are is told as it is, by the command line, the metrics and the API: running or not."""

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest

from domain.ports import Recorded
from domain.record_events import Created
from projections import tracking
from projections.catalogue import PROJECTIONS
from projections.service import Service
from projections.source import Place, open_source
from projections.views.roster import RosterFold
from store.database import Database
from store.settings import Settings
from tests.api.served import Json, Served, serving
from tools import projections_status

ROSTER = {"roster": PROJECTIONS["roster"]}
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def served(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(database, tmp_path_factory.mktemp("served")) as county:
        yield county


@pytest.fixture
def place(served: Served) -> Place:
    return Place.of(served.service.settings, served.service.database)


class Told:
    """What each of the three says of the roster."""

    def __init__(self, served: Served, capsys: pytest.CaptureFixture[str]) -> None:
        self._served = served
        self._capsys = capsys
        self._settings = Settings(
            dsn=served.service.database.admin, data=served.folder, origin=served.service.settings.origin
        )
        self.exit_status = 0

    def command_line(self) -> Json:
        self.exit_status = projections_status.show_status(self._settings, ["roster"], as_json=True)
        [told] = json.loads(self._capsys.readouterr().out)["projections"]
        assert isinstance(told, dict)
        return told

    def in_words(self) -> str:
        projections_status.show_status(self._settings, ["roster"], as_json=False)
        return self._capsys.readouterr().out

    def api(self) -> Json:
        told: Json = self._served.get("/v1/projections/roster", "county", "management").json()
        return told

    def metric(self, name: str) -> float:
        text = self._served.client.get("/metrics").text
        [value] = re.findall(
            rf'^lifelong_projection_{name}{{projection="roster"}} (\S+)$', text, re.MULTILINE
        )
        return float(value)


@pytest.fixture
def told(served: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr("api.views.KEPT_S", 0)
    return Told(served, capsys)


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.05)


def test_a_projection_that_nobody_runs_is_told_to_lag_and_by_how_much(
    served: Served, place: Place, told: Told
) -> None:
    with Service(place, ROSTER):
        wait_until(lambda: told.command_line()["generation"] is not None and not told.metric("lag_events"))
        assert told.command_line()["state"] == told.api()["state"] == "running"
        assert (told.exit_status, told.metric("running"), told.metric("lag_seconds")) == (0, 1, 0)
    before = served.position

    for _ in range(3):
        served.open_record()
    behind = served.position - before
    first, lag_s = told.command_line(), told.metric("lag_seconds")
    again = told.api()

    assert first["state"] == again["state"] == "down"
    assert told.exit_status == 1
    assert first["position"] == again["position"] == told.metric("position") == before
    assert first["lag_events"] == again["lag_events"] == told.metric("lag_events") == behind > 0
    assert 0 < float(str(first["lag_s"])) < lag_s < float(str(again["lag_s"]))
    assert told.metric("running") == 0

    with Service(place, ROSTER):
        wait_until(lambda: told.metric("lag_events") == 0)
        assert told.command_line()["position"] == served.position
        assert (told.metric("lag_seconds"), told.exit_status) == (0, 0)


def test_a_projection_that_stopped_is_told_so_by_each_of_them_with_where_and_why(
    served: Served, place: Place, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Service(place, ROSTER):
        wait_until(lambda: told.command_line()["lag_events"] == 0)
        before = served.position
        take = RosterFold.take

        def stumble(fold: RosterFold, one: Recorded) -> None:
            if one.stored.position > before:
                raise LookupError("王建国 is what this event says, and nobody may read it here")
            take(fold, one)

        monkeypatch.setattr(RosterFold, "take", stumble)
        served.open_record()
        served.open_record()
        wait_until(lambda: told.command_line()["state"] == "stopped")
        first, again = told.command_line(), told.api()

        assert told.exit_status == 1
        stopped = first["stopped"]
        assert stopped == again["stopped"] and isinstance(stopped, dict)
        where = int(stopped["position"])
        assert (stopped["error"], stopped["topic"]) == ("LookupError", Created.TOPIC)
        assert before < where <= served.position
        assert first["position"] == again["position"] == told.metric("position") == where - 1
        assert told.metric("lag_events") == first["lag_events"] == served.position - where + 1
        assert 0 < float(str(first["lag_s"])) < told.metric("lag_seconds")
        assert (told.metric("stopped"), told.metric("running")) == (1, 0)
        assert f"stopped at position {where}: LookupError ({Created.TOPIC})" in told.in_words()
        assert "王建国" not in str((first, again, told.in_words()))

        monkeypatch.undo()
        monkeypatch.setattr("api.views.KEPT_S", 0)
        with open_source(place) as source:
            assert tracking.retry(source.db, ROSTER["roster"], place.log_no)
        wait_until(lambda: told.command_line()["lag_events"] == 0)
        assert (told.exit_status, told.metric("stopped"), told.metric("running")) == (0, 0, 1)


def test_administrators_rebuild_over_http_and_follow_it_to_its_end(
    served: Served, place: Place, told: Told
) -> None:
    with Service(place, ROSTER):
        wait_until(lambda: told.command_line()["lag_events"] == 0)
        before = told.api()["generation"]

        asked = served.post("/v1/projections/roster/rebuilds", {"jobs": 1}, "county", "management")

        assert asked.status_code == 202, asked.text
        location = asked.headers["Location"]
        followed = served.get(f"{location}/progress", "county", "management")
        steps = [json.loads(line) for line in followed.text.splitlines()]
        assert steps[-1]["phase"] == "done" and steps[-1]["compared"] == "equal"
        assert served.get(location, "county", "management").json()["phase"] == "done"
        assert told.api()["generation"] == steps[-1]["generation"] != before


@pytest.mark.parametrize("who", ["nurse", "clerk"])
def test_nobody_else_sees_or_starts_anything(served: Served, who: str) -> None:
    assert served.get("/v1/projections", who, "management").status_code == 403
    assert served.post("/v1/projections/roster/rebuilds", {}, who, "management").status_code == 403


def test_what_is_no_projection_is_not_there(served: Served) -> None:
    assert served.get("/v1/projections/horoscope", "county", "management").status_code == 404
    assert served.get("/v1/projections/roster/rebuilds/999999", "county", "management").status_code == 404

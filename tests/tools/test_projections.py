"""`lifelong projections` on a database: what it says, what it leaves, and with which status it ends."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.app import from_environment
from domain.log_stream import ProjectionSkipped
from projections import tracking
from projections.catalogue import PROJECTIONS
from projections.rebuild import Options
from projections.source import Place, UnknownTopics, open_source
from store.database import Database
from store.event_log import StoredLog
from store.settings import Settings
from tests.projections.histories import history
from tests.projections.poisoned import Mischief
from tools import beside, output
from tools import projections_change as change
from tools import projections_rebuild as rebuild
from tools import projections_status as status
from tools.opening import open_records, operator
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed

ROSTER = PROJECTIONS["roster"]
STEPS = [("problems", 0, 0), ("close", 0, 0), ("open", 0, 0)]


@pytest.fixture(scope="module")
def settings(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A deployment with a log of a few records."""
    data: Path = tmp_path_factory.mktemp("data")
    chosen = Settings(dsn=database.admin, data=data, origin="lifelong.example/test/cli")
    with open_records(chosen) as opened:
        for event in history(STEPS):
            opened.log.append([event], at_end=[event.originator_id])
    return chosen


@pytest.fixture
def place(settings: Settings, database: Database) -> Place:
    return Place.of(settings, database)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """The JSON object a command printed."""
    yield lambda: json.loads(capsys.readouterr().out)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(settings: Settings, said: Any) -> None:
    rebuild.plan(settings, [ROSTER], Options(), as_json=True)

    [planned] = said()["projections"]
    assert (planned["projection"], planned["goes_on_with"]) == ("roster", None)
    assert planned["events"] > 0
    assert status.show_status(settings, ["roster"], as_json=True) == FINDING
    assert said()["projections"][0]["generation"] is None


def test_rebuilding_all_makes_them_live_and_again_comes_to_the_same(settings: Settings, said: Any) -> None:
    everything = rebuild.chosen([], every=True)

    assert rebuild.run(settings, everything, Options(), as_json=True) == OK
    first = said()["rebuilt"]
    assert rebuild.run(settings, everything, Options(), as_json=True) == OK
    second = said()["rebuilt"]

    assert [one["projection"] for one in first] == list(PROJECTIONS)
    assert {one["compared"] for one in first} == {"first"}
    assert {one["compared"] for one in second} == {"equal"}
    assert [one["digest"] for one in first] == [one["digest"] for one in second]


def test_a_check_switches_nothing_and_finds_what_was_changed_by_hand(
    settings: Settings, database: Database, place: Place, said: Any
) -> None:
    assert rebuild.run(settings, [ROSTER], Options(), as_json=True) == OK
    generation = said()["rebuilt"][0]["generation"]
    with open_source(place) as source:
        row = source.db.execute(
            f"UPDATE views_roster_{generation}.roster SET status = 'merged' RETURNING record_id".encode()
        ).fetchone()

    assert rebuild.run(settings, [ROSTER], Options(switch=False), as_json=True) == FINDING

    [checked] = said()["rebuilt"]
    assert not checked["live"] and checked["compared"] == "different: roster"
    [difference] = checked["differences"]
    assert row is not None and str(row[0]) in difference["records"]
    assert rebuild.run(settings, [ROSTER], Options(), as_json=True) == FINDING  # and now it is mended
    said()
    assert rebuild.run(settings, [ROSTER], Options(switch=False), as_json=True) == OK


def test_a_skip_is_an_event_with_who_and_why_before_it_takes_effect(
    settings: Settings, place: Place, said: Any
) -> None:
    with open_source(place) as source:
        tracking.stop(source.db, ROSTER, place.log_no, 3, "record.created.v1", "LookupError")

    change.skip(settings, "roster", "a record made by hand", as_json=True)

    told = said()
    with open_records(settings) as opened:
        recorded = StoredLog(opened.parts).read(_log_stream(opened.parts.reader.log(first=1, limit=10_000)))
    skipped = recorded[-1].event
    assert isinstance(skipped, ProjectionSkipped)
    assert (skipped.projection, skipped.position, skipped.reason) == ("roster", 3, "a record made by hand")
    assert recorded[-1].stored.position == told["recorded_in"]
    with open_source(place) as source:
        assert tracking.skipped(source.db, ROSTER, place.log_no) == {3}
        assert tracking.stopped(source.db, ROSTER, place.log_no) is None
        source.db.execute("DELETE FROM views.skipped")


def _log_stream(rows: Any) -> Any:
    return next(row.stream for row in rows if row.topic.startswith("log."))


def test_what_has_not_stopped_cannot_be_retried_and_what_is_no_projection_is_refused(
    settings: Settings,
) -> None:
    with pytest.raises(CommandFailed, match="has not stopped") as failed:
        change.retry(settings, "roster", as_json=True)
    assert failed.value.status == FINDING
    with pytest.raises(CommandFailed, match="there are: roster") as failed:
        change.drop(settings, "horoscope", unfinished=False, as_json=True)
    assert failed.value.status == USAGE
    with pytest.raises(CommandFailed, match="--all"):
        rebuild.chosen([], every=False)


def test_dropping_leaves_the_live_generation_alone(settings: Settings, place: Place, said: Any) -> None:
    rebuild.run(settings, [ROSTER], Options(), as_json=True)
    live = said()["rebuilt"][0]["generation"]

    change.drop(settings, "roster", unfinished=True, as_json=True)

    assert live not in said()["dropped"]
    status.show_status(settings, ["roster"], as_json=True)
    [told] = said()["projections"]
    assert (told["generation"], told["retired"]) == (live, 0)


def test_no_service_starts_on_a_log_with_a_topic_from_the_future_and_each_says_which(
    settings: Settings, place: Place, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = replace(settings, projections=False)
    keys = tmp_path / "jwks.json"
    keys.write_text('{"keys": []}')
    variables = {
        "DSN": database.admin,
        "DATA": str(settings.data),
        "ORIGIN": settings.origin,
        "OIDC_ISSUER": "https://login.example",
        "OIDC_JWKS": str(keys),
        "OIDC_AUDIENCE": "lifelong",
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"LIFELONG_{name}", value)
    starts: tuple[Callable[[], object], ...] = (
        lambda: beside.run(settings),
        lambda: beside.views(settings, database),
        lambda: beside.views(alone, database),
        from_environment,
    )
    with open_source(place) as source:
        source.db.execute(
            "INSERT INTO views.topic (log_no, topic) VALUES (%s, 'record.teleported.v1')", [place.log_no]
        )

        for start in starts:
            with pytest.raises(UnknownTopics, match=r"record\.teleported\.v1") as refused:
                start()
            assert output.told(refused.value) == (str(refused.value), UNAVAILABLE)

        source.db.execute("DELETE FROM views.topic WHERE topic = 'record.teleported.v1'")
    with beside.views(alone, database):
        pass


def test_a_check_that_had_nothing_to_compare_with_is_no_success(settings: Settings, said: Any) -> None:
    projection = Mischief().projection("never_live")

    assert rebuild.run(settings, [projection], Options(switch=False), as_json=True) == FINDING
    assert said()["rebuilt"][0]["compared"] == "first"
    assert rebuild.run(settings, [projection], Options(), as_json=True) == OK
    said()
    assert rebuild.run(settings, [projection], Options(switch=False), as_json=True) == OK


def test_status_tells_in_words_what_went_wrong_what_is_left_out_and_why(
    settings: Settings, place: Place, said: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rebuild.run(settings, [ROSTER], Options(), as_json=True)
    rebuild.run(settings, [ROSTER], Options(), as_json=True)
    with open_source(place) as source:
        tracking.stop(source.db, ROSTER, place.log_no, 3, "record.created.v1", "LookupError")
        tracking.trouble(source.db, ROSTER, place.log_no, "AdminShutdown")
    capsys.readouterr()

    status.show_status(settings, ["roster"], as_json=False)
    stopped = capsys.readouterr().out
    change.skip(settings, "roster", "a record made by hand", as_json=True)
    recorded_in = said()["recorded_in"]
    status.show_status(settings, ["roster"], as_json=False)
    skipped = capsys.readouterr().out
    status.show_status(settings, ["roster"], as_json=True)
    [left] = said()["projections"][0]["left_out"]

    assert "stopped at position 3: LookupError (record.created.v1)" in stopped
    assert "last trouble: AdminShutdown, 20" in stopped
    assert re.search(r"\d not read any more, .*: lifelong projections drop roster", stopped)
    who = operator().principal.subject
    assert f"leaves out position 3: a record made by hand ({who}, recorded at {recorded_in})" in skipped
    assert (left["position"], left["by"], left["reason"]) == (3, who, "a record made by hand")
    with open_source(place) as source:
        source.db.execute("DELETE FROM views.skipped")

"""`lifelong audit unusual` on a database: what it finds, what it says, and with which status it ends."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.time import CHINA
from store.database import Database
from store.settings import Settings
from tests.api.listed import fold
from tests.api.served import Served, login, new_record, serving
from tools import audit_unusual
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed

TODAY = datetime.now(CHINA).date()
DAYS = (TODAY - timedelta(days=1)).isoformat(), (TODAY + timedelta(days=1)).isoformat()


@pytest.fixture(scope="module")
def county(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(database, tmp_path_factory.mktemp("audited")) as county:
        yield county


@pytest.fixture
def settings(county: Served, database: Database) -> Settings:
    return replace(county.service.settings, dsn=database.admin)


def test_before_the_view_is_built_it_says_so(settings: Settings) -> None:
    with pytest.raises(CommandFailed) as failed:
        audit_unusual.run(settings, *DAYS, as_json=True)

    assert failed.value.status == UNAVAILABLE


@pytest.mark.parametrize(
    ("first", "last"),
    [("yesterday", "2026-06-01"), ("2026-06-02", "2026-06-01"), ("2020-01-01", "2026-01-01")],
)
def test_days_that_are_none_are_refused(settings: Settings, first: str, last: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        audit_unusual.run(settings, first, last, as_json=True)

    assert failed.value.status == USAGE


def test_it_finds_what_is_unusual_and_again_nothing(
    county: Served, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    own = county.post("/v1/records", new_record(login=login("nurse")), "manager").json()["record"]
    county.get(f"/v1/records/{own}")
    fold(county)

    assert audit_unusual.run(settings, *DAYS, as_json=True) == FINDING

    told: Any = json.loads(capsys.readouterr().out)
    assert len(told["found"]) == 1 and told["accesses"] >= 1
    assert told["behind"] == 0
    assert audit_unusual.run(settings, *DAYS, as_json=False) == OK
    assert "0 new findings" in capsys.readouterr().out

"""Names and numbers planted in every field are found in the encrypted content and nowhere else.

Searched: log lines and whatever else was printed, problems, the headers of every answer, and every byte in
the data folder and in the database server's own files.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from api import logs
from projections.catalogue import PROJECTIONS
from projections.source import Place
from store.database import Database
from store.postgres import EmbeddedServer
from tests.api.canaries import NAME, NUMBER, PHONE, Drive, fail, found, succeed
from tests.api.served import serving
from tests.projections.catching_up import catch_up


@pytest.fixture(scope="module")
def drive(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """Everything asked, and everything printed meanwhile."""
    handlers, level = logging.root.handlers, logging.root.level
    capture = pytest.MonkeyPatch()
    with serving(database, tmp_path_factory.mktemp("canary")) as county:
        driven = Drive(county)
        capture.setattr("sys.stderr", _Paper(driven.printed))
        capture.setattr("sys.stdout", _Paper(driven.printed))
        logs.take_over()
        logging.root.setLevel(logging.DEBUG)
        try:
            succeed(driven)
            fail(driven)
            look_through_lists(driven)
            driven.printed.append(county.client.get("/metrics").text)
        finally:
            logging.root.handlers, logging.root.level = handlers, level
            capture.undo()
        yield driven


def look_through_lists(drive: Drive) -> None:
    """Fold every view, find the canaries in it, and write down what was answered."""
    county = drive.county
    catch_up(Place.of(county.service.settings, county.service.database))
    for kind, value in (("name", NAME), ("name-prefix", NAME[:1]), ("phone", PHONE), ("initials", "jsq")):
        drive.answers.append(county.post("/v1/search", {"kind": kind, "value": value}))
    for path in ("roster", "roster?format=csv", "tasks", "tasks?format=ndjson"):
        drive.answers.append(county.get(f"/v1/institutions/{county.clinic}/{path}"))
    drive.answers.append(county.get("/v1/statistics?area=110101&by=group,sex", "manager", "management"))


class _Paper:
    """Stands in for a terminal."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def write(self, text: str) -> int:
        self._lines.append(text)
        return len(text)

    def flush(self) -> None:
        pass


def test_many_requests_were_answered_and_the_canaries_were_kept(drive: Drive) -> None:
    statuses = {answer.status_code for answer in drive.answers}

    assert {200, 201, 400, 401, 403, 404, 409, 415, 422} <= statuses
    assert any(NAME in answer.text and NUMBER in answer.text for answer in drive.answers)


def test_nothing_printed_holds_a_canary(drive: Drive) -> None:
    printed = "".join(drive.printed)

    assert len(printed.splitlines()) > len(drive.answers)
    assert found(printed.encode()) == []


def test_every_line_logged_is_json_of_allowed_keys(drive: Drive) -> None:
    lines = [json.loads(line) for line in "".join(drive.printed).splitlines() if line.startswith("{")]

    assert {key for line in lines for key in line} <= logs.ALLOWED
    assert {line["event"] for line in lines} == {"answered", "a library logged something"}


def test_no_problem_holds_a_canary(drive: Drive) -> None:
    problems = [answer for answer in drive.answers if answer.status_code >= 400]

    assert len(problems) > 40
    for answer in problems:
        assert found(answer.content) == [], answer.text


def test_no_header_of_an_answer_holds_a_canary(drive: Drive) -> None:
    for answer in drive.answers:
        assert found(str(answer.headers.raw).encode() + str(dict(answer.headers)).encode()) == []


def test_no_file_of_ours_holds_a_canary(drive: Drive) -> None:
    files = [path for path in drive.county.folder.rglob("*") if path.is_file()]

    assert any(path.name == "keys.sqlite" for path in files)
    for path in files:
        assert found(path.read_bytes()) == [], path


def test_no_column_outside_the_ciphertext_holds_a_canary(drive: Drive, database: Database) -> None:
    with psycopg.connect(database.admin, autocommit=True) as connection:
        tables = connection.execute(
            """SELECT table_schema, table_name FROM information_schema.tables
               WHERE table_schema = 'store' OR table_schema LIKE 'views%'"""
        ).fetchall()
        names = {str(name) for _, name in tables}
        assert {"event", "content", "claim", "append_key", "stream", "snapshot", "log"} <= names
        assert {table.name for one in PROJECTIONS.values() for table in one.tables} <= names
        for schema, name in tables:
            rows = connection.execute(
                sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, name))
            ).fetchall()
            held = b"\n".join(
                value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
            )
            assert found(held) == [], (schema, name)


def test_the_lists_were_asked_and_told_who_is_on_them(drive: Drive) -> None:
    lists = [one for one in drive.answers if "/institutions/" in str(one.url) or "/search" in str(one.url)]

    assert any(NAME in one.text for one in lists if one.status_code == 200 and "roster" in str(one.url))
    assert any(NAME in one.text for one in lists if one.status_code == 200 and "search" in str(one.url))


def test_no_file_of_the_database_server_holds_a_canary(
    drive: Drive, database: Database, cluster: EmbeddedServer
) -> None:
    """Tables, write-ahead log and server log, byte for byte."""
    with psycopg.connect(database.admin, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    files = [path for path in cluster.data.rglob("*") if path.is_file()]

    assert any(path.parent.name == "pg_wal" for path in files)
    for path in files:
        assert found(_read(path)) == [], path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # the server tidies up while we look
        return b""

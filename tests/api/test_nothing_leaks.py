"""Names and numbers planted in every field are found in the encrypted content and nowhere else.

Searched: log lines and whatever else was printed, problems, the headers of every answer, and every byte in
the data folder and in the database server's own files.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import psycopg
import pytest
from psycopg import sql

from api import logs
from api.demo_issuer import ISSUER
from domain.entries import FORMS
from domain.forms.document import facts_of
from store.database import Database
from store.postgres import EmbeddedServer
from tests.api.served import WHEN, Json, Served, login, new_entry, serving
from tests.builders import content, identity_number

NAME = "金丝雀"
NUMBERS = [identity_number("19470228", order) for order in (101, 202, 303)]
NUMBER, SECOND, THIRD = NUMBERS
PASSPORT, RECORD_NUMBER, LOGIN, WORD = "E47022847", "11010100100154321", "canary-subject", "canaryword"
CANARIES = (NAME, *NUMBERS, PASSPORT, RECORD_NUMBER, LOGIN, WORD)
NOWHERE = "00000000-0000-4000-8000-000000000000"


def spellings() -> list[bytes]:
    """How a canary may look in a file, a log line or an address."""
    ways = [
        way
        for canary in CANARIES
        for way in (
            canary,
            json.dumps(canary).strip('"'),
            quote(canary),
            canary.encode().hex(),
            canary.lower(),
        )
    ]
    return sorted({way.encode() for way in ways})


def found(where: bytes) -> list[bytes]:
    return [canary for canary in spellings() if canary in where]


@dataclass
class Drive:
    """A county full of canaries, and every answer it gave."""

    county: Served
    printed: list[str] = field(default_factory=list)
    answers: list[httpx.Response] = field(default_factory=list)

    def post(self, path: str, body: object, *args: str | None, **more: str | None) -> httpx.Response:
        answer = self.county.post(path, body, *args, **more)
        self.answers.append(answer)
        return answer

    def get(
        self, path: str, who: str | None = "nurse", purpose: str | None = "care", **query: str
    ) -> httpx.Response:
        answer = self.county.get(path, who, purpose, query)
        self.answers.append(answer)
        return answer

    def kept(self, path: str, body: object, *args: str | None, **more: str | None) -> Json:
        answer = self.post(path, body, *args, **more)
        assert answer.status_code == 201, answer.text
        told: Json = answer.json()
        return told


def planted(value: object) -> object:
    """A form's content with a canary in every free text."""
    if isinstance(value, dict):
        return {name: planted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [planted(one) for one in value]
    is_free = isinstance(value, str) and any(character > "\u2e80" for character in value)
    return f"{NAME}{value}"[:60] if is_free else value


def entry(kind: str, name: str) -> Json:
    filled = planted(content(name))
    assert isinstance(filled, dict)
    if kind == "documents":
        filled |= facts_of(f"{NAME} {NUMBER}".encode() * 50)
    told = {"cause": f"{WORD} {NAME}", "source": {"system": WORD, "device": NAME}}
    return {**new_entry(kind, name), "content": filled, **told}


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
            _succeed(driven)
            _fail(driven)
            driven.printed.append(county.client.get("/metrics").text)
        finally:
            logging.root.handlers, logging.root.level = handlers, level
            capture.undo()
        yield driven


class _Paper:
    """Stands in for a terminal."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def write(self, text: str) -> int:
        self._lines.append(text)
        return len(text)

    def flush(self) -> None:
        pass


def _succeed(drive: Drive) -> None:
    """A life written into the record, in every kind of entry, corrected, closed and read."""
    basic = planted(
        content("personal-basic-information", identity_number=NUMBER, birth_date="1947-02-28", sex="male")
    )
    opened: Json = {
        "channel": "visit",
        "occurred_at": WHEN,
        "documents": [{"kind": "identity-card", "number": NUMBER}],
        "consent": {"by": "resident", "paper": "a" * 64},
        "record_number": RECORD_NUMBER,
        "login": login(LOGIN),
        "basic_information": {"content": basic},
    }
    record = drive.kept("/v1/records", opened, key=f"{WORD}-1")["record"]
    path = f"/v1/records/{record}"
    drive.kept("/v1/records", opened, key=f"{WORD}-1")
    drive.kept(f"{path}/programmes", entry("programmes", "programme-enrolment"))
    for kind, names in FORMS.items():
        for name in names if kind not in ("basic-information", "programmes", "follow-ups") else ():
            drive.kept(f"{path}/{kind}", entry(kind, name))
    for kind, issuer in (("passport", "CHN"), ("other", NAME)):
        document = {"kind": kind, "number": PASSPORT, "issuer": issuer}
        drive.kept(f"{path}/identities", {"document": document})
        found = drive.post("/v1/search", {"kind": kind, "value": PASSPORT, "issuer": issuer}).json()["found"]
        assert found
    _change(drive, path)
    for who, purpose in (("nurse", "care"), (LOGIN, "self")):
        for part in ("", "/events"):
            assert drive.get(path + part, who, purpose).status_code == 200
    assert drive.get(path + "/accesses", LOGIN, "self").status_code == 200
    staff = {
        "name": f"{NAME}医生",
        "login": login(f"{LOGIN}-doctor"),
        "licence": {"kind": NAME, "number": THIRD},
    }
    drive.kept(f"/v1/institutions/{drive.county.clinic}/practitioners", staff, "clerk", "management")


def _change(drive: Drive, path: str) -> None:
    kept = drive.post(f"{path}/problems", entry("problems", "problem"))
    correction = {**entry("problems", "problem"), "entry": kept.json()["entry"], "reason": f"{NAME} {NUMBER}"}
    del correction["form"]
    corrected = drive.post(f"{path}/corrections", correction, if_match=kept.headers["ETag"])
    retraction = {"entry": kept.json()["entry"], "reason": NAME}
    retracted = drive.post(f"{path}/retractions", retraction, if_match=corrected.headers["ETag"])
    closing = {"occurred_at": WHEN, "reason": "death", "note": f"{NAME} {WORD}"}
    closed = drive.post(f"{path}/closing", closing, if_match=retracted.headers["ETag"])
    reopened = drive.post(f"{path}/reopening", {"reason": f"{NAME}{NUMBER}"}, if_match=closed.headers["ETag"])
    assert [one.status_code for one in (kept, corrected, retracted, closed, reopened)] == [201] * 5, (
        reopened.text
    )


def _fail(drive: Drive) -> None:
    """A canary in every place where a request can be wrong."""
    county = drive.county
    card = {"kind": "identity-card", "number": NUMBER}
    asked = {"channel": "visit", "occurred_at": WHEN, "documents": [card], "consent": {"by": "resident"}}
    record = county.open_record()
    path = f"/v1/records/{record}/encounters"
    good = entry("encounters", "reception")
    bodies: list[object] = [
        b'{"' + NAME.encode(),
        {**good, NAME: NUMBER},
        {**good, "content": {NAME: NUMBER}},
        {**good, "content": {NUMBER: 1}},
        {**good, "content": NUMBER},
        {**good, "occurred_at": NUMBER},
        {**good, "form": NAME},
        {**good, "edition": NUMBER},
        {**good, "author": NUMBER},
        {**good, "author": NOWHERE},
        {**good, "cause": NAME * 200},
        {**good, "source": NAME},
        {**good, "source": {"system": NAME, NUMBER: 1}},
        {NAME: {NAME: [NUMBER, 1.5]}},
        [NAME, NUMBER],
        NAME,
        json.dumps({"content": NUMBER}).replace(NUMBER, NUMBER + "\\u0000").encode(),
        json.dumps({NAME: NAME}).replace(NAME, NAME + "\\ud800").encode(),
    ]
    for body in bodies:
        assert drive.post(path, body).status_code >= 400
    for changes in (
        {},
        {"documents": [{"kind": NAME, "number": NUMBER}]},
        {"documents": [{"kind": "identity-card", "number": NUMBER[:-1] + "Y"}]},
        {"documents": [{"kind": "identity-card", "number": SECOND}], "record_number": RECORD_NUMBER},
        {"record_number": NUMBER},
        {"channel": NAME},
        {"consent": {"by": NAME}},
        {"legal_basis": NAME, "consent": None},
        {"basic_information": {"content": {"name": NAME, "identity_number": NUMBER}}},
        {"login": {"issuer": ISSUER, "subject": LOGIN}, "documents": [{"kind": "temporary", "reason": NAME}]},
    ):
        assert drive.post("/v1/records", {**asked, **changes}).status_code >= 400
    _ask_wrongly(drive, record, good)


def _ask_wrongly(drive: Drive, record: str, good: Json) -> None:
    path = f"/v1/records/{record}/encounters"
    drive.get(f"/v1/records/{NUMBER}")
    drive.get(f"/v1/records/{quote(NAME)}")
    drive.get(f"/v1/records/{record}/{NUMBER}")
    drive.get(f"/v1/forms/{quote(NAME)}")
    drive.get(f"/problems/{NUMBER}")
    drive.get(f"/v1/logs/{NUMBER}/receipt-key")
    drive.get(f"/v1/records/{record}", **{NAME: NUMBER})
    drive.get(f"/v1/records/{record}", asof=NUMBER)
    drive.get(f"/v1/records/{record}", as_of=NUMBER)
    drive.get(f"/v1/records/{record}", version=NUMBER)
    drive.get(f"/v1/records/{record}", LOGIN, "self")
    drive.get(f"/v1/records/{record}", f"{LOGIN}-stranger", "care")
    drive.get(f"/v1/records/{record}", "nurse", WORD)
    drive.get(f"/v1/records/{NOWHERE}", "nurse", f"{WORD} {NUMBER}")
    drive.post(path, good, "nurse", "care", key=WORD * 30)
    drive.post(f"/v1/records/{record}/closing", good, if_match=NUMBER)
    drive.post("/v1/search", {"kind": "identity-card", "value": NUMBER}, "other-nurse")
    drive.post("/v1/search", {"kind": NAME, "value": NUMBER})
    drive.post("/v1/search", {"kind": "identity-card", "value": NUMBER[:-1]})
    lines = [
        {"key": WORD, "record": record, "collection": NAME, **good},
        {NAME: NUMBER},
        {**good, "key": NUMBER},
    ]
    headers = {**drive.county.headers("nurse", "care"), "Content-Type": "application/x-ndjson"}
    body = b"\n".join(json.dumps(line).encode() for line in lines) + b'\n{"' + NAME.encode()
    drive.county.client.post("/v1/batches", content=body, headers=headers)
    for header in ("Authorization", "Content-Type", "X-Request-Id", "User-Agent"):
        told = {**drive.county.headers("nurse", "care"), header: f"Bearer {NUMBER} {WORD}"}
        drive.answers.append(drive.county.client.post(path, content=json.dumps(good), headers=told))


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
        tables = [
            str(row[0])
            for row in connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'store'"
            )
        ]
        assert {"event", "content", "claim", "append_key", "stream", "snapshot", "log"} <= set(tables)
        for table in tables:
            rows = connection.execute(
                sql.SQL("SELECT * FROM store.{}").format(sql.Identifier(table))
            ).fetchall()
            held = b"\n".join(
                value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
            )
            assert found(held) == [], table


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

"""The server killed while people read: every byte of content that came out has its event in the log.

A client reads the sockets. What it got is compared with the log as the disk has it: for each answer of which
any content came, complete or broken off, an event of its own, with the SHA-256 of the bytes.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from store.database import APPENDER, Database
from store.wiring import open_log
from tests.api.listed import fold, open_named
from tests.api.reading_raw import Heard, asker, read_until_it_dies
from tests.api.served import Served, enrol, serving
from tests.api.test_crash import killed_in_the_end
from tests.api.uploading import variables_of
from tests.store.audit import audited

pytestmark = pytest.mark.slow

ROUNDS, CLIENTS, RECORDS = 4, 12, 6
NAME = "金丝雀"
READ, LISTED, SEARCHED = "access.read.v1", "access.listed.v1", "institution.searched.v1"
WAYS = ("", "/events", "/accesses", "/life-course")
SEARCH, ROSTER = "/v1/search", "/roster"


@dataclass(frozen=True)
class County:
    """A county that was served once, and what it needs to be served again."""

    served: Served
    folder: Path
    records: list[str]
    variables: dict[str, str]

    def requests(self) -> Iterator[tuple[str, bytes]]:
        """Questions at random, without end."""
        auditor = asker(self.served.headers("auditor", "audit"))
        staff = asker(self.served.headers("nurse", "care"))
        roster = f"/v1/institutions/{self.served.clinic}{ROSTER}"
        searched = json.dumps({"kind": "name", "value": NAME}).encode()
        while True:
            kind = random.randrange(8)
            if kind == 0:
                yield SEARCH, staff(SEARCH, searched)
            elif kind == 1:
                yield ROSTER, staff(roster, b"")
            else:
                path = f"/v1/records/{random.choice(self.records)}"
                way = random.choice(WAYS)
                yield path + way, (auditor if way == "/accesses" else staff)(path + way, b"")


@pytest.fixture(scope="module")
def county(database: Database, tmp_path_factory: pytest.TempPathFactory) -> County:
    folder = tmp_path_factory.mktemp("county")
    with serving(database, folder) as served:
        enrol(served, served.bureau, "auditor", "auditor")
        records = [open_named(served, NAME) for _ in range(RECORDS)]
        fold(served)
        return County(served, folder, records, variables_of(served, database))


def load(county: County, base: str, heard: list[Heard]) -> list[threading.Thread]:
    clients = [
        threading.Thread(target=read_until_it_dies, args=(base, county.requests(), heard))
        for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    return clients


def events(county: County, database: Database) -> dict[str, list[dict[str, object]]]:
    """The contents of all access events of the log, after a check of the whole log, by topic."""
    log = open_log(
        dsn=database.dsn(APPENDER), keys=county.folder / "keys", origin=county.served.service.opened.origin
    )
    try:
        rows = audited(log)
    finally:
        log.close()
    told: dict[str, list[dict[str, object]]] = {READ: [], LISTED: [], SEARCHED: []}
    for row in rows:
        if row.topic in told:
            told[row.topic].append(json.loads(row.parts["body"].value))
    return told


def unrecorded(heard: Sequence[Heard], told: dict[str, list[dict[str, object]]]) -> list[str]:
    """The answers of which content came out, and that the log knows nothing of."""
    digests = Counter(str(one["body_sha256"]) for one in told[READ])
    views = Counter((str(one["record"]), str(one["view"])) for one in told[READ])
    listed = Counter(str(one["record"]) for one in told[LISTED])
    searched = Counter(str(one["key_kind"]) for one in told[SEARCHED])
    missing = []
    for one in heard:
        if not one.has_content:
            continue
        if one.asked in (SEARCH, ROSTER):
            searched["name" if one.asked == SEARCH else "roster"] -= 1
            missing += [one.asked for left in searched.values() if left < 0]
            if one.is_whole:
                shown = [row["record"] for row in next(iter(_lists(one.body)))]
                listed.subtract(shown)
                missing += [f"{one.asked}: {record}" for record in shown if listed[record] < 0]
            continue
        view = one.asked.split("/")[3], one.headers["view-edition"]
        views[view] -= 1
        missing += [one.asked] if views[view] < 0 else []
        if one.is_whole:
            digests[one.digest] -= 1
            missing += [f"{one.asked}: {one.digest}"] if digests[one.digest] < 0 else []
    return missing


def _lists(body: bytes) -> list[list[dict[str, str]]]:
    return [value for value in json.loads(body).values() if isinstance(value, list)]


def test_killed_at_any_moment_the_log_knows_of_every_byte_that_came_out(
    county: County, database: Database
) -> None:
    heard: list[Heard] = []
    for _ in range(ROUNDS):
        before = len(heard)
        with killed_in_the_end(county.folder, county.variables) as base:
            clients = load(county, base, heard)
            while len(heard) < before + 5 * CLIENTS:
                time.sleep(0.005)
            time.sleep(random.uniform(0, 0.2))
        for client in clients:
            client.join()

    told = events(county, database)

    assert {one.status for one in heard if one.is_whole} == {b"200"}
    answered = Counter(one.asked.rpartition("/")[2] for one in heard if one.is_whole)
    assert {"search", "roster", "events", "accesses", "life-course"} <= answered.keys()
    assert unrecorded(heard, told) == []
    # The kills came in between: somebody's access is told who got no answer to it.
    assert sum(not one.is_whole for one in heard) >= ROUNDS
    shown = sum(one.has_content for one in heard)
    assert len(told[READ]) + len(told[SEARCHED]) > shown


def test_killed_between_folding_and_recording_nothing_has_come_out(
    county: County, database: Database
) -> None:
    """Somebody holds the log's row: everything is folded, and nothing can be recorded."""
    heard: list[Heard] = []
    with psycopg.connect(database.admin) as holder:
        with killed_in_the_end(county.folder, county.variables) as base:
            position = holder.execute(
                "SELECT (SELECT max(position) FROM store.event) FROM store.log FOR UPDATE"
            ).fetchone()
            clients = load(county, base, heard)
            time.sleep(1.5)  # a hundred times as long as an answer takes

            assert len(heard) == CLIENTS
            assert [one.raw for one in heard if one.raw] == []
        for client in clients:
            client.join()
        holder.rollback()

        last = holder.execute("SELECT max(position) FROM store.event").fetchone()
    assert [bytes(one.raw) for one in heard if one.raw] == []
    assert last == position

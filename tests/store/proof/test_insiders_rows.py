"""Whoever edits the rows beside the events, so that people are refused or not found, is found out by them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.adoption import STARTING
from domain.log_commands import tell_rotation
from domain.ports import Claim
from domain.record import Record
from domain.requests import NewPractitioner
from domain.values import JsonObject
from store import connect
from store.connect import Connection
from store.database import PUBLISHER, Database
from store.event_log import StoredLog
from store.proof.verify.findings import Kind
from store.proof.verify.rows import check_rows
from store.wiring import OpenLog
from tests.builders import COUNTY, KEEPER, LI_ID, identity_number, login
from tests.county import County
from tests.store.logs import opened, unused_log_no

Found = list[tuple[Kind, UUID | None, int | None]]
CLAIM = "WHERE log_no = %s AND namespace = %s AND stream_id = %s"


class World:
    """A county with two records on a real log, and somebody with all rights on its database."""

    def __init__(self, log: OpenLog, db: Connection, admin: str) -> None:
        self.log, self.db, self.admin = log, db, admin
        self.county = County()
        self.record = self.county.open_record()
        self.other = self.county.open_record(LI_ID, "li")

    def execute(self, statement: str, *arguments: object, table: str = "stream") -> None:
        """As the superuser, behind the trigger that keeps streams, or events."""
        with psycopg.connect(self.admin) as db:
            db.execute(f"ALTER TABLE store.{table} DISABLE TRIGGER ALL".encode())
            assert db.execute(statement.encode(), arguments).rowcount == 1
            db.execute(f"ALTER TABLE store.{table} ENABLE ALWAYS TRIGGER append_only".encode())

    def claim(self, statement: str, namespace: str, stream: UUID, *first: object) -> None:
        self.execute(f"{statement} {CLAIM}", *first, self.log.log_no, namespace, stream)

    def insert(self, claim: Claim, stream: UUID, position: int) -> None:
        hashed = self.log.hasher.claim(claim)
        values = (self.log.log_no, hashed.namespace, hashed.value_hash, stream, position)
        self.execute("INSERT INTO store.claim VALUES (%s, %s, %s, %s, %s)", *values)

    def first(self, stream: UUID, topic: str) -> int:
        """The position of the stream's first event of a topic."""
        told = self.county.log.read(stream)
        return next(one.stored.position for one in told if one.stored.topic == topic)

    def found(self, *, with_keys: bool = True) -> Found:
        keys = self.log.keys if with_keys else None
        found = check_rows(self.db, self.log.log_no, self.log.origin, keys)
        return [(one.kind, one.stream, one.position) for one in found]


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with ExitStack() as stack:
        log = stack.enter_context(opened(database, unused_log_no(), tmp_path / "keys"))
        monkeypatch.setattr("tests.county.MemoryLog", lambda clock: StoredLog(log))
        db = stack.enter_context(closing(connect.plain(database.dsn(PUBLISHER))))
        yield World(log, db, database.admin)


def test_what_was_done_by_the_rules_is_clean_with_keys_and_without(world: World) -> None:
    county = world.county
    leaver = county.records.enrol_practitioner(
        COUNTY, county.clinic, NewPractitioner("甲", login("leaver"))
    ).practitioner
    county.records.practitioner_leaves(COUNTY, county.clinic, leaver)
    county.records.enrol_practitioner(COUNTY, county.other_clinic, NewPractitioner("甲", login("leaver")))

    assert world.found() == world.found(with_keys=False) == []


def test_of_a_log_in_many_ranges_each_stream_is_looked_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.proof.verify.rows.EVENTS", 2)
    world.claim("DELETE FROM store.claim", "identity", world.record)

    linked = world.first(world.record, "record.identity-linked.v1")
    assert world.found() == [("claim-missing", world.record, linked)]


@pytest.mark.parametrize("with_keys", [True, False])
def test_streams_hidden_from_their_category_are_found(world: World, with_keys: bool) -> None:
    nobody, log_no = uuid4(), world.log.log_no
    own = " WHERE log_no = %s AND stream_id = %s"
    world.execute("UPDATE store.stream SET category = 'access'" + own, log_no, world.record)
    world.execute("DELETE FROM store.stream" + own, log_no, world.other)
    world.execute("INSERT INTO store.stream VALUES (%s, %s, 'record')", log_no, nobody)

    assert set(world.found(with_keys=with_keys)) == {
        ("stream-category", world.record, None),
        ("stream-missing", world.other, None),
        ("stream-empty", nobody, None),
    }


def test_a_claim_taken_away_so_that_a_second_record_can_be_opened_is_found(world: World) -> None:
    world.claim("DELETE FROM store.claim", "identity", world.record)
    world.claim("DELETE FROM store.claim", "record-number", world.other)

    assert set(world.found()) == {
        ("claim-missing", world.record, world.first(world.record, "record.identity-linked.v1")),
        ("claim-missing", world.other, world.first(world.other, "record.created.v1")),
    }
    assert world.found(with_keys=False) == [
        ("claim-missing", world.other, world.first(world.other, "record.created.v1"))
    ]


def test_a_claim_made_up_so_that_somebody_is_refused_is_found(world: World) -> None:
    begins = world.first(world.record, "record.created.v1")
    world.insert(Claim("identity", "1:a4:made"), world.record, begins)
    world.insert(Claim("record-number", "11010100100100042"), world.record, begins)

    assert world.found() == [("claim-unmade", world.record, begins)] * 2
    assert world.found(with_keys=False) == [("claim-unmade", world.record, begins)]


@pytest.mark.parametrize(
    "namespace", ["identity", "login:resident", "source", "upload", "card", "unheard-of"]
)
def test_a_claim_of_no_event_at_all_is_found(world: World, namespace: str) -> None:
    nobody, opened_record = uuid4(), world.record
    last = world.county.log.read(opened_record)[-1].stored.position
    world.insert(Claim(namespace, "made up"), nobody, last)
    world.insert(Claim(namespace, "made up, too"), opened_record, last + 1000)

    expected = {("claim-unmade", nobody, last), ("claim-unmade", opened_record, last + 1000)}
    assert set(world.found()) == set(world.found(with_keys=False)) == expected


def test_a_source_id_that_was_never_imported_is_found(world: World) -> None:
    begins = world.first(world.record, "record.created.v1")
    world.insert(Claim("source", "elsewhere|1"), world.record, begins)

    assert world.found() == [("claim-unmade", world.record, begins)]


def test_a_login_led_to_another_record_is_found_with_both(world: World) -> None:
    world.claim("UPDATE store.claim SET stream_id = %s", "login:resident", world.record, world.other)

    linked = [
        one.stored.position
        for one in world.county.log.read(world.record)
        if one.stored.topic == "record.identity-linked.v1"
    ]
    begins = world.first(world.record, "record.created.v1")
    assert set(world.found()) == {
        ("claim-elsewhere", world.record, linked[-1]),
        ("claim-unmade", world.other, begins),
    }


def test_a_claim_that_names_another_event_of_its_stream_is_found(world: World) -> None:
    later = world.county.records.renumber_record(
        KEEPER, world.record, world.county.log.read(world.record)[-1].stored.version, "error"
    ).stored[0].position  # fmt: skip
    world.claim("UPDATE store.claim SET position = %s", "identity", world.record, later)

    assert world.found() == [("claim-place", world.record, later)]


def test_the_claims_of_the_logs_own_stream_are_looked_at_too(world: World) -> None:
    """By them the stream is found, and the event from which on other keys sign."""
    log = world.county.log
    assert isinstance(log, StoredLog)
    positions = [_rotated(log, world.county, generation) for generation in (2, 3)]
    assert world.found() == world.found(with_keys=False) == []
    own, position = log.find_claim("log", "own"), positions[-1]

    world.execute("DELETE FROM store.claim WHERE log_no = %s AND namespace = 'log'", world.log.log_no)
    world.execute(
        "DELETE FROM store.claim WHERE log_no = %s AND namespace = 'signing-key' AND position = %s",
        world.log.log_no,
        position,
    )

    expected = {("claim-missing", own, position - 1), ("claim-missing", own, position)}
    assert set(world.found()) == set(world.found(with_keys=False)) == expected


def _rotated(log: StoredLog, county: County, generation: int) -> int:
    """The position of the event that tells of a generation of keys."""
    told: JsonObject = {"signs": "checkpoint", "generation": generation, "text": ""}
    told |= {"old": [], "new": [], "signatures": []}
    answer = tell_rotation(log, county.records.gate, STARTING, told)
    assert answer is not None
    return answer.stored[0].position


def test_of_an_erased_record_the_numbers_are_still_counted(world: World) -> None:
    begins = world.first(world.record, "record.created.v1")
    assert world.county.log.load(Record, world.record) is not None
    world.log.keys.destroy(world.record)
    assert world.found() == []

    world.insert(Claim("record-number", "11010100100100042"), world.record, begins)
    assert world.found() == [("claim-unmade", world.record, begins)]


def test_what_is_appended_meanwhile_is_no_finding(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.proof.verify.rows.EVENTS", 5)
    numbers = [identity_number("19700101", sequence) for sequence in range(10, 40)]

    with ThreadPoolExecutor(1) as somebody:
        opening = [somebody.submit(world.county.open_record, number, None) for number in numbers]
        while not opening[-1].done():
            assert world.found() == []
    assert world.found() == []

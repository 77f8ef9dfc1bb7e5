"""`lifelong publish`: what it tells, and both ways out behind a fence."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.errors import LogFenced
from evidence import note
from evidence.checkpoint import Checkpoint
from store import connect
from store.database import APPENDER, PUBLISHER, Database, embedded_database
from store.postgres import EmbeddedServer
from store.proof import checkpoints, fence, heads
from store.proof.publishing import leads
from store.proof.refill import ADDED, CHANGED, CLAIMS, EVENTS, STREAMS
from store.proof.rows import over
from store.proof.timestamping import Authority
from store.settings import Settings
from store.wiring import open_log
from tests.store.proof.witnesses import running
from tools import authority, publish
from tools import publishing as publishing_module
from tools.output import CommandFailed
from tools.publishing import Publishing, publisher
from tools.ready import make_ready

names = (f"published_{number}" for number in count(1))
TABLES = (STREAMS, *EVENTS, *ADDED, *CHANGED, CLAIMS)


@dataclass
class World:
    """A deployment, as an operator's commands see it."""

    database: Database
    settings: Settings

    def append(self, events: int, to: tuple[UUID, int] | None = None) -> UUID:
        """On a stream of their own, or on one that has so many."""
        stream, before = to or (uuid4(), 0)
        opened = open_log(
            dsn=self.database.dsn(APPENDER),
            keys=self.settings.data / "keys",
            origin=self.settings.origin,
            log_no=self.settings.log_no,
        )
        with closing(opened):
            opened.recorder.insert_events(
                [
                    StoredEvent(stream, version, "test:thing", b"{}")
                    for version in range(before + 1, before + events + 1)
                ]
            )
        return stream

    def publish(self) -> None:
        publish.once(self.settings, as_json=False)

    def list_heads(self) -> None:
        """Of what is published."""
        with closing(connect.plain(self.database.dsn(PUBLISHER))) as db:
            published = checkpoints.published(over(db), self.settings.log_no)
            assert published is not None
            heads.make(db, self.settings.log_no, published.size)

    def execute(
        self, statement: str, *arguments: object
    ) -> list[tuple[Any, ...]]:  # Any: as the database has it
        with psycopg.connect(self.database.admin, autocommit=True) as db:
            done = db.execute(statement.encode(), arguments)
            return done.fetchall() if done.description else []

    def rows(self) -> Mapping[str, list[tuple[Any, ...]]]:
        """Everything of the log."""
        return {
            table: self.execute(f"SELECT * FROM {table} AS one WHERE log_no = 1 ORDER BY one::text")
            for table in TABLES
        }

    @property
    def fence(self) -> fence.Fence | None:
        with closing(connect.plain(self.database.dsn(PUBLISHER))) as db:
            return fence.standing(db, self.settings.log_no)


class Worlds:
    """Databases on the tests' server, each a copy of another if asked."""

    def __init__(self, cluster: EmbeddedServer, template: str, folder: Path) -> None:
        self._cluster, self._template, self._folder = cluster, template, folder
        self._names: dict[int, str] = {}

    def new(self) -> World:
        return self._made(self._template)

    def copy(self, world: World) -> World:
        """As it is now; nobody may be connected to it."""
        return self._made(self._names[id(world)])

    def _made(self, template: str) -> World:
        name = next(names)
        database = embedded_database(self._cluster, name, template=template)
        settings = Settings(dsn=database.admin, data=self._folder, origin="lifelong.example/test/1")
        world = World(database, settings)
        self._names[id(world)] = name
        return world


@pytest.fixture
def worlds(cluster: EmbeddedServer, template: str, tmp_path: Path) -> Iterator[Worlds]:
    yield Worlds(cluster, template, tmp_path)


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:  # Any: JSON
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return told


def test_status_tells_how_far_everything_is(worlds: Worlds, capsys: pytest.CaptureFixture[str]) -> None:
    world = worlds.new()
    world.append(3)
    assert publish.status(world.settings, as_json=True) == 0
    first = said(capsys)
    assert (first["events"], first["published"], first["second_place"], first["fence"]) == (3, 0, None, None)
    assert 0 <= first["waiting_s"] < 60
    world.publish()
    capsys.readouterr()

    assert publish.status(world.settings, as_json=True) == 0
    told = said(capsys)

    assert (told["published"], told["second_place"], told["waiting_s"]) == (3, 3, None)
    assert (told["witnessed"], told["time_stamped"], told["heads_listed"]) == (None, None, None)
    assert publish.status(world.settings, as_json=False) == 0
    assert "published: 3\n" in capsys.readouterr().out


def test_events_that_wait_longer_than_promised_are_a_finding(worlds: Worlds) -> None:
    world = worlds.new()
    world.append(1)
    world.execute("ALTER TABLE store.event DISABLE TRIGGER ALL")
    world.execute("UPDATE store.event SET recorded_at = recorded_at - interval '61 seconds'")

    assert publish.status(world.settings, as_json=True) == 1


def test_once_asks_the_witnesses_too(
    worlds: Worlds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds.new()
    world.append(5)
    world.publish()
    with closing(connect.plain(world.database.dsn(PUBLISHER))) as db:
        row = checkpoints.published(over(db), 1)
    assert row is not None
    keys = _vkeys(world.settings)
    with running(tmp_path, 1, world.settings.origin, keys) as witness:
        policy = tmp_path / "policy"
        policy.write_text(
            f"log {keys[0]}\nwitness w {witness.verifier} {witness.url}\nwitness away "
            f"{note.Verifier.of('away', note.COSIGNATURE, bytes(32))} http://127.0.0.1:1\nquorum w\n"
        )
        settings = replace(world.settings, witnesses=policy)
        capsys.readouterr()
        publish.once(settings, as_json=True)
        assert said(capsys) == {"size": 5, "missing": ["away"]}
        publish.status(settings, as_json=True)
        assert said(capsys)["witnessed"] == 5


def _vkeys(settings: Settings) -> list[note.Verifier]:
    from store.keys import open_key_store
    from store.proof.keys import checkpoint_signers

    with closing(open_key_store(settings.data / "keys", begin=False)) as keys:
        return [one.verifier for one in checkpoint_signers(settings.origin, keys)]


def test_an_empty_log_has_nothing_to_publish(worlds: Worlds, capsys: pytest.CaptureFixture[str]) -> None:
    world = worlds.new()
    world.append(1)
    world.execute("ALTER TABLE store.event DISABLE TRIGGER ALL")
    world.execute("DELETE FROM store.content")
    world.execute("DELETE FROM store.event")

    publish.once(world.settings, as_json=True)

    assert said(capsys) == {"size": 0, "missing": []}


def restored(worlds: Worlds) -> tuple[World, World]:
    """A backup that was put back, and the database that it was taken of, which knows more."""
    lost = worlds.new()
    stream = lost.append(300)
    claim = "INSERT INTO store.claim VALUES (1, 'test', %s, %s, %s)"
    lost.execute(claim, bytes([1]) * 32, uuid4(), 4)
    lost.execute(claim, bytes([2]) * 32, uuid4(), 4)
    blob, record = uuid4(), uuid4()
    lost.execute(
        """INSERT INTO store.blob (log_no, blob_id, record_id, caller_hash, length, received, key_generation)
           VALUES (1, %s, %s, %s, 9, 4, 1)""",
        blob,
        record,
        bytes(32),
    )
    lost.execute("INSERT INTO store.blob_chunk VALUES (1, %s, 0, 'four')", blob)
    lost.publish()
    lost.list_heads()
    backup = worlds.copy(lost)
    lost.append(399)
    lost.append(1, to=(stream, 300))
    lost.execute("DELETE FROM store.claim WHERE value_hash = %s", bytes([1]) * 32)
    lost.execute("UPDATE store.claim SET stream_id = %s WHERE value_hash = %s", uuid4(), bytes([2]) * 32)
    lost.execute(claim, bytes([3]) * 32, uuid4(), 310)
    lost.execute(
        "UPDATE store.blob SET received = 9, state = 'clean', sha256 = %s, sha512 = %s", bytes(32), bytes(64)
    )
    lost.execute("UPDATE store.blob_chunk SET ciphertext = 'all nine'")
    lost.execute("INSERT INTO store.append_key VALUES (now(), 5, 1, 1, %s, %s)", bytes(32), bytes(32))
    lost.publish()
    lost.list_heads()
    lost.append(2)
    return backup, lost


def test_a_restored_backup_is_refilled_from_a_copy_that_knows_more(
    worlds: Worlds, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, lost = restored(worlds)
    with pytest.raises(CommandFailed, match="fenced"):
        backup.publish()
    assert backup.fence is not None and (backup.fence.reason, backup.fence.size) == ("behind", 700)
    with pytest.raises(Exception) as refused:
        backup.append(1)
    assert isinstance(refused.value.__cause__, LogFenced)
    assert publish.status(backup.settings, as_json=True) == 1
    assert said(capsys)["fence"] == "behind"

    publish.refill(backup.settings, lost.database.admin, as_json=True)

    assert said(capsys) == {"before": 300, "after": 702}
    assert backup.fence is None
    assert backup.rows() == lost.rows()
    backup.append(1)
    backup.publish()
    assert publish.status(backup.settings, as_json=True) == 0
    with pytest.raises(CommandFailed, match="nothing to refill"):
        publish.refill(backup.settings, lost.database.admin, as_json=True)


def test_a_second_place_that_is_lost_is_begun_anew_by_an_operator_alone(
    worlds: Worlds, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds.new()
    with pytest.raises(CommandFailed, match="nothing was published yet"):
        publish.begin_place(world.settings, as_json=True)
    world.append(3)
    world.publish()
    with pytest.raises(CommandFailed, match="nothing was changed"):
        publish.begin_place(world.settings, as_json=True)
    shutil.rmtree(world.settings.second_place.folder)
    assert publish.status(world.settings, as_json=True) == 1

    for refused in (
        world.publish,
        lambda: publish.refill(world.settings, world.database.admin, as_json=True),
        lambda: publish.close(world.settings, NEXT, "x", as_json=True),
    ):
        with pytest.raises(CommandFailed, match="begin-place"):
            refused()
    assert world.fence is not None and (world.fence.reason, world.fence.size) == ("unmeasured", 3)
    with pytest.raises(Exception) as fenced:
        world.append(1)
    assert isinstance(fenced.value.__cause__, LogFenced)

    capsys.readouterr()
    publish.begin_place(world.settings, as_json=True)
    assert said(capsys) == {"size": 3}
    assert world.fence is None
    world.append(1)
    world.publish()
    assert publish.status(world.settings, as_json=True) == 0


def test_a_database_that_is_not_what_it_published_begins_no_second_place(worlds: Worlds) -> None:
    world = worlds.new()
    world.append(3)
    world.publish()
    world.settings.second_place.path.unlink()
    world.execute("ALTER TABLE store.event DISABLE TRIGGER ALL")
    world.execute("DELETE FROM store.event WHERE position = 3")

    with pytest.raises(CommandFailed, match="lifelong verify"):
        publish.begin_place(world.settings, as_json=True)

    assert world.settings.second_place.read() is None
    world.settings.second_place.path.write_bytes(b"no checkpoint")
    with pytest.raises(CommandFailed, match="nothing was changed"):
        publish.begin_place(world.settings, as_json=True)


@pytest.mark.parametrize("publishes", [True, False], ids=["publishes", "publishes elsewhere"])
def test_who_serves_measures_by_a_second_place_that_is_here(worlds: Worlds, *, publishes: bool) -> None:
    """Where only another machine publishes its disk need not be here."""
    world = worlds.new()
    world.append(3)
    world.publish()
    settings = replace(world.settings, publish=publishes)
    assert settings.measured_by == world.settings.second_place
    world.settings.second_place.path.unlink()

    opened = open_log(
        dsn=world.database.dsn(APPENDER),
        keys=settings.keys,
        origin=settings.origin,
        place=settings.measured_by,
    )

    with closing(opened):  # what is there is read
        assert opened.reader.last_position() == 3
    assert (world.fence is not None) == publishes


@pytest.mark.parametrize("harm", ["behind-too", "changed", "repaired", "gap", "other-keys"])
def test_a_copy_that_is_not_the_published_log_changes_nothing(worlds: Worlds, harm: str) -> None:
    backup, lost = restored(worlds)
    lost.execute("ALTER TABLE store.event DISABLE TRIGGER ALL")
    lost.execute("ALTER TABLE store.log DISABLE TRIGGER ALL")
    changes = {
        "behind-too": "DELETE FROM store.event WHERE position > 699",
        "changed": "UPDATE store.event SET envelope = envelope || ' ' WHERE position = 500",
        "repaired": """UPDATE store.event SET envelope = envelope || ' ',
            leaf_hash = sha256('\\x00'::bytea || envelope || ' ') WHERE position = 500""",
        "gap": "DELETE FROM store.event WHERE position = 500",
        "other-keys": f"UPDATE store.log SET key_store = '\\x{'00' * 32}'",
    }
    lost.execute(changes[harm])
    before = backup.rows()

    with pytest.raises(CommandFailed, match="nothing was changed"):
        publish.refill(backup.settings, lost.database.admin, as_json=True)

    assert backup.rows() == before
    assert backup.fence is not None and backup.fence.reason == "behind"


def test_a_database_that_does_not_answer_is_told_without_its_address(worlds: Worlds) -> None:
    backup, _ = restored(worlds)

    with pytest.raises(CommandFailed) as failed:
        publish.refill(backup.settings, "host=127.0.0.1 port=1 password=secret", as_json=True)
    assert failed.value.status == 3 and "secret" not in str(failed.value)


NEXT = "lifelong.example/test/2"


def own_event(world: World, log_no: int, topic: str) -> tuple[int, str]:
    """The log's only event of a topic: its position, and what it says."""
    opened = open_log(
        dsn=world.database.dsn(APPENDER),
        keys=world.settings.data / "keys",
        origin=world.settings.origin,
        log_no=log_no,
    )
    with closing(opened):
        (one,) = [one for one in opened.recorder.select_notifications(1, 10_000) if one.topic == topic]
        return one.id, one.state.decode()


def test_a_log_is_closed_in_good_order_and_the_next_one_begins_with_its_last_checkpoint(
    worlds: Worlds, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds.new()
    world.append(5)
    publish.close(world.settings, NEXT, "两县合并", as_json=False)
    assert "lifelong publish adopt" in capsys.readouterr().out

    assert world.fence is not None and (world.fence.reason, world.fence.size) == ("closed", 6)
    with pytest.raises(Exception) as refused:
        world.append(1)
    assert isinstance(refused.value.__cause__, LogFenced)
    last = world.settings.second_place.path.read_bytes()
    told = Checkpoint.parse(note.parts(last)[0])
    assert told.size == 6

    after = World(world.database, replace(world.settings, origin=NEXT, log_no=2))
    publish.adopt(after.settings, world.settings.second_place.path, "两县合并", as_json=True)
    assert said(capsys) == {"origin": "lifelong.example/test/1", "size": 6, "position": 1}
    position, adopted = own_event(after, 2, "log.adopted.v1")
    assert position == 1
    for fact in (told.root.hex(), sha256(last).hexdigest(), told.origin):
        assert fact in adopted
    closed_at, closed = own_event(world, 1, "log.closed.v1")
    assert closed_at == 6 and NEXT in closed
    with pytest.raises(CommandFailed, match="begun already"):
        publish.adopt(after.settings, world.settings.second_place.path, "x", as_json=True)
    publish.close(world.settings, NEXT, "两县合并", as_json=True)
    assert said(capsys)["size"] == 6


def test_a_log_that_lost_its_tail_is_closed_where_it_was_published(
    worlds: Worlds, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing more can be told in it: the next log's word stands alone."""
    backup, _ = restored(worlds)
    last = backup.settings.second_place.path.read_bytes()
    publish.close(backup.settings, NEXT, "数据库丢失", as_json=True)

    assert said(capsys) == {"closed": "lifelong.example/test/1", "size": 700, "next": NEXT}
    assert backup.fence is not None and (backup.fence.reason, backup.fence.size) == ("closed", 700)
    assert backup.settings.second_place.path.read_bytes() == last
    with pytest.raises(CommandFailed, match="closed"):
        backup.publish()
    after = replace(backup.settings, origin=NEXT, log_no=2)
    publish.adopt(after, backup.settings.second_place.path, "数据库丢失", as_json=True)
    assert said(capsys)["size"] == 700


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "lifelong.example/test/1"])
def test_the_next_log_has_a_name_of_its_own(worlds: Worlds, origin: str) -> None:
    with pytest.raises(CommandFailed):
        publish.close(worlds.new().settings, origin, "x", as_json=True)


def test_only_a_checkpoint_of_another_log_is_adopted(worlds: Worlds, tmp_path: Path) -> None:
    world = worlds.new()
    world.append(1)
    world.publish()
    place = world.settings.second_place.path
    nothing = tmp_path / "nothing"
    nothing.write_text("nothing")

    for settings, path in (
        (world.settings, place),
        (replace(world.settings, origin=NEXT, log_no=2), nothing),
        (replace(world.settings, origin=NEXT), place),
    ):
        with pytest.raises(CommandFailed):
            publish.adopt(settings, path, "x", as_json=True)


def test_while_another_leads_once_waits_for_it(worlds: Worlds, capsys: pytest.CaptureFixture[str]) -> None:
    world = worlds.new()
    world.append(1)
    publishing = Publishing.of(world.settings, world.database)
    with publisher(replace(publishing, every_s=0.05)):
        for size in (2, 3):
            world.append(1)
            publish.once(world.settings, as_json=True)
            assert said(capsys)["size"] == size


def test_another_that_leads_and_does_nothing_is_not_waited_for_without_end(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = worlds.new()
    world.append(1)
    monkeypatch.setattr(publishing_module, "PATIENCE_S", 0.2)
    with closing(connect.plain(world.database.dsn(PUBLISHER))) as db:
        assert leads(db, 1)
        with pytest.raises(TimeoutError):
            publish.once(world.settings, as_json=True)


def test_an_export_is_made_ready_as_far_as_it_goes(
    worlds: Worlds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds.new()
    world.append(4)
    made = authority.begin(tmp_path / "tsa")
    stamping = Authority(None, made.command, made.chain, made.revocation)
    publishing = replace(Publishing.of(world.settings, world.database), tsa=stamping)
    make_ready(publishing)
    publish.status(world.settings, as_json=True)
    told = said(capsys)
    assert (told["published"], told["heads_listed"], told["time_stamped"]) == (5, 4, 5)

    make_ready(replace(publishing, tsa=replace(stamping, command=("false",)), witnesses=tmp_path / "none"))

    told_words = capsys.readouterr().err
    assert "without the witnesses' word" in told_words and "without a time-stamp" in told_words
    publish.status(world.settings, as_json=True)
    assert said(capsys)["published"] == 6

"""Checkpoints are time-stamped behind the publication; what was not said, or said wrong, is not kept."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evidence.errors import ProofError
from evidence.timestamp import Token, certificates, check_token
from store import connect
from store.connect import Connection
from store.database import PUBLISHER, Database
from store.proof import checkpoints, timestamping
from store.proof.keys import checkpoint_signers
from store.proof.publisher import Published, Publisher
from store.proof.rows import over
from store.proof.second_place import SecondPlace
from store.proof.serving import PublishedLog
from store.proof.timestamping import Authority, AuthorityAway, StampingThread, is_due, stamp, stamp_newest
from store.proof.verify.running import Task, verify
from store.proof.verify.tokens import TokensChecked
from store.settings import Settings, SettingsError
from store.wiring import OpenLog
from tests.store.logs import new_log
from tests.store.proof.witnesses import serving
from tools import authority

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="not installed: openssl")


class World:
    def __init__(self, log: OpenLog, db: Connection, published: Published, folder: Path) -> None:
        self.log, self.db, self.published = log, db, published
        self.made = authority.begin(folder / "tsa")
        self.authority = Authority(None, self.made.command, self.made.chain, self.made.revocation)

    def publish(self) -> int:
        self.log.recorder.insert_events([StoredEvent(uuid4(), 1, "test:thing", b"{}")])
        row = Publisher(self.published, self.db).publish()
        assert row is not None
        return row.size

    def stamp(self, by: Authority | None = None) -> Token:
        newest = checkpoints.published(over(self.db), self.log.log_no)
        assert newest is not None
        return stamp(self.db, self.log.log_no, newest, by or self.authority)

    def tokens(self) -> list[tuple[int, str]]:
        found = self.db.execute(
            "SELECT size, authority FROM proof.token WHERE log_no = %s ORDER BY size", [self.log.log_no]
        )
        return found.fetchall()

    def wrong(self, *, trusted: bool = True) -> list[int | None]:
        """Checkpoints of which `lifelong verify` finds the token wrong."""
        roots = certificates(self.made.chain.read_bytes()) if trusted else None
        check = TokensChecked(roots)
        found = [one.size for one in check.run(over(self.db), self.log.log_no, self.log.origin)]
        assert check.tokens == len(self.tokens())
        return found


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        log = stack.enter_context(new_log(database))
        dsn = database.dsn(PUBLISHER)
        db = stack.enter_context(closing(connect.plain(dsn)))
        place = SecondPlace(tmp_path / "second", log.log_no)
        signers = checkpoint_signers(log.origin, log.keys)
        yield World(log, db, Published(dsn, log.log_no, log.origin, signers, place), tmp_path)


def test_a_token_is_over_the_note_as_it_stood_and_kept_with_what_checks_it(world: World) -> None:
    size = world.publish()
    world.db.execute(
        "INSERT INTO proof.cosignature (log_no, size, key, line) VALUES (%s, %s, 'x', %s)",
        [world.log.log_no, size, "— x AAAAAAAA\n".encode()],
    )
    token = world.stamp()

    assert token.note == PublishedLog(over(world.db), world.log.log_no).checkpoint()
    assert token.note.endswith(b"x AAAAAAAA\n")
    assert (token.chain, token.revocation) == (
        world.made.chain.read_bytes(),
        world.made.revocation.read_bytes(),
    )
    assert world.tokens() == [(size, "command openssl")]
    assert world.wrong() == world.wrong(trusted=False) == []


def test_the_newest_is_stamped_once(world: World) -> None:
    assert stamp_newest(world.db, world.log.log_no, world.authority) is None
    sizes = []
    for _ in range(2):
        sizes.append(world.publish())
        for _ in range(2):
            row = stamp_newest(world.db, world.log.log_no, world.authority)
            assert row is not None and row.size == sizes[-1]
    assert [size for size, _ in world.tokens()] == sizes


def test_a_token_is_due_when_the_last_is_old(world: World) -> None:
    world.publish()
    often = replace(world.authority, every_s=0.2)

    assert is_due(world.db, world.log.log_no, world.authority)
    world.stamp()
    assert not is_due(world.db, world.log.log_no, world.authority)
    assert is_due(world.db, world.log.log_no, replace(world.authority, command=("another",)))
    time.sleep(0.25)
    assert is_due(world.db, world.log.log_no, often)


def test_at_work_it_stamps_what_is_published(world: World) -> None:
    often = replace(world.authority, every_s=0.05)
    with StampingThread(world.published.dsn, world.log.log_no, often):
        for _ in range(2):
            size, until = world.publish(), time.monotonic() + 20
            while (size, often.name) not in world.tokens() and time.monotonic() < until:
                time.sleep(0.02)
            assert (size, often.name) in world.tokens()


def test_over_http_it_is_asked_as_the_protocol_says(world: World) -> None:
    async def answer(request: Request) -> Response:
        assert request.headers["Content-Type"] == "application/timestamp-query"
        asked = await request.body()
        done = subprocess.run(world.made.command, input=asked, capture_output=True, check=True)
        return Response(done.stdout, media_type="application/timestamp-reply")

    world.publish()
    with serving(Starlette(routes=[Route("/", answer, methods=["POST"])])) as url:
        token = world.stamp(replace(world.authority, address=f"{url}/", command=()))
        assert world.tokens() == [(1, f"{url}/")]
    assert check_token(token)


@pytest.mark.parametrize("harm", ["status", "flood", "off", "no-address"])
def test_an_authority_that_does_not_answer_is_away(world: World, harm: str) -> None:
    async def answer(request: Request) -> Response:
        return Response(b"", 500) if harm == "status" else Response(b"x" * 100_000)

    world.publish()
    with serving(Starlette(routes=[Route("/", answer, methods=["POST"])])) as url:
        address = {"off": "http://127.0.0.1:1/", "no-address": "http://["}.get(harm, f"{url}/")
        with pytest.raises(AuthorityAway):
            world.stamp(replace(world.authority, address=address))
    assert world.tokens() == []


@pytest.mark.parametrize("command", [("false",), ("no-such-program",), ("sleep", "9")])
def test_a_command_that_fails_is_away(
    world: World, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timestamping, "TIMEOUT_S", 0.2)
    world.publish()

    with pytest.raises(AuthorityAway):
        world.stamp(replace(world.authority, command=command))


def test_an_answer_that_does_not_hold_is_not_kept(world: World, tmp_path: Path) -> None:
    world.publish()
    old = tmp_path / "old"
    old.write_bytes(world.stamp().token)
    other = authority.begin(tmp_path / "other")
    world.publish()

    for by in (
        replace(world.authority, command=("cat",)),  # the request again
        replace(world.authority, command=("cat", str(old))),
        replace(world.authority, command=other.command),
        replace(world.authority, chain=other.chain, revocation=None),
    ):
        with pytest.raises(ProofError):
            world.stamp(by)
    assert len(world.tokens()) == 1


@pytest.mark.parametrize(
    "change",
    [
        "note = note || 'x'",
        "token = set_byte(token, 300, get_byte(token, 300) # 1)",
        "chain = ''",
        "size = 2",
    ],
)
def test_a_token_that_was_changed_or_moved_is_found(world: World, database: Database, change: str) -> None:
    world.publish()
    world.stamp()
    world.publish()
    with psycopg.connect(database.admin) as db:
        db.execute(f"UPDATE proof.token SET {change} WHERE log_no = %s".encode(), [world.log.log_no])

    assert world.wrong() == [2 if change == "size = 2" else 1]


def test_an_insider_who_brings_a_root_along_convinces_only_who_trusts_nobody_else(
    world: World, tmp_path: Path
) -> None:
    world.publish()
    other = authority.begin(tmp_path / "other")
    world.stamp(Authority(None, other.command, other.chain, other.revocation))

    assert world.wrong(trusted=False) == []
    assert world.wrong() == [1]


def test_a_whole_verification_looks_at_every_token(world: World, database: Database) -> None:
    verifiers = [one.verifier for one in world.published.signers]
    roots = certificates(world.made.chain.read_bytes())
    told = (world.published.dsn, world.log.log_no, world.log.origin, verifiers)
    task = Task(*told, place=world.published.place, time_roots=roots)
    for _ in range(2):
        world.publish()
        world.stamp()
    assert (verify(task).tokens, verify(task).findings) == (2, ())

    with psycopg.connect(database.admin) as db:
        db.execute("UPDATE proof.token SET note = 'x' WHERE log_no = %s AND size = 2", [world.log.log_no])

    assert [(one.kind, one.size) for one in verify(task).findings] == [("token", 2)]


def test_settings_name_an_address_or_a_command_and_always_a_chain(tmp_path: Path) -> None:
    made = authority.begin(tmp_path / "tsa")
    chain, crl = made.chain, made.revocation
    told = {"LIFELONG_TSA_CHAIN": str(chain), "LIFELONG_TSA_CRL": str(crl), "LIFELONG_TSA_EVERY": "60"}

    by_address = Settings.from_environment({"LIFELONG_TSA": "https://tsa.example/", **told}).tsa
    by_command = Settings.from_environment({"LIFELONG_TSA": "cat 'a file'", **told}).tsa

    assert by_address == Authority("https://tsa.example/", (), chain, crl, 60)
    assert by_command is not None and by_command.command == ("cat", "a file")
    assert Settings.from_environment({}).tsa is None
    with pytest.raises(SettingsError, match="LIFELONG_TSA"):
        Settings.from_environment({"LIFELONG_TSA": "no-such-program", **told})
    none, empty = tmp_path / "none", tmp_path / "empty"
    empty.touch()
    for wrong in ({"CHAIN": ""}, {"CHAIN": str(none)}, {"CHAIN": str(empty)}, {"CRL": str(none)}):
        ((name, value),) = wrong.items()
        with pytest.raises(SettingsError, match=f"LIFELONG_TSA_{name}: expected"):
            Settings.from_environment(
                {"LIFELONG_TSA": "https://tsa.example/", **told, f"LIFELONG_TSA_{name}": value}
            )


def test_a_command_that_fails_is_told_with_its_status_and_last_words(tmp_path: Path) -> None:
    shell = ("sh", "-c", "echo first >&2; echo 'no such section' >&2; exit 3")

    with pytest.raises(AuthorityAway, match=r"^status 3: no such section$"):
        Authority(None, shell, tmp_path / "chain").ask(b"")
    with pytest.raises(AuthorityAway, match=r"^status 1$"):
        Authority(None, ("false",), tmp_path / "chain").ask(b"")

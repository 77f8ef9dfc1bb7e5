"""Cosignatures are collected behind the publication: kept if they hold, and never waited for."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from starlette.responses import Response, StreamingResponse

from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.note import Verifier
from evidence.signing import sign
from evidence.trust import Trust
from evidence.witness import Witness, request
from store import connect
from store.connect import Connection
from store.database import PUBLISHER, Database
from store.proof import checkpoints, cosigning
from store.proof.cosigning import Collector, CosigningThread, witnessed
from store.proof.keys import checkpoint_signers
from store.proof.publisher import Published, Publisher
from store.proof.rows import over
from store.proof.second_place import SecondPlace
from store.proof.serving import PublishedLog
from store.wiring import OpenLog
from tests.store.logs import new_log
from tests.store.proof.witnesses import Running, answering, policy, running, serving

Start = Callable[[int], Running]


class World:
    """A log that publishes, and asks whoever a policy names."""

    def __init__(self, log: OpenLog, db: Connection, published: Published) -> None:
        self.log, self.db, self.published = log, db, published

    @property
    def verifiers(self) -> Sequence[Verifier]:
        return [one.verifier for one in self.published.signers]

    def publish(self, events: int = 3) -> int:
        stream = uuid4()
        for version in range(1, events + 1):
            self.log.recorder.insert_events([StoredEvent(stream, version, "test:thing", b"{}")])
        row = Publisher(self.published, self.db).publish()
        assert row is not None
        return row.size

    def policy(self, witnesses: Sequence[tuple[Verifier, str]], quorum: int) -> Trust:
        return policy(self.verifiers, witnesses, quorum)

    def collect(self, trust: Trust) -> Sequence[str]:
        """The names of those that did not sign the newest checkpoint."""
        newest = checkpoints.published(over(self.db), self.log.log_no)
        assert newest is not None
        with closing(Collector(trust, self.log.log_no)) as collector:
            return collector.collect(self.db, newest)

    def checkpoint(self) -> bytes:
        """As anybody is given it."""
        return PublishedLog(over(self.db), self.log.log_no).checkpoint() or b""

    def witnessed(self, trust: Trust) -> int | None:
        row = witnessed(over(self.db), self.log.log_no, trust)
        return row.size if row else None


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        log = stack.enter_context(new_log(database))
        dsn = database.dsn(PUBLISHER)
        db = stack.enter_context(closing(connect.plain(dsn)))
        place = SecondPlace(tmp_path / "second", log.log_no)
        signers = checkpoint_signers(log.origin, log.keys)
        yield World(log, db, Published(dsn, log.log_no, log.origin, signers, place))


@pytest.fixture
def start(world: World, tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda number: stack.enter_context(running(tmp_path, number, world.log.origin, world.verifiers))


def told(one: Running) -> tuple[Verifier, str]:
    return one.verifier, one.url


def nobody(number: int) -> tuple[Verifier, str]:
    """A witness whose machine is off."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return Verifier.of(f"witness.example/off{number}", b"\x04", bytes(32)), f"http://127.0.0.1:{port}"


def test_two_witnesses_sign_what_is_published_and_go_on_from_there(world: World, start: Start) -> None:
    trust = world.policy([told(start(1)), told(start(2))], 2)
    for events in (3, 300, 1):
        size = world.publish(events)
        with pytest.raises(ProofError):
            trust.open(world.checkpoint())

        assert world.collect(trust) == []
        assert trust.open(world.checkpoint()).cosigned_by == {"w0", "w1"}
        assert world.witnessed(trust) == size
    proof = PublishedLog(over(world.db), world.log.log_no).proof(2)
    assert proof is not None and trust.open(proof.checkpoint).checkpoint.size == 304


def test_asked_again_a_witness_changes_nothing(world: World, start: Start) -> None:
    trust = world.policy([told(start(1))], 1)
    world.publish()
    assert world.collect(trust) == world.collect(trust) == []

    assert world.checkpoint().count("— witness.example".encode()) == 1


def test_one_that_is_away_keeps_nothing_from_the_other(world: World, start: Start) -> None:
    both, one = [told(start(1)), nobody(1)], start(2)
    size = world.publish()

    assert world.collect(world.policy(both, 1)) == ["w1"]
    assert world.witnessed(world.policy(both, 1)) == size
    assert world.witnessed(world.policy(both, 2)) is None
    assert world.collect(world.policy([told(one)], 1)) == []


def test_what_a_witness_says_is_kept_only_if_its_signature_holds(world: World, start: Start) -> None:
    good = start(1)
    world.publish()
    assert world.collect(world.policy([told(good)], 1)) == []
    _, mark, of_an_earlier_tree = world.checkpoint().rpartition("— ".encode())
    world.publish()

    for said in (
        b"",
        b"\xff\n",
        mark + b"witness.example/w1 " + b"AAAA" * 30 + b"\n",
        mark + of_an_earlier_tree,
    ):
        with serving(answering(lambda body, said=said: Response(said))) as url:  # type: ignore[misc]  # bound now
            assert world.collect(world.policy([(good.verifier, url)], 1)) == ["w0"]
    assert b"witness.example" not in world.checkpoint()


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500, 302])
def test_a_refusal_is_no_signature(world: World, status: int) -> None:
    world.publish()
    with serving(answering(lambda body: Response(b"no\n", status))) as url:
        assert world.collect(world.policy([(nobody(1)[0], url)], 1)) == ["w0"]


@pytest.mark.parametrize("said", [b"", b"x\n", b"99999999999\n", b"-1\n", b"9" * 100, b"2\n"])
def test_a_witness_that_claims_another_size_for_ever_is_left(world: World, said: bytes) -> None:
    world.publish()
    with serving(answering(lambda body: Response(said, 409))) as url:
        assert world.collect(world.policy([(nobody(1)[0], url)], 1)) == ["w0"]


def test_one_that_never_ends_is_cut_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cosigning, "TIMEOUT_S", 0.5)
    world.publish()

    def drip() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x"
            time.sleep(0.1)

    def flood() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 10_000

    for endless in (drip, flood):
        with serving(answering(lambda body, endless=endless: StreamingResponse(endless()))) as url:  # type: ignore[misc]  # bound now
            begun = time.monotonic()
            assert world.collect(world.policy([(nobody(1)[0], url)], 1)) == ["w0"]
            assert time.monotonic() - begun < 5


def test_one_that_drips_its_headers_is_cut_off_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cosigning, "TIMEOUT_S", 0.5)
    world.publish()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            for piece in [b"HTTP/1.1 200 OK\r\n", *[b"x"] * 100]:
                connection.sendall(piece)
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = threading.Thread(target=drip, args=(listening,))
        dripping.start()
        begun = time.monotonic()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert world.collect(world.policy([(nobody(1)[0], url)], 1)) == ["w0"]
        assert time.monotonic() - begun < 5
        dripping.join()


def test_an_address_that_is_none_is_told_and_passed_over(world: World) -> None:
    world.publish()

    for url in ("nothing", "http://[", "ftp://x.example"):
        assert world.collect(world.policy([(nobody(1)[0], url)], 1)) == ["w0"]


def test_a_witness_that_was_shown_a_fork_refuses_and_keeps_both(world: World, start: Start) -> None:
    """The log's own keys signed another tree of the same size, as for one reader only."""
    witness, size = start(1), world.publish()
    forked = sign(Checkpoint(world.log.origin, size, bytes(32)).text, *world.published.signers)
    asked = Witness([], {world.log.origin: world.verifiers}, witness.state)
    assert asked.add_checkpoint(request(0, [], forked)).status == 200

    assert world.collect(world.policy([told(witness)], 1)) == ["w0"]
    assert [one.reason for one in witness.state.refused()] == ["forked"]


def test_at_work_it_collects_whatever_is_newest(world: World, start: Start) -> None:
    """Beside a witness that is away, and one that was away at the start."""
    trust = world.policy([told(start(1)), nobody(1), told(start(2))], 2)
    with CosigningThread(world.published.dsn, world.log.log_no, trust):
        for _ in range(3):
            size = world.publish()
            until = time.monotonic() + 20
            while world.witnessed(trust) != size and time.monotonic() < until:
                time.sleep(0.05)
            assert world.witnessed(trust) == size

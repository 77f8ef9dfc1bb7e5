"""The witness: statuses as C2SP tlog-witness has them, and never a signature on two histories."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.merkle import EMPTY, root_hash
from evidence.note import Verifier
from evidence.signing import Cosigner, LineSigner, MlDsaSigner, Signer, sign
from evidence.witness import LARGEST_REQUEST, MOST_HASHES, Answer, Witness, request
from evidence.witness_state import WitnessState
from tests.evidence.histories import checkpoint, leaves, proof
from tests.evidence.published import AT, COSIGNER, LOG, LOG_TOO, ORIGIN

STRANGER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
LOGS = {ORIGIN: [LOG.verifier, LOG_TOO.verifier]}


@dataclass
class World:
    """A witness on a file, which may be closed and opened again."""

    path: Path
    state: WitnessState = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.state = WitnessState(self.path)
        self.witness = Witness([COSIGNER], LOGS, self.state)

    def restart(self) -> None:
        self.state.close()
        self.open()

    def send(self, old: int, size: int, history: str = "a", *signers: LineSigner) -> Answer:
        body = request(old, proof(old, size, history), checkpoint(size, history, *signers))
        return self.witness.add_checkpoint(body)

    @property
    def reasons(self) -> list[str]:
        return [one.reason for one in self.state.refused()]

    @property
    def size(self) -> int:
        held = self.state.held(ORIGIN)
        return held.size if held else 0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "state.sqlite")
    with closing(world.state):
        yield world


def test_it_signs_what_it_sees_first_and_what_grew_from_it(world: World) -> None:
    for old, size in ((0, 3), (3, 3), (3, 12), (12, 300)):
        answer = world.send(old, size)

        assert (answer.status, answer.content_type) == (200, "text/plain; charset=utf-8")
        whole = checkpoint(size) + answer.body
        opened = note.open(text=whole, verifiers=[*LOGS[ORIGIN], COSIGNER.verifier])
        assert COSIGNER.verifier in opened.signed_by
        world.restart()
        assert world.size == size
    assert world.reasons == []
    assert [(origin, size) for origin, size, _ in world.state.logs()] == [(ORIGIN, 300)]


def test_each_key_of_a_witness_signs(tmp_path: Path) -> None:
    with closing(WitnessState(tmp_path / "state")) as state:
        answer = Witness([COSIGNER, LOG_TOO], LOGS, state).add_checkpoint(request(0, [], checkpoint(3)))

    text = note.parts(checkpoint(3))[0]
    opened = note.open(text=text + b"\n" + answer.body, verifiers=[COSIGNER.verifier, LOG_TOO.verifier])
    assert opened.signed_by == (COSIGNER.verifier, LOG_TOO.verifier)


def test_an_old_size_that_is_not_ours_is_told_ours(world: World) -> None:
    first = world.send(5, 12)
    assert (first.status, first.body, first.content_type) == (409, b"0\n", "text/x.tlog.size")
    assert world.send(0, 12).status == 200
    for old in (0, 3, 13):
        answer = world.send(old, 20)
        assert (answer.status, answer.body, answer.content_type) == (409, b"12\n", "text/x.tlog.size")
    assert world.size == 12


def test_another_root_of_the_same_size_is_a_fork_and_kept_with_both_notes(world: World) -> None:
    world.send(0, 12, "a")
    answer = world.send(12, 12, "b")

    assert (answer.status, answer.body) == (409, b"12\n")
    (refused,) = world.state.refused()
    assert (refused.origin, refused.reason) == (ORIGIN, "forked")
    assert (refused.offered, refused.held) == (checkpoint(12, "b"), checkpoint(12, "a"))
    for one in (refused.offered, refused.held):
        assert len(note.open(text=one, verifiers=LOGS[ORIGIN]).signed_by) == 2


@pytest.mark.parametrize("old", [0, 3, 13])
def test_a_fork_is_kept_whatever_old_size_it_is_offered_with(world: World, old: int) -> None:
    world.send(0, 12, "a")
    world.witness.add_checkpoint(request(old, [], checkpoint(12, "b")))
    world.witness.add_checkpoint(request(old, [], checkpoint(12, "a")))

    assert world.reasons == ["forked"]


def test_false_proofs_of_true_checkpoints_do_not_fill_the_memory(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.witness_state.MOST_KEPT", 2)
    world.send(0, 12)
    for size in (20, 21, 22):
        assert world.witness.add_checkpoint(request(12, [], checkpoint(size))).status == 422
    world.witness.add_checkpoint(request(12, [], checkpoint(12, "b")))

    assert world.reasons == ["forked", "not-consistent"]  # what convicts is first
    monkeypatch.undo()
    assert len(world.reasons) == 3


def test_a_size_that_no_tree_has_is_a_bad_request(world: World) -> None:
    text = f"{ORIGIN}\n{2**63}\n{'A' * 43}=\n".encode()
    assert world.witness.add_checkpoint(request(0, [], sign(text, LOG))).status == 400


def test_a_larger_tree_of_another_history_is_not_signed_and_kept(world: World) -> None:
    world.send(0, 12, "a")
    assert world.send(12, 20, "b").status == 422
    assert (world.reasons, world.size) == (["not-consistent"], 12)
    for _ in range(3):
        noisy = checkpoint(20, "b") + "— stranger.example AAAAAAAA\n".encode()
        world.witness.add_checkpoint(request(12, proof(12, 20, "b"), noisy))
    assert world.reasons == ["not-consistent"]
    assert world.send(12, 20, "a").status == 200


def test_a_smaller_tree_that_was_signed_since_is_a_loss_and_an_old_one_shown_again_is_not(
    world: World,
) -> None:
    later = MlDsaSigner(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(bytes([2]) * 32), lambda: AT + 60)
    world.send(0, 30)
    for old in (30, 30, 12):
        assert world.send(old, 12).status in (400, 409)
    assert world.send(12, 12, "a", LOG).status == 409
    assert world.reasons == []

    assert world.send(12, 12, "b", LOG, later).status == 409
    assert world.send(30, 12, "b", LOG, later).status == 400
    assert (world.reasons, world.size) == (["shrunken"], 30)


def test_an_empty_log_may_grow(world: World) -> None:
    assert world.send(0, 0).status == 200
    assert world.send(0, 0).status == 200
    assert world.send(0, 4).status == 200
    assert (world.send(0, 4).status, world.size) == (409, 4)
    wrong = sign(Checkpoint(ORIGIN, 0, bytes(32)).text, LOG)
    assert root_hash(leaf_hashes=[]) == EMPTY
    assert world.witness.add_checkpoint(request(0, [], wrong)).status == 409


def test_an_empty_tree_of_another_root_is_refused(world: World) -> None:
    wrong = sign(Checkpoint(ORIGIN, 0, bytes(32)).text, LOG)

    assert world.witness.add_checkpoint(request(0, [], wrong)).status == 422


def test_an_unknown_log_is_not_found(world: World) -> None:
    unknown = Signer("elsewhere.example/log", Ed25519PrivateKey.from_private_bytes(bytes([8]) * 32))
    signed = sign(Checkpoint("elsewhere.example/log", 3, bytes(32)).text, unknown)

    assert world.witness.add_checkpoint(request(0, [], signed)).status == 404


def test_a_checkpoint_that_the_log_did_not_sign_is_forbidden(world: World) -> None:
    assert world.send(0, 3, "a", STRANGER).status == 403
    changed = checkpoint(3).replace(b"\n3\n", b"\n4\n", 1)
    assert world.witness.add_checkpoint(request(0, [], changed)).status == 403
    assert (world.size, world.reasons) == (0, [])


def test_an_old_size_larger_than_the_new_is_a_bad_request(world: World) -> None:
    assert world.send(5, 4).status == 400


@pytest.mark.parametrize(
    "change", [lambda one: one[:-1], lambda one: one[::-1], lambda one: [*one, bytes(32)]]
)
def test_a_proof_that_does_not_verify_is_unprocessable(
    world: World, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    world.send(0, 7)
    body = request(7, change(proof(7, 20)), checkpoint(20))

    assert world.witness.add_checkpoint(body).status == 422


def test_a_proof_from_nothing_is_empty(world: World) -> None:
    assert world.witness.add_checkpoint(request(0, [bytes(32)], checkpoint(3))).status == 422


GOOD = request(0, [], checkpoint(3))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\n",
        GOOD[1:],
        GOOD.replace(b"old 0", b"old 00"),
        GOOD.replace(b"old 0", b"old -1"),
        GOOD.replace(b"old 0", b"old  0"),
        GOOD.replace(b"old 0\n", b"old 0\nnot base64\n"),
        GOOD.replace(b"old 0\n", b"old 0\nAAAA\n"),
        GOOD.replace(b"\n\n", b"\n"),
        GOOD[: GOOD.index("—".encode())],
        request(0, [bytes(32)] * (MOST_HASHES + 1), checkpoint(3)),
        b"\xff" * 100,
    ],
)
def test_what_does_not_read_is_a_bad_request(world: World, body: bytes) -> None:
    assert world.witness.add_checkpoint(body).status == 400
    assert world.size == 0


def test_the_longest_proof_fits_a_request() -> None:
    assert len(request(2**62, [bytes(32)] * MOST_HASHES, checkpoint(3))) < LARGEST_REQUEST


def test_of_two_submissions_at_once_one_is_signed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are checked against the same state before either is written."""
    world.send(0, 5)
    both, write = threading.Barrier(2), world.state.advance

    def advance(*told: object) -> bool:
        both.wait(10)
        return write(*told)  # type: ignore[arg-type]  # as they came

    answers: dict[str, Answer] = {}
    threads = [
        threading.Thread(target=lambda name=name: answers.update({name: world.send(5, 20, name)}))
        for name in ("a", "b")
    ]
    with monkeypatch.context() as patch:
        patch.setattr(world.state, "advance", advance)
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    assert sorted(answer.status for answer in answers.values()) == [200, 409]
    (signed,) = [name for name, answer in answers.items() if answer.status == 200]
    assert world.send(20, 30, signed).status == 200


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ["advance", "remember"])
def test_killed_at_any_write_it_signs_no_other_history_afterwards(
    world: World, what: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.send(0, 12, "a")
    write = getattr(world.state, what)

    def killed(*told: object) -> None:
        if when == "after":
            write(*told)
        raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(world.state, what, killed)
        world.send(12, 20, "a" if what == "advance" else "b")
    world.restart()

    assert world.size == (20 if (what, when) == ("advance", "after") else 12)
    assert world.reasons == (["not-consistent"] if (what, when) == ("remember", "after") else [])
    assert world.send(world.size, 30, "b").status == 422
    assert world.send(world.size, 30, "a").status == 200


class NeverTwoHistories(RuleBasedStateMachine):
    """Whatever is submitted, and however often the witness starts anew: what it signed is one history."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Path(":memory:"))
        self.signed: list[tuple[int, bytes]] = []

    @rule(old=st.integers(0, 14), size=st.integers(0, 14), history=st.sampled_from("abc"))
    def submit(self, old: int, size: int, history: str) -> None:
        if self.world.send(old, size, history).status == 200:
            self.signed.append((size, root_hash(leaf_hashes=leaves(size, history))))

    @rule(grown=st.integers(0, 3), history=st.sampled_from("abc"))
    def submit_what_fits(self, grown: int, history: str) -> None:
        self.submit(self.world.size, self.world.size + grown, history)

    @invariant()
    def what_was_signed_is_one_history_that_only_grows(self) -> None:
        assert [size for size, _ in self.signed] == sorted(size for size, _ in self.signed)
        assert any(
            all(root == root_hash(leaf_hashes=leaves(size, history)) for size, root in self.signed)
            for history in "abc"
        )

    def teardown(self) -> None:
        self.world.state.close()


TestNeverTwoHistories = NeverTwoHistories.TestCase
TestNeverTwoHistories.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_a_name_that_no_note_can_hold_makes_no_key() -> None:
    with pytest.raises(ValueError, match="name"):
        Cosigner("two words", Ed25519PrivateKey.generate(), lambda: AT)
    assert Verifier.parse(str(COSIGNER.verifier)).kind == note.COSIGNATURE

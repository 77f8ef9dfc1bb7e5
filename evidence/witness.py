"""A witness (C2SP tlog-witness): signs a log's checkpoint only if it grew from the one it signed last.

It needs no data of the log, and none of the people in it. What it must never do is sign two histories: so
what it signed is durable before the signature leaves, and what does not follow from it is refused and kept:

forked          another root for the size that was signed: both notes together convict the log
shrunken        a smaller tree, signed later than the larger one: something was lost, or taken back
not-consistent  a larger tree that was not shown to begin with the one signed. Anybody can submit a log's
                checkpoint with a false proof, so this convicts nobody until the log is asked for the true one
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from evidence import merkle, note
from evidence.checkpoint import Checkpoint, decimal, hash_of
from evidence.cosignature import timed
from evidence.errors import ProofError
from evidence.signing import LineSigner, line

MOST_HASHES = 63
LARGEST_REQUEST = 65_536  # bytes
SIZE, TEXT = "text/x.tlog.size", "text/plain; charset=utf-8"

Reason = Literal["shrunken", "forked", "not-consistent"]


class Held(NamedTuple):
    """A checkpoint of a log, with the log's signatures: as a rule the one that was signed last."""

    size: int
    root: bytes
    note: bytes


class State(Protocol):
    """What a witness remembers; durable when a method returns."""

    def held(self, origin: str) -> Held | None:
        """What was signed last of a log."""

    def advance(self, origin: str, before: int, new: Held) -> bool:
        """Put the new in the place of what has the size before (0: nothing); False if that is not there.

        Of the same size it stays as it was first signed.
        """

    def remember(self, origin: str, reason: Reason, offered: Held, held: Held) -> None:
        """Keep a checkpoint that the log signed and that does not follow from what is held, once."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = TEXT


@dataclass(frozen=True)
class Submission:
    """A request: the size signed last, the proof from there, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, body: bytes) -> "Submission":
        """Raises ProofError."""
        head, separator, signed = body.partition(b"\n\n")
        lines = head.decode("utf-8", "replace").split("\n")
        if not separator or not lines[0].startswith("old ") or len(lines) - 1 > MOST_HASHES:
            raise ProofError("a request is an old size, a proof of at most 63 lines, and a checkpoint")
        checkpoint = Checkpoint.parse(note.parts(signed)[0])
        old = decimal(lines[0].removeprefix("old "))
        return cls(old, tuple(hash_of(one) for one in lines[1:]), signed, checkpoint)

    def encode(self) -> bytes:
        """The request's body."""
        return request(self.old, self.proof, self.note)


def request(old: int, proof: Sequence[bytes], signed: bytes) -> bytes:
    """The body of add-checkpoint."""
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{hashes}\n".encode() + signed


class Witness:
    """Answers add-checkpoint. logs: the keys of each log, by its origin. Safe for threads if its state is."""

    def __init__(
        self, signers: Sequence[LineSigner], logs: Mapping[str, Sequence[note.Verifier]], state: State
    ) -> None:
        self._signers = signers
        self._logs = logs
        self._state = state

    def add_checkpoint(self, body: bytes) -> Answer:
        """The cosignatures, after the checkpoint is kept; or why not."""
        try:
            asked = Submission.parse(body)
        except ProofError as wrong:
            return Answer(400, f"{wrong}\n".encode())
        origin = asked.checkpoint.origin
        if origin not in self._logs:
            return Answer(404, b"a log that is not witnessed here\n")
        try:
            note.open(text=asked.note, verifiers=self._logs[origin])
        except ProofError as wrong:
            return Answer(403, f"{wrong}\n".encode())
        if asked.old > asked.checkpoint.size:
            return self._shrunken(asked)
        return self._grown(asked)

    def _grown(self, asked: Submission) -> Answer:
        origin, new = asked.checkpoint.origin, asked.checkpoint
        held = self._state.held(origin)
        if asked.old != (held.size if held else 0):
            return self._moved(asked, held)
        if held is not None and held.size == new.size and self._look_for_fork(asked, held):
            return Answer(409, f"{held.size}\n".encode(), SIZE)
        try:
            _follows(asked, held)
        except ProofError as wrong:
            if held is not None:
                self._state.remember(origin, "not-consistent", self._offered(asked), held)
            return Answer(422, f"{wrong}\n".encode())
        if not self._state.advance(origin, asked.old, self._offered(asked)):
            return self._moved(asked, self._state.held(origin))
        return Answer(200, b"".join(line(new.text, one) for one in self._signers))

    def _moved(self, asked: Submission, held: Held | None) -> Answer:
        """Another size was signed last."""
        self._look_for_wrong(asked, held)
        return Answer(409, f"{held.size if held else 0}\n".encode(), SIZE)

    def _shrunken(self, asked: Submission) -> Answer:
        self._look_for_wrong(asked, self._state.held(asked.checkpoint.origin))
        return Answer(400, b"the old size is larger than the checkpoint's\n")

    def _look_for_wrong(self, asked: Submission, held: Held | None) -> None:
        """An old checkpoint that somebody shows again is no loss; a small one that was signed since is."""
        if held is None or asked.checkpoint.size > held.size:
            return
        if asked.checkpoint.size == held.size:
            self._look_for_fork(asked, held)
            return
        offered, verifiers = self._offered(asked), self._logs[asked.checkpoint.origin]
        if 0 < _signed_at(held.note, verifiers) < _signed_at(offered.note, verifiers):
            self._state.remember(asked.checkpoint.origin, "shrunken", offered, held)

    def _look_for_fork(self, asked: Submission, held: Held) -> bool:
        """Whether another root was signed for the size that is held: that convicts, whatever was asked."""
        is_fork = asked.checkpoint.root != held.root
        if is_fork:
            self._state.remember(asked.checkpoint.origin, "forked", self._offered(asked), held)
        return is_fork

    def _offered(self, asked: Submission) -> Held:
        """The checkpoint with the log's own signatures alone: whoever submits may add others without end."""
        body, lines = note.parts(asked.note)
        own = [one.text for one in note.known(lines, self._logs[asked.checkpoint.origin])]
        signed = body + "".join(f"{one}\n" for one in ["", *own]).encode()
        return Held(asked.checkpoint.size, asked.checkpoint.root, signed)


def _signed_at(signed: bytes, verifiers: Sequence[note.Verifier]) -> int:
    """When the log signed, in seconds since the epoch; 0 if none of its signatures tells."""
    lines = note.known(note.parts(signed)[1], verifiers)
    return max((timed(one.signature)[0] for one in lines if one.verifier.kind != note.ED25519), default=0)


def _follows(asked: Submission, held: Held | None) -> None:
    """Raises ProofError unless the proof shows that the checkpoint begins with what is held."""
    if asked.checkpoint.size == 0 and asked.checkpoint.root != merkle.EMPTY:
        raise ProofError("a tree without leaves has one root only")
    if held is None or held.size == 0:
        if asked.proof:
            raise ProofError("a proof from nothing is empty")
        return
    merkle.verify_consistency(
        size1=held.size,
        size2=asked.checkpoint.size,
        root1=held.root,
        root2=asked.checkpoint.root,
        proof=asked.proof,
    )

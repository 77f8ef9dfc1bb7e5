"""Whether a receipt was honoured: its event stands in the public tree, or is not due yet, or is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.note import Verifier
from evidence.receipt import Receipt
from evidence.tlog_proof import TlogProof

PROMISED: Final = timedelta(seconds=60)  # the maximum merge delay

Outcome = Literal["in-the-log", "not-yet", "overdue", "another-event"]


@dataclass(frozen=True)
class Checked:
    """due: when the event has to be in the tree. size: of the tree that has it, or another in its place."""

    outcome: Outcome
    due: datetime
    size: int | None = None

    @property
    def convicts(self) -> bool:
        """Whether receipt and answer together show that the log's word was not kept."""
        return self.outcome in ("overdue", "another-event")


def check(receipt: Receipt, proof: TlogProof | None, verifiers: Sequence[Verifier], now: datetime) -> Checked:
    """Hold a receipt, whose signature was checked, against what the log answers for its position.

    proof: None where the log has none. verifiers: of the log's checkpoints, each of which must have signed.
    Raises ProofError for an answer that proves nothing either way.
    """
    due = datetime.fromisoformat(receipt.at) + PROMISED
    if proof is None:
        return Checked("not-yet" if now <= due else "overdue", due)
    checkpoint = _opened(proof.checkpoint, verifiers, receipt.origin)
    if proof.index != receipt.position - 1:
        raise ProofError("a proof of another position than the receipt's")
    try:
        proof.verify(receipt.leaf_hash, verifiers)
    except ProofError:
        return Checked("another-event", due, checkpoint.size)
    return Checked("in-the-log", due, checkpoint.size)


def _opened(signed: bytes, verifiers: Sequence[Verifier], origin: str) -> Checkpoint:
    ours = [one for one in verifiers if one.name == origin]
    opened = note.open(text=signed, verifiers=ours)
    checkpoint = Checkpoint.parse(opened.text)
    if set(opened.signed_by) != set(ours) or checkpoint.origin != origin:
        raise ProofError("a checkpoint that not every key of the log has signed")
    return checkpoint

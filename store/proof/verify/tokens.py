"""Checks every time-stamp that is kept: that it holds, and is over the checkpoint that it lies with."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cryptography.x509 import Certificate

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.timestamp import Token, check_token
from store.proof.rows import Rows
from store.proof.verify.findings import Finding


@dataclass
class TokensChecked:
    """Counts what was looked at. roots: those that are trusted; None: whatever the tokens bring along."""

    roots: Collection[Certificate] | None = None
    tokens: int = 0

    def run(self, rows: Rows, log_no: int, origin: str) -> Iterator[Finding]:
        """What is wrong, in the order of the checkpoints."""
        sizes = rows("SELECT size, authority FROM proof.token WHERE log_no = %s ORDER BY 1, 2", [log_no])
        for size, authority in sizes:
            ((root, *told),) = rows(
                """SELECT root, t.note, token, chain, revocation
                   FROM proof.token AS t JOIN proof.checkpoint USING (log_no, size)
                   WHERE log_no = %s AND size = %s AND authority = %s""",
                [log_no, size, authority],
            )
            self.tokens += 1
            try:
                token = Token(*map(bytes, told))
                check_token(token, roots=self.roots)
                _check_note(token.note, Checkpoint(origin, size, bytes(root)))
            except ProofError:
                yield Finding("token", size=size)


def _check_note(stamped: bytes, checkpoint: Checkpoint) -> None:
    """Raises ProofError for the note of something else."""
    if note.parts(stamped)[0] != checkpoint.text:
        raise ProofError("a time-stamp over another checkpoint than it lies with")

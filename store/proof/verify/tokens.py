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
            found = rows(
                """SELECT coalesce(root, ''), coalesce(t.note, ''), coalesce(token, ''), coalesce(chain, ''),
                          coalesce(revocation, '')
                   FROM proof.token AS t JOIN proof.checkpoint USING (log_no, size)
                   WHERE log_no = %s AND size = %s AND authority IS NOT DISTINCT FROM %s LIMIT 1""",
                [log_no, size, authority],
            )
            self.tokens += 1
            if not found:
                yield Finding("token", size=size)
                continue
            [(root, *told)] = found
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

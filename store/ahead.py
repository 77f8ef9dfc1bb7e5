"""Look-ups that one decision needs, made together before it: one round trip instead of one for each.

What was found answers the first look-up of each within the block, in the thread that asked, and nothing
else: who looks a second time, or later, looks in the database.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from psycopg.pq.abc import PGresult

from store import pipeline as pg
from store.append import ClaimHash
from store.connect import Reads
from store.statements import Statement

REQUEST = Statement(
    b"request",
    """SELECT request_hash, first_position, events FROM store.append_key
       WHERE log_no = $1 AND key_hash = $2""",
    (pg.INT4_OID, pg.BYTES_OID),
)
CLAIM = Statement(
    b"claim",
    "SELECT stream_id FROM store.claim WHERE log_no = $1 AND namespace = $2 AND value_hash = $3",
    (pg.INT4_OID, pg.TEXT_OID, pg.BYTES_OID),
)

Question = bytes | ClaimHash | tuple[UUID, int]  # request key; claim; stream and the version after which


@dataclass
class _Found(threading.local):
    """What this thread has found and not used yet."""

    results: dict[Question, PGresult] = field(default_factory=dict)


class Ahead:
    """Makes look-ups ahead, on the connections of a reader."""

    def __init__(self, reads: Reads, log_no: int, told: Statement) -> None:
        """told: asks for a stream's events after a version."""
        self._reads = reads
        self._log_no = pg.int4(log_no)
        self._told = told
        self._found = _Found()

    @contextmanager
    def looked_up(self, questions: list[Question]) -> Iterator[None]:
        """Ask all of them now; inside the block `take` gives each answer once."""
        asked = [self._asked(question) for question in questions]
        results = self._reads.ask(asked)
        self._found.results = dict(zip(questions, results, strict=True))
        try:
            yield
        finally:
            self._found.results = {}

    def take(self, question: Question) -> PGresult | None:
        """The answer, if it was looked up ahead and not taken yet."""
        return self._found.results.pop(question, None)

    def answer(self, question: Question) -> PGresult:
        """The answer, looked up now if it was not before."""
        found = self.take(question)
        return self._reads.ask([self._asked(question)])[0] if found is None else found

    def _asked(self, question: Question) -> tuple[Statement, list[bytes]]:
        if isinstance(question, bytes):
            return REQUEST, [self._log_no, question]
        if isinstance(question, ClaimHash):
            return CLAIM, [self._log_no, question.namespace.encode(), question.value_hash]
        stream, version = question
        return self._told, [self._log_no, stream.bytes, pg.int8(version)]

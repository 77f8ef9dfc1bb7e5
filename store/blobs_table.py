"""The rows of documents: the tables `store.blob` and `store.blob_chunk`, and nothing of what is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from store.connect import Reads

MOST_OPEN = 500  # uploads of one caller that no entry names yet
NAMED_FOR = timedelta(minutes=10)  # an entry that names an upload is stored long before, or never
PIECE = 100  # rows that a sweep looks at in one go

Row = tuple[Any, ...]  # Any: a row, as the database has it


@dataclass(frozen=True)
class BlobRow:
    """One document, as the table has it."""

    id: UUID
    record: UUID
    length: int
    received: int
    key_generation: int
    state: str
    sha256: bytes | None
    sha512: bytes | None
    expires_at: datetime | None


class BlobTable:
    """The documents of one log. Every statement is a transaction, and may be sent twice."""

    def __init__(self, dsn: str, log_no: int, connections: int) -> None:
        """connections: at most."""
        self._log_no = log_no
        self._statements = Reads(dsn, connections)

    def insert(
        self, blob: UUID, record: UUID, caller: bytes, length: int, generation: int, kept: timedelta
    ) -> BlobRow | None:
        """A new document; None if the caller has too many that no entry names."""
        return self._one(
            _INSERT,
            log=self._log_no,
            blob=blob,
            record=record,
            caller=caller,
            length=length,
            generation=generation,
            kept=kept,
            most=MOST_OPEN,
        )

    def find(self, blob: UUID) -> BlobRow | None:
        return self._one(_FIND, log=self._log_no, blob=blob)

    def find_open(self, blob: UUID, caller: bytes) -> BlobRow | None:
        """The caller's, while it is an upload and nothing more."""
        return self._one(_FIND_OPEN, log=self._log_no, blob=blob, caller=caller)

    def write(self, blob: UUID, number: int, ciphertext: bytes, before: int, after: int) -> bool:
        """Store a chunk and move the offset with it; False if the offset is not `before`."""
        named = {
            "log": self._log_no,
            "blob": blob,
            "number": number,
            "ciphertext": ciphertext,
            "before": before,
            "after": after,
        }
        return self._statements.change(_WRITE, named) == 1

    def settle(self, blob: UUID, kept: timedelta) -> BlobRow | None:
        """Count the time to the removal from now."""
        return self._one(_SETTLE, log=self._log_no, blob=blob, kept=kept)

    def chunk(self, blob: UUID, number: int) -> bytes | None:
        """The ciphertext of a chunk."""
        row = self._statements.row(_CHUNK, {"log": self._log_no, "blob": blob, "number": number})
        return row[0] if row else None

    def checked(self, blob: UUID, state: str, sha256: bytes, sha512: bytes) -> None:
        """What a whole document turned out to be. What is quarantined is kept."""
        named = {"log": self._log_no, "blob": blob, "state": state, "sha256": sha256, "sha512": sha512}
        self._statements.change(_CHECKED, named)

    def take(self, blob: UUID, record: UUID) -> BlobRow | None:
        """The record's document, not removed for a while."""
        return self._one(_TAKE, log=self._log_no, blob=blob, record=record, named_for=NAMED_FOR)

    def keep(self, blob: UUID) -> None:
        """Never to be removed."""
        self._statements.change(_KEEP, {"log": self._log_no, "blob": blob})

    def remove(self, blob: UUID, *, only_expired: bool = False) -> bool:
        """Remove a document that is not kept, with its chunks; False if there is none."""
        named = {"log": self._log_no, "blob": blob, "named_for": NAMED_FOR, "expired": only_expired}
        return self._statements.change(_REMOVE, named) == 1

    def of_record(self, record: UUID) -> Sequence[UUID]:
        """All that were uploaded to a record, whether or not an entry names them."""
        return [row[0] for row in self._statements.rows(_OF_RECORD, {"log": self._log_no, "record": record})]

    def erase(self, blob: UUID) -> None:
        """Remove a document, also one that is kept, with its chunks."""
        self._statements.change(_ERASE, {"log": self._log_no, "blob": blob})

    def expired(self) -> Sequence[UUID]:
        """Some of those whose time is over."""
        return [row[0] for row in self._statements.rows(_EXPIRED, {"log": self._log_no, "most": PIECE})]

    def unchecked(self, states: Sequence[str]) -> Sequence[UUID]:
        """Some that are whole, in one of the states, and wait."""
        named = {"log": self._log_no, "states": list(states), "most": PIECE}
        return [row[0] for row in self._statements.rows(_UNCHECKED, named)]

    def close(self) -> None:
        self._statements.close()

    def _one(self, statement: LiteralString, **named: object) -> BlobRow | None:
        row = self._statements.row(statement, named)
        return BlobRow(*row) if row else None


_COLUMNS: LiteralString = """
    blob_id, record_id, length, received, key_generation, state, sha256, sha512, expires_at
"""
# Sent twice, it finds its own row, and answers as it did; of two requests under one key the first one's.
_INSERT: LiteralString = f"""
    INSERT INTO store.blob (log_no, blob_id, record_id, caller_hash, length, key_generation, expires_at)
    SELECT %(log)s, %(blob)s, %(record)s, %(caller)b, %(length)s, %(generation)s, now() + %(kept)s
    WHERE %(most)s > (SELECT count(*) FROM store.blob
                      WHERE log_no = %(log)s AND caller_hash = %(caller)b AND expires_at IS NOT NULL)
    ON CONFLICT (log_no, blob_id) DO UPDATE SET length = blob.length
    RETURNING {_COLUMNS}"""  # noqa: S608  # constants
_FIND: LiteralString = f"""
    SELECT {_COLUMNS} FROM store.blob WHERE log_no = %(log)s AND blob_id = %(blob)s"""  # noqa: S608  # constants
_FIND_OPEN: LiteralString = f"{_FIND} AND caller_hash = %(caller)b AND expires_at > now()"
# Whoever finds the offset moved inserts nothing: of two requests at the same byte one goes on.
_WRITE: LiteralString = """
    WITH moved AS (
        UPDATE store.blob SET received = %(after)s
        WHERE log_no = %(log)s AND blob_id = %(blob)s AND received = %(before)s
          AND state = 'receiving' AND expires_at IS NOT NULL
        RETURNING log_no, blob_id)
    INSERT INTO store.blob_chunk SELECT log_no, blob_id, %(number)s, %(ciphertext)b FROM moved
    ON CONFLICT (log_no, blob_id, number) DO UPDATE SET ciphertext = excluded.ciphertext"""
_SETTLE: LiteralString = f"""
    UPDATE store.blob SET expires_at = now() + %(kept)s
    WHERE log_no = %(log)s AND blob_id = %(blob)s AND expires_at IS NOT NULL RETURNING {_COLUMNS}"""  # noqa: S608  # constants
_CHUNK: LiteralString = """
    SELECT ciphertext FROM store.blob_chunk
    WHERE log_no = %(log)s AND blob_id = %(blob)s AND number = %(number)s"""
_CHECKED: LiteralString = """
    UPDATE store.blob SET state = %(state)s, sha256 = %(sha256)b, sha512 = %(sha512)b,
        expires_at = CASE WHEN %(state)s = 'quarantined' THEN NULL ELSE expires_at END
    WHERE log_no = %(log)s AND blob_id = %(blob)s AND received = length
      AND state IN ('receiving', 'unscanned')"""
_TAKE: LiteralString = f"""
    UPDATE store.blob SET named_at = now(),
        expires_at = CASE WHEN expires_at IS NOT NULL THEN greatest(expires_at, now() + %(named_for)s) END
    WHERE log_no = %(log)s AND blob_id = %(blob)s AND record_id = %(record)s RETURNING {_COLUMNS}"""  # noqa: S608  # constants
_KEEP: LiteralString = """
    UPDATE store.blob SET expires_at = NULL WHERE log_no = %(log)s AND blob_id = %(blob)s"""
_REMOVE: LiteralString = """
    DELETE FROM store.blob
    WHERE log_no = %(log)s AND blob_id = %(blob)s AND expires_at IS NOT NULL
      AND coalesce(named_at < now() - %(named_for)s, true) AND (NOT %(expired)s OR expires_at < now())"""
_OF_RECORD: LiteralString = """
    SELECT blob_id FROM store.blob WHERE log_no = %(log)s AND record_id = %(record)s"""
_ERASE: LiteralString = "DELETE FROM store.blob WHERE log_no = %(log)s AND blob_id = %(blob)s"
_EXPIRED: LiteralString = """
    SELECT blob_id FROM store.blob WHERE log_no = %(log)s AND expires_at < now() LIMIT %(most)s"""
_UNCHECKED: LiteralString = """
    SELECT blob_id FROM store.blob
    WHERE log_no = %(log)s AND expires_at IS NOT NULL AND received = length AND state = ANY(%(states)s)
    LIMIT %(most)s"""

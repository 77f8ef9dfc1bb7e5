"""Documents that come in pieces and are kept encrypted: `domain.document_port.DocumentStore`.

Every document has an id that tells nothing and a key of its own in the key store, durable before the first
byte is sealed; destroying the key erases the document. At no time is more of one in memory than a chunk.
"""

import hmac
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from uuid import UUID

from domain.document_errors import OffsetMoved, TooManyUploads
from domain.document_port import Upload, Verdict
from domain.errors import KeyReused
from domain.ports import RequestKey
from evidence.errors import ProofError
from store.blobs_checking import Checking
from store.blobs_rules import UploadRules
from store.blobs_scanner import Scanner
from store.blobs_sealing import CHUNK, Sealing, count
from store.blobs_table import MOST_OPEN, BlobRow, BlobTable
from store.entropy import random_uuid
from store.keys import KeyDestroyed, KeyMissing, KeyStore

CONNECTIONS = 8  # statements about documents at the same time; callers need no more threads


class Blobs:
    """The documents of one log. Safe for several threads and processes."""

    def __init__(
        self,
        *,
        dsn: str,
        log_no: int,
        origin: str,
        keys: KeyStore,
        is_named: Callable[[UUID], bool],
        rules: UploadRules,
    ) -> None:
        """is_named: whether an entry in the log names the document."""
        self._table = BlobTable(dsn, log_no, CONNECTIONS)
        self._origin = origin
        self._keys = keys
        self._callers = keys.secret("callers/1")
        self._is_named = is_named
        self._kept_for = rules.kept_for
        scanner = Scanner(rules.scanner, rules.scanner_timeout_s) if rules.scanner else None
        self._checking = Checking(self._table, self._whole, scanner)

    def begin(self, record: UUID, login: str, length: int, key: RequestKey | None = None) -> Upload:
        """The key makes the id: so whatever a crash left of the first request is found and finished."""
        blob = self._begun_under(key) if key else random_uuid()
        row = self._table.settle(blob, self._kept_for) or self._table.find(blob) if key else None
        if row is None:
            row = self._begin(blob, record, login, length)
        if (row.record, row.length) != (record, length):
            raise KeyReused
        return self._upload(row)

    def find(self, upload: UUID, login: str) -> Upload | None:
        row = self._table.find_open(upload, self._caller(login))
        return self._upload(row) if row else None

    def receive(self, upload: Upload) -> "Inflow":
        row = self._table.find(upload.id)
        if row is None or row.received != upload.received:
            raise OffsetMoved(row.received if row else 0)
        number, size = divmod(row.received, CHUNK)
        sealing = self._sealing(row)
        tail = sealing.open(number, self._ciphertext(row.id, number), size) if size else b""
        return Inflow(self, sealing, row, tail)

    def write(self, sealing: Sealing, number: int, held: bytearray, before: int) -> int:
        """Store what has come of a chunk; where the upload stands now. Raises OffsetMoved."""
        blob, after = sealing.key.stream, number * CHUNK + len(held)
        if not self._table.write(blob, number, sealing.seal(number, held), before, after):
            row = self._table.find(blob)
            raise OffsetMoved(row.received if row else 0)
        return after

    def settle(self, blob: UUID) -> Upload:
        """Where it stands after a request. Raises OffsetMoved if it was removed meanwhile."""
        row = self._table.settle(blob, self._kept_for)
        if row is None:
            raise OffsetMoved(0)
        return self._upload(row)

    def check(self, upload: UUID) -> "Future[None]":
        return self._checking.start(upload)

    def take(self, upload: UUID, record: UUID) -> Upload | None:
        row = self._table.take(upload, record)
        return self._upload(row) if row else None

    def keep(self, upload: UUID) -> None:
        self._table.keep(upload)
        self._keys.forget(upload)

    def remove(self, upload: UUID, login: str) -> bool:
        if self.find(upload, login) is None:
            return False
        return self._removed(upload)

    def open(self, upload: UUID) -> "BlobContent | None":
        row = self._table.find(upload)
        if row is None or row.state in ("receiving", "quarantined"):
            return None
        try:
            return BlobContent(self, self._sealing(row))
        except (KeyMissing, KeyDestroyed):
            return None

    def of_record(self, record: UUID) -> Sequence[UUID]:
        """All that were uploaded to a record."""
        return self._table.of_record(record)

    def erase(self, blob: UUID) -> int:
        """Destroy a document's key and remove what lies under it, whoever names it; how many keys."""
        destroyed = self._keys.destroy(blob)
        self._table.erase(blob)
        return destroyed

    def sweep(self) -> int:
        removed = 0
        while expired := self._table.expired():
            removed += sum(self._removed(blob, only_expired=True) for blob in expired)
        for blob in self._table.unchecked(self._checking.waiting_states):
            self.check(blob)
        return removed

    def chunk(self, sealing: Sealing, number: int) -> bytes:
        """A whole chunk. Raises ProofError."""
        return sealing.open(number, self._ciphertext(sealing.key.stream, number))

    def close(self) -> None:
        self._checking.close()
        self._table.close()

    def _begin(self, blob: UUID, record: UUID, login: str, length: int) -> BlobRow:
        content = self._keys.keep([self._keys.newest(blob)])[blob]
        caller = self._caller(login)
        row = self._table.insert(blob, record, caller, length, content.generation, self._kept_for)
        if row is None:
            raise TooManyUploads(MOST_OPEN)
        return row

    def _removed(self, blob: UUID, *, only_expired: bool = False) -> bool:
        """Remove it and its key, unless an entry names it: if a crash came between, that is noted now."""
        if self._is_named(blob):
            self._table.keep(blob)
            return False
        if not self._table.remove(blob, only_expired=only_expired):
            return False
        self._keys.destroy(blob)
        return True

    def _whole(self, blob: UUID) -> Iterator[bytes] | None:
        row = self._table.find(blob)
        if row is None or row.received != row.length:
            return None
        sealing = self._sealing(row)
        return (self.chunk(sealing, number) for number in range(count(row.length)))

    def _ciphertext(self, blob: UUID, number: int) -> bytes:
        sealed = self._table.chunk(blob, number)
        if sealed is None:
            raise ProofError("a piece of a document is missing")
        return sealed

    def _sealing(self, row: BlobRow) -> Sealing:
        return Sealing(self._origin, self._keys.get(row.id, row.key_generation), row.length)

    def _begun_under(self, key: RequestKey) -> UUID:
        """The id of the upload that is begun under a caller's key. Nobody else can tell it."""
        told = f"upload\n{key.scope}\n{key.key}".encode()
        return UUID(bytes=hmac.digest(self._callers, told, "sha256")[:16], version=4)

    def _caller(self, login: str) -> bytes:
        """Who may go on with an upload, as the database may know it."""
        return hmac.digest(self._callers, login.encode(), "sha256")

    def _upload(self, row: BlobRow) -> Upload:
        return Upload(
            id=row.id,
            record=row.record,
            length=row.length,
            received=row.received,
            verdict=self._verdict(row.state),
            expires_at=row.expires_at,
            sha256=row.sha256.hex() if row.sha256 else None,
            sha512=row.sha512.hex() if row.sha512 else None,
        )

    def _verdict(self, state: str) -> Verdict:
        if state == "quarantined":
            return "infected"
        return "pending" if state in self._checking.waiting_states else "accepted"


class Inflow:
    """`domain.document_port.Inflow`: fills one chunk after the other."""

    def __init__(self, blobs: Blobs, sealing: Sealing, row: BlobRow, tail: bytes) -> None:
        """tail: what is stored already of the chunk to be filled."""
        self._blobs = blobs
        self._sealing = sealing
        self._stored = row.received
        self._number = row.received // CHUNK
        self._held = bytearray(tail)

    @property
    def room(self) -> int:
        return self._sealing.length - self._number * CHUNK - len(self._held)

    @property
    def is_full(self) -> bool:
        return len(self._held) == CHUNK

    def fill(self, piece: memoryview) -> memoryview:
        fits = CHUNK - len(self._held)
        self._held += piece[:fits]
        return piece[fits:]

    def store(self) -> None:
        if self._number * CHUNK + len(self._held) > self._stored:
            self._stored = self._blobs.write(self._sealing, self._number, self._held, self._stored)
        if self.is_full:
            self._held.clear()
            self._number += 1

    def finish(self) -> Upload:
        self.store()
        return self._blobs.settle(self._sealing.key.stream)


class BlobContent:
    """`domain.document_port.Content`: a document that was checked, read chunk by chunk."""

    def __init__(self, blobs: Blobs, sealing: Sealing) -> None:
        self._blobs = blobs
        self._sealing = sealing

    @property
    def pieces(self) -> int:
        return count(self._sealing.length)

    def piece(self, number: int) -> bytes:
        return self._blobs.chunk(self._sealing, number)

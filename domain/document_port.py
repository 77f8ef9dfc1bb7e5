"""What the domain needs of a store of documents: uploads that come in pieces, and contents that are read so.

`store.blobs` implements it. A document may have 25 MB; nobody here ever holds more than a piece of it.
"""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from domain.errors import NotAvailable
from domain.ports import RequestKey

LARGEST_UPLOAD = 26_214_400  # bytes: 25 MiB

# pending: not all here, not hashed yet, or without a verdict of the scanner that is asked for one.
Verdict = Literal["pending", "accepted", "infected"]


@dataclass(frozen=True)
class Upload:
    """One upload. length, received: bytes, as announced and as kept. Hashes (hex) once all is here.

    expires_at: when it is removed unless an entry names it; None: kept.
    """

    id: UUID
    record: UUID
    length: int
    received: int
    verdict: Verdict
    expires_at: datetime | None
    sha256: str | None = None
    sha512: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.received == self.length


class Inflow(Protocol):
    """Takes the bytes of one request, and holds less than a chunk of them."""

    @property
    def room(self) -> int:
        """How many bytes are still missing."""

    @property
    def is_full(self) -> bool:
        """Whether what is held must be stored before more is taken."""

    def fill(self, piece: memoryview) -> memoryview:
        """Take what the chunk has room for; what is left of the piece."""

    def store(self) -> None:
        """Make what is held durable. Raises OffsetMoved when another request stored meanwhile."""

    def finish(self) -> Upload:
        """Make the rest durable, too. Raises OffsetMoved."""


class Content(Protocol):
    """A document as it is read back."""

    @property
    def pieces(self) -> int:
        """How many pieces it has."""

    def piece(self, number: int) -> bytes:
        """One piece, from 0 on, authenticated: raises rather than return another byte than was stored."""


class DocumentStore(Protocol):
    """Documents of the records of one county."""

    def begin(self, record: UUID, login: str, length: int, key: RequestKey | None = None) -> Upload:
        """A new, empty upload by that caller; or the one begun under the key before, where it stands.

        Raises TooManyUploads, or KeyReused if that is of another record or length.
        """

    def find(self, upload: UUID, login: str) -> Upload | None:
        """The caller's upload, until it is removed, quarantined or named by an entry."""

    def receive(self, upload: Upload) -> Inflow:
        """Go on where the upload stands."""

    def check(self, upload: UUID) -> Future[None]:
        """Hash and scan what is whole, in the background; once for all who ask at the same time."""

    def take(self, upload: UUID, record: UUID) -> Upload | None:
        """The record's upload, for an entry that is about to name it: not removed for a while."""

    def keep(self, upload: UUID) -> None:
        """An entry names it: it is kept."""

    def remove(self, upload: UUID, login: str) -> bool:
        """Remove the caller's upload and its key; False if an entry names it or is about to."""

    def open(self, upload: UUID) -> Content | None:
        """What was uploaded; None if it is not here any more."""

    def sweep(self) -> int:
        """Remove what was abandoned, and check what was left unchecked; how many were removed."""


class NoDocuments:
    """Where nothing is uploaded, as by the importers of the command line: every upload is unknown."""

    def begin(self, record: UUID, login: str, length: int, key: RequestKey | None = None) -> Upload:
        raise NotAvailable

    def find(self, upload: UUID, login: str) -> Upload | None:
        return None

    def receive(self, upload: Upload) -> Inflow:
        raise NotAvailable

    def check(self, upload: UUID) -> Future[None]:
        raise NotAvailable

    def take(self, upload: UUID, record: UUID) -> Upload | None:
        return None

    def keep(self, upload: UUID) -> None:
        raise NotAvailable

    def remove(self, upload: UUID, login: str) -> bool:
        return False

    def open(self, upload: UUID) -> Content | None:
        return None

    def sweep(self) -> int:
        return 0


NO_DOCUMENTS = NoDocuments()

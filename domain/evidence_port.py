"""What the domain needs of whoever packs evidence: it says what is open, the packer brings bytes and proofs.

`projections.evidence_packer` implements it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Final, Literal, Protocol
from uuid import UUID

from domain.acts import Event
from domain.evidence_errors import EvidenceNotReady
from domain.values import JsonObject

FORMAT: Final = "lifelong-evidence/1"
PARTS: Final = ("body", "who")
PIECE: Final = 1 << 16

Withheld = Literal["not-selected", "not-open", "erased"]


@dataclass(frozen=True)
class Selection:
    """What of a record is asked for. Empty or None: all of it.

    first, last: versions of the record's stream. sections: of these the content is shown; since, until: days,
    by when it happened. Whatever lies outside stays as a commitment, so that no event between two others is
    missing. withhold: parts that are not to be shown at all. accesses: with the history of accesses.
    """

    first: int | None = None
    last: int | None = None
    sections: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    withhold: frozenset[str] = frozenset()
    accesses: bool = True

    @property
    def told(self) -> JsonObject:
        """As the export keeps it, and as the package tells it."""
        told: JsonObject = {
            "first": self.first,
            "last": self.last,
            "sections": [*sorted(self.sections)],
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "withhold": [*sorted(self.withhold)],
        }
        return {**{name: one for name, one in told.items() if one}, "accesses": self.accesses}


@dataclass(frozen=True)
class OrderedStream:
    """One stream of a package. withheld: why a part of an event stays as a commitment; None: it is shown.

    ends: whether the stream is shown only up to before this event, of which the caller is not told yet.
    """

    stream: UUID
    name: str  # record, accesses, absorbed-record, absorbed-accesses
    withheld: Callable[[Event, str], Withheld | None]
    ends: Callable[[Event], bool]
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Order:
    """A package that may be made. scope: who asked for what by which right, and issued_at, as it will tell.

    Plain values; issued_at is an instant in ISO 8601.
    """

    package: UUID
    streams: tuple[OrderedStream, ...]
    scope: JsonObject


@dataclass(frozen=True)
class Packed:
    """A package, whole, in a private file that goes when it is closed. sha256: hex, over all of it."""

    file: BinaryIO = field(repr=False)
    length: int
    sha256: str
    size: int  # of the tree that it is proved against
    events: int
    shown: int
    withheld: int
    reach: Mapping[str, tuple[int, int]]  # of each stream the first and last version
    report_pdf: str = ""  # "made", or why the report is not there as PDF

    def pieces(self) -> Iterator[bytes]:
        """Its bytes; the file is gone afterwards."""
        with self.file as file:
            file.seek(0)
            while piece := file.read(PIECE):
                yield piece


class EvidencePacker(Protocol):
    """Makes packages of what the log holds and has published."""

    def pack(self, order: Order) -> Packed:
        """Raises EvidenceNotReady, EvidenceTooLarge."""


class NoPacker:
    """Where nothing is published, there is nothing to prove anything by."""

    def pack(self, order: Order) -> Packed:
        raise EvidenceNotReady


NO_PACKER: Final = NoPacker()

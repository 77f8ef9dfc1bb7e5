"""What the views tell of accesses across many records: ids and codes, no content."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import QueryRefused
from domain.requests import FIRST_PAGE, PageAsked


@dataclass(frozen=True)
class Look:
    """One access, whichever stream it stands on.

    stream: where it is told; record: of whom, if of anybody; kind: read, listed, refused, searched …;
    what: the view and its edition, the kind of key, or the action refused. basis: None: refused.
    """

    stream: UUID
    record: UUID | None
    position: int
    at: datetime
    kind: str
    what: str | None
    institution: UUID | None
    practitioner: UUID | None
    role: str
    purpose: str
    basis: str | None


@dataclass(frozen=True)
class LooksAsked:
    """Who of an institution looked at what, newest first. Raises QueryRefused.

    since, until: aware; both included. page.cursor: the position of the last row of the page before.
    """

    institution: UUID
    practitioner: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: PageAsked = FIRST_PAGE

    def __post_init__(self) -> None:
        for name, instant in (("from", self.since), ("to", self.until)):
            if instant is not None and instant.tzinfo is None:
                raise QueryRefused(name)
        if self.since and self.until and self.until < self.since:
            raise QueryRefused("to")


@dataclass(frozen=True)
class OpenFinding:
    """An unusual access that nobody reviewed yet. positions: of the accesses that it is about."""

    institution: UUID
    finding: UUID
    detector: str
    edition: str
    record: UUID | None
    practitioner: UUID
    positions: list[int]
    since: int

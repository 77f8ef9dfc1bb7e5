"""The events of a resident's `access` stream: every read, list hit and refusal, for life.

A stream of its own, appended to at its end, so that reading a record never conflicts with writing to it.
There is no aggregate: nothing is ever decided from it.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from eventsourcing.utils import register_topic

from domain.acts import Event
from domain.values import JsonObject


class AccessEvent(Event):
    """Base of everything on an access stream. `record` is the record that was, or was not, shown."""

    TOPIC: ClassVar[str]

    record: UUID


@dataclass(frozen=True)
class RecordRead(AccessEvent):
    """The record, or a part of it, was shown. Stored before the first byte left.

    The digest makes it provable: folding the same version again with the same view edition gives these bytes.
    """

    TOPIC: ClassVar[str] = "access.read.v1"
    LIFECYCLE: ClassVar[str] = "access"

    basis: str  # custody, self …
    rules: list[str]
    sections: list[str]
    record_version: int  # of the record as far as it was folded; of an access history its newest shown
    log_position: int  # of the last event folded
    asked_version: int | None
    as_of: str | None
    valid_at: str | None
    view: str  # name and edition of the fold
    body_sha256: str  # hex, of the canonical body
    versions: list[int] | None = None  # of a page: first and last on it, of an audit trail by position
    cites: UUID | None = None  # the entry of the record that let the reader in: a referral, a grant …
    withheld: list[str] | None = None  # classes of sensitive entries that were not shown
    with_documents: bool = False
    parameters: JsonObject | None = None  # whatever else of the question the renderer needs to answer again


@dataclass(frozen=True)
class RecordListed(AccessEvent):
    """The record stood in the answer to a search. Tells by what kind of key, no value."""

    TOPIC: ClassVar[str] = "access.listed.v1"
    LIFECYCLE: ClassVar[str] = "access"

    basis: str
    rules: list[str]
    key_kind: str


@dataclass(frozen=True)
class AccessRefused(AccessEvent):
    """Somebody known to us tried what they may not; they were told that nothing is available."""

    TOPIC: ClassVar[str] = "access.refused.v1"
    LIFECYCLE: ClassVar[str] = "access"

    action: str
    rules: list[str]


@dataclass(frozen=True)
class RecordReplayed(AccessEvent):
    """What an access showed was made again, and compared with its digest. Stored before it was answered."""

    TOPIC: ClassVar[str] = "access.replayed.v1"
    LIFECYCLE: ClassVar[str] = "access"

    basis: str
    rules: list[str]
    access: UUID  # the event that was replayed
    view: str | None  # the edition in which it was made again; None: that access had shown nothing
    body_sha256: str | None  # hex, as that access had it
    made_sha256: str | None  # hex, of what was made again
    matched: bool | None
    is_shape: bool  # whether of the content only the shape was shown, or nothing
    decision: str  # made again under the policy of its day: same, differs, unknown
    cites: UUID | None = None  # what that access cites: whoever is not told of it yet is not told of this


@dataclass(frozen=True)
class RecordExported(AccessEvent):
    """An evidence package was issued. Stored before its first byte left; its id is the package's.

    What it holds can be told from its digest and parameters; the package itself is not kept.
    """

    TOPIC: ClassVar[str] = "access.exported.v1"
    LIFECYCLE: ClassVar[str] = "access"

    basis: str
    rules: list[str]
    sections: list[str]
    record_version: int  # the last that is in the package
    log_position: int  # the size of the tree that it is proved against
    view: str  # name and edition of the package's layout
    body_sha256: str  # hex, of the zip
    events: int
    shown: int  # parts
    held_back: int  # parts that are in it as commitments only
    parameters: JsonObject  # what was asked for
    cites: UUID | None = None
    withheld: list[str] | None = None  # classes of sensitive entries that were not shown


ACCESS_EVENTS: tuple[type[AccessEvent], ...] = (
    RecordRead,
    RecordListed,
    AccessRefused,
    RecordReplayed,
    RecordExported,
)

for _event in ACCESS_EVENTS:
    register_topic(_event.TOPIC, _event)

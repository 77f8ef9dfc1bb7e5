"""The events of the `log` stream: the log's own acts. One stream per log; there is no aggregate."""

from dataclasses import dataclass
from typing import ClassVar

from domain.acts import Event
from domain.values import JsonObject


@dataclass(frozen=True)
class ClockConfirmed(Event):
    """An operator confirmed that the log may run ahead of the clock, and appends went on.

    Until the clock has caught up, events are one microsecond apart: this one says what the clock really
    showed, so that an expert can tell by how much the instants after it run ahead.
    """

    TOPIC: ClassVar[str] = "log.clock-confirmed.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    clock: str  # what the server's clock showed, RFC 3339, UTC
    reason: str


@dataclass(frozen=True)
class ProjectionSkipped(Event):
    """An operator let a version of a view go on without an event that it could not fold.

    The event stays in the log and in every other view; what the view shows lacks it, and this says so.
    """

    TOPIC: ClassVar[str] = "log.projection-skipped.v1"
    LIFECYCLE: ClassVar[str] = "amend"

    projection: str
    edition: int  # the version of the projection: the next one is given the event again
    position: int  # of the event that is left out
    reason: str


@dataclass(frozen=True)
class PolicyAdopted(Event):
    """From here on this policy decides who may do what.

    The whole of it, so that whatever was decided under it can be decided again when the program that knew it
    is long gone. Every event names its policy by this digest.
    """

    TOPIC: ClassVar[str] = "log.policy-adopted.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    name: str
    edition: str
    digest: str  # SHA-256 (hex) of `policy` as canonical JSON
    policy: JsonObject


@dataclass(frozen=True)
class DefinitionAdopted(Event):
    """From here on this definition is the one of its kind and name that the log goes by.

    The whole of it, as of a policy: whatever names its digest can be understood when the program is gone.
    """

    TOPIC: ClassVar[str] = "log.definition-adopted.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    kind: str  # unusual-access: a rule by which accesses are found unusual
    name: str
    edition: str
    digest: str  # SHA-256 (hex) of `definition` as canonical JSON
    definition: JsonObject


@dataclass(frozen=True)
class HeadsListed(Event):
    """Of every stream of the log, how many events it had at a size and the hash of its last: by one root.

    Whoever holds the list's root can be shown that a stream's events are all there, or that there is no such
    stream (docs/evidence-formats.md). root_512: of the same envelopes' tree under SHA-512, once a day.
    """

    TOPIC: ClassVar[str] = "log.heads-listed.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    size: int
    streams: int
    root: str  # hex, 32 bytes
    root_512: str | None  # hex, 64 bytes


@dataclass(frozen=True)
class KeyRotated(Event):
    """From here on other keys sign the log's checkpoints or receipts; what the old ones signed stays good.

    text names old and new keys, and each of them signed it (docs/evidence-formats.md): so the old keys vouch
    for the new ones, and whoever holds only the new ones shows that they do.
    """

    TOPIC: ClassVar[str] = "log.key-rotated.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    signs: str  # checkpoint or receipt
    generation: int  # of the new keys; the first ones were 1
    old: list[str]  # verifier keys (C2SP signed-note vkey)
    new: list[str]
    text: str
    signatures: list[JsonObject]  # key: its verifier key; signature: base64


@dataclass(frozen=True)
class LogClosed(Event):
    """The operator closed the log: nothing is appended after what was under way, and another one goes on.

    A log that lost its tail cannot say this itself, because nothing may be appended to it: there the word of
    the next one stands alone.
    """

    TOPIC: ClassVar[str] = "log.closed.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    next_origin: str
    reason: str


@dataclass(frozen=True)
class LogAdopted(Event):
    """The first event of a log that goes on where another one was closed: the last checkpoint of that one.

    From here on the other log's tree is fixed in this one's: whoever trusts this checkpoint need not trust
    the keys, or the witnesses, of the other any more.
    """

    TOPIC: ClassVar[str] = "log.adopted.v1"
    LIFECYCLE: ClassVar[str] = "verify"

    origin: str
    size: int
    root: str  # hex, 32 bytes
    note_sha256: str  # hex: of the checkpoint's note, all its signatures included
    reason: str

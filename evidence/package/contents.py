"""What an evidence package holds, as it is handed over to be written. Pure: bytes and plain values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evidence.canonical import Json
from evidence.heads import HeadProof

Pieces = Callable[[], Iterable[bytes]]
"""Gives the bytes of a document, from the beginning."""

Report = Mapping[str, Json]
"""The report as plain values: title, trust, head, events, and issued_at, an instant in ISO 8601."""

Words = tuple[str, str]
"""In Chinese, and in English."""


@dataclass(frozen=True)
class Disclosed:
    """A part that is shown: the salt of its commitment (32 bytes) and its bytes."""

    salt: bytes = field(repr=False)
    value: bytes = field(repr=False)


@dataclass(frozen=True)
class Sealed:
    """One event: its index in the log (from 0), its envelope, and the proof that it stands there.

    withheld: of each part that is not shown the reason, in one word. title, words: what happened, for the
    report, by language (zh, en).
    """

    index: int
    envelope: bytes
    proof: Sequence[bytes]
    shown: Mapping[str, Disclosed]
    withheld: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """A stream of which events are in the package. is_whole: none between two others is missing."""

    stream: str
    name: str  # record, accesses, absorbed-record, absorbed-accesses, log
    is_whole: bool = True


@dataclass(frozen=True)
class Stamped:
    """A time-stamp token over a checkpoint that the package's own one continues, as `consistency` proves."""

    authority: str
    note: bytes
    token: bytes
    chain: bytes
    revocation: bytes
    consistency: Sequence[bytes]


@dataclass(frozen=True)
class Listed:
    """A head list (`evidence.heads`): size of the tree it is of, its root, and the event that tells them.

    proofs: what it says of streams of the package, by their ids.
    """

    size: int
    root: bytes
    event: Sealed
    proofs: Mapping[str, HeadProof]


@dataclass(frozen=True)
class Trust:
    """vkeys: of the log's checkpoints, receipts and packages. policy: C2SP tlog-policy of its witnesses."""

    vkeys: Sequence[str]
    policy: bytes = b"quorum none\n"
    cosigned_by: Sequence[str] = ()  # the policy's witnesses that have
    is_met: bool = False  # whether they are enough, by the policy

    @property
    def has_witnesses(self) -> bool:
        return self.is_met and bool(self.cosigned_by)


@dataclass(frozen=True)
class Definitions:
    """What the shown parts were written by, as it was that day.

    by_digest: forms and rules as sorted JSON, by the SHA-256 (hex) that events name. others: by path
    under schemas/, what only explains (JSON schemas of forms, code lists).
    """

    by_digest: Mapping[str, bytes] = field(default_factory=dict)
    others: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Named:
    """What the shown parts name: digests (hex) of forms, rules and documents, and code systems."""

    digests: frozenset[str]
    systems: frozenset[str]


@dataclass(frozen=True)
class Typeset:
    """A PDF, or in one line why there is none."""

    data: bytes = field(default=b"", repr=False)
    why_not: Words | None = None


def not_typeset(told: Report) -> Typeset:
    """Where nothing makes PDFs."""
    return Typeset(why_not=("未生成：签发处不排版", "not made: nothing sets type where this was issued"))


@dataclass(frozen=True)
class Contents:
    """All of a package. scope: who asked for what, by which right; plain values in the canonical profile.

    events: in the order of the log, gone through once. listed: the newest head list that the log tells up to
    the checkpoint; shown of each stream that the package has whole up to it. definitions, documents: asked
    for once the events are written, with what they name; documents by SHA-256 (hex). others: any further file
    under data/.
    """

    folder: str
    origin: str
    size: int
    checkpoint: bytes
    scope: Mapping[str, Json]
    streams: Sequence[Stream]
    events: Iterable[Sealed]
    trust: Trust
    stamps: Sequence[Stamped] = ()
    listed: Listed | None = None
    definitions: Callable[[Named], Definitions] = lambda named: Definitions()
    documents: Callable[[Named], Iterable[tuple[str, Pieces]]] = lambda named: ()
    others: Mapping[str, bytes] = field(default_factory=dict)
    typeset: Callable[[Report], Typeset] = not_typeset

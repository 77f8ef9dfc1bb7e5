"""What a verification finds: each finding says what is wrong and where, and nothing of any content."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal, TypeAlias
from uuid import UUID

Kind: TypeAlias = Literal[
    "envelope",
    "leaf",
    "place",
    "chain",
    "order",
    "content",
    "commitment",
    "erased-untold",
    "position",
    "astray",
    "tile",
    "checkpoint",
    "signature",
    "cosignature",
    "token",
    "head-list",
    "held-tile",
    "held-checkpoint",
    "second-place",
    "stream-missing",
    "stream-category",
    "stream-empty",
    "claim-unmade",
    "claim-place",
    "claim-elsewhere",
    "claim-missing",
]
WORDS: Final[dict[Kind, str]] = {
    "envelope": "an envelope that is not in the canonical profile, or of another log",
    "leaf": "an envelope that has another hash than is stored beside it",
    "place": "an envelope that tells another stream, version, instant or topic than its row",
    "chain": "an event that does not follow from the one before it in its stream",
    "order": "an event recorded no later than the one before it",
    "content": "content that is missing, or does not open under its key and place",
    "commitment": "content that is not what its envelope commits to",
    "erased-untold": "content whose key was destroyed, though its stream tells no erasure after it",
    "position": "a position of the log that holds two events, or none: the first of those side by side",
    "astray": "an event or content at a position to which the log does not come",
    "tile": "a stored tile that is not of these events",
    "checkpoint": "a checkpoint over other events than are there",
    "signature": "a checkpoint that the log's keys did not both sign",
    "cosignature": "a cosignature that does not hold",
    "token": "a time-stamp token that does not hold",
    "head-list": "a head list that is not of these events",
    "held-tile": "another event than the tiles held elsewhere have here: the first of them",
    "held-checkpoint": "a checkpoint held elsewhere that is not over these events",
    "second-place": "the checkpoint kept outside the database is gone, or not of these events",
    "stream-missing": "a stream without its row: what goes by category does not find it",
    "stream-category": "a stream whose row tells another category than its first event",
    "stream-empty": "a row of a stream that has no events",
    "claim-unmade": "a claim that no event makes, or one that was released since",
    "claim-place": "a claim that tells another event than it was made with",
    "claim-elsewhere": "a claim of this event, held by another stream",
    "claim-missing": "a claim of this event that is not held: what it kept unique may be there twice",
}

MOST: Final = 10_000  # told of one kind: where everything is wrong, nobody is served by all of it


@dataclass(frozen=True)
class Finding:
    """kind: what is wrong; position, stream, size: where, as far as that says it.

    after: of what lies between two checkpoints, the position up to which all is well.
    """

    kind: Kind
    position: int | None = None
    stream: UUID | None = None
    size: int | None = None
    after: int | None = None

    @property
    def words(self) -> str:
        """A line for people."""
        where = [
            f"position {self.position}" if self.position is not None else "",
            f"stream {self.stream}" if self.stream is not None else "",
            f"checkpoint {self.size}" if self.size is not None else "",
            f"all well up to position {self.after}" if self.after is not None else "",
        ]
        return f"{WORDS[self.kind]} ({', '.join(one for one in where if one)})"

    def told(self) -> dict[str, object]:
        """As JSON."""
        plain = {name: value for name, value in asdict(self).items() if value is not None}
        return {**plain, **({"stream": str(self.stream)} if self.stream else {}), "words": self.words}


Report: TypeAlias = Callable[[Finding], None]


class Found:
    """What was found: each once, and of each kind the first `MOST`, beyond which it is only counted."""

    def __init__(self) -> None:
        self._told: dict[Finding, None] = {}
        self._of: Counter[Kind] = Counter()
        self._more: Counter[Kind] = Counter()

    @property
    def told(self) -> Sequence[Finding]:
        """In the order in which they were found."""
        return [*self._told]

    @property
    def more(self) -> Mapping[Kind, int]:
        """How many there are beyond those told, by kind."""
        return dict(self._more)

    def report(self, one: Finding) -> None:
        self.add([one])

    def add(self, findings: Iterable[Finding], more: Mapping[Kind, int] | None = None) -> "Found":
        """Take over findings; what of them was new. more: how many there were beyond these."""
        new = Found()
        new._more.update(more or {})
        for one in dict.fromkeys(findings):
            if one in self._told:
                continue
            if self._of[one.kind] < MOST:
                self._of[one.kind] += 1
                self._told[one] = new._told[one] = None
            else:
                new._more[one.kind] += 1
        self._more.update(new._more)
        return new

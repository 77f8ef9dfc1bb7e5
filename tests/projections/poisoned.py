"""A projection of its own for tests: it counts events, and breaks, waits or tells nonsense when told to."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from domain.ports import Recorded
from projections.projection import Projection, Row, Table, Tokens

COUNTS = Table("counts", {"record_id": "uuid", "events": "int8", "last": "int8", "topics": "text[]"})


@dataclass
class Mischief:
    """What the folds of one projection do wrong. poison: positions at which they break.

    ignored: how topics begin that they do not count, as another version may do on purpose.
    """

    poison: set[int] = field(default_factory=set)
    nonsense: set[int] = field(default_factory=set)  # positions after which their rows cannot be written
    ignored: str = "none"
    tried: int = 0  # how often the poison was met
    slow: threading.Event = field(default_factory=threading.Event)  # once cleared, they wait until it is set
    waiting: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.slow.set()

    def projection(self, name: str = "counts", version: int = 1) -> Projection:
        return Projection(name, version, (COUNTS,), lambda record, tokens: CountFold(record, tokens, self))


class CountFold:
    def __init__(self, record: UUID, tokens: Tokens, mischief: Mischief) -> None:
        self._record = record
        self._mischief = mischief
        self._topics: list[str] = []
        self._last = 0

    def take(self, one: Recorded) -> None:
        if not self._mischief.slow.is_set():
            self._mischief.waiting.set()
            self._mischief.slow.wait()
        if one.stored.position in self._mischief.poison:
            self._mischief.tried += 1
            raise LookupError("王建国 is what this event says, and nobody may read it here")
        if not one.stored.topic.startswith(self._mischief.ignored):
            self._topics.append(one.stored.topic)
        self._last = one.stored.position

    def rows(self) -> Mapping[str, Collection[Row]]:
        last: object = "not a number" if self._last in self._mischief.nonsense else self._last
        return {"counts": [(self._record, len(self._topics), last, tuple(self._topics))]}

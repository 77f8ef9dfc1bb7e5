"""The log as it was just before an event: what was known when that was decided, folded again."""

from collections.abc import Mapping
from typing import TypeVar, cast
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.acts import begins
from domain.ports import A, Claim, EventLog, Recorded

S = TypeVar("S", bound=Aggregate)


class Past:
    """`domain.ports.Streams` before a position. What was folded once is kept."""

    def __init__(self, log: EventLog, before: int, claims: Mapping[Claim, UUID]) -> None:
        """claims: who held them then, as far as it matters; a log tells only who holds them now."""
        self._log = log
        self._before = before
        self._claims = claims
        self._folded: dict[UUID, Aggregate | None] = {}

    def load(self, kind: type[A], stream: UUID) -> A | None:
        """The aggregate as it was. Not to be changed."""
        if stream not in self._folded:
            self._folded[stream] = folded(kind, self.read(stream))
        found = self._folded[stream]
        return found if isinstance(found, kind) else None

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        """The stream that held the claim."""
        claim = Claim(namespace, value)
        return self._claims[claim] if claim in self._claims else self._log.find_claim(namespace, value)

    def read(self, stream: UUID) -> list[Recorded]:
        """The stream's events until then."""
        return self._log.read(stream, upto_position=self._before - 1)


def folded(kind: type[S], recorded: list[Recorded]) -> S | None:
    """The aggregate that these events, all from the first on, make; None of another kind, or of none."""
    aggregate: Aggregate | None = None
    for one in recorded:
        if aggregate is None and not begins(kind, one.event):
            return None
        aggregate = one.event.mutate(aggregate)  # type: ignore[attr-defined]  # streams with aggregates hold AggregateEvents
    return cast("S | None", aggregate)

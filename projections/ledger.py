"""What a view says of a record at any position: facts, each with the positions between which it held."""

from collections.abc import Hashable, Iterable

from projections.projection import Row


class Ledger:
    """Facts and the positions between which they held. A slot holds what one part of a record says."""

    def __init__(self) -> None:
        self._held: dict[Hashable, dict[Row, int]] = {}
        self._ended: list[Row] = []

    def hold(self, slot: Hashable, facts: Iterable[Row], position: int) -> None:
        """From the position on the slot says these facts and no others."""
        held, now = self._held.setdefault(slot, {}), dict.fromkeys(facts)
        for gone in [fact for fact in held if fact not in now]:
            self._ended.append((*gone, held.pop(gone), position))
        for new in now:
            held.setdefault(new, position)

    def rows(self) -> list[Row]:
        """Each fact with the position since which it holds and that at which it ended."""
        return [
            *self._ended,
            *((*fact, since, None) for held in self._held.values() for fact, since in held.items()),
        ]

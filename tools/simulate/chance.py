"""Chance by seed: every draw is a function of a path such as (seed, "life", 17, "acute").

Only `random.Random.random` is used, whose sequence Python promises to keep; no hash(), no set order.
"""

import hashlib
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")
Weighted = Sequence[tuple[T, float]]


class Dice:
    """Draws for one purpose. Another purpose takes other dice (`at`), so that neither moves the other."""

    def __init__(self, *path: object) -> None:
        self._path = path
        text = "/".join(map(str, path)).encode()
        # A made-up life, not a secret.
        self.draw = random.Random(int.from_bytes(hashlib.sha256(text).digest()[:8], "big")).random  # noqa: S311

    def at(self, *path: object) -> "Dice":
        """Dice for a part of this purpose."""
        return Dice(*self._path, *path)

    def chance(self, probability: float) -> bool:
        return self.draw() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number, limits included."""
        return low + int(self.draw() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.draw() * len(choices))]

    def weighted(self, choices: Weighted[T]) -> T:
        """One of the choices, by weight; weights need not add up to anything."""
        left = self.draw() * sum(weight for _, weight in choices)
        for choice, weight in choices:
            left -= weight
            if left < 0:
                return choice
        return choices[-1][0]

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """Up to `most` of the choices, at least one, in their order."""
        wanted = self.whole(1, min(most, len(choices)))
        left = list(range(len(choices)))
        chosen = sorted(left.pop(int(self.draw() * len(left))) for _ in range(wanted))
        return [choices[place] for place in chosen]

    def normal(self, mean: float, deviation: float) -> float:
        """Roughly normal, never beyond 3.5 deviations: the sum of four draws."""
        return mean + deviation * (self.draw() + self.draw() + self.draw() + self.draw() - 2) * 1.7321

    def day(self, first: date, last: date) -> date:
        """A day, limits included; `first` where nothing lies between."""
        return first + timedelta(days=self.whole(0, max(0, (last - first).days)))

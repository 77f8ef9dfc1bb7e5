"""How often something may go wrong for one and the same caller: a token bucket each, held in memory."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST_HELD: Final = 10_000  # callers remembered; who was seen longest ago is forgotten first
SECONDS: Final = 60.0


class Throttle:
    """So many at once, and as many again in a minute. Of one thread: the event loop asks it."""

    def __init__(
        self, per_minute: int, *, most_held: int = MOST_HELD, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._full = float(per_minute)
        self._per_second = per_minute / SECONDS
        self._most_held = most_held
        self._now = now
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # caller → what is left, as of when

    def __len__(self) -> int:
        return len(self._held)

    def wait_s(self, caller: str) -> float:
        """Count one more; 0.0 if it was within the allowance, else how long until one is again."""
        now = self._now()
        left, since = self._held.pop(caller, (self._full, now))
        left = min(self._full, left + (now - since) * self._per_second)
        self._held[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._held) > self._most_held:
            self._held.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self._per_second

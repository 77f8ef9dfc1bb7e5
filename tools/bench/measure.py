"""How the benches count: rounds in which every contestant has its turn, and medians of same-round ratios.

A slow disk or a busy neighbour then slows all of a round; what is left in a ratio is the difference.
"""

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass
class Cell:
    """What one contestant did, round by round: acts per second, and how long each act took."""

    rates: list[float] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)

    def run(self, act: Callable[[], object], times: int) -> None:
        """One round: the act, that many times one after the other."""
        clock = time.perf_counter
        took = []
        for _ in range(times):
            before = clock()
            act()
            took.append(clock() - before)
        self.rates.append(times / sum(took))
        self.latencies_s.extend(took)

    def run_many(self, act: Callable[[], object], times: int) -> None:
        """One round: the act once, which does that many things; how long each took is not known."""
        before = time.perf_counter()
        act()
        self.rates.append(times / (time.perf_counter() - before))

    def summary(self) -> dict[str, float]:
        """Acts per second (median of the rounds); of single acts 50th and 99th percentile in milliseconds."""
        rate = {"rate_per_s": round(median(self.rates), 1)}
        if not self.latencies_s:
            return rate
        p = quantiles(self.latencies_s, n=100)
        return {**rate, "p50_ms": round(p[49] * 1000, 3), "p99_ms": round(p[98] * 1000, 3)}


def ratio(ours: Sequence[float], theirs: Sequence[float], digits: int = 2) -> float:
    """The median of same-round ratios; both are rates, so that higher is better."""
    return round(median(a / b for a, b in zip(ours, theirs, strict=True)), digits)


def machine() -> dict[str, object]:
    """What the figures were measured on, without naming it."""
    return {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}

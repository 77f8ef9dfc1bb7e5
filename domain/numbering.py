"""Giving out record numbers: the next free one of an area, whatever others are given meanwhile.

Nothing counts and nothing reserves: the claim on the number, taken in the append, is what makes it unique.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from domain.ports import EventLog
from domain.values import RecordNumber

LAST = 99_999  # five digits of sequence under the twelve of the area


@dataclass
class _Area:
    """How far the numbers of one area are given out, as far as this process knows."""

    lock: Lock = field(default_factory=Lock)
    last: int = 0  # guarded by lock, as is gap
    gap: int = 0  # up to here no gap is left


class RecordNumbers:
    """Proposes numbers. Remembers the last one proposed, so that callers of one process never meet."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._lock = Lock()
        self._areas: dict[str, _Area] = {}  # guarded by _lock

    def free(self, area: str) -> Iterator[str]:
        """Numbers of an area that were free a moment ago; none when all are given.

        First those behind the last one known, then the gaps that numbers from paper and refusals left.
        area: 12 digits. Raises ContentRefused if the area cannot begin a national record number.
        """
        with self._lock:
            known = self._areas.setdefault(area, _Area())
        while (sequence := self._propose(area, known)) <= LAST:
            yield RecordNumber.parse(_number(area, sequence)).value

    def _propose(self, area: str, known: _Area) -> int:
        with known.lock:
            if known.last < LAST:
                known.last = self._behind(area, known.last)
                if known.last <= LAST:
                    return known.last
            known.gap = self._next_gap(area, known.gap)
            return known.gap

    def _behind(self, area: str, last: int) -> int:
        """A free sequence number behind the last one: mostly the next, else found by doubling and halving.

        About 2·log2(n) look-ups where others were given n numbers meanwhile. Where numbers from paper left
        gaps it is a free one all the same, only not the lowest.
        """
        taken, step = last, 1
        while (free := taken + step) <= LAST and self._is_taken(area, free):
            taken, step = free, step * 2
        free = min(free, LAST + 1)
        while free - taken > 1:
            middle = (taken + free) // 2
            taken, free = (middle, free) if self._is_taken(area, middle) else (taken, middle)
        return free

    def _next_gap(self, area: str, behind: int) -> int:
        """The next gap, each number looked up once in the life of this process; LAST + 1: there is none."""
        gaps = (number for number in range(behind + 1, LAST + 1) if not self._is_taken(area, number))
        return next(gaps, LAST + 1)

    def _is_taken(self, area: str, sequence: int) -> bool:
        return self._log.find_claim("record-number", _number(area, sequence)) is not None


def _number(area: str, sequence: int) -> str:
    return f"{area}{sequence:05d}"

"""Giving out record numbers: the next free one of an area, whatever others are given meanwhile.

Nothing counts and nothing reserves: the claim on the number, taken in the append, is what makes it unique.
"""

from collections.abc import Iterator
from threading import Lock

from domain.ports import EventLog
from domain.values import RecordNumber

LAST = 99_999  # five digits of sequence under the twelve of the area


class RecordNumbers:
    """Proposes numbers. Remembers the last one proposed, so that callers of one process never meet."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._lock = Lock()
        self._last: dict[str, int] = {}  # guarded by _lock

    def free(self, area: str) -> Iterator[str]:
        """Numbers of an area likely to be free, in order; none when all are given.

        area: 12 digits. Raises ContentRefused if the area cannot begin a national record number.
        """
        while (sequence := self._propose(area)) <= LAST:
            yield RecordNumber.parse(_number(area, sequence)).value

    def _propose(self, area: str) -> int:
        with self._lock:
            last = self._last.get(area)
            self._last[area] = _first_free(self._log, area) if last is None else last + 1
            return self._last[area]


def _first_free(log: EventLog, area: str) -> int:
    """A free sequence number: doubling, then halving, about 2·log2(n) look-ups for n records.

    Numbers supplied from paper may leave gaps; then it is a free one all the same, only not the lowest.
    """
    taken, free = 0, 1
    while free <= LAST and _is_taken(log, area, free):
        taken, free = free, free * 2
    free = min(free, LAST + 1)
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if _is_taken(log, area, middle) else (taken, middle)
    return free


def _is_taken(log: EventLog, area: str, sequence: int) -> bool:
    return log.find_claim("record-number", _number(area, sequence)) is not None


def _number(area: str, sequence: int) -> str:
    return f"{area}{sequence:05d}"

"""Giving out record numbers: the next free one of an area, whatever others are given meanwhile.

Nothing counts and nothing reserves: the claim on the number, taken in the append, is what makes it unique.
A claim is never released, so a number that was given once is never given again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from domain.ports import Claim, EventLog
from domain.record_number import RecordNumber, SchemeChoice, last_sequence, scheme_of
from domain.time import CHINA

LOOKED_UP_AT_ONCE = 1000
NUMBER = "record-number"  # the namespace of the claims


@dataclass
class _Area:
    """How far the numbers of one area are given out under a scheme, as far as this process knows."""

    digits: str
    scheme: str
    lock: Lock = field(default_factory=Lock)
    given: int = 0  # guarded by lock, as is gap
    gap: int = 0  # up to here no gap is left

    @property
    def last(self) -> int:
        return last_sequence(self.scheme)

    def number(self, sequence: int) -> str:
        return RecordNumber.issue(self.digits, sequence, self.scheme).value


class RecordNumbers:
    """Proposes numbers. Remembers the last one proposed, so that callers of one process never meet."""

    def __init__(
        self,
        log: EventLog,
        schemes: Sequence[SchemeChoice] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """schemes: what areas chose besides the usual scheme; clock: the time now, aware."""
        self._log = log
        self._schemes = schemes
        self._clock = clock
        self._lock = Lock()
        self._areas: dict[tuple[str, str], _Area] = {}  # guarded by _lock

    def free(self, area: str) -> Iterator[str]:
        """Numbers of an area that were free a moment ago; none when all are given.

        Under the scheme the area has today. First those behind the last one known, then the gaps that numbers
        from paper and refusals left. area: 12 digits. Raises ContentRefused if it cannot begin a number.
        """
        scheme = scheme_of(area, self._clock().astimezone(CHINA).date(), self._schemes)
        with self._lock:
            known = self._areas.setdefault((area, scheme), _Area(area, scheme))
        while (sequence := self._propose(known)) <= known.last:
            yield known.number(sequence)

    def _propose(self, known: _Area) -> int:
        with known.lock:
            if known.given < known.last:
                known.given = self._behind(known)
                if known.given <= known.last:
                    return known.given
            known.gap = self._next_gap(known)
            return known.gap

    def _behind(self, known: _Area) -> int:
        """A free sequence number behind the last one: mostly the next, else found by doubling and halving.

        About 2·log2(n) look-ups where others were given n numbers meanwhile. Where numbers from paper left
        gaps it is a free one all the same, only not the lowest.
        """
        taken, step = known.given, 1
        while (free := taken + step) <= known.last and self._is_taken(known, free):
            taken, step = free, step * 2
        free = min(free, known.last + 1)
        while free - taken > 1:
            middle = (taken + free) // 2
            taken, free = (middle, free) if self._is_taken(known, middle) else (taken, middle)
        return free

    def _next_gap(self, known: _Area) -> int:
        """The next gap, looked for by growing steps; last + 1: there is none."""
        start, step = known.gap + 1, 16
        while start <= known.last:
            numbers = range(start, min(start + step, known.last + 1))
            claims = [Claim(NUMBER, known.number(number)) for number in numbers]
            held = self._log.find_claims(claims)
            if len(held) < len(claims):
                return next(one for one, claim in zip(numbers, claims, strict=True) if claim not in held)
            start, step = start + step, min(step * 2, LOOKED_UP_AT_ONCE)
        return known.last + 1

    def _is_taken(self, known: _Area, sequence: int) -> bool:
        return self._log.find_claim(NUMBER, known.number(sequence)) is not None

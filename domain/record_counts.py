"""How many records there are, by area, status, group and month: numbers only, and none that points at one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.access import Facts
from domain.acts import make
from domain.areas import covered
from domain.errors import NotAvailable, QueryRefused, UnknownCode
from domain.gate import Gate, Pass
from domain.institution import Institution
from domain.requests import Request
from domain.time import CHINA
from domain.views import CountAsked, Counted, Views

STATISTICS, RESEARCH = "statistics", "research"
AREA = re.compile(r"[0-9]{2,18}", re.ASCII)


@dataclass(frozen=True)
class Counts:
    """The cells, in order. small_below: fewer than so many were not told; None: everything is."""

    position: int
    by: tuple[str, ...]
    cells: Sequence[Counted]
    small_below: int | None


class RecordCounts:
    """Statistics. Mixed into `Records`."""

    gate: Gate
    views: Views

    def count_records(
        self, request: Request, area: str, by: Sequence[str], as_of: datetime | None = None
    ) -> Counts:
        """The records whose area begins with these digits. Ages are those on the day of as_of, else today.

        Small cells are not told where the area lies outside the caller's own, and for research nowhere: only
        anonymous figures leave without a grant (个人信息保护法第四条).
        Raises QueryRefused, UnknownCode.
        """
        if not AREA.fullmatch(area):
            raise QueryRefused("area")
        if set(by) - set(self.views.dimensions) or len(set(by)) != len(by):
            raise UnknownCode("by", self.views.dimensions)

        def attempt() -> Counts:
            passed = self.gate.enter(request, "count", Facts())
            on = as_of.astimezone(CHINA).date() if as_of else self.gate.today()
            page = self.views.count(CountAsked(area, tuple(by), on), as_of, passed.scope)
            own = self._own(passed, len(page.rows))
            if area.startswith(own) and request.purpose != RESEARCH:
                return Counts(page.position, tuple(by), page.rows, None)
            below = self.views.small_below
            return Counts(page.position, tuple(by), without_small(page.rows, below), below)

        return self.gate.insist(attempt)

    def _own(self, passed: Pass, cells: int) -> str:
        """The digits of the area that the caller's institution answers for; told first that it was asked."""
        institution = self.gate.log.load(Institution, passed.actor.institution or UUID(int=0))
        if institution is None:
            raise NotAvailable
        searched = make(
            Institution.Searched,
            self.gate.act(passed),
            institution.id,
            0,
            key_kind=STATISTICS,
            shown=cells,
        )
        self.gate.log.append([searched], at_end=[institution.id])
        return covered(institution.state.area)


def without_small(cells: Sequence[Counted], below: int) -> list[Counted]:
    """The cells without small counts. One alone would be known by what is missing: then the next goes too."""
    small = [one for one in cells if one.records is not None and 0 < one.records < below]
    if len(small) == 1 and len(cells) > 1:
        rest = [one for one in cells if one not in small]
        small.append(min(rest, key=lambda one: one.records or 0))
    hidden = {one.cell for one in small}
    return [replace(one, records=None) if one.cell in hidden else one for one in cells]

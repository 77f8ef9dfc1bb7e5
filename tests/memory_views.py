"""The views of accesses over an in-memory log: folded anew for every question."""

from collections.abc import Iterator
from typing import Any

from domain.looks import Look, LooksAsked, OpenFinding
from domain.requests import PageAsked
from domain.view_scope import Scope
from domain.views import NoViews, Page
from projections.projection import Projection
from projections.views import looks, unusual
from tests.memory_log import MemoryLog

LAST = 2**53 - 1


class MemoryViews(NoViews):
    """Who looked at what, and what of it was found unusual."""

    def __init__(self, log: MemoryLog) -> None:
        self.log = log

    def looks(self, asked: LooksAsked, scope: Scope) -> Page[Look]:
        def is_asked(one: Look) -> bool:
            return (
                one.institution == asked.institution == scope.institution
                and asked.practitioner in (None, one.practitioner)
                and (asked.since is None or one.at >= asked.since)
                and (asked.until is None or one.at <= asked.until)
            )

        return self._page([one for one in self.all_looks() if is_asked(one)], asked.page)

    def all_looks(self) -> list[Look]:
        """Every access, in the order of the log."""
        found = [Look(*row[:11]) for row in self._rows(looks.PROJECTION)]
        return sorted(found, key=lambda one: one.position)

    def open_findings(self, page: PageAsked, scope: Scope) -> Page[OpenFinding]:
        def is_open(row: tuple[Any, ...]) -> bool:
            is_near = scope.area is not None and row[1].startswith(scope.area)
            return row[9] is None and (row[0] == scope.institution or is_near)

        found = [OpenFinding(*(row[0], *row[2:9])) for row in self._rows(unusual.PROJECTION) if is_open(row)]
        newest = sorted(found, key=lambda one: -one.since)
        return Page(self.log.position(), tuple(newest[: page.limit]))

    def _page(self, found: list[Look], page: PageAsked) -> Page[Look]:
        before = page.cursor or LAST
        newest = [one for one in found[::-1] if one.position < before]
        rows = tuple(newest[: page.limit])
        return Page(self.log.position(), rows, str(rows[-1].position) if len(newest) > len(rows) else None)

    def _rows(self, projection: Projection) -> Iterator[tuple[Any, ...]]:
        """Any: of as many types as there are columns."""
        taken = [one for one in self.log.events if projection.takes(one.stored.topic)]
        for stream in dict.fromkeys(one.stored.stream for one in taken):
            fold = projection.begin(stream, None)  # type: ignore[arg-type]  # it holds no tokens
            for one in taken:
                if one.stored.stream == stream:
                    fold.take(one)
            yield from fold.rows()[projection.name]

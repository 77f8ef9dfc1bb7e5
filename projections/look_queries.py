"""Accesses across many records, asked of the views that keep them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import LiteralString

from psycopg import sql

from domain.looks import Look, LooksAsked, OpenFinding
from domain.requests import PageAsked
from domain.view_scope import Scope
from domain.views import Page, ViewNotReady
from projections import generations
from projections.as_of import position_at
from projections.generations import Db
from projections.reading import ViewReader
from projections.views import looks, unusual

LAST = 2**53 - 1  # positions are whole numbers of the JSON profile
INSTANT = timedelta(microseconds=1)  # the log tells no shorter time

_COLUMNS: LiteralString = """
    stream_id, record_id, position, recorded_at, kind, what, institution, actor, role, purpose, basis"""
_OF_INSTITUTION: LiteralString = (
    "SELECT"
    + _COLUMNS
    + """ FROM looks
    WHERE institution = %s AND position > %s AND position <= %s AND (%s::uuid IS NULL OR actor = %s)
    ORDER BY position DESC LIMIT %s"""
)
_OPEN: LiteralString = """
    SELECT stream_id, finding, detector, edition, record_id, practitioner, positions, from_position
    FROM unusual WHERE to_position IS NULL AND from_position < %s ORDER BY from_position DESC LIMIT %s"""
_OF_PERIOD: LiteralString = (
    "SELECT" + _COLUMNS + " FROM {} WHERE recorded_at >= %s AND recorded_at <= %s AND actor IS NOT NULL "
    "AND record_id IS NOT NULL ORDER BY position"
)


class LookQueries:
    """The part of `domain.views.Views` that tells who looked. Mixed into `LogViews`."""

    _reader: ViewReader
    _log_no: int

    def looks(self, asked: LooksAsked, scope: Scope) -> Page[Look]:
        page = asked.page
        first = self._upto(asked.since - INSTANT) if asked.since else 0
        last = self._upto(asked.until) if asked.until else LAST
        if page.cursor is not None:
            last = min(last, page.cursor - 1)
        person = asked.practitioner
        arguments = [asked.institution, first, last, person, person, page.limit + 1]
        seen = self._reader.read(looks.PROJECTION, _OF_INSTITUTION, arguments, scope)
        rows = tuple(Look(*row) for row in seen.rows[: page.limit])
        more = len(seen.rows) > page.limit
        return Page(seen.position, rows, str(rows[-1].position) if more else None)

    def open_findings(self, page: PageAsked, scope: Scope) -> Page[OpenFinding]:
        arguments = [page.cursor or LAST, page.limit + 1]
        seen = self._reader.read(unusual.PROJECTION, _OPEN, arguments, scope)
        rows = tuple(OpenFinding(*row) for row in seen.rows[: page.limit])
        more = len(seen.rows) > page.limit
        return Page(seen.position, rows, str(rows[-1].since) if more else None)

    def _upto(self, instant: datetime) -> int:
        return position_at(self._reader, self._log_no, looks.PROJECTION, instant)


def of_period(db: Db, log_no: int, since: datetime, until: datetime) -> Iterator[Look]:
    """What people of institutions looked at, or tried to, of records in a period; oldest first.

    For whoever owns the views: no scope bounds it. Raises ViewNotReady.
    """
    live = generations.live(db, looks.PROJECTION, log_no)
    if live is None:
        raise ViewNotReady
    query = sql.SQL(_OF_PERIOD).format(live.table(looks.LOOKS))
    with db.transaction(), db.cursor(name="looks_of_a_period") as cursor:
        for row in cursor.execute(query, [since, until]):
            yield Look(*row)

"""What routes share that show a list of one record by the page: which one, which page, and written how."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from starlette.responses import Response

from api import lined
from api.deps import Reading, RecordsDep
from api.instants import page
from api.lined import Accept, Format, Lines
from api.spreadsheet import chosen
from domain.application import Records
from domain.requests import LONGEST_PAGE, USUAL_PAGE, PageAsked, Request, Shown

LIMIT = f"how many at most, 1 to {LONGEST_PAGE}; else {USUAL_PAGE}"
CURSOR = "`next` of the page before; else from the beginning"
Limit = Annotated[str | None, Query(description=LIMIT)]
Cursor = Annotated[str | None, Query(description=CURSOR)]


@dataclass(frozen=True)
class Listing:
    """A page of a list of a record, as it was asked for."""

    record: UUID
    reading: Request
    records: Records
    page: PageAsked
    _kind: str
    _format: str | None

    def told(self, body: Shown, lines: Lines, name: str) -> Response:
        """200: the page as JSON, NDJSON or CSV. name: of the list, by which it stands below the record."""
        path = f"/v1/records/{self.record}/{name}"
        return lined.page(body, lines, self._kind, path, self.page.limit, self._format)


async def listing(
    record_id: UUID,
    reading: Reading,
    records: RecordsDep,
    limit: Limit = None,
    cursor: Cursor = None,
    format: Format = None,
    accept: Accept = None,
) -> Listing:
    """The page that the address and the headers ask for. Raises as `page` and `chosen` do."""
    return Listing(record_id, reading, records, page(limit, cursor), chosen(format, accept), format)


ListingDep = Annotated[Listing, Depends(listing)]

"""The audit trail of a record: every event of every stream about it, newest first, by the page.

A page is found by positions and never by counting. Reading one is an access too, and stands on the next.
"""

from uuid import UUID

from domain.gate import Gate
from domain.notices import deferred, is_told
from domain.ports import Recorded, RecordRenderer, Trail
from domain.requests import FIRST_PAGE, PageAsked, Request, Shown
from domain.showing import Showing, hidden, show

SECTION = "audit-trail"
OWN, ACCESS = "record", "access"


class RecordTrail:
    """The audit trail. Mixed into `Records`."""

    gate: Gate
    render: RecordRenderer

    def read_trail(self, request: Request, record_id: UUID, page: PageAsked = FIRST_PAGE) -> Shown:
        """A page of what was done to the record and of who looked at it.

        page.cursor: the position of the last event on the page before.
        """

        def attempt() -> Shown:
            record, passed = self.gate.enter_record(request, "read-trail", record_id)
            before = page.cursor - 1 if page.cursor else None
            untold, not_shown = deferred(record, passed), hidden(self.gate, record, passed)
            told = [
                *self._told(record.id, OWN, before, page.limit, untold, record.version),
                *self._told(record.access_stream, ACCESS, before, page.limit, untold, None),
            ]
            told.sort(key=lambda one: -one[1].stored.position)
            shown, more = told[: page.limit], len(told) > page.limit
            cursor = str(shown[-1][1].stored.position) if more else None
            rendered = self.render.trail(Trail(record.id, shown, cursor, not_shown))
            places = [one.stored.position for _, one in shown]
            showing = Showing(
                rendered,
                record.version,
                max(places, default=before or 0),
                (SECTION,),
                versions=[places[0], places[-1]] if places else [],
                cursor=cursor,
                hidden=not_shown,
                parameters={
                    **({"next": cursor} if cursor else {}),
                    **({"places": [*places]} if untold else {}),
                },
            )
            return show(self.gate, record, passed, showing)

        return self.gate.insist(attempt)

    def _told(
        self,
        stream: UUID,
        name: str,
        before: int | None,
        limit: int,
        hides: frozenset[UUID],
        upto: int | None,
    ) -> list[tuple[str, Recorded]]:
        """The newest, without what the resident is not told of yet, which is little.

        One more than is asked for tells whether there is more.
        """
        found: list[tuple[str, Recorded]] = []
        while True:
            read = self.gate.log.read(
                stream, upto_version=upto, upto_position=before, limit=limit + 1, newest_first=True
            )
            found += [(name, one) for one in read if is_told(one, hides)]
            if len(found) > limit or len(read) <= limit:
                return found[: limit + 1]
            before = read[-1].stored.position - 1

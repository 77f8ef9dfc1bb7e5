"""The two lists of a record that grow for a whole life, read page by page: its events, and who looked.

Each page is an access of its own, recorded before it is answered. A page is found by the versions on it and
never by counting, so that the first page of a long history costs no more than that of a short one.
"""

from uuid import UUID

from domain.gate import Gate, Pass
from domain.ports import Listed, RecordRenderer, Rendered
from domain.record import Record
from domain.requests import FIRST_PAGE, PageAsked, Request, Shown
from domain.showing import Showing, hidden, show


class RecordPages:
    """What can be asked to be listed. Part of `RecordReads`."""

    gate: Gate
    render: RecordRenderer

    def read_events(self, request: Request, record_id: UUID, page: PageAsked = FIRST_PAGE) -> Shown:
        """A page of the record's events, oldest first."""

        def attempt() -> Shown:
            record, passed = self.gate.enter_record(request, "read-events", record_id)
            events = self.gate.log.read(
                record_id, after=page.cursor, upto_version=record.version, limit=page.limit
            )
            is_last = not events or events[-1].stored.version == record.version
            listed = Listed(record_id, events, is_last, hidden(self.gate, record, passed))
            return self._show(record, passed, listed, self.render.events(listed), "events")

        return self.gate.insist(attempt)

    def read_accesses(self, request: Request, record_id: UUID, page: PageAsked = FIRST_PAGE) -> Shown:
        """A page of who saw or tried to see the record, and why, newest first.

        Reading this is an access too, told the next time.
        """

        def attempt() -> Shown:
            record, passed = self.gate.enter_record(request, "read-accesses", record_id)
            before = page.cursor - 1 if page.cursor else None
            accesses = self.gate.log.read(
                record.access_stream, upto_version=before, limit=page.limit, newest_first=True
            )
            listed = Listed(record_id, accesses, is_last=not accesses or accesses[-1].stored.version == 1)
            return self._show(record, passed, listed, self.render.accesses(listed), "accesses")

        return self.gate.insist(attempt)

    def _show(self, record: Record, passed: Pass, listed: Listed, rendered: Rendered, section: str) -> Shown:
        """An empty page was decided on the record as it is."""
        places = [one.stored for one in listed.recorded]
        folded = places or [
            one.stored
            for one in self.gate.log.read(record.id, upto_version=record.version, limit=1, newest_first=True)
        ]
        newest = max(folded, key=lambda one: one.version)
        showing = Showing(
            rendered,
            record.version if section == "events" else newest.version,
            newest.position,
            (section,),
            versions=[places[0].version, places[-1].version] if places else [],
            cursor=listed.cursor,
        )
        return show(self.gate, record, passed, showing)

"""The two lists of a record that grow for a whole life, read page by page: its events, and who looked.

Each page is an access of its own, recorded before it is answered. A page is found by the versions on it and
never by counting, so that the first page of a long history costs no more than that of a short one.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from domain.access_pages import newest
from domain.access_stream import AccessEvent
from domain.gate import Gate, Pass
from domain.notices import deferred, is_told, reasons, rules_of
from domain.ports import Listed, Recorded, RecordRenderer, Rendered
from domain.record import Record
from domain.requests import FIRST_PAGE, PageAsked, Request, Shown
from domain.showing import Showing, hidden, show, untold
from domain.tellers import names_of
from domain.values import JsonObject


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
            last, hides = events[-1].stored.version if events else record.version, deferred(record, passed)
            told = [one for one in events if is_told(one, hides)]
            not_shown = hidden(self.gate, record, passed)
            listed = Listed(record_id, told, last == record.version, not_shown, upto=last)
            return self._show(record, passed, listed, self.render.events(listed), "events")

        return self.gate.insist(attempt)

    def read_accesses(self, request: Request, record_id: UUID, page: PageAsked = FIRST_PAGE) -> Shown:
        """A page of who saw or tried to see the record, and why, newest first.

        Reading this is an access too, told the next time.
        """

        def attempt() -> Shown:
            record, passed = self.gate.enter_record(request, "read-accesses", record_id)
            hides = deferred(record, passed)
            listed = self._accesses(record, passed, page, lambda one: is_told(one, hides))
            return self._show(record, passed, listed, self.render.accesses(listed), "accesses")

        return self.gate.insist(attempt)

    def read_notices(self, request: Request, record_id: UUID, page: PageAsked = FIRST_PAGE) -> Shown:
        """A page of the accesses that the resident is given notice of, by the rules in force; newest first.

        A page may be short and yet have a next one: only so many accesses are looked at for each.
        """

        def attempt() -> Shown:
            record, passed = self.gate.enter_record(request, "read-accesses", record_id)
            hides, rules = deferred(record, passed), rules_of(record.state)

            def is_noticed(one: Recorded) -> bool:
                is_access = isinstance(one.event, AccessEvent) and is_told(one, hides)
                return is_access and bool(reasons(one.event, record.custodian, rules))  # type: ignore[arg-type]  # an AccessEvent

            listed = self._accesses(record, passed, page, is_noticed)
            return self._show(record, passed, listed, self.render.accesses(listed), "notices")

        return self.gate.insist(attempt)

    def _accesses(
        self, record: Record, passed: Pass, page: PageAsked, is_shown: Callable[[Recorded], bool]
    ) -> Listed:
        found = newest(self.gate.log, record.access_stream, page, is_shown)
        return Listed(
            record.id,
            found.recorded,
            found.is_last,
            names=names_of(self.gate.log, found.recorded),
            upto=found.upto,
            untold=untold(self.gate, passed),
        )

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
            hidden=listed.hidden,
            parameters={
                **page_told([one.version for one in places], listed.cursor),
                **({"untold": [*sorted(listed.untold)]} if listed.untold else {}),
            },
        )
        return show(self.gate, record, passed, showing)


def page_told(places: Sequence[int], cursor: str | None) -> JsonObject:
    """What an access keeps of a page: where the next begins, and the places on it if there are gaps."""
    told: JsonObject = {"next": cursor} if cursor else {}
    has_gaps = bool(places) and abs(places[0] - places[-1]) + 1 != len(places)
    return {**told, "places": [*places]} if has_gaps else told

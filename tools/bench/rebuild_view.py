"""The view that `lifelong bench rebuild` builds: of each record how many events, and what of the newest."""

from collections.abc import Collection, Mapping
from uuid import UUID

from domain.acts import Event
from domain.ports import Recorded
from domain.record_events import EntryRecorded
from projections.projection import Projection, Row, Table, Tokens


class LatestFold:
    """What the view tells of one record."""

    def __init__(self, record: UUID, tokens: Tokens) -> None:
        self._record = record
        self._events = 0
        self._last: tuple[int, str, str] = (0, "", "")

    def take(self, one: Recorded) -> None:
        event = one.event
        assert isinstance(event, Event)  # noqa: S101  # nothing else is on a record
        self._events += 1
        form = event.form["name"] if isinstance(event, EntryRecorded) else ""
        self._last = one.stored.position, event.occurred["at"], form

    def rows(self) -> Mapping[str, Collection[Row]]:
        return {"latest": [(self._record, self._events, *self._last)] if self._events else []}


LATEST = Projection(
    name="latest",
    version=1,
    tables=(
        Table(
            "latest",
            {"record_id": "uuid", "events": "int8", "position": "int8", "day": "text", "form": "text"},
        ),
    ),
    begin=LatestFold,
)

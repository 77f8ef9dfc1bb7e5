"""The record as it is now, fast: what was rendered of a version once need not be folded again.

The rendered body is kept encrypted under the record's key, by view edition and version, and is shown only to
who may see all of it while that version is the newest. It can be thrown away at any time.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.ports import NOW, Rendered
from domain.record_courses import RecordCourses
from domain.record_reads import told_sections
from domain.requests import Request, Shown
from domain.showing import Showing, limited, show


class Bodies(Protocol):
    """Rendered bodies of whole records."""

    def get(self, record: UUID, version: int) -> tuple[int, Rendered] | None:
        """The body of a version and the position of its last event, if it is kept."""

    def keep(self, record: UUID, version: int, position: int, rendered: Rendered) -> None:
        """Keep a body, when there is time: the caller does not wait for it."""


class NoBodies:
    """Keeps none."""

    def get(self, record: UUID, version: int) -> tuple[int, Rendered] | None:
        return None

    def keep(self, record: UUID, version: int, position: int, rendered: Rendered) -> None:
        pass


NO_BODIES = NoBodies()


class RecordCurrent(RecordCourses):
    """`read_record` without folding, where that may be. Mixed into `Records`."""

    bodies: Bodies

    def read_record(
        self,
        request: Request,
        record_id: UUID,
        *,
        version: int | None = None,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
        with_documents: bool = False,
        only: Collection[str] = (),
    ) -> Shown:
        """The record now, at a version, as known at an instant, or as true at one.

        as_of, valid_at: aware. only: the sections asked for; else all.
        Raises QueryRefused, UnknownCode, or what the gate raises.
        """
        if with_documents or only or any(one is not None for one in (version, as_of, valid_at)):
            return super().read_record(
                request,
                record_id,
                version=version,
                as_of=as_of,
                valid_at=valid_at,
                with_documents=with_documents,
                only=only,
            )
        return self.gate.insist(lambda: self._current(request, record_id))

    def _current(self, request: Request, record_id: UUID) -> Shown:
        record, passed = self.gate.enter_record(request, "read", record_id)
        query = limited(self.gate, record, passed)
        sees_all = query.is_whole and query.masked == record.state.masked
        kept = self.bodies.get(record.id, record.version) if sees_all else None
        if kept is not None:
            position, rendered = kept
        else:
            recorded = self._known(record, passed, NOW)
            position, rendered = recorded[-1].stored.position, self.render.record(recorded, query)
        showing = Showing(rendered, record.version, position, told_sections(query), query)
        shown = show(self.gate, record, passed, showing)
        if sees_all and kept is None:
            self.bodies.keep(record.id, record.version, position, rendered)
        return shown

"""The other ways to look at a record: as the course of a life, a series, what is taken, what is due."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from domain.measurements import MEASUREMENTS
from domain.ports import Course
from domain.record_errors import UnknownMeasurement
from domain.record_reads import RecordReads, past
from domain.requests import Request, Shown

OF_A_DAY = ("due", "reconciliation")  # courses that tell how things stand on a day


@dataclass(frozen=True)
class Issued:
    """An emergency summary, and the instant at which it holds."""

    shown: Shown
    at: datetime


class RecordCourses(RecordReads):
    """The reads of a record and of its courses. Mixed into `Records`."""

    def read_course(
        self,
        request: Request,
        record_id: UUID,
        course: Course,
        *,
        version: int | None = None,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
    ) -> Shown:
        """A course of the record, read as the record is: within what the caller may see, and recorded first.

        What is due, or taken, is told for the instant `valid_at`; without one, for `as_of`, else for now. It
        is kept with the access, so that the same can be made again.
        as_of, valid_at: aware. Raises QueryRefused, UnknownMeasurement, or what the gate raises.
        """
        if course.name == "measurements" and course.of not in MEASUREMENTS:
            raise UnknownMeasurement(tuple(MEASUREMENTS))
        query = past(version, as_of, valid_at)
        if course.name in OF_A_DAY:
            query = replace(query, valid_at=query.valid_at or query.as_of or self.gate.clock())
        about = f"{course.name}/{course.of}" if course.of else course.name
        return self.show_folded(request, record_id, query, partial(self.render.course, course), (about,))

    def issue_summary(self, request: Request, record_id: UUID) -> Issued:
        """The emergency summary of now, for the clinic in custody to have at hand; recorded first."""
        at, course = self.gate.clock(), Course("emergency-summary")
        query, render = past(None, None, at), partial(self.render.course, course)
        shown = self.show_folded(request, record_id, query, render, (course.name,), action="issue-summary")
        return Issued(shown, at)

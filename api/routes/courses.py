"""A record as the course of a life, its problems, a series of one measurement, what is taken, what is due."""

from datetime import datetime
from typing import Annotated, TypedDict
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api import lined
from api.answers import shown
from api.deps import Reading, RecordsDep
from api.documentation import COMMON, problems
from api.instants import instant, version_number
from api.lined import Accept, Format
from api.routes.records import AS_OF, VALID_AT, VERSION
from api.spreadsheet import chosen
from api.strict_route import StrictRoute
from domain.measurements import MEASUREMENTS
from domain.ports import Course

router = APIRouter(route_class=StrictRoute, tags=["courses"], prefix="/v1/records/{record_id}")

Version = Annotated[str | None, Query(description=VERSION)]
AsOf = Annotated[str | None, Query(description=AS_OF)]
ValidAt = Annotated[str | None, Query(description=VALID_AT)]
OnTheDay = Annotated[str | None, Query(description="on which day, written like as_of; else now")]
NAMES = "one of: " + ", ".join(MEASUREMENTS)
NAMED = {
    404: "Not there, or not for this caller; or there is no measurement of that name, and those there are."
}


class Past(TypedDict):
    """Which past is asked for."""

    version: int | None
    as_of: datetime | None
    valid_at: datetime | None


def past(version: str | None, as_of: str | None, valid_at: str | None) -> Past:
    """As written in the address. Raises Refusal parameter-refused."""
    return Past(
        version=version_number(version),
        as_of=instant("as_of", as_of),
        valid_at=instant("valid_at", valid_at),
    )


@router.get("/life-course", response_model=dict[str, object], responses=problems(COMMON))
def read_life_course(
    record_id: UUID,
    reading: Reading,
    records: RecordsDep,
    version: Version = None,
    as_of: AsOf = None,
    valid_at: ValidAt = None,
) -> Response:
    """The life by stage, problem and activity: every event that may be shown stands here once."""
    course = Course("life-course")
    return shown(records.read_course(reading, record_id, course, **past(version, as_of, valid_at)))


@router.get("/problem-list", response_model=dict[str, object], responses=problems(COMMON))
def read_problem_list(
    record_id: UUID,
    reading: Reading,
    records: RecordsDep,
    version: Version = None,
    as_of: AsOf = None,
    valid_at: ValidAt = None,
) -> Response:
    """Each problem as it stands, active ones first: since and until when, who says so, what was corrected.

    With each of them the entries that belong to it, as in the life course: those that cite it, that are for
    the same coding, and the follow-ups of its programme.
    """
    course = Course("problem-list")
    return shown(records.read_course(reading, record_id, course, **past(version, as_of, valid_at)))


@router.get("/measurements/{name}", response_model=dict[str, object], responses=problems(COMMON, NAMED))
def read_measurements(
    record_id: UUID,
    name: Annotated[str, Path(description=NAMES)],
    reading: Reading,
    records: RecordsDep,
    version: Version = None,
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    format: Format = None,
    accept: Accept = None,
) -> Response:
    """One measurement from every form that tells it, oldest first, each value with its entry.

    Values are as they were written, in the unit of the form; what was corrected is shown as it should be.
    """
    course, kind = Course("measurements", name), chosen(format, accept)
    body = records.read_course(reading, record_id, course, **past(version, as_of, valid_at))
    return lined.whole(body, lined.SERIES, kind)


@router.get("/reconciliation", response_model=dict[str, object], responses=problems(COMMON))
def read_reconciliation(
    record_id: UUID,
    reading: Reading,
    records: RecordsDep,
    version: Version = None,
    as_of: AsOf = None,
    valid_at: OnTheDay = None,
) -> Response:
    """Medications and allergies, grouped by coding and name: who states each, and where they contradict."""
    course = Course("reconciliation")
    return shown(records.read_course(reading, record_id, course, **past(version, as_of, valid_at)))


@router.get("/due", response_model=dict[str, object], responses=problems(COMMON))
def read_due(
    record_id: UUID,
    reading: Reading,
    records: RecordsDep,
    version: Version = None,
    as_of: AsOf = None,
    valid_at: OnTheDay = None,
) -> Response:
    """What is due on the day, by when, overdue or not, and by which rule, edition and source.

    Also how each programme stands: the newest follow-up's class, what is urgent, whether to refer; and beside
    it what the practitioner chose.
    """
    course = Course("due")
    return shown(records.read_course(reading, record_id, course, **past(version, as_of, valid_at)))

"""What is asked of lists, as JSON, and the lines they are answered in, as JSON, NDJSON or CSV."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.models import SearchIn, coded
from domain.finding import SEARCHED
from projections.view_queries import LogViews

FoundKind = Annotated[str, Field(max_length=100), coded((*SEARCHED, *LogViews.search_kinds))]
Cursor = Annotated[str, Field(max_length=600)]


class LookUpIn(SearchIn):
    """What is known of the resident: a number, or what several residents may share."""

    kind: FoundKind = Field(description="what value is")
    limit: int | None = Field(None, description="how many at most, 1 to 200; else 100")
    cursor: Cursor | None = Field(None, description="`next` of the page before")


class Line(BaseModel):
    """Base of what lists answer."""

    model_config = ConfigDict(extra="forbid")


class ResidentLine(Line):
    """A resident. Of whom the caller may not see the record, only its id."""

    record: UUID
    number: str | None = None
    status: str | None = None
    version: int | None = None
    name: str | None = None
    sex: str | None = None
    birth_date: str | None = None


class FoundLine(ResidentLine):
    """by_former_name: by a name that the resident went by before; null: not told."""

    by_former_name: bool | None = None


class FoundOut(Line):
    """Who was found; next: the cursor of the following page. position: where the view was folded."""

    found: list[FoundLine]
    next: str | None = None
    position: int | None = None


class RosterLine(ResidentLine):
    """A record in the institution's custody. since: the position of the last change of this line."""

    area: str
    since: int


class RosterOut(Line):
    """A page of a roster, as folded at the position."""

    position: int
    rows: list[RosterLine]
    next: str | None


class TaskLine(ResidentLine):
    """Something to be done. what: the contact due, the field missing, how a referral stands."""

    kind: str
    what: str
    entry: UUID | None
    programme: str | None
    opens: str | None
    due_by: str | None
    overdue: bool
    since: int


class TasksOut(Line):
    """A page of a work list, as folded at the position."""

    position: int
    rows: list[TaskLine]
    next: str | None


class CountLine(Line):
    """A cell. records: how many; null: too few to be told."""

    area: str | None = None
    status: str | None = None
    sex: str | None = None
    group: str | None = None
    month: str | None = None
    records: int | None


class CountsOut(Line):
    """Statistics, as folded at the position. small_below: fewer were not told; null: everything is."""

    position: int
    by: list[str]
    small_below: int | None
    rows: list[CountLine]

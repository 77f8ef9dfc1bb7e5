"""The lines of access histories across records, and the review of an unusual access."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.list_models import Line
from api.models import coded
from domain.institution import OUTCOMES
from domain.values import Input


class LookLine(Line):
    """An access. what: the view and its edition, the kind of key, or the action refused."""

    position: int
    recorded_at: str
    kind: str
    what: str | None
    record: UUID | None
    institution: UUID | None
    practitioner: UUID | None
    name: str | None
    role: str
    purpose: str
    basis: str | None


class HistoryOut(Line):
    """A page of a history, newest first. position: where the view was folded."""

    position: int
    rows: list[LookLine]
    next: str | None


class FindingLine(Line):
    """An unusual access. positions: of the accesses; record: null: of several residents."""

    finding: UUID
    institution: UUID
    detector: str
    edition: str
    zh: str | None
    en: str | None
    record: UUID | None
    practitioner: UUID
    name: str | None
    positions: list[int]
    since: int


class UnusualOut(Line):
    """A page of the work list."""

    position: int
    rows: list[FindingLine]
    next: str | None


class ReviewIn(Input):
    """What an unusual access comes to."""

    outcome: Annotated[str, coded(OUTCOMES)]
    note: Annotated[str | None, Field(max_length=1000)] = None

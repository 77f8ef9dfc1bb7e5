"""The renderer behind every view of a record: each in its newest edition, or in the one that is asked for."""

from collections.abc import Sequence
from typing import Self

from domain.ports import NOW, Course, Listed, Recorded, RecordQuery, Rendered, Trail
from evidence import canonical
from projections.editions import EDITIONS, Editions
from projections.record_lists import Shape
from projections.whole_record import EDITION, RecordView

__all__ = ["EDITION", "RecordRender", "render"]


class RecordRender:
    """`domain.ports.RecordRenderer` by the editions that were ever shown."""

    def __init__(self, editions: Editions = EDITIONS) -> None:
        self.editions = editions

    def at(self, edition: str) -> Self:
        """The renderer that makes this edition of its view. Raises EditionUnknown."""
        return type(self)(self.editions.only(edition))

    def record(self, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        edition, make = self.editions.newest("record")
        return _rendered(edition, make(recorded, query))

    def course(self, course: Course, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        edition, make = self.editions.newest(course.name)
        return _rendered(edition, make(course, recorded, query))

    def events(self, listed: Listed) -> Rendered:
        edition, make = self.editions.newest("events")
        return _rendered(edition, make(listed))

    def accesses(self, listed: Listed) -> Rendered:
        edition, make = self.editions.newest("accesses")
        return _rendered(edition, make(listed))

    def trail(self, trail: Trail) -> Rendered:
        edition, make = self.editions.newest("trail")
        return _rendered(edition, make(trail))


def render(recorded: Sequence[Recorded], query: RecordQuery = NOW) -> bytes:
    """The record as canonical JSON: sorted keys, compact, UTF-8."""
    return canonical.encode(RecordView(query).fold(recorded).to_json())


def _rendered(edition: str, shape: Shape) -> Rendered:
    return Rendered(edition, canonical.encode(shape))

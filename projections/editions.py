"""Every edition of every view that was ever shown, by name: what made the bytes then makes them again.

Nothing is taken out of this table, and no edition in it ever makes other bytes: a view that is to look
otherwise gets another edition behind the ones before, and that is the one shown from then on.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from domain.ports import NOW, Course, Recorded, RecordQuery
from domain.replay_errors import EditionUnknown
from projections.access_history import ACCESS_HISTORY, access_history
from projections.audit_trail import AUDIT_TRAIL, audit_trail
from projections.due_list import DUE, due_list
from projections.emergency_summary import EMERGENCY_SUMMARY, emergency_summary
from projections.life_course import TOLD_WITH, life_course
from projections.problem_list import PROBLEM_LIST, problem_list
from projections.reconciliation import RECONCILIATION, reconciliation
from projections.record_lists import ACCESSES, EVENTS, Shape, access_list, event_list
from projections.series import SERIES, measurement_series
from projections.whole_record import KINDS_SHOWN, record_view

Maker: TypeAlias = Callable[..., Shape]
"""Takes what the method of `domain.ports.RecordRenderer` takes that shows the view."""


class Editions:
    """For each view its editions, oldest first, each with what makes it."""

    def __init__(self, views: Mapping[str, Mapping[str, Maker]]) -> None:
        self.views = views

    def newest(self, view: str) -> tuple[str, Maker]:
        """The edition that a view is shown in, and what makes it. Raises EditionUnknown: it is not held."""
        editions = self.views.get(view)
        if not editions:
            raise EditionUnknown(view)
        return list(editions.items())[-1]

    def only(self, edition: str) -> "Editions":
        """This one edition of its view. Raises EditionUnknown."""
        for view, editions in self.views.items():
            if edition in editions:
                return Editions({view: {edition: editions[edition]}})
        raise EditionUnknown(edition)

    def then(self, view: str, edition: str, maker: Maker) -> "Editions":
        """With one more edition of a view, which is shown from then on."""
        return Editions({**self.views, view: {**self.views.get(view, {}), edition: maker}})


def _life_course(
    edition: str, course: Course, recorded: Sequence[Recorded], query: RecordQuery = NOW
) -> Shape:
    return life_course(recorded, query, edition)


EDITIONS = Editions(
    {
        "record": {edition: partial(record_view, edition) for edition in KINDS_SHOWN},
        "events": {EVENTS: event_list},
        "accesses": {ACCESSES: access_list, ACCESS_HISTORY: access_history},
        "trail": {AUDIT_TRAIL: audit_trail},
        "life-course": {edition: partial(_life_course, edition) for edition in TOLD_WITH},
        "problem-list": {PROBLEM_LIST: lambda course, *told: problem_list(*told)},
        "measurements": {SERIES: lambda course, *told: measurement_series(course.of, *told)},
        "reconciliation": {RECONCILIATION: lambda course, *told: reconciliation(*told)},
        "due": {DUE: lambda course, *told: due_list(*told)},
        "emergency-summary": {EMERGENCY_SUMMARY: lambda course, *told: emergency_summary(*told)},
    }
)
